"""Who may connect: nobody in particular, signers (`AWS_IAM`), or whoever a function lets in (`CUSTOM`). Only handshakes are asked.

Source: API Gateway Developer Guide, "Control access to WebSocket APIs with IAM authorization", "... with AWS Lambda REQUEST authorizers".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.authorize import Authorizer
from portico.calls.call import Call, Origin, Scope
from portico.calls.operation import Check
from portico.doors.authorizer_policy import INVOKE, AuthorizerPolicy
from portico.doors.callers import Callers
from portico.doors.phases import Refused
from portico.doors.port import Arrival
from portico.doors.resource_policy import words
from portico.identity.authenticate import Authenticated
from portico.identity.global_keys import global_context
from portico.identity.policy.document import PolicyError
from portico.identity.principal import ANONYMOUS, Principal
from portico.services.apigatewayv2.records import Authorizer as AuthorizerRecord
from portico.services.apigatewayv2.sockets.exchange import Exchange, authorizer_event
from portico.services.apigatewayv2.sockets.integrations.functions import Called, Caller
from portico.services.apigatewayv2.sockets.integrations.port import INTERNAL, IntegrationFailed
from portico.store.cache import RecordCache
from portico.store.transaction import Transaction

UNAUTHORIZED = "Unauthorized"
_DENIED = {
    "deny": "User is not authorized to access this resource with an explicit deny",
    "nothing": "User is not authorized to access this resource",
}
_CONTEXT_BYTES_MAX = 8_192


class NotAllowed(Exception):
    """The handshake or message is refused with this status and message; `refused` tells where, `known` what was known of the caller."""

    def __init__(
        self, status: int, message: str, *, refused: Refused = "unknown", known: "Allowed | None" = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.refused = refused
        self.known = known


class Allowed(msgspec.Struct, frozen=True, gc=False):
    """What is known of a caller by its authorisation: members of `identity`, and of `authorizer`, None without one. `usage_key` is the API
    key that an authorizer has named."""

    identity: Mapping[str, str | None] = {}
    authorizer: Mapping[str, str] | None = None
    usage_key: str = ""


class Authorizing:
    """Asks."""

    def __init__(self, callers: Callers, authorizer: Authorizer, caller: Caller, cache: RecordCache) -> None:
        self._callers = callers
        self._authorizer = authorizer
        self._caller = caller
        self._cache = cache

    async def allow(self, arrival: Arrival, exchange: Exchange) -> Allowed:
        """Let the caller of a handshake pass.

        Raises:
            NotAllowed: it may not.
            AwsError: its signature is not accepted.
        """
        route = exchange.plan.route
        if route.authorization_type == "AWS_IAM":
            return self._signed(arrival, exchange)
        if route.authorization_type == "CUSTOM":
            if exchange.plan.authorizer is None:
                raise NotAllowed(500, INTERNAL)
            return await self._asked(arrival, exchange, exchange.plan.authorizer)
        return Allowed()

    def _signed(self, arrival: Arrival, exchange: Exchange) -> Allowed:
        caller = self._callers.of(arrival, "execute-api")
        if caller.claim is None:
            raise NotAllowed(403, "Missing Authentication Token")
        if caller.region != exchange.client.served.region:
            raise NotAllowed(403, f"Credential should be scoped to a valid region, not '{caller.region}'. ")
        self._callers.body(caller, arrival, b"")
        principal = caller.principal
        call = self._call(arrival, caller, exchange)
        decision, _ = self._authorizer.judge(call, Check(INVOKE, exchange.arn))
        if not decision.allowed and self._authorizer.enforces:
            self._authorizer.given(exchange.request_id, arrival.request_id)
            refusal = words(decision, principal, INVOKE, exchange.arn)
            raise NotAllowed(403, refusal, refused="denied", known=Allowed(_identity(principal)))
        return Allowed(_identity(principal))

    def _call(self, arrival: Arrival, caller: Authenticated, exchange: Exchange) -> Call:
        origin = Origin(
            caller.principal,
            Scope(caller.principal.account, exchange.client.served.region),
            arrival.request_id,
            arrival.peer.host,
            arrival.peer.secure,
            arrival.head.header("user-agent"),
        )
        return Call(origin, "execute-api", "Invoke", Transaction(self._cache), exchange.at)

    async def _asked(self, arrival: Arrival, exchange: Exchange, authorizer: AuthorizerRecord) -> Allowed:
        if not all(_source(source, exchange) for source in authorizer.identity_source):
            raise NotAllowed(401, UNAUTHORIZED)
        payload = msgspec.json.encode(authorizer_event(exchange))
        uri, role = authorizer.authorizer_uri or "", authorizer.authorizer_credentials_arn
        source = exchange.client.served.arn_of_api(f"authorizers/{authorizer.authorizer_id}")
        try:
            called = await self._caller.call(exchange, uri, role, payload, source)
        except IntegrationFailed as failed:
            raise NotAllowed(500, INTERNAL) from failed
        return self._judged(arrival, exchange, called)

    def _judged(self, arrival: Arrival, exchange: Exchange, called: Called) -> Allowed:
        answer = _object(called.payload)
        if called.failed:
            refused = answer.get("errorMessage") == UNAUTHORIZED
            raise NotAllowed(401, UNAUTHORIZED) if refused else NotAllowed(500, INTERNAL)
        try:
            policy = AuthorizerPolicy(answer.get("policyDocument"))
            told = _context(answer)
        except (PolicyError, ValueError) as error:
            raise NotAllowed(500, INTERNAL) from error
        peer = arrival.peer
        verdict = policy.verdict(
            exchange.arn,
            lambda: global_context(
                ANONYMOUS,
                now=exchange.at,
                source_ip=peer.host,
                secure=peer.secure,
                user_agent=arrival.head.header("user-agent"),
                region=exchange.client.served.region,
            ),
        )
        if verdict != "allow":
            raise NotAllowed(403, _DENIED[verdict], refused="denied", known=Allowed(authorizer=told))
        return Allowed(authorizer=told, usage_key=str(answer.get("usageIdentifierKey") or ""))


def _source(source: str, exchange: Exchange) -> bool:
    """Whether an identity source (`route.request.header.Auth`) has a value."""
    root, _, name = source.rpartition(".")
    if root == "route.request.header":
        return any(n.lower() == name.lower() and value for n, value in exchange.headers)
    if root == "route.request.querystring":
        return any(n == name and value for n, value in exchange.query)
    if root == "stageVariables":
        return bool(exchange.stage.stage_variables.get(name))
    return True  # of the context, which always has what is documented


def _object(payload: bytes) -> Mapping[str, Any]:
    try:
        answer = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _context(answer: Mapping[str, Any]) -> dict[str, str]:
    """What an authorizer's answer tells of the caller, all of it as text.

    Raises:
        ValueError: no principal, or a value that is no plain one.
    """
    principal, given = answer.get("principalId"), answer.get("context") or {}
    if not isinstance(principal, str) or not isinstance(given, dict):
        raise ValueError("no principalId, or a context that is no object")
    if len(msgspec.json.encode(answer)) > _CONTEXT_BYTES_MAX:
        raise ValueError("the answer is too large")
    told = {"principalId": principal}
    for name, value in given.items():
        if not isinstance(value, str | int | float | bool):
            raise ValueError(f"the context's member {name!r} is not plain")
        told[name] = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return told


def _identity(principal: Principal) -> dict[str, str | None]:
    return {
        "accessKey": principal.access_key_id,
        "accountId": principal.account,
        "caller": principal.user_id,
        "cognitoAuthenticationProvider": None,
        "cognitoAuthenticationType": None,
        "cognitoIdentityId": None,
        "cognitoIdentityPoolId": None,
        "principalOrgId": None,
        "user": principal.user_id,
        "userArn": principal.arn,
    }
