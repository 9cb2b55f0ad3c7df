"""Commits: all or nothing, conditions, races, hooks."""

import asyncio

import pytest

from portico.store.port import (
    Ack,
    Append,
    Conflict,
    Delete,
    Key,
    Put,
    RangeIs,
    Refer,
    Send,
    Store,
    VersionIs,
)


async def whole_range(store: Store, prefix: Key) -> RangeIs:
    rows = await store.scan(prefix)
    return RangeIs(prefix, None, None, False, len(rows), max((row.version for row in rows), default=0))


async def test_a_version_condition_holds_or_not(store: Store):
    key = ("t", 1)
    version = await store.commit([Put(key, b"1")], [VersionIs(key, 0)])
    with pytest.raises(Conflict):
        await store.commit([Put(key, b"2")], [VersionIs(key, 0)])
    newer = await store.commit([Put(key, b"3")], [VersionIs(key, version)])
    with pytest.raises(Conflict):
        await store.commit([Delete(key)], [VersionIs(key, version)])
    await store.commit([Delete(key)], [VersionIs(key, newer)])
    with pytest.raises(Conflict):
        await store.commit([Put(key, b"4")], [VersionIs(key, newer)])
    assert store.peek(key) is None


async def test_a_refused_commit_leaves_nothing_over_all_primitives(store: Store):
    await store.commit([Put(("t", 1), b"1")])
    ops = [
        Put(("t", 2), b"2"),
        Delete(("t", 1)),
        Send(("q",), b"m"),
        Append(("l",), b"e", 1.0),
    ]
    with pytest.raises(Conflict):
        await store.commit(ops, [VersionIs(("t", 9), 7)])
    with pytest.raises(Conflict):
        await store.commit([*ops, Ack(("q",), "1-nobody")])
    with pytest.raises(Conflict):
        await store.commit([*ops, Refer("0" * 64, ("o",))])
    assert [row.key for row in await store.scan(("t",))] == [("t", 1)]
    assert await store.next_visible(("q",)) is None
    assert await store.read_log(("l",)) == []
    await store.commit(ops)
    assert [row.key for row in await store.scan(("t",))] == [("t", 2)]
    assert len(await store.read_log(("l",))) == 1


@pytest.mark.parametrize(
    "change",
    [
        [Put(("t", 2, "new"), b"")],
        [Delete(("t", 2))],
        [Put(("t", 2), b"other")],
        [Delete(("t", 2)), Put(("t", 4), b"")],
        [Delete(("t", 3)), Put(("t", 0), b"")],
    ],
    ids=["insert", "delete", "change", "delete and insert", "newest replaced"],
)
async def test_a_range_condition_sees_every_change_in_its_range(store: Store, change: list):
    for n in (1, 2, 3):
        await store.commit([Put(("t", n), b"")])
    condition = await whole_range(store, ("t",))
    await store.commit([Put(("u", 1), b"")], [condition])
    await store.commit(change)
    with pytest.raises(Conflict):
        await store.commit([Put(("u", 2), b"")], [condition])


async def test_a_range_condition_does_not_see_what_is_outside(store: Store):
    await store.commit([Put(("t", n), b"") for n in range(5)])
    version = store.peek(("t", 2)).version
    between = RangeIs(("t",), ("t", 1), ("t", 3), False, 2, version)
    backwards = RangeIs(("t",), ("t", 3), ("t", 1), True, 2, version)
    outside = [
        ([Put(("t", 1), b"x"), Put(("t", 4), b"x"), Put(("s", 1), b"")], between),
        ([Put(("t", 3), b"x"), Put(("t", 0), b"x"), Put(("u", 1), b"")], backwards),
    ]
    await store.commit(outside[0][0])
    await store.commit([Put(("x",), b"")], [between])
    await store.commit([Delete(("t", 3))])
    with pytest.raises(Conflict):
        await store.commit([Put(("x",), b"")], [between])


async def test_backwards_ranges_include_their_far_end_only(store: Store):
    await store.commit([Put(("t", n), b"") for n in range(5)])
    version = store.peek(("t", 2)).version
    backwards = RangeIs(("t",), ("t", 3), ("t", 1), True, 2, version)
    await store.commit([Put(("t", 3), b"x"), Put(("t", 0), b"x")], [backwards])
    await store.commit([Put(("t", 1), b"x")], [backwards])
    with pytest.raises(Conflict):
        await store.commit([Put(("x",), b"")], [backwards])


async def test_of_many_check_then_write_one_passes(store: Store):
    async def take(name: str) -> bool:
        found = await store.get(("lock",))
        try:
            await store.commit(
                [Put(("lock",), name.encode())], [VersionIs(("lock",), found.version if found else 0)]
            )
        except Conflict:
            return False
        return True

    assert sum(await asyncio.gather(*(take(str(n)) for n in range(50)))) == 1


async def test_of_many_check_the_range_then_insert_one_passes(store: Store):
    """The case that per-record versions can't see: each looks for nothing and writes under a key of its own."""

    async def only_one(n: int) -> bool:
        condition = await whole_range(store, ("only",))
        assert condition.count == 0
        try:
            await store.commit([Put(("only", n), b"")], [condition])
        except Conflict:
            return False
        return True

    assert sum(await asyncio.gather(*(only_one(n) for n in range(50)))) == 1
    assert len(await store.scan(("only",))) == 1


async def test_counters_lose_no_increment(store: Store):
    async def increment() -> None:
        while True:
            found = await store.get(("n",))
            value, version = (int(found.value), found.version) if found else (0, 0)
            try:
                await store.commit([Put(("n",), str(value + 1).encode())], [VersionIs(("n",), version)])
            except Conflict:
                continue
            return

    await asyncio.gather(*(increment() for _ in range(40)))
    assert store.peek(("n",)).value == b"40"


async def test_one_conflict_undoes_nobody_else_in_a_batch(store: Store):
    def commit(n: int):
        conditions = [VersionIs(("absent",), 1)] if n % 3 == 0 else []
        return store.commit([Put(("t", n), b""), Append(("l",), b"%d" % n, 1.0)], conditions)

    outcomes = await asyncio.gather(*(commit(n) for n in range(60)), return_exceptions=True)
    assert [isinstance(outcome, Conflict) for outcome in outcomes] == [n % 3 == 0 for n in range(60)]
    held = [n for n in range(60) if n % 3]
    assert [row.key[1] for row in await store.scan(("t",))] == held
    assert [int(entry.value) for entry in await store.read_log(("l",))] == held


async def test_a_commit_sees_those_before_it_in_its_batch(store: Store):
    first = asyncio.ensure_future(store.commit([Put(("t", 1), b"")]))
    same_key = asyncio.ensure_future(store.commit([Put(("t", 1), b"x")], [VersionIs(("t", 1), 0)]))
    other_range = asyncio.ensure_future(
        store.commit([Put(("v", 1), b"")], [RangeIs(("u",), None, None, False, 0, 0)])
    )
    same_range = asyncio.ensure_future(
        store.commit([Put(("t", 2), b"")], [RangeIs(("t",), None, None, False, 0, 0)])
    )
    outcomes = await asyncio.gather(first, same_key, other_range, same_range, return_exceptions=True)
    assert [isinstance(outcome, Conflict) for outcome in outcomes] == [False, True, False, True]


async def test_hooks_are_told_before_the_commit_is_acknowledged(store: Store):
    order: list[object] = []
    store.on_commit(lambda changed: order.append(tuple(changed)))
    await store.commit([Put(("t", 1), b""), Delete(("t", 2)), Send(("q",), b""), Append(("l",), b"", 1.0)])
    order.append("acknowledged")
    assert order == [(("t", 1), ("t", 2), ("q",), ("l",)), "acknowledged"]


async def test_hooks_hear_nothing_of_a_refused_commit(store: Store):
    told: list[Key] = []
    store.on_commit(told.extend)
    with pytest.raises(Conflict):
        await store.commit([Put(("t", 1), b"")], [VersionIs(("t", 1), 5)])
    assert told == []


async def test_a_cancelled_caller_disturbs_nobody(store: Store):
    cancelled = asyncio.ensure_future(store.commit([Put(("t", 1), b"")]))
    other = asyncio.ensure_future(store.commit([Put(("t", 2), b"")]))
    await asyncio.sleep(0)
    cancelled.cancel()
    assert await other > 0
    with pytest.raises(asyncio.CancelledError):
        await cancelled
