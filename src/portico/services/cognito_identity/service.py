"""What the operations of identity pools depend on, and how they find a pool."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.calls.authorize import Authorizer
from portico.calls.call import Call
from portico.identity.issuers import Issuers
from portico.identity.sessions import Sessions
from portico.identity.signing_keys import SigningKeys
from portico.identity.tokens import Tokens
from portico.services.cognito_identity import errors
from portico.services.cognito_identity.records import (
    IDENTITIES,
    IDENTITY_PLACES,
    PLACES,
    POOLS,
    Identity,
    Place,
    Pool,
)
from portico.store.cache import RecordCache


class CognitoIdentity(msgspec.Struct, frozen=True):
    """The service's dependencies. `keys` sign the tokens of the basic flow, `tokens` verify logins."""

    cache: RecordCache
    clock: Clock
    authorizer: Authorizer
    sessions: Sessions
    tokens: Tokens
    issuers: Issuers
    keys: SigningKeys


async def own_pool(call: Call, request: Mapping[str, Any]) -> Pool:
    """The caller's pool that a request names.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    pool = await call.tx.get(POOLS, call.scope.account, call.scope.region, request["IdentityPoolId"])
    if pool is None:
        raise errors.pool_not_found(request["IdentityPoolId"])
    return pool


async def any_pool(call: Call, pool_id: str) -> Pool:
    """The pool of that id, whoever calls.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    place = await call.tx.get(PLACES, pool_id)
    pool = None if place is None else await call.tx.get(POOLS, place.account, place.region, pool_id)
    if pool is None:
        raise errors.pool_not_found(pool_id)
    return pool


async def found(call: Call, identity_id: str) -> Identity | None:
    """The identity of that id, whoever calls; None if there is none."""
    place = await call.tx.get(IDENTITY_PLACES, identity_id)
    return None if place is None else await call.tx.get(IDENTITIES, place.pool, identity_id)


async def pool_of(call: Call, identity_id: str) -> Pool | None:
    """The pool of an identity, or None if there is no such identity."""
    identity = await found(call, identity_id)
    if identity is None:
        return None
    place = await call.tx.get(PLACES, identity.pool)
    return None if place is None else await call.tx.get(POOLS, place.account, place.region, identity.pool)


def put_pool(call: Call, pool: Pool) -> None:
    """Write a pool."""
    call.tx.put(POOLS, pool, pool.account, pool.region, pool.id)
    call.tx.put(PLACES, Place(pool.account, pool.region), pool.id)
