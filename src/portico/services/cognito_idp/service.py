"""What Cognito's operations get, and how they find the pool, client or user that a request names."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.bus.port import Bus
from portico.calls.call import Call
from portico.calls.clients import Clients
from portico.calls.operation import F, operation
from portico.identity.sealing import Sealer
from portico.identity.tokens import Tokens
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.guesses import Guesses
from portico.services.cognito_idp.issuers import PoolIssuers
from portico.services.cognito_idp.rates import Rates
from portico.services.cognito_idp.records import (
    ALIASES,
    CLIENT_POOLS,
    CLIENTS,
    POOLS,
    SUBS,
    USERS,
    Attempts,
    Client,
    Pool,
    User,
    pool_arn,
)
from portico.store.cache import RecordCache
from portico.store.port import Store


class CognitoIdp(msgspec.Struct, frozen=True):
    """The service's dependencies. `origin` is the server's own address, which links begin with; `smtp` is the mail server, "" if there is
    none; `strangers` is how often something was tried for names that nobody has, by pool, name and what."""

    store: Store
    cache: RecordCache
    clock: Clock
    clients: Clients
    bus: Bus
    sealer: Sealer
    origin: str
    issuers: PoolIssuers
    tokens: Tokens
    guesses: Guesses
    rates: Rates
    smtp: str = ""
    strangers: dict[tuple[str, str, str], Attempts] = msgspec.field(default_factory=dict)


def on_pool(call: Call, request: Mapping[str, Any]) -> list[str]:
    """The pool that a signed request names, as authorisation asks."""
    return [pool_arn(call.scope.account, call.scope.region, request["UserPoolId"])]


async def keys_of_pool(call: Call, request: Mapping[str, Any]) -> dict[str, str]:
    """`aws:ResourceTag/...` of the pool that a signed request names."""
    found = await call.tx.get(POOLS, request["UserPoolId"])
    return {} if found is None else {f"aws:ResourceTag/{key}": value for key, value in found.tags.items()}


def of_pool(function: F) -> F:
    """Bind a function to an operation of administrators, on the pool that the request names."""
    return operation(on=on_pool, keys=keys_of_pool)(function)


async def pool_of(call: Call, pool_id: str) -> Pool:
    """The pool of the call's account and region with that id.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    found = await call.tx.get(POOLS, pool_id)
    if found is None or (found.account, found.region) != (call.scope.account, call.scope.region):
        raise errors.no_pool(pool_id)
    return found


async def client_of(call: Call, client_id: str) -> tuple[Pool, Client]:
    """The client with that id, and its pool, for calls that nobody signs.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    pointer = await call.tx.get(CLIENT_POOLS, client_id)
    pool = None if pointer is None else await call.tx.get(POOLS, pointer.pool)
    client = None if pool is None else await call.tx.get(CLIENTS, pool.id, client_id)
    if pool is None or client is None:
        raise errors.no_client(client_id)
    return pool, client


async def client_in(call: Call, pool: Pool, client_id: str) -> Client:
    """The pool's client with that id.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    found = await call.tx.get(CLIENTS, pool.id, client_id)
    if found is None:
        raise errors.no_client(client_id)
    return found


async def find_user(call: Call, pool: Pool, name: str) -> User | None:
    """The user that signs in as `name`: by its username, an alias (e-mail address, telephone number, preferred name) or its `sub`."""
    folded = pool.folded(name)
    found = await call.tx.get(USERS, pool.id, folded)
    if found is not None:
        return found
    for attribute in (*pool.username_attributes, *pool.alias_attributes):
        pointer = await call.tx.get(ALIASES, pool.id, attribute, folded)
        if pointer is not None:
            return await call.tx.get(USERS, pool.id, pointer.key)
    pointer = await call.tx.get(SUBS, pool.id, name)
    return None if pointer is None else await call.tx.get(USERS, pool.id, pointer.key)


async def user_of(call: Call, pool: Pool, name: str) -> User:
    """As `find_user`.

    Raises:
        AwsError: UserNotFoundException.
    """
    found = await find_user(call, pool, name)
    if found is None:
        raise errors.no_user()
    return found


async def requested_user(call: Call, request: Mapping[str, Any]) -> tuple[Pool, User]:
    """The pool and the user that a signed request names.

    Raises:
        AwsError: ResourceNotFoundException, UserNotFoundException.
    """
    pool = await pool_of(call, request["UserPoolId"])
    return pool, await user_of(call, pool, request["Username"])


def user_key(pool: Pool, user: User) -> str:
    """The name by which a user's records are kept."""
    return pool.folded(user.username)


def owner(user: User) -> str:
    """Who a user's sealed values belong to."""
    return f"{user.pool} {user.sub}"


def shard_of(key: str) -> int:
    """The shard of a pool's users that a name counts in: 64, so that sign-ups at once rarely meet in one."""
    return sha256(key.encode()).digest()[0] % 64
