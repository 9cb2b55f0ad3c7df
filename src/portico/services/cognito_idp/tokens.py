"""Access tokens that callers bring: whom they speak for, and whether they still hold.

Source: Cognito Developer Guide, "Understanding the access token", "Ending user sessions with token revocation".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.identity.jwt import TokenError, parse
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.claims import SIGN_IN_SCOPE
from portico.services.cognito_idp.records import CLIENTS, POOLS, REFRESH, SUBS, USERS, Client, Pool, User
from portico.services.cognito_idp.service import CognitoIdp, user_key
from portico.wire.errors import AwsError


class Bearer(msgspec.Struct, frozen=True, gc=False):
    """Who calls with an access token that holds."""

    pool: Pool
    user: User
    client: Client
    scopes: tuple[str, ...]
    claims: Mapping[str, Any]


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
