"""AssumeRole: become a role that trusts the caller."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import Check, Values, operation
from portico.identity.principal import Session
from portico.identity.sessions import role_session
from portico.services.sts import errors, inputs
from portico.services.sts.service import Sts

if TYPE_CHECKING:
    from portico.services.sts.shapes import AssumeRoleRequest, AssumeRoleResponse


def _source_identity(call: Call, request: Mapping[str, Any]) -> str:
    """The source identity: once a session has one, it stays through every role that is assumed from it."""
    session = call.principal.session
    kept = session.source_identity if session else ""
    asked: str = request.get("SourceIdentity") or ""
    if kept and asked and asked != kept:
        raise errors.access_denied("The source identity of the session can't be changed.")
    return kept or asked


async def permissions(_sts: Sts, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """What a caller needs, of the role's trust policy and by its own policies: to assume the role, and to tag the session or
    name its source identity if it does."""
    if call.principal.kind == "root":
        raise errors.root_may_not_assume()
    arn = request["RoleArn"]
    role = await inputs.find_role(call, arn)
    tags = inputs.session_tags(request, call.principal.session)
    source_identity = _source_identity(call, request)
    keys: dict[str, Values] = {
        "sts:RoleSessionName": request["RoleSessionName"],
        **({"sts:ExternalId": request["ExternalId"]} if request.get("ExternalId") else {}),
        **({"sts:SourceIdentity": source_identity} if source_identity else {}),
        **inputs.tag_keys(tags),
        **inputs.role_keys(role),
    }
    actions = ["sts:AssumeRole"]
    if tags.all:
        actions.append("sts:TagSession")
    if source_identity:
        actions.append("sts:SetSourceIdentity")
    trust = role.trust if role else None
    return [Check(action, arn, keys, trust, trust=True) for action in actions]


@operation(action=None, also=permissions)
async def assume_role(sts: Sts, call: Call, request: "AssumeRoleRequest") -> "AssumeRoleResponse":
    """Issue credentials of a role, as its trust policy and the caller's own policies allow.

    Raises:
        AccessDenied: the role is absent or does not trust the caller, the caller is root, an MFA code is given.
        MalformedPolicyDocument, PackedPolicyTooLarge: the session policies.
        ValidationError: longer than the role (or a chain of roles) allows.

    Source: STS API Reference, AssumeRole; IAM User Guide, "Pass session tags in AWS STS".
    """
    if request.get("ProvidedContexts"):
        raise errors.no_contexts()
    if request.get("SerialNumber") or request.get("TokenCode"):
        raise errors.mfa_failed()
    role = await inputs.find_role(call, request["RoleArn"])
    if role is None:
        raise errors.not_authorized(call.principal.arn, "sts:AssumeRole", request["RoleArn"])
    before = call.principal.session
    lifetime_s = inputs.duration_s(request, role, chained=before is not None)
    policies = await inputs.session_policies(call, request, role.account)
    tags = inputs.session_tags(request, before)
    packed = inputs.packed_percent(policies, tags.all)
    source_identity = _source_identity(call, request)
    session = Session(
        request["RoleSessionName"],
        issued_at=call.now,
        expires_at=call.now + lifetime_s,
        policies=policies,
        tags=tags.all,
        transitive_tag_keys=tags.transitive_keys,
        source_identity=source_identity,
        mfa=before is not None and before.mfa,
        lineage=(*(before.lineage if before else ()), call.principal.arn),
        environment=before.environment if before else "",
    )
    principal = role_session(role, session)
    response: AssumeRoleResponse = {
        "Credentials": inputs.shown(sts.sessions.seal(principal)),
        "AssumedRoleUser": {"AssumedRoleId": principal.user_id, "Arn": principal.arn},
    }
    if packed is not None:
        response["PackedPolicySize"] = packed
    if source_identity:
        response["SourceIdentity"] = source_identity
    return response
