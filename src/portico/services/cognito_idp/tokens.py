"""Issuing tokens, and judging those that callers bring back.

ID and access tokens are JWTs. A refresh token is a sealed reference to its family: all tokens that one sign-in led to, whose record says
whether they still hold. So revocation and sign-out are on disk, and a refresh token says nothing to whoever reads it.

Source: Cognito Developer Guide, "Understanding user pool JSON web tokens", "Refresh tokens", "Ending user sessions with token revocation".
"""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.identity.jwt import TokenError, parse
from portico.identity.sealing import SealError
from portico.services.cognito_idp import errors, pre_token
from portico.services.cognito_idp.claims import (
    SIGN_IN_SCOPE,
    Membership,
    Sign,
    access_claims,
    id_claims,
    membership,
)
from portico.services.cognito_idp.records import (
    CLIENTS,
    GROUPS,
    GROUPS_OF,
    POOLS,
    REFRESH,
    SUBS,
    USERS,
    Client,
    Pool,
    RefreshFamily,
    User,
)
from portico.services.cognito_idp.service import CognitoIdp, user_key
from portico.store.table import Table
from portico.wire.errors import AwsError

_PURPOSE = "cognito-idp refresh token"
_URL_SAFE = str.maketrans("+/", "-_")
_FROM_URL_SAFE = str.maketrans("-_", "+/")
_AFTERLIFE_S = 24 * 3600  # access tokens outlive their family by no more


class Grant(msgspec.Struct, frozen=True):
    """Who is given tokens, and why.

    `source` is the trigger's (`Authentication`, `NewPasswordChallenge`, `AuthenticateDevice`, `RefreshTokens`, `HostedAuth`). `family` is
    that of the refresh token where one is used, None where a sign-in begins one. `device_key` is what the access token names.
    """

    pool: Pool
    client: Client
    user: User
    source: str
    metadata: Mapping[str, str] = {}
    scopes: tuple[str, ...] = (SIGN_IN_SCOPE,)
    device_key: str = ""
    nonce: str = ""
    oauth: bool = False
    methods: tuple[str, ...] = ()
    family: RefreshFamily | None = None


class Issued(msgspec.Struct, frozen=True, gc=False):
    """Tokens. `id` is "" where none is due (OAuth without `openid`); `refresh` where the old one goes on holding."""

    id: str
    access: str
    refresh: str
    expires_in_s: int

    def shown(self) -> dict[str, Any]:
        """As AWS's AuthenticationResultType."""
        found: dict[str, Any] = {
            "AccessToken": self.access,
            "ExpiresIn": self.expires_in_s,
            "TokenType": "Bearer",
            "IdToken": self.id,
        }
        return {**found, "RefreshToken": self.refresh} if self.refresh else found


class Bearer(msgspec.Struct, frozen=True, gc=False):
    """Who calls with an access token that holds."""

    pool: Pool
    user: User
    client: Client
    scopes: tuple[str, ...]
    claims: Mapping[str, Any]


class RefreshReference(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a refresh token says: its family's key, and which of the family's tokens it is."""

    pool: str
    user: str
    family: str
    token: str


class FamilyEnd(msgspec.Struct, frozen=True, gc=False):
    """That a family can be forgotten; its key says which one and when."""


REFRESH_ENDS = Table("cognito-idp.refresh-end", FamilyEnd)  # when (seconds), pool id, name, family
_REFERENCE = msgspec.msgpack.Decoder(RefreshReference)


async def issue(idp: CognitoIdp, call: Call, grant: Grant) -> Issued:
    """Tokens for a grant; the family that they belong to is written with the call's commit.

    Raises:
        AwsError: the pre token generation trigger's errors.
    """
    family = grant.family or _begin(call, grant)
    sign = Sign(
        idp.issuers.of(grant.pool),
        grant.client,
        grant.user,
        int(call.now),
        int(family.auth_time),
        _event_id(family),
        family.id if grant.client.revocable else "",
        grant.scopes,
        grant.device_key,
        grant.nonce,
        grant.oauth,
    )
    groups = await groups_of(call, grant.pool, grant.user)
    overrides = await pre_token.overrides(idp, call, grant.pool, sign, groups, grant.source, grant.metadata)
    shown = groups if overrides.membership is None else overrides.membership
    access = access_claims(sign, shown, ids.uuid(), overrides)
    identity = id_claims(sign, shown, ids.uuid(), overrides)
    signer = await idp.token_keys.of(grant.pool.id)
    access_text, id_text = await asyncio.to_thread(signer.sign, ("access", access), ("id", identity))
    if grant.oauth and "openid" not in grant.scopes:
        id_text = ""
    refresh = "" if grant.family is not None else refresh_token(idp, family)
    return Issued(id_text, access_text, refresh, grant.client.access_s)


async def groups_of(call: Call, pool: Pool, user: User) -> Membership:
    """What the user's groups come to."""
    listed = await call.tx.scan(GROUPS_OF, pool.id, user_key(pool, user))
    found = [await call.tx.get(GROUPS, pool.id, each.group) for each in listed]
    return membership(group for group in found if group is not None)


def _begin(call: Call, grant: Grant) -> RefreshFamily:
    family = RefreshFamily(
        id=ids.uuid(),
        pool=grant.pool.id,
        user=user_key(grant.pool, grant.user),
        client=grant.client.id,
        created_at=call.now,
        expires_at=call.now + grant.client.refresh_s,
        auth_time=call.now,
        current=ids.uuid(),
        device_key=grant.device_key,
        scopes=grant.scopes,
        methods=grant.methods,
        nonce=grant.nonce,
    )
    put_family(call, family)
    ends_at = int(family.expires_at) + _AFTERLIFE_S
    call.tx.put(REFRESH_ENDS, FamilyEnd(), ends_at, *family_key(family))
    return family


def family_key(family: RefreshFamily) -> tuple[str, str, str]:
    """By what a family is kept."""
    return family.pool, family.user, family.id


def put_family(call: Call, family: RefreshFamily) -> None:
    """Write a family."""
    call.tx.put(REFRESH, family, *family_key(family))


def _event_id(family: RefreshFamily) -> str:
    """The id of the sign-in as tokens name it: that of the event, which is not the family's."""
    h = sha256(f"event {family.id}".encode()).hexdigest()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"


def refresh_token(idp: CognitoIdp, family: RefreshFamily) -> str:
    """The family's current refresh token."""
    reference = RefreshReference(*family_key(family), family.current)
    return idp.sealer.seal(_PURPOSE, msgspec.msgpack.encode(reference)).translate(_URL_SAFE)


def refresh_reference(idp: CognitoIdp, text: str) -> RefreshReference | None:
    """What a refresh token says, or None if it is none of ours."""
    try:
        return _REFERENCE.decode(idp.sealer.unseal(_PURPOSE, text.translate(_FROM_URL_SAFE)))
    except (SealError, msgspec.DecodeError):
        return None


async def access(idp: CognitoIdp, call: Call, token: str, *, scope: str = SIGN_IN_SCOPE) -> Bearer:
    """Who an access token speaks for, if it still holds and has `scope` ("" asks for none).

    Raises:
        AwsError: NotAuthorizedException (no token of one of these pools, expired, revoked, lacking the scope, of a disabled user),
            UserNotFoundException.
    """
    pool, claims = await _verified(idp, call, token)
    client = await call.tx.get(CLIENTS, pool.id, str(claims.get("client_id", "")))
    if client is None or claims.get("token_use") != "access":
        raise _invalid()
    scopes = tuple(str(claims.get("scope", "")).split())
    if scope and scope not in scopes:
        raise errors.not_authorized("Access Token does not have required scopes")
    pointer = await call.tx.get(SUBS, pool.id, str(claims["sub"]))
    user = None if pointer is None else await call.tx.get(USERS, pool.id, pointer.key)
    if user is None:
        raise errors.no_user()
    if not user.enabled:
        raise errors.disabled()
    if await _is_revoked(call, pool, user, claims):
        raise errors.not_authorized("Access Token has been revoked")
    return Bearer(pool, user, client, scopes, claims)


async def _verified(idp: CognitoIdp, call: Call, token: str) -> tuple[Pool, Mapping[str, Any]]:
    """A token's pool and claims. That it is a pool of this server is seen first: nobody else is asked for keys."""
    try:
        issuer = parse(token).issuer
        pool_id = idp.issuers.pool_id(issuer)
        pool = None if pool_id is None else await call.tx.get(POOLS, pool_id)
        if pool is None:
            raise _invalid()
        return pool, (await idp.tokens.verify(token, issuer=issuer)).values
    except TokenError as error:
        if error.reason == "expired":
            raise errors.not_authorized("Access Token has expired") from error
        raise _invalid() from error


async def _is_revoked(call: Call, pool: Pool, user: User, claims: Mapping[str, Any]) -> bool:
    origin = claims.get("origin_jti")
    if origin is None:
        return float(claims["iat"]) <= user.signed_out_at
    return await call.tx.get(REFRESH, pool.id, user_key(pool, user), str(origin)) is None


def _invalid() -> AwsError:
    return errors.not_authorized("Invalid Access Token")
