"""A request, from its head to its reply: route, authenticate, decode, authorise, call, encode."""

import logging
import re
from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any, Protocol

from portico.base.clock import Clock
from portico.base.ids import request_id as new_request_id
from portico.base.trace import carried
from portico.calls.call import Origin, Scope
from portico.calls.dispatch import Dispatcher
from portico.gateway.compressed import inflated
from portico.gateway.elsewhere import unavailable
from portico.gateway.metrics import Calls
from portico.gateway.prepared import PreparedCalls
from portico.gateway.route import Route, Router
from portico.identity.authenticate import Routed, authenticate, check_body, missing
from portico.identity.claim_header import usual
from portico.identity.credentials import KeyRing
from portico.identity.principal import Principal
from portico.identity.signature_errors import family
from portico.wire.errors import AwsError, internal
from portico.wire.http import Head, Peer, Reply, StreamReply
from portico.wire.model import Codec, codec, error_reply, query_action

log = logging.getLogger("portico.gateway")

_NOWHERE = Route("", "", "rest-json")
_SCOPE = re.compile(r"Credential=[^/\s]+/\d{8}/[^/\s]+/([^/,\s]+)/").search
_SCOPE_IN_QUERY = re.compile(
    r"X-Amz-Credential=[^&]*?(?:/|%2F)\d{8}(?:/|%2F)[^&]+?(?:/|%2F)([^&/%]+)(?:/|%2F)", re.I
).search

_LARGE_BYTES = 1024 * 1024  # hashing and decoding more than this would hold up the calls of others
_BODY_BYTES_MAX = 16 * 1024 * 1024
_PACKAGE_BYTES = 70_167_211  # 50 MB of zip in base64, and the rest of the request: AWS's own figure
_BODY_BYTES = {  # the bound, and the operation's name in the words of the refusal
    ("cloudwatch", "PutMetricData"): (1024 * 1024, "PutMetricData"),
    ("lambda", "CreateFunction"): (_PACKAGE_BYTES, "CreateFunction"),
    ("lambda", "Invoke"): (6 * 1024 * 1024, "InvokeFunction"),
    ("lambda", "PublishLayerVersion"): (_PACKAGE_BYTES, "PublishLayerVersion"),
    ("lambda", "UpdateFunctionCode"): (_PACKAGE_BYTES, "UpdateFunctionCode"),
}


class Body(Protocol):
    """The part of a request's body that is needed here (see `http.Body`)."""

    async def read(self, limit: int | None = None) -> bytes:
        """All of it; raises AwsError when it is longer than `limit` bytes, too slow or broken off."""


class Pipeline:
    """Answers the calls of the control plane. `trace_in` tells the trace that calls of an environment continue."""

    def __init__(
        self,
        *,
        router: Router,
        keys: KeyRing,
        dispatcher: Dispatcher,
        clock: Clock,
        calls: Calls,
        region: str,
        from_function: Callable[[Peer], bool],
        trace_in: Callable[[str], str],
        prepared: PreparedCalls,
    ) -> None:
        self._router = router
        self._keys = keys
        self._dispatcher = dispatcher
        self._clock = clock
        self._calls = calls
        self._region = region
        self._from_function = from_function
        self._trace_in = trace_in
        self._prepared = prepared
        self._own: dict[tuple[str, str], Routed] = {}

    def _routed(self, route: Route) -> Routed:
        key = (route.protocol, route.signing_name)
        known = self._own.get(key)
        if known is None:
            known = Routed((route.signing_name,), self._region, family(route.protocol, route.signing_name))
            if not route.foreign:
                self._own[key] = known
        return known

    def _trace(self, principal: Principal, head: Head) -> str:
        """The trace that a call continues. For a function's it is known, whatever its header says."""
        trace = head.header("x-amzn-trace-id")
        session = principal.session
        if session is None or not session.environment:
            return trace
        return carried(trace, self._trace_in(session.environment))

    async def __call__(self, head: Head, body: Body, peer: Peer) -> Reply | StreamReply:
        """The reply to a request, whatever it is."""
        reply: Reply | StreamReply
        request_id = new_request_id()
        self._calls.in_flight += 1
        route, changes = _NOWHERE, self._dispatcher.changes
        try:
            route = self._router.route(head, signed_for(head))
            caller = authenticate(
                head,
                self._keys,
                self._routed(route),
                wall=self._clock.wall(),
                from_function=lambda: self._from_function(peer),
            )
            raw = await _read(body, route)
            large = len(raw) > _LARGE_BYTES
            raw = await to_thread(check_body, caller, head, raw) if large else check_body(caller, head, raw)
            if route.foreign:
                raise missing(caller.family) if caller.claim is None else unavailable(route, head, raw)
            if not route.protocol.startswith("rest-") and head.header("content-encoding"):
                raw = inflated(head, raw, _BODY_BYTES_MAX)
            if not route.operation:
                route = self._router.query_operation(route, *query_action(raw, head.query))
            operation = self._dispatcher.operation(route.service, route.operation)
            if caller.claim is None and not operation.anonymous:
                raise missing(caller.family)
            wire = codec(route.service, route.operation, route.protocol)
            origin = Origin(
                caller.principal,
                Scope(caller.principal.account, caller.region),
                request_id,
                peer.host,
                peer.secure,
                head.header("user-agent"),
                self._trace(caller.principal, head),
                host=head.header("host"),
            )
            labels = route.labels
            request = (
                await to_thread(wire.decode, head, labels, raw) if large else wire.decode(head, labels, raw)
            )
            del raw  # a large one is held by the request from now on
            response = await self._dispatcher.dispatch(route.service, route.operation, origin, request)
            if operation.prepare is not None:
                await self._prepared.keep(head, route, wire, caller, origin, request, changes)
            reply = (
                _streamed(wire, response, request_id)
                if wire.event_member
                else wire.encode(response, request_id)
            )
        except AwsError as error:
            reply = _refused(route, error, request_id)
        except Exception:
            log.exception(
                "%s %s failed (request %s)",
                route.service or head.path,
                route.operation or head.method,
                request_id,
            )
            reply = _refused(route, internal(), request_id)
        finally:
            self._calls.in_flight -= 1
        self._calls.count(route.service, route.operation, reply.status)
        return reply


def _streamed(wire: Codec, response: Mapping[str, Any], request_id: str) -> Reply | StreamReply:
    """An answer whose events are sent while they are made, if the operation gave an iterator of them."""
    events = response.get(wire.event_member)
    if not isinstance(events, AsyncIterator):
        return wire.encode(response, request_id)
    rest = {member: value for member, value in response.items() if member != wire.event_member}
    first = wire.encode(rest, request_id)
    return StreamReply(first.status, first.headers, _encoded(wire, first.body, events))


async def _encoded(wire: Codec, first: bytes, events: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    """The messages of a stream of events. Closing it closes `events`."""
    encode = wire.encode_event
    if encode is None:
        return
    async with aclosing(events) as open_events:  # type: ignore[type-var]  # an async generator
        if first:
            yield first
        async for event in open_events:
            yield encode(event)


async def _read(body: Body, route: Route) -> bytes:
    """All of the body; 413 says which operation has this bound, if it is one with a bound of its own."""
    bound = _BODY_BYTES.get((route.service, route.operation))
    if bound is None:
        return await body.read(_BODY_BYTES_MAX)
    try:
        return await body.read(bound[0])
    except AwsError as error:
        if error.status != 413:
            raise
        raise AwsError(error.code, f"{error.message} for the {bound[1]} operation", 413) from None


def signed_for(head: Head) -> str:
    """The service that the signature's scope names, "" when there is no signature."""
    authorization = head.header("authorization")
    parts = usual(authorization)
    if parts is not None:
        return parts[3]
    found = _SCOPE(authorization) or (_SCOPE_IN_QUERY(head.query) if head.query else None)
    return found.group(1) if found else ""


def _refused(route: Route, error: AwsError, request_id: str) -> Reply:
    if route.operation and not route.foreign:
        return codec(route.service, route.operation, route.protocol).encode_error(error, request_id)
    return error_reply(route.protocol, error, request_id, service=route.service)
