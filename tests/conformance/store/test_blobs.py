"""Blobs: small and large, streams, ranges, owners, the collector."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from portico.base.clock import Clock
from portico.store.port import Conflict, Put, Refer, Store, Unrefer

SIZES = [0, 1, 64 * 1024 - 1, 64 * 1024, 1_000_003]
HOUR = 3600.0


def content(size: int, seed: int = 1) -> bytes:
    return (hashlib.sha512(b"%d" % seed).digest() * (size // 64 + 1))[:size]


async def in_pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", SIZES)
async def test_a_blob_is_read_as_it_was_stored(store: Store, size: int):
    data = content(size)
    digest = await store.put_blob(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert await store.read_blob(digest) == data
    assert await store.put_blob(in_pieces(data, 10_007)) == digest
    assert await store.read_blob(digest) == data


@pytest.mark.parametrize("size", SIZES)
async def test_ranges(store: Store, size: int):
    data = content(size)
    digest = await store.put_blob(data)
    for start, end in [
        (0, None),
        (1, None),
        (0, 1),
        (size // 2, size // 2 + 7),
        (size, None),
        (size + 5, None),
        (5, 2),
        (0, size + 9),
    ]:
        assert b"".join([piece async for piece in store.open_blob(digest, start, end)]) == data[start:end]


@pytest.mark.parametrize("digest", ["0" * 64, "", "../lock", "x"])
async def test_what_is_not_there_is_a_key_error(store: Store, digest: str):
    with pytest.raises(KeyError):
        await store.read_blob(digest)
    with pytest.raises(Conflict):
        await store.commit([Put(("t", 1), b""), Refer(digest, ("o",))])
    assert store.peek(("t", 1)) is None


@pytest.mark.parametrize("size", [10, 100_000])
async def test_a_blob_is_kept_while_anybody_needs_it(store: Store, clock: Clock, size: int):
    digest = await store.put_blob(content(size))
    await store.commit([Refer(digest, ("a",)), Refer(digest, ("b",)), Refer(digest, ("b",))])
    for owner in ("a", "b"):
        clock.advance(2 * HOUR)
        await store.tend()
        assert len(await store.read_blob(digest)) == size
        await store.commit([Unrefer(digest, (owner,))])
    await store.tend()
    with pytest.raises(KeyError):
        await store.read_blob(digest)
    assert await store.read_blob(await store.put_blob(content(size))) == content(size)


@pytest.mark.parametrize("size", [10, 100_000])
async def test_the_grace_begins_with_the_last_time_it_was_stored(store: Store, clock: Clock, size: int):
    digest = await store.put_blob(content(size))
    clock.advance(HOUR - 1)
    await store.tend()
    assert await store.put_blob(content(size)) == digest
    clock.advance(HOUR - 1)
    await store.tend()
    await store.commit([Refer(digest, ("o",))])
    clock.advance(HOUR)
    await store.tend()
    assert await store.read_blob(digest) == content(size)


async def test_an_owner_that_comes_and_goes_in_one_commit(store: Store, clock: Clock):
    digest = await store.put_blob(content(100_000))
    await store.commit([Refer(digest, ("a",)), Unrefer(digest, ("a",)), Unrefer(digest, ("never",))])
    clock.advance(2 * HOUR)
    await store.tend()
    with pytest.raises(KeyError):
        await store.read_blob(digest)


@pytest.mark.parametrize("size", [10, 100_000])
async def test_storing_needing_and_collecting_at_once_never_loses_a_needed_blob(
    store: Store, clock: Clock, size: int
):
    for n in range(15):
        digest = await store.put_blob(content(size, n))
        clock.advance(2 * HOUR)

        async def store_and_need(n: int = n) -> str:
            again = await store.put_blob(content(size, n))
            await store.commit([Refer(again, ("o", n))])
            return again

        assert await asyncio.gather(store_and_need(), store.tend()) == [digest, None]
        assert await store.read_blob(digest) == content(size, n)


async def test_a_stream_that_breaks_leaves_nothing(store: Store):
    async def broken() -> AsyncIterator[bytes]:
        yield content(100_000)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.put_blob(broken())
    with pytest.raises(KeyError):
        await store.read_blob(hashlib.sha256(content(100_000)).hexdigest())


async def test_erase_forgets_blobs(store: Store):
    digests = [await store.put_blob(content(size)) for size in (10, 100_000)]
    await store.commit([Refer(digests[1], ("o",))])
    await store.erase()
    for digest in digests:
        with pytest.raises(KeyError):
            await store.read_blob(digest)
