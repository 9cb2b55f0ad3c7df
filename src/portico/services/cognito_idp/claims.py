"""What a pool's tokens say about a user: pure, from records to claims.

Source: Cognito Developer Guide, "Understanding the identity (ID) token", "Understanding the access token", "Adding groups to a user
pool" (roles), and "Pre token generation Lambda trigger" (what a function may change).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from portico.services.cognito_idp.records import Client, Group, Identity, User

SIGN_IN_SCOPE = "aws.cognito.signin.user.admin"

_FIXED = frozenset(
    [
        "acr",
        "amr",
        "at_hash",
        "auth_time",
        "azp",
        "exp",
        "iat",
        "iss",
        "jti",
        "nbf",
        "nonce",
        "origin_jti",
        "sub",
        "token_use",
        "event_id",
        "version",
    ]
)
_FIXED_ID = _FIXED | {"aud", "cognito:username", "identities"}
_FIXED_ACCESS = _FIXED | {"client_id", "username", "scope", "device_key"}
_BOOLEANS = frozenset(("email_verified", "phone_number_verified"))
_SCOPE_ATTRIBUTES = {
    "email": frozenset(("email", "email_verified")),
    "phone": frozenset(("phone_number", "phone_number_verified")),
}


class Membership(msgspec.Struct, frozen=True, gc=False):
    """The groups that a token names, and the roles that come with them."""

    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    preferred: str = ""


class Changes(msgspec.Struct, frozen=True, gc=False):
    """What a function wants a token to say besides: claims to add or to leave out."""

    add: Mapping[str, Any] = {}
    suppress: frozenset[str] = frozenset()


class Overrides(msgspec.Struct, frozen=True, gc=False):
    """All that the pre token generation trigger may change. `membership` is None where it leaves the groups alone."""

    id: Changes = Changes()
    access: Changes = Changes()
    scopes_add: tuple[str, ...] = ()
    scopes_suppress: frozenset[str] = frozenset()
    membership: Membership | None = None


class Sign(msgspec.Struct, frozen=True, gc=False):
    """One issue of tokens: who signs in where, and when. `origin` is the id of the sign-in that all refreshes go back to, "" where
    tokens can't be revoked; `scopes` those of the access token; `oauth`: it is had from the token endpoint, where scopes decide what
    an ID token shows."""

    issuer: str
    client: Client
    user: User
    now: int
    auth_time: int
    event_id: str
    origin: str
    scopes: tuple[str, ...] = (SIGN_IN_SCOPE,)
    device_key: str = ""
    nonce: str = ""
    oauth: bool = False


def membership(groups: Iterable[Group]) -> Membership:
    """What a user's groups come to: names by precedence, their roles, and the one role that is preferred, if it is one."""
    ordered = sorted(groups, key=lambda group: (group.precedence is None, group.precedence or 0, group.name))
    with_role = [group for group in ordered if group.role]
    roles = tuple(dict.fromkeys(group.role for group in with_role))
    first = {group.role for group in with_role if group.precedence == with_role[0].precedence}
    return Membership(tuple(group.name for group in ordered), roles, first.pop() if len(first) == 1 else "")


def id_claims(sign: Sign, groups: Membership, jti: str, overrides: Overrides) -> dict[str, Any]:
    """The claims of an ID token."""
    claims = _attributes(sign) | {
        "sub": sign.user.sub,
        "iss": sign.issuer,
        "cognito:username": sign.user.username,
        "aud": sign.client.id,
        "event_id": sign.event_id,
        "token_use": "id",
        "auth_time": sign.auth_time,
        "exp": sign.now + sign.client.id_s,
        "iat": sign.now,
    }
    if groups.groups:
        claims["cognito:groups"] = list(groups.groups)
    if groups.roles:
        claims["cognito:roles"] = list(groups.roles)
    if groups.preferred:
        claims["cognito:preferred_role"] = groups.preferred
    if sign.user.identities:
        claims["identities"] = [_identity(each) for each in sign.user.identities]
    if sign.nonce:
        claims["nonce"] = sign.nonce
    return _changed(claims | _ids(sign, jti), overrides.id, _FIXED_ID)


def access_claims(sign: Sign, groups: Membership, jti: str, overrides: Overrides) -> dict[str, Any]:
    """The claims of an access token."""
    claims: dict[str, Any] = {"sub": sign.user.sub}
    if sign.device_key:
        claims["device_key"] = sign.device_key
    if groups.groups:
        claims["cognito:groups"] = list(groups.groups)
    claims |= {
        "iss": sign.issuer,
        "client_id": sign.client.id,
        "event_id": sign.event_id,
        "token_use": "access",
        "scope": _scope(sign.scopes, overrides),
        "auth_time": sign.auth_time,
        "exp": sign.now + sign.client.access_s,
        "iat": sign.now,
        "username": sign.user.username,
    }
    if sign.oauth:
        claims["version"] = 2
    return _changed(claims | _ids(sign, jti), overrides.access, _FIXED_ACCESS)


def client_claims(
    issuer: str, client: Client, now: int, scopes: tuple[str, ...], jti: str, overrides: Overrides
) -> dict[str, Any]:
    """The claims of an access token that a client has for itself."""
    claims = {
        "sub": client.id,
        "token_use": "access",
        "scope": _scope(scopes, overrides),
        "auth_time": now,
        "iss": issuer,
        "exp": now + client.access_s,
        "iat": now,
        "version": 2,
        "jti": jti,
        "client_id": client.id,
    }
    return _changed(claims, overrides.access, _FIXED_ACCESS)


def _scope(scopes: Sequence[str], overrides: Overrides) -> str:
    kept = [scope for scope in scopes if scope not in overrides.scopes_suppress]
    return " ".join(kept + [scope for scope in overrides.scopes_add if scope not in kept])


def _ids(sign: Sign, jti: str) -> dict[str, str]:
    return {"origin_jti": sign.origin, "jti": jti} if sign.origin else {}


def _attributes(sign: Sign) -> dict[str, Any]:
    """The attributes that the client may read: all of them, or with OAuth those that the scopes stand for."""
    return {
        name: _value(name, value)
        for name, value in sign.user.attributes.items()
        if sign.client.may_read(name) and (not sign.oauth or _in_scope(name, sign.scopes))
    }


def readable(client: Client, user: User, scopes: Sequence[str]) -> dict[str, str]:
    """The attributes of a user that scopes stand for and the client may read, as text."""
    return {
        name: value
        for name, value in user.attributes.items()
        if client.may_read(name) and _in_scope(name, scopes)
    }


def _in_scope(name: str, scopes: Sequence[str]) -> bool:
    for scope, names in _SCOPE_ATTRIBUTES.items():
        if name in names:
            return scope in scopes
    return "profile" in scopes


def _value(name: str, text: str) -> Any:
    if name in _BOOLEANS:
        return text == "true"
    if name == "address":
        return {"formatted": text}
    if name == "updated_at" and text.isdecimal():
        return int(text)
    return text


def _identity(identity: Identity) -> dict[str, Any]:
    return {
        "userId": identity.subject,
        "providerName": identity.provider,
        "providerType": identity.provider_type,
        "issuer": identity.issuer or None,
        "primary": "true" if identity.primary else "false",
        "dateCreated": str(int(identity.created_at * 1000)),
    }


def _changed(claims: dict[str, Any], changes: Changes, fixed: frozenset[str]) -> dict[str, Any]:
    """The claims as a function wants them, as far as it may; what it both adds and suppresses is left out."""
    allowed = {
        name: value
        for name, value in changes.add.items()
        if name not in fixed and not name.startswith("dev:")
    }
    return {
        name: value
        for name, value in (claims | allowed).items()
        if name in fixed or name not in changes.suppress
    }
