"""What a caller says about the session that it asks for: policies, tags, how long."""

import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.arn import parse as parse_arn
from portico.calls.call import Call
from portico.calls.operation import Values
from portico.identity.managed import managed_policy
from portico.identity.policy.parse import PolicyError, parse
from portico.identity.principal import Session
from portico.identity.records import POLICIES, ROLES, Role
from portico.identity.sessions import Credentials
from portico.services.sts import errors

if TYPE_CHECKING:
    from portico.services.sts import shapes

INLINE_CHARS_MAX = 2048
POLICY_ARNS_MAX = 10
PACKED_BYTES_MAX = 1024
"""What policies and tags may come to when packed. AWS does not say how it packs; here they are deflated."""
CHAINED_S_MAX = 3600

Tags = tuple[tuple[str, str], ...]


class SessionTags(msgspec.Struct, frozen=True, gc=False):
    """The tags of a session to be: those that the caller's own session passes on, and the requested ones."""

    requested: Tags
    inherited: Tags
    transitive_keys: tuple[str, ...]

    @property
    def all(self) -> Tags:
        """All of them."""
        return self.inherited + self.requested


async def find_role(call: Call, arn: str) -> Role | None:
    """The role `arn`.

    Raises:
        ValidationError: it is not the ARN of a role.
    """
    parts = parse_arn(arn)
    if parts is None or parts.service != "iam" or parts.region or not parts.resource.startswith("role/"):
        raise errors.validation(f"{arn} is invalid")
    role = await call.tx.get(ROLES, parts.account, parts.resource.rpartition("/")[2].lower())
    return role if role is not None and role.arn == arn else None


def session_tags(request: Mapping[str, Any], session: Session | None) -> SessionTags:
    """The session's tags, of what `request` asks for and of what the caller's `session` hands down.

    Raises:
        InvalidParameterValue: a key twice (in any case), a transitive key that is no tag, or one that is already handed down.
    """
    requested = tuple((tag["Key"], tag["Value"]) for tag in request.get("Tags") or ())
    transitive = tuple(request.get("TransitiveTagKeys") or ())
    keys = [key.lower() for key, _ in requested]
    if len(set(keys)) != len(keys):
        raise errors.invalid_parameter(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        )
    if not {key.lower() for key in transitive} <= set(keys):
        raise errors.invalid_parameter(
            "The specified transitive tag key must be included in the requested tags."
        )
    handed_down = session.transitive_tag_keys if session else ()
    lowered = {key.lower() for key in handed_down}
    if lowered & set(keys):
        raise errors.invalid_parameter(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the "
            "calling session."
        )
    inherited = tuple(tag for tag in session.tags if tag[0].lower() in lowered) if session else ()
    return SessionTags(requested, inherited, handed_down + transitive)


def tag_keys(tags: SessionTags) -> dict[str, Values]:
    """The condition keys that session tags give to a check."""
    if not tags.all:
        return {}
    found: dict[str, Values] = {f"aws:RequestTag/{key}": value for key, value in tags.all}
    found["aws:TagKeys"] = tuple(key for key, _ in tags.all)
    if tags.transitive_keys:
        found["sts:TransitiveTagKeys"] = tags.transitive_keys
    return found


def role_keys(role: Role | None) -> dict[str, Values]:
    """The condition keys that a role's own tags give to a check."""
    tags = role.tags if role else ()
    return {f"{prefix}:ResourceTag/{key}": value for key, value in tags for prefix in ("aws", "iam")}


async def session_policies(call: Call, request: Mapping[str, Any], account: str) -> tuple[str, ...]:
    """The session policies that `request` gives: the inline document, and the ARNs of managed ones.

    Raises:
        MalformedPolicyDocument: the inline one is no policy, or a managed one does not exist in `account` or is not AWS's.
        ValidationError: too long, or too many.
    """
    given: list[str] = []
    inline = request.get("Policy")
    if inline is not None:
        if len(inline) > INLINE_CHARS_MAX:
            raise errors.validation(
                "1 validation error detected: Value at 'policy' failed to satisfy constraint: "
                f"Member must have length less than or equal to {INLINE_CHARS_MAX}"
            )
        try:
            parse(inline, "session")
        except PolicyError as error:
            raise errors.malformed_policy(error.message) from error
        given.append(inline)
    arns = [entry.get("arn", "") for entry in request.get("PolicyArns") or ()]
    if len(arns) > POLICY_ARNS_MAX:
        raise errors.validation(
            "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: "
            f"Member must have length less than or equal to {POLICY_ARNS_MAX}"
        )
    for arn in arns:
        if not await _exists(call, arn, account):
            raise errors.malformed_policy(f"Policy {arn} does not exist or is not attachable.")
    return (*given, *arns)


async def _exists(call: Call, arn: str, account: str) -> bool:
    if managed_policy(arn) is not None:
        return True
    parts = parse_arn(arn)
    if parts is None or parts.account != account or not parts.resource.startswith("policy/"):
        return False
    policy = await call.tx.get(POLICIES, account, parts.resource.rpartition("/")[2].lower())
    return policy is not None and policy.arn == arn


def packed_percent(policies: Sequence[str], tags: Tags) -> int | None:
    """How much of the space for policies and tags they take, in percent; None when there are none.

    Raises:
        PackedPolicyTooLarge: more than all of it.
    """
    if not policies and not tags:
        return None
    packed = zlib.compress("\n".join((*policies, *(part for tag in tags for part in tag))).encode(), 9)
    percent = -(-len(packed) * 100 // PACKED_BYTES_MAX)
    if percent > 100:
        raise errors.packed_too_large(percent, policy=bool(policies))
    return percent


def duration_s(request: Mapping[str, Any], role: Role, *, chained: bool) -> int:
    """How long the role's session lasts: as asked, at most as long as the role allows, and an hour in a chain.

    Raises:
        ValidationError: more was asked for.
    """
    asked = request.get("DurationSeconds")
    if asked is None:
        return min(3600, role.max_session_s)
    if chained and asked > CHAINED_S_MAX:
        raise errors.chained_too_long()
    if asked > role.max_session_s:
        raise errors.too_long_for_role()
    return int(asked)


def shown(credentials: Credentials) -> "shapes.Credentials":
    """Credentials as STS answers with them."""
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret,
        "SessionToken": credentials.token,
        "Expiration": float(int(credentials.expires_at)),
    }
