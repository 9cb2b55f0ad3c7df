"""Transactions: own writes are visible, and what was read is what the commit depends on."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from portico.base.clock import Clock
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.port import Ack, Conflict, Delete, Message, Put, QueueDepth, Send, Sent
from portico.store.table import Table
from portico.store.transaction import Transaction


class Item(msgspec.Struct, frozen=True, gc=False):
    n: int


ITEMS = Table("items", Item)


@pytest.fixture
async def cache() -> AsyncIterator[RecordCache]:
    store = await open_store(None, clock=Clock())
    await store.commit([Put(ITEMS.key("a", n), ITEMS.encode(Item(n))) for n in range(10)])
    yield RecordCache(store)
    await store.close()


def numbers(items: list[Item]) -> list[int]:
    return [item.n for item in items]


async def test_own_writes_are_seen_by_key(cache: RecordCache):
    tx = Transaction(cache)
    tx.put(ITEMS, Item(100), "a", 1)
    tx.delete(ITEMS, "a", 2)
    assert await tx.get(ITEMS, "a", 1) == Item(100)
    assert await tx.get(ITEMS, "a", 2) is None
    assert await tx.get(ITEMS, "a", 3) == Item(3)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, [-1, 0, 1, 33, 4, 5, 7, 8, 9, 20]),
        ({"limit": 4}, [-1, 0, 1, 33]),
        ({"after": ("items", "a", 1), "limit": 3}, [33, 4, 5]),
        ({"reverse": True, "limit": 3}, [20, 9, 8]),
        ({"reverse": True, "after": ("items", "a", 7)}, [5, 4, 33, 1, 0, -1]),
        ({"limit": 0}, []),
    ],
)
async def test_own_writes_are_seen_by_range(cache: RecordCache, bounds: dict, expected: list[int]):
    tx = Transaction(cache)
    tx.put(ITEMS, Item(33), "a", 3)
    tx.put(ITEMS, Item(20), "a", 20)
    tx.put(ITEMS, Item(-1), "a", -1)
    tx.put(ITEMS, Item(99), "b", 1)
    tx.delete(ITEMS, "a", 2)
    tx.delete(ITEMS, "a", 6)
    assert numbers(await tx.scan(ITEMS, "a", **bounds)) == expected


@pytest.mark.parametrize("changed", [0, 1, 2])
async def test_a_limited_scan_depends_on_what_it_saw(cache: RecordCache, changed: int):
    tx = Transaction(cache)
    assert numbers(await tx.scan(ITEMS, "a", limit=3)) == [0, 1, 2]
    tx.put(ITEMS, Item(1), "other")
    await cache.store.commit([Delete(ITEMS.key("a", changed))])
    with pytest.raises(Conflict):
        await tx.commit()


@pytest.mark.parametrize("reverse", [False, True])
async def test_a_limited_scan_does_not_depend_on_what_it_did_not_reach(cache: RecordCache, reverse: bool):
    tx = Transaction(cache)
    assert numbers(await tx.scan(ITEMS, "a", limit=3, reverse=reverse)) == (
        [9, 8, 7] if reverse else [0, 1, 2]
    )
    tx.put(ITEMS, Item(1), "other")
    await cache.store.commit([Delete(ITEMS.key("a", 5))])
    await tx.commit()
    assert cache.peek(ITEMS, "other") is not None


async def test_a_phantom_conflicts(cache: RecordCache):
    tx = Transaction(cache)
    assert await tx.scan(ITEMS, "none") == []
    tx.put(ITEMS, Item(1), "none", 1)
    await cache.store.commit([Put(ITEMS.key("none", 2), ITEMS.encode(Item(2)))])
    with pytest.raises(Conflict):
        await tx.commit()


async def test_the_first_read_counts(cache: RecordCache):
    tx = Transaction(cache)
    await tx.get(ITEMS, "a", 1)
    await cache.store.commit([Put(ITEMS.key("a", 1), ITEMS.encode(Item(11)))])
    assert await tx.get(ITEMS, "a", 1) == Item(11)
    tx.put(ITEMS, Item(1), "other")
    with pytest.raises(Conflict):
        await tx.commit()


async def test_reading_alone_commits_nothing(cache: RecordCache):
    tx = Transaction(cache)
    await tx.get(ITEMS, "a", 1)
    await cache.store.commit([Delete(ITEMS.key("a", 1))])
    assert not tx.writes
    await tx.commit()


async def test_effects_of_other_primitives_go_with_it(cache: RecordCache):
    tx = Transaction(cache)
    digest = await cache.store.put_blob(b"x")
    tx.refer(digest, ("items", "a"))
    tx.add(Send(("q",), b"m"))
    await tx.commit()
    assert await cache.store.next_visible(("q",)) == 0.0
    undo = Transaction(cache)
    undo.unrefer(digest, ("items", "a"))
    assert undo.writes
    await undo.commit()


async def leased(cache: RecordCache) -> Message:
    """A message that its receiver is about to settle."""
    await cache.store.commit([Send(("in",), b"event")])
    [message] = await cache.store.receive(("in",), limit=1, lease_s=60, lease="worker", now=1.0)
    return message


async def depths(cache: RecordCache) -> tuple[int, int]:
    """How many messages are in the queues `in` and `out`."""
    found = [await cache.store.depth((name,), now=1.0) for name in ("in", "out")]
    first, second = (depth.visible + depth.in_flight + depth.delayed for depth in found)
    return first, second


async def test_what_goes_along_holds_if_and_only_if_the_transaction_does(cache: RecordCache):
    message = await leased(cache)
    tx = Transaction(cache, [Ack(("in",), message.receipt)])
    assert await tx.get(ITEMS, "a", 1) == Item(1)
    tx.add(Send(("out",), b"outcome"))
    await cache.store.commit([Put(ITEMS.key("a", 1), ITEMS.encode(Item(2)))])
    with pytest.raises(Conflict):
        await tx.commit()
    assert await depths(cache) == (1, 0)
    again = Transaction(cache, [Ack(("in",), message.receipt)])
    again.add(Send(("out",), b"outcome"))
    await again.commit()
    assert await depths(cache) == (0, 1)
    late = Transaction(cache, [Ack(("in",), message.receipt)])
    late.add(Send(("out",), b"a second outcome"))
    with pytest.raises(Conflict):
        await late.commit()
    assert await depths(cache) == (0, 1)


async def test_what_goes_along_with_messages_that_stand_for_themselves(cache: RecordCache):
    message = await leased(cache)
    tx = Transaction(cache, [Ack(("in",), message.receipt)])
    assert tx.writes
    [sent] = await tx.commit_each([Send(("out",), b"outcome", message_id="m1")])
    assert isinstance(sent, Sent)
    assert sent.message_id == "m1"
    assert not tx.writes
    assert await cache.store.depth(("out",), now=1.0) == QueueDepth(1, 0, 0)
    assert await depths(cache) == (0, 1)
    late = Transaction(cache, [Ack(("in",), message.receipt)])
    with pytest.raises(Conflict):
        await late.commit_each([Send(("out",), b"a second outcome")])
    assert await depths(cache) == (0, 1)
