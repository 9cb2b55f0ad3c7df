"""Transactions inside of others: one commit for all, whose conditions are what any of them has read."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from portico.base.clock import Clock
from portico.store.cache import RecordCache
from portico.store.joined import Joined
from portico.store.open import open_store
from portico.store.port import Conflict, Put, Send, Sent
from portico.store.table import Table
from portico.store.transaction import Transaction


class Item(msgspec.Struct, frozen=True, gc=False):
    n: int


ITEMS = Table("items", Item)
QUEUE = ("queue",)


@pytest.fixture
async def cache() -> AsyncIterator[RecordCache]:
    store = await open_store(None, clock=Clock())
    yield RecordCache(store)
    await store.close()


async def held(cache: RecordCache, name: str) -> Item | None:
    found = await cache.get(ITEMS, name)
    return None if found is None else found.value


async def test_nothing_is_there_before_the_whole_is_committed(cache: RecordCache) -> None:
    whole = Transaction(cache)
    part = Joined(whole)
    part.put(ITEMS, Item(1), "a")
    await part.commit()
    assert await held(cache, "a") is None
    assert await whole.get(ITEMS, "a") == Item(1)
    assert await Joined(whole).get(ITEMS, "a") == Item(1)
    await whole.commit()
    assert await held(cache, "a") == Item(1)


async def test_what_a_part_has_read_is_a_condition_of_the_whole(cache: RecordCache) -> None:
    whole = Transaction(cache)
    assert await Joined(whole).get(ITEMS, "a") is None
    whole.put(ITEMS, Item(2), "b")
    await cache.store.commit([Put(ITEMS.key("a"), ITEMS.encode(Item(1)))])
    with pytest.raises(Conflict):
        await whole.commit()
    assert await held(cache, "b") is None


async def test_messages_go_with_the_whole(cache: RecordCache) -> None:
    whole = Transaction(cache)
    whole.put(ITEMS, Item(1), "a")
    became = await Joined(whole).commit_each([Send(QUEUE, b"1", message_id="m")])
    assert became == [Sent("m", 0)]
    assert (await cache.store.depth(QUEUE, now=0.0)).visible == 0
    await whole.commit()
    assert (await cache.store.depth(QUEUE, now=1e12)).visible == 1


async def test_what_follows_waits_for_the_whole(cache: RecordCache) -> None:
    told: list[str] = []
    whole = Transaction(cache)
    Joined(whole).then(lambda: told.append("part"))
    whole.then(lambda: told.append("whole"))
    assert (whole.writes, told) == (True, [])
    await whole.commit()
    assert told == ["part", "whole"]


async def test_nothing_follows_a_conflict(cache: RecordCache) -> None:
    told: list[str] = []
    tx = Transaction(cache)
    await tx.get(ITEMS, "a")
    tx.put(ITEMS, Item(1), "b")
    tx.then(lambda: told.append("committed"))
    await cache.store.commit([Put(ITEMS.key("a"), ITEMS.encode(Item(1)))])
    with pytest.raises(Conflict):
        await tx.commit()
    assert told == []
