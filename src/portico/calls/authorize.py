"""May this principal do this? The one place that asks, for every call from outside or from one service to another."""

from collections.abc import Awaitable
from operator import itemgetter
from types import CoroutineType
from typing import Any, Literal, TypeVar, cast

import msgspec

from portico.base.clock import Clock
from portico.calls.call import Call
from portico.calls.decisions import Decisions, Verdict
from portico.calls.memo import DecisionMemo, Values
from portico.calls.operation import Check, Operation
from portico.identity.applicable import applicable, global_context, principal_tags
from portico.identity.last_use import LastUses
from portico.identity.policy.evaluate import Decision, Policies, Request, Sourced, circumstances, evaluate
from portico.identity.policy.explain import reasons, refusal
from portico.identity.policy.parse import compiled
from portico.identity.principal import Principal
from portico.store.cache import RecordCache
from portico.wire.errors import AwsError

IamMode = Literal["enforce", "audit", "off"]
T = TypeVar("T")

# What a service's principal is made with, and others never have: the same whenever a caller calls.
_FIXED = frozenset(
    {
        *("aws:sourcearn", "aws:sourceaccount", "aws:sourceowner"),
        *("aws:principalisawsservice", "aws:principalservicename", "aws:principalservicenameslist"),
    }
)
_ANY = ("*",)

_DENIED = {
    "json": ("AccessDeniedException", 400),
    "json, once query": ("AccessDeniedException", 403),
    "rest-json": ("AccessDeniedException", 403),
    "smithy-rpc-v2-cbor": ("AccessDeniedException", 400),
    "query": ("AccessDenied", 403),
    "rest-xml": ("AccessDenied", 403),
    "ec2": ("UnauthorizedOperation", 403),
}
_LOWERED = ("sqs:",)  # SQS tells the action that it refuses in lower case


class Refused(AwsError):
    """The call is not allowed; the message says what was refused, to whom and by which rule."""

    def __init__(self, protocol: str, message: str) -> None:
        code, status = _DENIED[protocol]
        super().__init__(code, message, status)


class Settled(msgspec.Struct, frozen=True, gc=False):
    """That a principal may make a call of a service, whatever its payload and the circumstances: each action on each resource, with the
    decision."""

    principal: Principal
    service: str
    region: str
    allowed: tuple[tuple[str, str, Decision], ...]


class Authorizer:
    """Evaluates the policies that apply to a call. In mode `audit` it records what it would have refused and lets it pass."""

    def __init__(
        self, cache: RecordCache, clock: Clock, decisions: Decisions, mode: IamMode, last_uses: LastUses
    ) -> None:
        self._cache = cache
        self._clock = clock
        self._decisions = decisions
        self._mode = mode
        self._last_uses = last_uses
        self._memo = DecisionMemo(cache)

    async def authorize(
        self, protocol: str, operation: Operation, owner: Any, call: Call, request: Any
    ) -> None:
        """Check the operation's own permission on each of its resources, then those that depend on it.

        Raises:
            Refused: no policy allows it, or one denies it.
        """
        self._last_uses.note(call.principal, call.now, operation.service, call.scope.region)
        if self._mode == "off":
            return
        if operation.action is not None:
            resources = await _settled(operation.on(call, request)) if operation.on else _ANY
            policy = await operation.policy(owner, call, request) if operation.policy else None
            undecided = [r for r in resources if not self._known(call, operation.action, r, policy)]
            if undecided:
                keys = await _settled(operation.keys(call, request)) if operation.keys else {}
                for resource in undecided:
                    check = Check(operation.action, resource, keys, policy, decisive=operation.decisive)
                    self.check(protocol, call, check)
        if operation.also is not None:
            for check in await operation.also(owner, call, request):
                self.check(protocol, call, check)

    async def settled(self, operation: Operation, owner: Any, call: Call, request: Any) -> Settled | None:
        """What has been decided on a call and holds for every one that differs in nothing but its payload, until a record changes; None
        if that has to be asked each time."""
        principal = call.origin.principal
        allowed: list[tuple[str, str, Decision]] = []
        if self._mode != "off":
            if operation.also is not None or operation.action is None:
                return None
            resources = await _settled(operation.on(call, request)) if operation.on else _ANY
            policy = await operation.policy(owner, call, request) if operation.policy else None
            keys = await _settled(operation.keys(call, request)) if operation.keys else {}
            for resource in resources:
                given = _given(Check(operation.action, resource, keys, policy))
                about = (_name(principal), operation.action, resource, policy)
                decision = self._memo.get(principal, (*about, None))
                if decision is None and given is not None:
                    decision = self._memo.get(principal, (*about, given))
                if decision is None:
                    return None
                allowed.append((operation.action, resource, decision))
        return Settled(principal, operation.service, call.scope.region, tuple(allowed))

    def repeat(self, settled: Settled, request_id: str, at: float) -> None:
        """Note one more call that is allowed, at `at` (`now` clock, seconds), by what is `settled`."""
        principal = settled.principal
        self._last_uses.note(principal, at, settled.service, settled.region)
        for action, resource, decision in settled.allowed:
            self._decisions.allowed(request_id, at, principal.arn, action, resource, decision)

    def check(self, protocol: str, call: Call, check: Check, *, always: bool = False) -> None:
        """Check one action on one resource. `always` refuses in every mode: the modes are about AWS's services, not about who may
        copy or erase all that the server keeps.

        Raises:
            Refused: see `authorize`.
        """
        decision, message = self.judge(call, check)
        if not decision.allowed and (always or self._mode == "enforce"):
            raise Refused(protocol, message)

    @property
    def enforces(self) -> bool:
        """Whether what is not allowed is refused (mode `enforce`)."""
        return self._mode == "enforce"

    def judge(self, call: Call, check: Check) -> tuple[Decision, str]:
        """What the policies say about one action on one resource, noted for those who want it explained, and AWS's words for a refusal
        ("" where it is allowed). Whoever asks refuses in words of his own."""
        decision = self._decide(call, check)
        origin, principal = call.origin, call.origin.principal
        if decision.allowed:
            self._decisions.allowed(
                origin.request_id, call.now, principal.arn, check.action, check.resource, decision
            )
            return decision, ""
        action = check.action.lower() if check.action.startswith(_LOWERED) else check.action
        message = refusal(decision, principal, action, check.resource)
        verdict = Verdict(
            origin.request_id,
            call.now,
            principal.arn,
            check.action,
            check.resource,
            False,
            message,
            tuple(reasons(decision)),
        )
        self._decisions.refused(verdict)
        return decision, message

    def foresee(self, call: Call, check: Check) -> Decision:
        """What would be decided, without its being on record."""
        return self._decide(call, check)

    def note(self, verdict: Verdict) -> None:
        """Note a refusal that somebody else has decided on, for those who want it explained."""
        self._decisions.refused(verdict)

    def given(self, own_id: str, request_id: str, *, refused: bool = True) -> None:
        """What is on record under `request_id` may be asked for by `own_id` as well (`Decisions.given`)."""
        self._decisions.given(own_id, request_id, refused=refused)

    def _known(self, call: Call, action: str, resource: str, policy: str | None) -> bool:
        """Whether the same call was allowed before, under the very same policies and whatever the circumstances."""
        principal = call.origin.principal
        decision = self._memo.get(principal, (_name(principal), action, resource, policy, None))
        if decision is None:
            return False
        self._decisions.allowed(call.origin.request_id, call.now, principal.arn, action, resource, decision)
        return True

    def _decide(self, call: Call, check: Check) -> Decision:
        """The decision, as it was made before or anew."""
        principal = call.origin.principal
        given = None if check.trust else _given(check)
        key = (_name(principal), check.action, check.resource, check.policy, given)
        known = None if given is None else self._memo.get(principal, key)
        if known is not None:
            return known
        own = applicable(self._cache, principal)
        policies = _with_check(own, check)
        decision = self._evaluated(call, check, policies)
        if decision.allowed and given is not None and own.session is None:
            asked = circumstances(policies, check.action)
            names = {name for name, _ in given}
            if asked is not None and asked <= _FIXED - names:
                self._memo.keep(own, (*key[:4], None), decision)
            elif asked is not None and _are_settled(asked - names, principal):
                self._memo.keep(own, key, decision)
        return decision

    def _evaluated(self, call: Call, check: Check, policies: Policies) -> Decision:
        origin = call.origin
        parts = check.resource.split(":", 5)
        account = parts[4] if len(parts) == 6 and parts[4].isdecimal() else origin.scope.account
        context = global_context(
            origin.principal,
            now=call.now,
            source_ip=origin.source_ip,
            secure=origin.secure,
            user_agent=origin.user_agent,
            region=origin.scope.region,
            resource_account=account,
            principal_tags=principal_tags(self._cache, origin.principal),
            extra=check.keys if not origin.via else {**check.keys, "aws:ViaAWSService": "true"},
        )
        return evaluate(Request(check.action, check.resource, origin.principal, account, context), policies)


def _with_check(own: Policies, check: Check) -> Policies:
    """A caller's policies with what a check brings: the resource's, and whether it is a trust policy."""
    if check.policy is not None:
        source = Sourced(compiled(check.policy), f"resource policy of {check.resource}")
        own = msgspec.structs.replace(own, resource=source, decisive=check.decisive)
    return msgspec.structs.replace(own, trust=True) if check.trust else own


def _given(check: Check) -> Values | None:
    """The condition values of a check as a key for what is remembered; None where one is made only when asked for."""
    if not check.keys:
        return ()
    given = tuple(sorted([(name.lower(), value) for name, value in check.keys.items()], key=itemgetter(0)))
    return None if any(callable(value) for _, value in given) else given


def _are_settled(asked: frozenset[str], principal: Principal) -> bool:
    """Whether condition values that a check does not bring are the same whenever this caller calls. What is not AWS's own comes with
    checks and with tokens."""
    return all(key in _FIXED or (principal.session is None and not key.startswith("aws:")) for key in asked)


def _name(principal: Principal) -> str:
    """Who calls, for what is kept of decisions; a service for each of its sources."""
    if principal.kind != "service":
        return principal.arn
    return f"{principal.arn} {principal.source_account} {principal.source_arn}"


async def _settled(value: T | Awaitable[T]) -> T:
    """`on` and `keys` may have to read a record first; then they are coroutines."""
    return await value if isinstance(value, CoroutineType) else cast(T, value)
