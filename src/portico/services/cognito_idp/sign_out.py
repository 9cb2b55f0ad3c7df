"""The end of sessions: of one refresh token's, or of all that a user has.

Source: Cognito API reference, GlobalSignOut, AdminUserGlobalSignOut, RevokeToken; Developer Guide, "Ending user sessions with token
revocation".
"""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_idp import errors, tokens, user_records
from portico.services.cognito_idp.client_secrets import is_secret
from portico.services.cognito_idp.families import refresh_reference
from portico.services.cognito_idp.records import REFRESH, Pool, User
from portico.services.cognito_idp.service import CognitoIdp, client_of, of_pool, requested_user, user_key

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes


@operation(action=None)
async def global_sign_out(
    idp: CognitoIdp, call: Call, request: "shapes.GlobalSignOutRequest"
) -> dict[str, Any]:
    """End every session of the user: no refresh token holds any longer, and no access token for Cognito's own operations.

    Raises:
        NotAuthorizedException: the token.
    """
    bearer = await tokens.access(idp, call, request["AccessToken"])
    await sign_out(call, bearer.pool, bearer.user)
    return {}


@of_pool
async def admin_user_global_sign_out(
    idp: CognitoIdp, call: Call, request: "shapes.AdminUserGlobalSignOutRequest"
) -> dict[str, Any]:
    """As GlobalSignOut, by an administrator.

    Raises:
        ResourceNotFoundException: no such pool. UserNotFoundException: no such user.
    """
    await sign_out(call, *await requested_user(call, request))
    return {}


async def sign_out(call: Call, pool: Pool, user: User) -> User:
    """End every session of a user; the user as it is from then on."""
    for family in await call.tx.scan(REFRESH, pool.id, user_key(pool, user)):
        call.tx.delete(REFRESH, family.pool, family.user, family.id)
    after = msgspec.structs.replace(user, signed_out_at=call.now)
    return user_records.save(call, pool, user, after)


@operation(action=None)
async def revoke_token(idp: CognitoIdp, call: Call, request: "shapes.RevokeTokenRequest") -> dict[str, Any]:
    """End the session that a refresh token is of; nothing happens when that has ended before.

    Raises:
        UnsupportedTokenTypeException: it is no refresh token. UnsupportedOperationException: the client's tokens can't be revoked.
        UnauthorizedException: the client's secret is not right, or the token is another client's.
    """
    pool, client = await client_of(call, request["ClientId"])
    secret = request.get("ClientSecret")
    if client.secrets and not (secret and is_secret(idp, client, secret)):
        raise errors.unauthorized(f"Unable to verify secret for client {client.id}")
    if not client.revocable:
        raise errors.not_revocable()
    reference = refresh_reference(idp, request["Token"])
    if reference is None:
        raise errors.unsupported_token()
    key = (reference.pool, reference.user, reference.family)
    family = await call.tx.get(REFRESH, *key)
    if reference.pool != pool.id or (family is not None and family.client != client.id):
        raise errors.unauthorized("The token was issued to another client.")
    call.tx.delete(REFRESH, *key)
    return {}
