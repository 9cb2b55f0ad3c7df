"""Records: order, ranges, versions, the change feed."""

import random

import pytest

from portico.store.port import Delete, Key, Put, Store

KEYS: list[Key] = [
    ("a",),
    ("a", ""),
    ("a", "\x00"),
    ("a", "\x01"),
    ("a", "\x01\x02"),
    ("a", "b"),
    ("a", "b", -(10**30)),
    ("a", "b", -1),
    ("a", "b", 0),
    ("a", "b", 9),
    ("a", "b", 10),
    ("a", "b", 10**30),
    ("a", "ba"),
    ("a", "é\ud800"),
    ("a", "\uffff"),
    ("a", "😀"),
    ("aa",),
    ("b", b""),
    ("b", b"\x00"),
    ("b", b"\x00\xff"),
    ("b", b"\xff"),
]


async def put(store: Store, *keys: Key, value: bytes = b"{}") -> int:
    return await store.commit([Put(key, value) for key in keys])


async def keys_of(store: Store, prefix: Key, **bounds: object) -> list[Key]:
    return [row.key for row in await store.scan(prefix, **bounds)]


async def test_a_record_is_read_as_it_was_written(store: Store):
    version = await put(store, ("t", "one"), value=b'{"n":1}')
    for found in (store.peek(("t", "one")), await store.get(("t", "one"))):
        assert found is not None
        assert (found.key, found.value, found.version) == (("t", "one"), b'{"n":1}', version)
    assert store.peek(("t",)) is None
    assert await store.get(("t", "other")) is None


async def test_versions_grow_over_the_whole_store(store: Store):
    versions = [await put(store, ("t", n)) for n in (3, 1, 2, 1)]
    assert versions[0] > 0
    assert sorted(set(versions)) == versions


async def test_the_later_operation_of_a_commit_wins(store: Store):
    key = ("t", "x")
    await store.commit([Put(key, b"1"), Delete(key), Put(key, b"2")])
    assert store.peek(key).value == b"2"
    await store.commit([Put(key, b"3"), Delete(key)])
    assert store.peek(key) is None


async def test_deleting_what_is_not_there_does_nothing(store: Store):
    assert await store.commit([Delete(("t", "none"))]) > 0


async def test_a_scan_is_in_the_order_of_the_tuples(store: Store):
    shuffled = KEYS[:]
    random.Random(7).shuffle(shuffled)
    await put(store, *shuffled)
    assert await keys_of(store, ("a",)) == [key for key in KEYS if key[0] == "a"]
    assert await keys_of(store, ("b",)) == [key for key in KEYS if key[0] == "b"]
    assert await keys_of(store, ("a", "b")) == [key for key in KEYS if key[:2] == ("a", "b")]
    assert await keys_of(store, ()) == KEYS


async def test_a_prefix_is_made_of_whole_parts(store: Store):
    await put(store, ("t", "ab"), ("t", "abc"), ("t", "ab", "c"))
    assert await keys_of(store, ("t", "ab")) == [("t", "ab"), ("t", "ab", "c")]


async def test_ranges_after_limit_reverse(store: Store):
    await put(store, *(("t", n) for n in range(10)), ("s", 1), ("u", 1))
    ascending = [("t", n) for n in range(10)]
    assert await keys_of(store, ("t",), limit=3) == ascending[:3]
    assert await keys_of(store, ("t",), after=("t", 3)) == ascending[4:]
    assert await keys_of(store, ("t",), after=("t", 3), limit=2) == ascending[4:6]
    assert await keys_of(store, ("t",), reverse=True) == ascending[::-1]
    assert await keys_of(store, ("t",), reverse=True, after=("t", 3)) == ascending[2::-1]
    assert await keys_of(store, ("t",), reverse=True, after=("t", 3), limit=2) == [("t", 2), ("t", 1)]
    assert await keys_of(store, ("t",), after=("a",)) == ascending
    assert await keys_of(store, ("t",), after=("z",)) == []
    assert await keys_of(store, ("t",), limit=0) == []


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("limit", [None, 101, 4_000, 20_000])
async def test_ten_thousand_keys(big_store: Store, reverse: bool, limit: int | None):
    expected = [("t", n) for n in range(10_000)][:: -1 if reverse else 1][:limit]
    assert await keys_of(big_store, ("t",), limit=limit, reverse=reverse) == expected


@pytest.fixture
async def big_store(store: Store) -> Store:
    await put(store, *(("t", n) for n in range(10_000)))
    return store


async def test_big_and_strange_values(store: Store):
    values = [
        b"",
        b"\x00",
        b"\x02x",
        b"\xff\xfe",
        '"\u2028é😀'.encode(),
        bytes(range(256)) * 8192,
        b"x" * 6_000_000,
    ]
    await store.commit([Put(("t", n), value) for n, value in enumerate(values)])
    assert [row.value for row in await store.scan(("t",))] == values
    assert store.peek(("t", 5)).value == values[5]


async def test_what_cant_be_stored_is_its_callers_error_only(store: Store):
    with pytest.raises(TypeError):
        await store.commit([Put(("t", 1.5), b"{}")])
    with pytest.raises(TypeError):
        await store.commit([Put(("t", None), b"{}")])
    assert await put(store, ("t", 1)) > 0


async def test_the_change_feed_gives_what_was_written_since(store: Store):
    first = await put(store, ("t", 1), ("t", 2))
    second = await put(store, ("t", 3))
    third = await store.commit([Put(("t", 1), b"new"), Delete(("t", 2))])
    feed = await store.changes(after=0)
    assert [(row.key, row.version) for row in feed] == [(("t", 3), second), (("t", 1), third)]
    assert [row.key for row in await store.changes(after=second)] == [("t", 1)]
    assert await store.changes(after=third) == []
    assert first < second < third


async def test_the_change_feed_never_cuts_a_commit(store: Store):
    await put(store, *(("t", n) for n in range(300)))
    await put(store, ("u", 1))
    feed = await store.changes(after=0, limit=10)
    assert {row.key for row in feed} == {("t", n) for n in range(300)}
    assert [row.key for row in await store.changes(after=feed[-1].version, limit=10)] == [("u", 1)]


async def test_erase_forgets_everything_and_no_version_comes_again(store: Store):
    told: list[Key] = []
    store.on_commit(told.extend)
    before = await put(store, ("t", 1))
    await store.erase()
    assert await store.scan(()) == []
    assert told.count(("t", 1)) == 2
    assert await put(store, ("t", 1)) > before
