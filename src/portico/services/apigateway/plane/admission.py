"""Who is let through: the resource policy, the method's authorisation, the API key, quotas and rates, in this order.

Each kind of authorisation is a row of `_KINDS`. A resource policy goes together with each in its own way (`doors/resource_policy.py`).

Source: API Gateway Developer Guide, "How API Gateway resource policies affect authorization workflow", "Throttle requests to your REST
APIs" (order of limits), "Choose an API key source".
"""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from portico.base.clock import Clock
from portico.doors.authorizer_policy import INVOKE
from portico.doors.buckets import Buckets
from portico.doors.port import Arrival
from portico.doors.resource_policy import denied, words
from portico.identity.global_keys import global_context
from portico.identity.principal import ANONYMOUS, Principal
from portico.identity.tokens import Tokens
from portico.services.apigateway.plane import identity
from portico.services.apigateway.plane.clients import Member, Members
from portico.services.apigateway.plane.iam import Signatures, Target
from portico.services.apigateway.plane.lambda_authorizers import LambdaAuthorizer, LambdaAuthorizers
from portico.services.apigateway.plane.plans import Plan
from portico.services.apigateway.plane.quotas import Quotas
from portico.services.apigateway.plane.stages import Live
from portico.services.apigateway.plane.user_pools import PoolTokens
from portico.services.apigateway.transform.media import header
from portico.services.apigateway.transform.seam import GatewayRefusal, RequestContext


class Asked(msgspec.Struct, frozen=True):
    """A request whose method is known. `arn` is the method's with the path that was asked for, `body` what was sent (a signature may
    cover it)."""

    arrival: Arrival
    live: Live
    plan: Plan
    request: RequestContext
    arn: str
    body: bytes

    @property
    def target(self) -> Target:
        """What is to be invoked."""
        owner = self.live.owner
        return Target(self.arn, owner.account, owner.region, self.plan.policy)


class Authorised(msgspec.Struct, frozen=True):
    """A request whose caller may make it. `caller` tells callers apart ("" where nobody is asked who they are), `signer` is who has
    signed, `usage_key` the API key that an authorizer has named."""

    request: RequestContext
    caller: str = ""
    signer: Principal = ANONYMOUS
    usage_key: str = ""


class Admission:
    """Lets requests through or refuses them."""

    __slots__ = ("_buckets", "_clock", "_members", "_quotas", "_signatures", "_tokens", "authorizers")

    def __init__(
        self,
        *,
        signatures: Signatures,
        tokens: Tokens,
        authorizers: LambdaAuthorizers,
        members: Members,
        quotas: Quotas,
        buckets: Buckets,
        clock: Clock,
    ) -> None:
        self._signatures = signatures
        self._tokens = tokens
        self.authorizers = authorizers
        self._members = members
        self._quotas = quotas
        self._clock = clock
        self._buckets = buckets

    async def authorise(self, asked: Asked) -> Authorised:
        """Find out who calls and whether the method is theirs to call.

        Raises:
            GatewayRefusal: ACCESS_DENIED, UNAUTHORIZED, MISSING_AUTHENTICATION_TOKEN, INVALID_SIGNATURE, EXPIRED_TOKEN,
                AUTHORIZER_FAILURE, AUTHORIZER_CONFIGURATION_ERROR.
        """
        return await _KINDS[asked.plan.method.authorization_type](self, asked)

    def client(self, asked: Asked, authorised: Authorised) -> Member | None:
        """The client whose API key the request brings, None where the method needs none.

        Raises:
            GatewayRefusal: INVALID_API_KEY.
        """
        plan, owner = asked.plan, asked.live.owner
        if not plan.method.api_key_required:
            return None
        sent = asked.arrival.head.values.get("x-api-key", "")
        value = authorised.usage_key if plan.key_from_authorizer else sent
        stage = (owner.api_id, asked.live.record.stage_name)
        return self._members.find(owner.account, owner.region, value, stage)

    async def count(self, asked: Asked, client: Member | None) -> None:
        """Take the request from what its client, the method and the account may use.

        Raises:
            GatewayRefusal: THROTTLED, QUOTA_EXCEEDED.
        """
        live, plan, request = asked.live, asked.plan, asked.request
        limits = (*plan.limits, live.account_limit)
        if client is not None:
            limits = (*client.limits(plan.resource.path, request.http_method), *limits)
        if self._buckets.take(limits, self._clock.monotonic()) is not None:
            raise GatewayRefusal("THROTTLED")
        if client is not None:
            await self._quotas.take(live.owner.account, live.owner.region, client, request.at)

    def may_not_invalidate(self, asked: Asked, authorised: Authorised) -> str:
        """Why the caller may not have an answer made anew, "" if it may."""
        return self._signatures.refusal(
            asked.arrival, authorised.signer, asked.target, "execute-api:InvalidateCache"
        )

    async def open(self, asked: Asked) -> Authorised:
        """Nobody is asked who they are."""
        if asked.plan.policy is not None:
            self._signatures.require(asked.arrival, ANONYMOUS, asked.target)
        return Authorised(asked.request)

    async def signed(self, asked: Asked) -> Authorised:
        """Callers sign."""
        arrival, request = asked.arrival, asked.request
        caller = self._signatures.caller(arrival, request.region, asked.body)
        known = msgspec.structs.replace(
            request,
            identity=identity.signed(dict(request.identity), caller),
            caller=caller,
            headers=tuple([pair for pair in request.headers if pair[0].lower() != "authorization"]),
        )
        self._signatures.require(arrival, caller, asked.target, known)
        return Authorised(known, caller.arn, caller)

    async def by_pool(self, asked: Asked) -> Authorised:
        """Callers bring a user pool's token."""
        authorizer, request = asked.plan.authorizer, asked.request
        if not isinstance(authorizer, PoolTokens):
            raise _no_authorizer()
        text = header(request.headers, authorizer.header)
        claims = await authorizer.claims(self._tokens, text, asked.plan.method.authorization_scopes)
        known = msgspec.structs.replace(request, authorizer={"claims": claims})
        if asked.plan.policy is not None:
            self._signatures.require(asked.arrival, ANONYMOUS, asked.target, known)
        return Authorised(known, f"{claims.get('iss')} {claims.get('sub')}")

    async def by_function(self, asked: Asked) -> Authorised:
        """A Lambda authorizer knows callers."""
        authorizer, request = asked.plan.authorizer, asked.request
        if not isinstance(authorizer, LambdaAuthorizer):
            raise _no_authorizer()
        if asked.plan.policy is not None:
            self._refuse_denied(asked, asked.plan.policy)
        answered = await self.authorizers.answer(authorizer, request, asked.arn)
        known = msgspec.structs.replace(request, authorizer=answered.shown)
        refused = self.authorizers.refusal(answered, request, asked.arn, secure=asked.arrival.peer.secure)
        if refused:
            why = f"the policy that the authorizer {authorizer.record.name} answered with does not allow it"
            self._signatures.note(asked.arrival, answered.principal_id, asked.target, refused, why)
            raise GatewayRefusal("ACCESS_DENIED", refused, known=known)
        who = answered.principal_id
        if asked.plan.caching is not None:
            who = repr((who, *authorizer.values(request)))
        return Authorised(known, who, usage_key=answered.usage_key)

    @staticmethod
    def _refuse_denied(asked: Asked, policy: str) -> None:
        arrival = asked.arrival
        context = global_context(
            ANONYMOUS,
            now=arrival.at,
            source_ip=arrival.peer.host,
            secure=arrival.peer.secure,
            user_agent=arrival.head.header("user-agent"),
            region=asked.request.region,
            resource_account=asked.request.account,
        )
        decision = denied(policy, asked.arn, context)
        if decision is not None:
            raise GatewayRefusal("ACCESS_DENIED", words(decision, ANONYMOUS, INVOKE, asked.arn))


def _no_authorizer() -> GatewayRefusal:
    detail = "Execution failed due to configuration error: Authorizer not found"
    return GatewayRefusal("AUTHORIZER_CONFIGURATION_ERROR", null=True, detail=detail)


_KINDS: Mapping[str, Callable[[Admission, Asked], Awaitable[Authorised]]] = {
    "NONE": Admission.open,
    "AWS_IAM": Admission.signed,
    "COGNITO_USER_POOLS": Admission.by_pool,
    "CUSTOM": Admission.by_function,
}
