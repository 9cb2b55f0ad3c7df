"""Access tokens that callers bring: whom they speak for, and whether they still hold.

Source: Cognito Developer Guide, "Understanding the access token", "Ending user sessions with token revocation".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.identity.jwt import TokenError, parse
from portico.services.cognito_idp import errors, standing
from portico.services.cognito_idp.claims import SIGN_IN_SCOPE
from portico.services.cognito_idp.records import CLIENTS, POOLS, Client, Pool, User
from portico.services.cognito_idp.service import CognitoIdp
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
    user = await standing.user_of(call.tx, pool, claims)
    if user is None:
        raise errors.no_user()
    if not user.enabled:
        raise errors.disabled()
    if await standing.is_signed_out(call.tx, pool, user, claims):
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


def _invalid() -> AwsError:
    return errors.not_authorized("Invalid Access Token")
