"""Which role and which session tags a login gets. Pure.

Source: Cognito Developer Guide, "Using role-based access control" and "Using attributes for access control".
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portico.services.cognito_identity.records import Mapping as RoleMapping
from portico.services.cognito_identity.records import Pool, Rule, TagMap
from portico.services.cognito_identity.roles import DEFAULT_TAGS

Claims = Mapping[str, Any]
_ROLES, _PREFERRED = "cognito:roles", "cognito:preferred_role"
_VALUE_CHARS_MAX = 256


class Denied(Exception):
    """The mapping gives no role."""


class Verified(msgspec.Struct, frozen=True, gc=False):
    """A login that was verified: `provider` is its key in `Logins`, `names` what role mappings and tags may call it by, `user` its
    subject; `amr` is how it shows up in the identity's `amr`."""

    provider: str
    names: tuple[str, ...]
    user: str
    claims: Claims
    amr: str


_MATCHES: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": lambda given, wanted: given == wanted,
    "NotEqual": lambda given, wanted: given != wanted,
    "StartsWith": lambda given, wanted: given.startswith(wanted),
    "Contains": lambda given, wanted: wanted in given,
}


def role_of(pool: Pool, login: Verified | None, custom: str) -> str:
    """The ARN of the role for a login (None: a guest), or "" if the pool has none. `custom` is the one that was asked for.

    Raises:
        Denied: the mapping says so, or the one that was asked for is none of those that it allows.
    """
    if login is None:
        return pool.roles.get("unauthenticated", "")
    usual = pool.roles.get("authenticated", "")
    mapping = next((pool.mappings[name] for name in login.names if name in pool.mappings), None)
    if mapping is None:
        if custom and custom != usual:
            raise Denied
        return usual
    allowed, preferred = (_by_token if mapping.kind == "Token" else _by_rules)(mapping, login.claims)
    if custom:
        if custom not in allowed:
            raise Denied
        return custom
    if preferred:
        return preferred
    if mapping.ambiguous == "AuthenticatedRole":
        return usual
    raise Denied


def tags_of(pool: Pool, login: Verified | None) -> tuple[tuple[str, str], ...]:
    """The session tags of a login; a claim that is not there gives none."""
    if login is None:
        return ()
    tags = next((pool.tag_maps[name] for name in login.names if name in pool.tag_maps), TagMap())
    wanted = DEFAULT_TAGS if tags.defaults else tags.claims
    found = ((key, _text(login.claims.get(claim))) for key, claim in wanted.items())
    return tuple((key, value[:_VALUE_CHARS_MAX]) for key, value in found if value)


def _by_token(mapping: RoleMapping, claims: Claims) -> tuple[tuple[str, ...], str]:
    roles = claims.get(_ROLES)
    allowed = tuple(str(role) for role in roles) if isinstance(roles, list) else ()
    preferred = claims.get(_PREFERRED)
    if isinstance(preferred, str) and preferred:
        return allowed, preferred
    return allowed, allowed[0] if len(allowed) == 1 else ""


def _by_rules(mapping: RoleMapping, claims: Claims) -> tuple[tuple[str, ...], str]:
    matching = tuple(rule.role for rule in mapping.rules if _matches(rule, claims))
    return matching, matching[0] if matching else ""


def _matches(rule: Rule, claims: Claims) -> bool:
    """Whether a rule is for these claims; one about a claim that is not there is for nobody."""
    value = claims.get(rule.claim)
    return value is not None and _MATCHES[rule.match](_text(value), rule.value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(_text(one) for one in value)
    return "" if value is None else str(value)
