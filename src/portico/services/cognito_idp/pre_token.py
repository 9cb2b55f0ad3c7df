"""The pre token generation trigger: what a pool's function makes of tokens before they are signed.

Version 1 changes ID tokens, in text; versions 2 and 3 access tokens and scopes as well, in any JSON.

Source: Cognito Developer Guide, "Pre token generation Lambda trigger".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.claims import Changes, Membership, Overrides
from portico.services.cognito_idp.records import Pool
from portico.services.cognito_idp.service import CognitoIdp
from portico.services.cognito_idp.triggers import call_trigger, function_of

NO_OVERRIDES = Overrides()
_RESERVED_SCOPES = "aws.cognito."


class _Group(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    groups_to_override: list[str] | None = None
    iam_roles_to_override: list[str] | None = None
    preferred_role: str | None = None


class _Token(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    claims_to_add_or_override: dict[str, Any] | None = None
    claims_to_suppress: list[str] | None = None
    scopes_to_add: list[str] | None = None
    scopes_to_suppress: list[str] | None = None


class _First(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """`claimsOverrideDetails`."""

    claims_to_add_or_override: dict[str, str | int | float | bool | None] | None = None
    claims_to_suppress: list[str] | None = None
    group_override_details: _Group | msgspec.UnsetType | None = msgspec.UNSET


class _Second(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """`claimsAndScopeOverrideDetails`."""

    id_token_generation: _Token | None = None
    access_token_generation: _Token | None = None
    group_override_details: _Group | msgspec.UnsetType | None = msgspec.UNSET


class Subject(msgspec.Struct, frozen=True, gc=False):
    """Whom tokens are for, as functions are told: a user's name and attributes, or a client's id alone."""

    username: str
    client_id: str
    attributes: Mapping[str, str]
    scopes: tuple[str, ...]


async def overrides(
    idp: CognitoIdp,
    call: Call,
    pool: Pool,
    subject: Subject,
    groups: Membership,
    source: str,
    metadata: Mapping[str, str],
) -> Overrides:
    """What the pool's function, if it has one, wants changed. `source` is the part of the trigger's after `TokenGeneration_`.

    Raises:
        AwsError: the trigger's errors; InvalidLambdaResponseException also for what is of another form than documented.
    """
    source = f"TokenGeneration_{source}"
    if not function_of(pool, source):
        return NO_OVERRIDES
    first = pool.triggers["PreTokenGenerationConfig"]["LambdaVersion"] == "V1_0"
    request: dict[str, Any] = {
        "userAttributes": dict(subject.attributes),
        "groupConfiguration": {
            "groupsToOverride": list(groups.groups),
            "iamRolesToOverride": list(groups.roles),
            "preferredRole": groups.preferred or None,
        },
    }
    if not first:
        request["scopes"] = list(subject.scopes)
    whom = {"username": subject.username, "client_id": subject.client_id}
    answer = await call_trigger(idp, call, pool, source, **whom, request=request, metadata=metadata or None)
    return read_answer(answer or {}, first=first)


def read_answer(answer: Mapping[str, Any], *, first: bool) -> Overrides:
    """What a function's `response` says; `first`: it speaks version 1.

    Raises:
        AwsError: InvalidLambdaResponseException.
    """
    try:
        if first:
            return _of_first(msgspec.convert(answer.get("claimsOverrideDetails") or {}, _First))
        return _of_second(msgspec.convert(answer.get("claimsAndScopeOverrideDetails") or {}, _Second))
    except msgspec.ValidationError as error:
        raise errors.trigger_answer("Unrecognizable lambda output") from error


def _of_first(details: _First) -> Overrides:
    added = details.claims_to_add_or_override or {}
    texts = {name: _text(value) for name, value in added.items() if value is not None}
    changes = Changes(texts, frozenset(details.claims_to_suppress or ()))
    return Overrides(id=changes, membership=_membership(details.group_override_details))


def _of_second(details: _Second) -> Overrides:
    identity, access = details.id_token_generation or _Token(), details.access_token_generation or _Token()
    added = [scope for scope in access.scopes_to_add or () if _may_add(scope)]
    return Overrides(
        id=_changes(identity),
        access=_changes(access),
        scopes_add=tuple(dict.fromkeys(added)),
        scopes_suppress=frozenset(access.scopes_to_suppress or ()),
        membership=_membership(details.group_override_details),
    )


def _changes(token: _Token) -> Changes:
    return Changes(token.claims_to_add_or_override or {}, frozenset(token.claims_to_suppress or ()))


def _membership(details: _Group | msgspec.UnsetType | None) -> Membership | None:
    """The groups instead of the user's own; an answer that names none takes them away."""
    if details is msgspec.UNSET:
        return None
    if not isinstance(details, _Group):
        return Membership()
    return Membership(
        tuple(details.groups_to_override or ()),
        tuple(details.iam_roles_to_override or ()),
        details.preferred_role or "",
    )


def _may_add(scope: str) -> bool:
    """A function can't make a token one for Cognito's own operations."""
    return (
        bool(scope) and not any(char.isspace() for char in scope) and not scope.startswith(_RESERVED_SCOPES)
    )


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
