"""Lambda authorizers: a function that is asked about a caller, and what it has answered, for as long as that counts.

Source: API Gateway Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers".
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.doors.authorizer_cache import AuthorizerCache
from portico.doors.authorizer_policy import AuthorizerPolicy
from portico.doors.roles import DoorRoles
from portico.identity.global_keys import global_context
from portico.identity.policy.document import PolicyError
from portico.identity.principal import ANONYMOUS, Principal
from portico.services.apigatewayv2.plane import events, replies
from portico.services.apigatewayv2.plane.asked import Allowed, Asked
from portico.services.apigatewayv2.plane.authorizing.signatures import invoked_arn
from portico.services.apigatewayv2.plane.plans import AuthorizerPlan
from portico.wire.errors import AwsError

_TIMEOUT_S = 10.0
_RESERVED = "claims"


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """What a function has answered: whether it admits the caller, or the policy that tells; and what it says about them."""

    admits: bool
    policy: AuthorizerPolicy | None
    context: Mapping[str, Any]
    principal_id: str = ""


class FunctionAuthorizers:
    """Asks functions, and remembers their answers."""

    __slots__ = ("_cache", "_clients", "_roles")

    def __init__(self, clients: Clients, roles: DoorRoles) -> None:
        self._clients = clients
        self._roles = roles
        self._cache: AuthorizerCache[Judgement] = AuthorizerCache()

    async def admitted(self, asked: Asked, plan: AuthorizerPlan) -> Allowed:
        """The caller, as the function tells.

        Raises:
            Refusal: 401, a source of the caller's identity is missing; 403, the function does not admit them; 500, it could not be
                asked or has given no answer.
        """
        identity = [source(asked, None) for source in plan.sources]
        if not all(identity):
            raise replies.unauthorized("an identity source is missing")
        values = [one for one in identity if one is not None]
        judgement = await self._judged(asked, plan, values)
        if not _admits(asked, judgement):
            raise replies.forbidden("the authorizer does not admit the caller")
        flat = {**judgement.context}
        if judgement.principal_id:
            flat["principalId"] = judgement.principal_id
        return Allowed({"lambda": judgement.context}, flat)

    async def _judged(self, asked: Asked, plan: AuthorizerPlan, identity: list[str]) -> Judgement:
        ttl_s = plan.authorizer.authorizer_result_ttl_in_seconds or 0
        if not ttl_s or not identity:
            return await self._ask(asked, plan, identity)
        stage = asked.stage
        scope = (stage.api_id, stage.name)
        key = (plan.authorizer.authorizer_id, stage.deployment_id, str(stage.reset_at), *identity)
        held = self._cache.get(scope, key, asked.arrival.at)
        if held is None:
            held = await self._ask(asked, plan, identity)
            self._cache.put(scope, key, held, asked.arrival.at + ttl_s)
        return held

    async def _ask(self, asked: Asked, plan: AuthorizerPlan, identity: list[str]) -> Judgement:
        authorizer = plan.authorizer
        two = authorizer.authorizer_payload_format_version == "2.0"
        make = events.authorizer2 if two else events.authorizer1
        payload = msgspec.json.encode(make(asked, identity, invoked_arn(asked)))
        client = self._clients.of(
            self._caller(asked, plan),
            Scope(asked.stage.account, asked.stage.region),
            request_id=asked.arrival.request_id,
            trace=asked.trace,
        )
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                answer = await client.call("lambda", "Invoke", FunctionName=plan.function, Payload=payload)
        except TimeoutError as error:
            raise replies.failed("the authorizer took too long") from error
        except AwsError as error:
            raise replies.failed(f"the authorizer could not be asked: {error}") from error
        if answer.get("FunctionError"):
            raise replies.failed("the authorizer has failed")
        return judgement_of(answer["Payload"], simple=bool(authorizer.enable_simple_responses))

    def _caller(self, asked: Asked, plan: AuthorizerPlan) -> Principal:
        """Whom the function is called as: the authorizer's role, or API Gateway itself."""
        role = plan.authorizer.authorizer_credentials_arn
        if not role:
            return plan.caller
        session = self._roles.session(
            role,
            "BackplaneAssumeRoleSession",
            source_arn=plan.caller.source_arn,
            source_account=asked.stage.account,
        )
        if session is None:
            raise replies.failed("the authorizer's role can't be assumed")
        return session


def judgement_of(payload: bytes, *, simple: bool) -> Judgement:
    """What a function's payload says.

    Raises:
        Refusal: 500, it is no answer of an authorizer.
    """
    try:
        given = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError) as error:
        raise replies.failed("the authorizer's answer is not JSON") from error
    if not isinstance(given, dict):
        raise replies.failed("the authorizer's answer is not an object")
    context = given.get("context") or {}
    if not isinstance(context, dict) or _RESERVED in context:
        raise replies.failed("the authorizer's context can't be used")
    if simple:
        admits = given.get("isAuthorized")
        if not isinstance(admits, bool):
            raise replies.failed("the authorizer does not say whether the caller is authorized")
        return Judgement(admits, None, context)
    principal = given.get("principalId")
    try:
        policy = AuthorizerPolicy(given.get("policyDocument"))
    except PolicyError as error:
        raise replies.failed(f"the authorizer's policy can't be used: {error}") from error
    if not isinstance(principal, str) or not principal:
        raise replies.failed("the authorizer does not say whom it has authorized")
    return Judgement(True, policy, context, principal)


def _admits(asked: Asked, judgement: Judgement) -> bool:
    if judgement.policy is None:
        return judgement.admits
    arrival = asked.arrival
    verdict = judgement.policy.verdict(
        invoked_arn(asked),
        lambda: global_context(
            ANONYMOUS,
            now=arrival.at,
            source_ip=arrival.peer.host,
            secure=arrival.peer.secure,
            user_agent=arrival.head.header("user-agent"),
            resource_account=asked.stage.account,
        ),
    )
    return verdict == "allow"
