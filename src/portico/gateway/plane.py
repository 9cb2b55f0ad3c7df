"""The two planes behind one listener: Portico's own endpoints, and the control plane of AWS's services."""

import logging
from collections.abc import Awaitable, Callable

import msgspec

from portico.base.clock import Clock
from portico.base.ids import request_id as new_request_id
from portico.calls.authorize import Authorizer
from portico.calls.call import Call, Origin, Scope
from portico.calls.operation import Check
from portico.gateway import welcome
from portico.gateway.own import Endpoint, Own
from portico.gateway.pipeline import Body, Pipeline
from portico.identity.authenticate import Routed, authenticate, check_body, missing
from portico.identity.credentials import KeyRing
from portico.store.cache import RecordCache
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError, internal
from portico.wire.http import Head, Peer, Reply, StreamReply
from portico.wire.model import error_reply

log = logging.getLogger("portico.gateway")

_BODY_BYTES_MAX = 64 * 1024
OWN_SERVICE = "portico"


class Plane:
    """Answers every request of the listener: Portico's own endpoints here, the rest through the pipeline."""

    def __init__(
        self,
        *,
        own: Own,
        pipeline: Pipeline,
        keys: KeyRing,
        authorizer: Authorizer,
        cache: RecordCache,
        clock: Clock,
        development: bool,
        region: str,
        from_function: Callable[[Peer], bool],
    ) -> None:
        self._own = own
        self._pipeline = pipeline
        self._keys = keys
        self._authorizer = authorizer
        self._cache = cache
        self._clock = clock
        self._development = development
        self._region = region
        self._from_function = from_function

    def __call__(self, head: Head, body: Body, peer: Peer) -> Awaitable[Reply | StreamReply]:
        """The reply to a request."""
        if head.path.startswith(("/_portico/", "/_localstack/")):
            return self._answer(head, body, peer)
        if self._development and welcome.is_visit(head):
            return self._answer(msgspec.structs.replace(head, path=welcome.PATH), body, peer)
        return self._pipeline(head, body, peer)

    async def _answer(self, head: Head, body: Body, peer: Peer) -> Reply:
        request_id = new_request_id()
        try:
            endpoint = self._own.find(head)
            if endpoint.in_pieces and endpoint.is_open_to(peer):
                return await endpoint.answer(head, body)
            raw = await body.read(_BODY_BYTES_MAX)
            self._admit(endpoint, head, raw, peer, request_id)
            return await endpoint.answer(head, raw)
        except AwsError as error:
            return error_reply("rest-json", error, request_id)
        except Exception:
            log.exception("%s failed (request %s)", head.path, request_id)
            return error_reply("rest-json", internal(), request_id)

    def _admit(self, endpoint: Endpoint, head: Head, raw: bytes, peer: Peer, request_id: str) -> None:
        """Let nobody through but who may call this endpoint.

        Raises:
            AwsError: the call must be signed and is not, or its principal lacks the permission.
        """
        if endpoint.is_open_to(peer):
            return
        routed = Routed((OWN_SERVICE,), self._region, "rest-json")
        caller = authenticate(
            head, self._keys, routed, wall=self._clock.wall(), from_function=lambda: self._from_function(peer)
        )
        if caller.claim is None:
            if self._development and endpoint.admits_developer(head, peer, self._from_function):
                return
            raise missing("rest-json")
        check_body(caller, head, raw)
        scope = Scope(caller.principal.account, caller.region)
        origin = Origin(
            caller.principal, scope, request_id, peer.host, peer.secure, head.header("user-agent")
        )
        call = Call(origin, OWN_SERVICE, endpoint.action, Transaction(self._cache), self._clock.now())
        self._authorizer.check("rest-json", call, Check(endpoint.action, "*"), always=True)
