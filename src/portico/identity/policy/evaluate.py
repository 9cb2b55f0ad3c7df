"""Whether a request is allowed: AWS's policy evaluation logic, whole.

Order: an explicit deny in any policy ends it. Services, anonymous callers and web identities need the resource's policy alone.
In the caller's own account a resource policy's Allow may end it, by the form in which it names the caller (`Admission`); else an
identity policy, the boundary and the session policy must each allow. Across accounts both sides must allow. A trust policy or a key's
policy must itself allow, whatever else does. The root user needs no identity policy.

Source: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "Permissions boundaries".
"""

import itertools

import msgspec

from portico.identity.policy.document import Policy, Statement
from portico.identity.policy.principals import Admission, is_web_identity
from portico.identity.policy.variables import Context, Value
from portico.identity.principal import Principal

__all__ = ["Context", "Decision", "Policies", "Reason", "Request", "Sourced", "Value", "evaluate"]

IDENTITY = "identity-based policy"
BOUNDARY = "permissions boundary"
SESSION = "session policy"
RESOURCE = "resource-based policy"
TRUST = "role trust policy"
ROOT = "root user"


class Sourced(msgspec.Struct, frozen=True, gc=False):
    """A policy and where it stands: the ARN of a managed policy, `inline:NAME on ARN`, the resource's ARN."""

    policy: Policy
    source: str


class Policies(msgspec.Struct, frozen=True, gc=False):
    """What applies to a caller and a resource. `session` is None when no session policy was given and empty when nothing is
    allowed by it. `decisive`: `resource` must itself allow, as a key's policy must; `trust`: and it is a role's trust policy."""

    identity: tuple[Sourced, ...] = ()
    boundary: Sourced | None = None
    session: tuple[Sourced, ...] | None = None
    resource: Sourced | None = None
    trust: bool = False
    decisive: bool = False


class Request(msgspec.Struct, frozen=True, gc=False):
    """What is asked: `action` (`lambda:InvokeFunction`, any case) on `resource` (an ARN, or `*`) of `resource_account` (empty: the
    caller's own) by `principal`, with condition values by lower-case key."""

    action: str
    resource: str
    principal: Principal
    resource_account: str
    context: Context


class Reason(msgspec.Struct, frozen=True, gc=False):
    """A statement that had a part in a decision: that of `source`, a policy of type `kind`.

    `missed` is empty for a statement that applied; else it names what kept a statement about this action from applying:
    `principal`, `resource`, or the condition (`StringEquals aws:username`).
    """

    kind: str
    source: str
    statement: Statement
    missed: str = ""


class Decision(msgspec.Struct, frozen=True, gc=False):
    """The outcome. `kind` is the type of policy that decided (`identity-based policy`; for the root user's own `root user`);
    `explicit` tells a deny that a statement made from one that nothing overcame. `because` are the statements: for an implicit
    deny those about the action that did not apply."""

    allowed: bool
    because: tuple[Reason, ...]
    explicit: bool
    kind: str


def evaluate(request: Request, policies: Policies) -> Decision:
    """Decide `request` under `policies`. Pure, and a few microseconds where policies are small."""
    resource_kind = TRUST if policies.trust else RESOURCE
    layers = _layers(policies)
    denial = _denied(request, policies, layers, resource_kind)
    if denial is not None:
        return Decision(False, (denial,), True, denial.kind)
    principal = request.principal
    admission, by_resource = _admitted(request, policies.resource, resource_kind)
    stranger = principal.kind in ("service", "anonymous") or is_web_identity(principal)
    own = not request.resource_account or request.resource_account == principal.account
    if by_resource is not None and (stranger or (own and admission is Admission.EXACT)):
        return Decision(True, (by_resource,), False, resource_kind)
    if by_resource is None and (stranger or policies.decisive or policies.trust):
        return _refused(request, _of_resource(policies), resource_kind)
    by_entity = own and admission is Admission.ENTITY
    if by_entity or principal.kind == "root":
        del layers[0]
    because: list[Reason] = []
    for kind, layer in layers:
        reason = _allowing(request, layer, kind)
        if reason is None:
            return _refused(request, layer, kind)
        because.append(reason)
    if by_resource is not None:
        because.insert(0 if by_entity else len(because), by_resource)
    elif not own:
        return _refused(request, _of_resource(policies), resource_kind)
    return Decision(True, tuple(because), False, because[0].kind if because else ROOT)


def circumstances(policies: Policies, action: str) -> frozenset[str] | None:
    """The condition keys (lower case) that the statements about `action` ask for: calls that agree in them are decided alike. None where a
    policy variable may ask for any."""
    layers = [policies.identity, policies.session or (), _of_resource(policies)]
    layers.append(() if policies.boundary is None else (policies.boundary,))
    asked: set[str] = set()
    for sourced in itertools.chain(*layers):
        for statement in itertools.chain(*sourced.policy.about(action)):
            keys = statement.circumstances
            if keys is None:
                return None
            asked |= keys
    return frozenset(asked)


def _layers(policies: Policies) -> list[tuple[str, tuple[Sourced, ...]]]:
    """The types of policy on the caller's side, each of which must allow; that of identity policies is always the first."""
    layers = [(IDENTITY, policies.identity)]
    if policies.boundary is not None:
        layers.append((BOUNDARY, (policies.boundary,)))
    if policies.session is not None:
        layers.append((SESSION, policies.session))
    return layers


def _of_resource(policies: Policies) -> tuple[Sourced, ...]:
    return () if policies.resource is None else (policies.resource,)


def _allowing(request: Request, layer: tuple[Sourced, ...], kind: str) -> Reason | None:
    for sourced in layer:
        for statement in sourced.policy.about(request.action)[1]:
            if _applies(statement, request):
                return Reason(kind, sourced.source, statement)
    return None


def _denied(
    request: Request,
    policies: Policies,
    layers: list[tuple[str, tuple[Sourced, ...]]],
    resource_kind: str,
) -> Reason | None:
    """The first explicit deny, by type of policy in the order identity, boundary, session, resource."""
    for kind, layer in layers:
        for sourced in layer:
            for statement in sourced.policy.about(request.action)[0]:
                if _applies(statement, request):
                    return Reason(kind, sourced.source, statement)
    if policies.resource is not None:
        for statement in policies.resource.policy.about(request.action)[0]:
            if _denies_caller(statement, request, policies) and _applies(statement, request):
                return Reason(resource_kind, policies.resource.source, statement)
    return None


def _admitted(request: Request, resource: Sourced | None, kind: str) -> tuple[Admission, Reason | None]:
    """The best that an Allow of the resource's policy does for the caller, and the statement that does it."""
    best, reason = Admission.NONE, None
    if resource is not None:
        for statement in resource.policy.about(request.action)[1]:
            admission = _admission(statement, request.principal)
            if admission > best and _applies(statement, request):
                best, reason = admission, Reason(kind, resource.source, statement)
    return best, reason


def _admission(statement: Statement, principal: Principal) -> Admission:
    if statement.principals is None:
        return Admission.NONE
    admission = statement.principals.admits(principal)
    if statement.not_principal:
        return Admission.NONE if admission else Admission.EXACT
    return admission


def _denies_caller(statement: Statement, request: Request, policies: Policies) -> bool:
    if statement.principals is None:
        return False
    if statement.not_principal:
        return not statement.principals.names_all_of(request.principal, bounded=policies.boundary is not None)
    return statement.principals.admits(request.principal) > Admission.NONE


def _applies(statement: Statement, request: Request) -> bool:
    return statement.concerns(request.resource, request.context) and statement.unmet(request.context) is None


def _refused(request: Request, layer: tuple[Sourced, ...], kind: str) -> Decision:
    """An implicit deny: nothing in `layer`, the policies of type `kind`, allowed. Its reasons are the near misses, for those who
    look for the mistake."""
    misses = tuple(
        Reason(kind, sourced.source, statement, _missed(statement, request))
        for sourced in layer
        for statement in sourced.policy.about(request.action)[1]
    )
    return Decision(False, misses, False, kind)


def _missed(statement: Statement, request: Request) -> str:
    if statement.principals is not None and _admission(statement, request.principal) is Admission.NONE:
        return "principal"
    if not statement.concerns(request.resource, request.context):
        return "resource"
    condition = statement.unmet(request.context)
    return "" if condition is None else f"{condition.label} {condition.name}"
