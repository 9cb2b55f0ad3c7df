"""A disk that is full: a clear error, nothing lost, and on again when there is space."""

import asyncio
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portico.base.clock import Clock
from portico.store.directory import DATABASE_FILE
from portico.store.open import open_store
from portico.store.port import Append, Put, Refer, Send, Store, StoreFailed, StoreFull
from processes import writer_process

MEBIBYTE = 1 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB, where this machine lets us make one."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs root to mount a small file system")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", tmp_path], check=False)
    if mounted.returncode:
        pytest.skip("this machine does not let us mount")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


async def fill(store: Store, commit_one: Callable[[int], object]) -> int:
    """Commit until the disk is full; how many were acknowledged."""
    number = 0
    while True:
        try:
            await commit_one(number)
        except StoreFull as full:
            assert "space" in str(full)  # noqa: PT017  # the loop ends by the error that it waits for
            return number
        number += 1


def one(store: Store) -> Callable[[int], object]:
    def commit(number: int) -> object:
        document = b"x" * 20_000
        return store.commit(
            [Put(("t", number), document), Send(("q",), document), Append(("l",), document, 0.0)]
        )

    return commit


async def check(store: Store, acknowledged: int) -> None:
    assert len(await store.scan(("t",))) == acknowledged
    assert len(await store.read_log(("l",))) == acknowledged
    assert (await store.depth(("q",), now=1.0)).visible == acknowledged


async def test_a_full_disk_loses_nothing_and_space_is_enough_to_go_on(small_disk: Path):
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(4 * MEBIBYTE))
    failures: list[StoreFailed] = []
    store = await open_store(small_disk / "data", clock=Clock(), failed=failures.append)
    acknowledged = await fill(store, one(store))
    assert acknowledged > 5
    with pytest.raises(StoreFull):
        await store.commit([Put(("big",), b"x" * MEBIBYTE)])
    await check(store, acknowledged)
    ballast.unlink()
    await store.commit([Put(("t", acknowledged), b"{}"), Send(("q",), b""), Append(("l",), b"", 0.0)])
    await check(store, acknowledged + 1)
    await store.close()
    assert failures == []
    store = await open_store(small_disk / "data", clock=Clock())
    await check(store, acknowledged + 1)
    await store.close()


async def test_blobs_on_a_full_disk(small_disk: Path):
    (small_disk / "ballast").write_bytes(bytes(5 * MEBIBYTE))
    failures: list[StoreFailed] = []
    store = await open_store(small_disk / "data", clock=Clock(), failed=failures.append)
    kept = await store.put_blob(b"kept" * 50_000)
    await store.commit([Refer(kept, ("o",))])
    with pytest.raises(StoreFull):
        await store.put_blob(bytes(5 * MEBIBYTE))
    assert names(small_disk / "data" / "blobs" / "incoming") == []
    assert len(await store.read_blob(kept)) == 200_000
    (small_disk / "ballast").unlink()
    digest = await store.put_blob(bytes(3 * MEBIBYTE))
    assert await store.read_blob(digest) == bytes(3 * MEBIBYTE)
    await store.close()
    assert failures == []


async def test_a_backup_that_finds_no_space_leaves_nothing(small_disk: Path):
    store = await open_store(small_disk / "data", clock=Clock())
    await store.commit([Put(("t", n), os.urandom(200_000)) for n in range(18)])
    with pytest.raises(StoreFull):
        await store.backup(str(small_disk / "backup.tar"))
    assert names(small_disk) == ["data"]
    await store.commit([Put(("t", 1), b"{}")])
    await store.close()


async def test_a_limit_on_file_size_is_like_a_full_disk(tmp_path: Path):
    """What a quota or `ulimit -f` does; needs no mount."""
    failures: list[StoreFailed] = []
    store = await open_store(tmp_path / "data", clock=Clock(), failed=failures.append)
    writer = writer_process(tmp_path / "data" / DATABASE_FILE)
    before = resource.prlimit(writer, resource.RLIMIT_FSIZE, (MEBIBYTE, resource.RLIM_INFINITY))
    acknowledged = await fill(store, one(store))
    await check(store, acknowledged)
    resource.prlimit(writer, resource.RLIMIT_FSIZE, before)
    outcomes = await asyncio.gather(*(store.commit([Put(("u", n), b"{}")]) for n in range(10)))
    assert len(outcomes) == 10
    await check(store, acknowledged)
    await store.close()
    assert failures == []
