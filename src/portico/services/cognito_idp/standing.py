"""Whether what a token of a pool says still holds, although the token has not expired: its user is there, and the sign-in goes on.

Source: Cognito Developer Guide, "Ending user sessions with token revocation"; Cognito Identity API reference, CognitoIdentityProvider
(ServerSideTokenCheck).
"""

from collections.abc import Mapping
from typing import Any

from portico.services.cognito_idp.records import REFRESH, SUBS, USERS, Pool, User
from portico.store.transaction import Transaction


async def user_of(tx: Transaction, pool: Pool, claims: Mapping[str, Any]) -> User | None:
    """The user that a token is of; None if it is gone, and there is at most another of its name."""
    pointer = await tx.get(SUBS, pool.id, str(claims["sub"]))
    user = None if pointer is None else await tx.get(USERS, pool.id, pointer.key)
    return user if user is not None and user.sub == claims["sub"] else None


async def is_signed_out(tx: Transaction, pool: Pool, user: User, claims: Mapping[str, Any]) -> bool:
    """Whether the sign-in that a token is of was ended: its refresh token was revoked, or the user signed out everywhere."""
    origin = claims.get("origin_jti")
    if origin is None:
        return float(claims["iat"]) <= user.signed_out_at
    return await tx.get(REFRESH, pool.id, pool.folded(user.username), str(origin)) is None
