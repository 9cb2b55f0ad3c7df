"""An identity layer in memory: a real store, its cache, a clock that tests move, and records put straight into it."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.identity.credentials import KeyRing
from portico.identity.records import ACCESS_KEYS, ROLES, USERS, AccessKey, Role, User
from portico.identity.sealing import Sealer
from portico.identity.sessions import Sessions
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.port import Delete, Put, Store
from portico.store.table import Table

ACCOUNT = "111122223333"
DATA_KEY = bytes(range(32))


class World:
    """What a test of the identity layer works with."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.cache = RecordCache(store)
        self.sealer = Sealer(DATA_KEY)
        self.sessions = Sessions(self.sealer)
        self.keys = KeyRing(self.cache, self.sessions, clock.now)

    async def put(self, table: Table[Any], value: msgspec.Struct, *parts: str) -> None:
        """Store a record."""
        await self.store.commit([Put(table.key(*parts), table.encode(value))])

    async def delete(self, table: Table[Any], *parts: str) -> None:
        """Remove a record."""
        await self.store.commit([Delete(table.key(*parts))])

    async def user(self, name: str, **fields: Any) -> User:
        """A user of the account."""
        user = User(name, "/", f"AIDA{name.upper():A<17}", ACCOUNT, 0.0, **fields)
        await self.put(USERS, user, ACCOUNT, name.lower())
        return user

    async def key(self, key_id: str, secret: str, user: str = "", **fields: Any) -> AccessKey:
        """A long-term key of a user, or of root."""
        key = AccessKey(key_id, secret, ACCOUNT, user, 0.0, **fields)
        await self.put(ACCESS_KEYS, key, key_id)
        return key

    async def role(self, name: str, trust: str = "{}", *, unique_id: str = "", **fields: Any) -> Role:
        """A role of the account."""
        role = Role(name, "/", unique_id or f"AROA{name.upper():A<17}", ACCOUNT, 0.0, trust, **fields)
        await self.put(ROLES, role, ACCOUNT, name.lower())
        return role


@contextlib.asynccontextmanager
async def a_world() -> AsyncIterator[World]:
    """A world for a test."""
    clock = Clock()
    store = await open_store(None, clock=clock)
    try:
        yield World(store, clock)
    finally:
        await store.close()
