"""Logs: order, positions, trimming."""

import asyncio

from portico.store.port import Append, Store, Trim

L = ("log", 1)


async def values(store: Store, **more: int) -> list[bytes]:
    return [entry.value for entry in await store.read_log(L, **more)]


async def test_entries_are_read_in_order_from_a_position(store: Store):
    for n in range(5):
        await store.commit([Append(L, b"%d" % n, float(n)), Append(("log", 2), b"other", 0.0)])
    entries = await store.read_log(L)
    assert [(entry.value, entry.at) for entry in entries] == [(b"%d" % n, float(n)) for n in range(5)]
    sequences = [entry.sequence for entry in entries]
    assert sequences == sorted(set(sequences))
    assert sequences[0] > 0
    assert await values(store, after=sequences[2]) == [b"3", b"4"]
    assert await values(store, after=sequences[0], limit=2) == [b"1", b"2"]
    assert await values(store, after=sequences[4]) == []


async def test_entries_of_one_commit_keep_their_order(store: Store):
    await asyncio.gather(
        *(store.commit([Append(L, b"%d.%d" % (c, n), 0.0) for n in range(3)]) for c in range(20))
    )
    read = await values(store)
    assert len(read) == 60
    for start in range(0, 60, 3):
        commit = read[start].split(b".")[0]
        assert read[start : start + 3] == [b"%s.%d" % (commit, n) for n in range(3)]


async def test_a_long_log_is_read_whole(store: Store):
    await store.commit([Append(L, b"%d" % n, 0.0) for n in range(2500)])
    assert await values(store, limit=5000) == [b"%d" % n for n in range(2500)]
    assert len(await values(store)) == 1000


async def test_trimming_forgets_what_is_older(store: Store):
    await store.commit([Append(L, b"%d" % n, float(n)) for n in range(5)])
    await store.commit([Append(("log",), b"parent", 0.0)])
    await store.commit([Trim(L, 3.0)])
    assert await values(store) == [b"3", b"4"]
    assert len(await store.read_log(("log",))) == 1


async def test_a_forgotten_log_begins_after_all_that_it_had(store: Store):
    await store.commit([Append(L, b"old", 0.0)])
    (old,) = await store.read_log(L)
    await store.commit([Trim(L, None)])
    assert await values(store) == []
    await store.commit([Append(L, b"new", 0.0)])
    assert await values(store, after=old.sequence) == [b"new"]


async def test_trim_and_append_in_one_commit_go_in_order(store: Store):
    await store.commit([Append(L, b"before", 0.0)])
    await store.commit(
        [Append(L, b"early", 1.0), Append(L, b"late", 9.0), Trim(L, 5.0), Append(L, b"after", 1.0)]
    )
    assert await values(store) == [b"late", b"after"]
    await store.commit([Trim(L, 2.0), Trim(L, None), Append(L, b"last", 0.0)])
    assert await values(store) == [b"last"]


async def test_binary_entries(store: Store):
    await store.commit([Append(L, b"\x00\xff", 0.5), Append(L, b"", 0.0)])
    assert await values(store) == [b"\x00\xff", b""]
