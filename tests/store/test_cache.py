"""The cache is never older than the last acknowledged commit, whatever comes between a read and its end."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from portico.base.clock import Clock
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.port import Delete, Key, Put, Store, Versioned
from portico.store.table import Table


class Item(msgspec.Struct, frozen=True, gc=False):
    n: int


ITEMS = Table("items", Item)


def put(n: int, value: int) -> Put:
    return Put(ITEMS.key(n), ITEMS.encode(Item(value)))


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    opened = await open_store(None, clock=Clock())
    yield opened
    await opened.close()


async def test_the_same_value_is_given_until_it_changes(store: Store):
    cache = RecordCache(store)
    await store.commit([put(1, 1)])
    first = cache.peek(ITEMS, 1)
    assert first is not None
    assert cache.peek(ITEMS, 1) is first
    assert await cache.get(ITEMS, 1) is first
    version = await store.commit([put(1, 2)])
    second = cache.peek(ITEMS, 1)
    assert (second.value, second.version) == (Item(2), version)
    await store.commit([Delete(ITEMS.key(1))])
    assert cache.peek(ITEMS, 1) is None
    assert await cache.get(ITEMS, 1) is None


async def test_what_was_not_there_is_found_once_it_is(store: Store):
    cache = RecordCache(store)
    assert cache.peek(ITEMS, 1) is None
    assert await cache.get(ITEMS, 1) is None
    await store.commit([put(1, 1)])
    assert cache.peek(ITEMS, 1).value == Item(1)


class SlowStore:
    """A store whose reads by key take as long as we like: what a database over a network does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.on_commit = store.on_commit
        self.commit = store.commit
        self.peek = store.peek
        self.go_on = asyncio.Event()
        self.read = asyncio.Event()

    async def get(self, key: Key) -> Versioned | None:
        found = await self._store.get(key)
        self.read.set()
        await self.go_on.wait()
        return found


async def test_a_read_that_a_commit_has_overtaken_is_not_kept(store: Store):
    await store.commit([put(1, 1)])
    slow = SlowStore(store)
    cache = RecordCache(slow)
    reading = asyncio.ensure_future(cache.get(ITEMS, 1))
    await slow.read.wait()
    await store.commit([put(1, 2)])
    slow.go_on.set()
    assert (await reading).value == Item(1)
    assert cache.peek(ITEMS, 1).value == Item(2)
    assert (await cache.get(ITEMS, 1)).value == Item(2)


async def test_a_read_that_nothing_has_overtaken_is_kept(store: Store):
    await store.commit([put(1, 1)])
    slow = SlowStore(store)
    cache = RecordCache(slow)
    slow.go_on.set()
    held = await cache.get(ITEMS, 1)
    assert cache.peek(ITEMS, 1) is held


async def test_readers_beside_writers_never_see_an_older_value_than_acknowledged(tmp_path):
    store = await open_store(tmp_path / "data", clock=Clock())
    cache = RecordCache(store)
    acknowledged = 0

    async def write() -> None:
        nonlocal acknowledged
        for value in range(1, 200):
            await store.commit([put(1, value)])
            acknowledged = value

    async def read() -> None:
        while acknowledged < 199:
            least = acknowledged
            held = cache.peek(ITEMS, 1)
            assert (held.value.n if held else 0) >= least
            await asyncio.sleep(0)

    await asyncio.gather(write(), read(), read())
    await store.close()


async def test_the_cache_is_bounded_and_keeps_the_newest(store: Store):
    cache = RecordCache(store, entries_max=32)
    await store.commit([put(n, n) for n in range(100)])
    held = {n: cache.peek(ITEMS, n) for n in range(100)}
    assert sum(cache.peek(ITEMS, n) is held[n] for n in range(99, 75, -1)) == 24
    assert len(cache._held) <= 32


async def test_changes_of_what_is_kept_are_counted(store: Store):
    cache = RecordCache(store, entries_max=16)
    await store.commit([put(1, 1), put(2, 1)])
    cache.peek(ITEMS, 1)
    cache.peek(ITEMS, 3)  # that it is not there is kept as well
    before = cache.changes
    cache.peek(ITEMS, 1)
    await store.commit([put(2, 2)])
    assert cache.changes == before
    for change in (put(1, 2), put(3, 1)):
        before = cache.changes
        await store.commit([change])
        assert cache.changes > before
    before = cache.changes
    for n in range(10, 40):  # what is kept no more could change without being counted
        cache.peek(ITEMS, n)
    assert cache.changes > before
    before = cache.changes
    cache.clear()
    assert cache.changes > before
