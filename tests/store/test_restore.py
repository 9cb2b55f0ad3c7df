"""Backups are made while the store is in use, hold everything, and are believed in nothing when they come back."""

import asyncio
import hashlib
import io
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from portico.base.clock import Clock
from portico.store.data_key import data_key
from portico.store.metrics import METRICS_FILE, Metrics, Point, Series, of_each
from portico.store.open import open_store
from portico.store.port import Append, Conflict, Put, Refer, Send, Store, StoreError, StoreUnusable
from portico.store.restore import restore
from portico.store.timeline import TIMELINE_FILE, Batch, Timeline, Window

LARGE = b"large" * 30_000
SERIES = Series("111111111111", "eu-west-1", "Shop", "Orders")
BLOB = hashlib.sha256(LARGE).hexdigest()


async def opened(directory: Path | None) -> Store:
    return await open_store(directory, clock=Clock())


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def fill(store: Store) -> None:
    for blob in (LARGE, b"small"):
        await store.commit([Refer(await store.put_blob(blob), ("o",))])
    await store.commit([Put(("t", 1), b"{}"), Send(("q",), b"m"), Append(("l",), b"e", 1.0)])


@pytest.fixture
async def backup(tmp_path: Path) -> Path:
    store = await opened(tmp_path / "data")
    data_key(tmp_path / "data")
    await fill(store)
    await store.backup(str(tmp_path / "backup.tar"))
    await store.close()
    return tmp_path / "backup.tar"


async def check(store: Store) -> None:
    assert store.peek(("t", 1)).value == b"{}"
    assert [entry.value for entry in await store.read_log(("l",))] == [b"e"]
    (message,) = await store.receive(("q",), limit=9, lease_s=1, lease="client", now=9.0)
    assert message.body == b"m"
    assert await store.read_blob(BLOB) == LARGE
    assert await store.read_blob(hashlib.sha256(b"small").hexdigest()) == b"small"
    await store.close()


@pytest.mark.parametrize("exists", [False, True])
async def test_a_backup_comes_back_whole(backup: Path, tmp_path: Path, exists: bool):
    directory = tmp_path / "new" / "data" if not exists else tmp_path / "empty"
    if exists:
        directory.mkdir()
    restore(backup, directory)
    assert mode(directory) == 0o700
    assert data_key(directory) == data_key(tmp_path / "data")
    await check(await opened(directory))
    assert mode(backup) == 0o600
    assert not any(name.startswith(".portico-") for name in names(tmp_path))


async def test_log_events_and_metrics_are_part_of_it(tmp_path: Path):
    store, now = await opened(tmp_path / "data"), Point(SERIES, 60, "Count", of_each([1.0]))
    metrics, timeline = Metrics(tmp_path / "data" / METRICS_FILE), Timeline(tmp_path / "data" / TIMELINE_FILE)
    await metrics.put([now])
    await timeline.write_durably(Batch("g", "s", 1, ((1, "event"),)))
    await store.backup(str(tmp_path / "backup.tar"))
    for each in (store, metrics, timeline):
        await each.close()
    restore(tmp_path / "backup.tar", tmp_path / "new")
    metrics, timeline = Metrics(tmp_path / "new" / METRICS_FILE), Timeline(tmp_path / "new" / TIMELINE_FILE)
    assert [kept.stats.total for kept in await metrics.read(SERIES, 0, 100)] == [1.0]
    assert [event.message for event in (await timeline.read(Window("g"), limit=9, scan_max=9)).events] == [
        "event"
    ]
    await metrics.close()
    await timeline.close()


async def test_a_backup_of_memory(tmp_path: Path):
    store = await opened(None)
    await fill(store)
    await store.backup(str(tmp_path / "backup.tar"))
    await store.close()
    restore(tmp_path / "backup.tar", tmp_path / "data")
    await check(await opened(tmp_path / "data"))


async def test_a_backup_is_of_one_moment_and_holds_nobody_up(tmp_path: Path):
    store = await opened(tmp_path / "data")
    done = asyncio.Event()

    async def write() -> int:
        number = 0
        while not done.is_set():
            await store.commit([Put(("a", number), b"{}"), Put(("b", number), b"x" * 1000)])
            number += 1
        return number

    async def back_up() -> None:
        for n in range(3):
            await store.backup(str(tmp_path / f"{n}.tar"))
        done.set()

    written, _ = await asyncio.gather(write(), back_up())
    await store.close()
    assert written > 3
    for n in range(3):
        restore(tmp_path / f"{n}.tar", tmp_path / str(n))
        copy = await opened(tmp_path / str(n))
        one, other = await copy.scan(("a",)), await copy.scan(("b",))
        assert [row.key[1] for row in one] == [row.key[1] for row in other] == list(range(len(one)))
        await copy.close()


async def test_an_existing_file_is_not_overwritten(tmp_path: Path):
    (tmp_path / "mine").write_text("precious")
    store = await opened(None)
    with pytest.raises(StoreError, match="exists already"):
        await store.backup(str(tmp_path / "mine"))
    with pytest.raises(StoreError, match="could not be written"):
        await store.backup(str(tmp_path / "nowhere" / "file"))
    await store.close()
    assert (tmp_path / "mine").read_text() == "precious"
    assert names(tmp_path) == ["mine"]


def test_a_directory_that_holds_something_is_refused(backup: Path, tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    for directory in (tmp_path / "full", tmp_path / "full" / "file"):
        with pytest.raises(StoreUnusable, match="not empty"):
            restore(backup, directory)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["file"]


Member = tuple[tarfile.TarInfo, bytes]


def rewritten(backup: Path, change: Callable[[list[Member]], list[Member]]) -> Path:
    with tarfile.open(backup) as tar:
        members = [(member, tar.extractfile(member).read()) for member in tar]
    hostile = backup.with_name("hostile.tar")
    with tarfile.open(hostile, "w") as tar:
        for member, content in change(members):
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return hostile


def special(name: str, kind: bytes, target: str = "") -> Member:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member, b""


def changed(members: list[Member], name: str, content: bytes) -> list[Member]:
    return [(member, content if member.name.startswith(name) else data) for member, data in members]


HOSTILE: dict[str, Callable[[list[Member]], list[Member]]] = {
    "a name outside": lambda members: [*members, (tarfile.TarInfo("../outside"), b"x")],
    "an absolute name": lambda members: [*members, (tarfile.TarInfo("/tmp/outside"), b"x")],
    "a name that is none of ours": lambda members: [*members, (tarfile.TarInfo("lock"), b"x")],
    "a blob by another name": lambda members: [*members, (tarfile.TarInfo("blobs/../data.key"), b"x")],
    "a symbolic link": lambda members: [*members, special("data.key", tarfile.SYMTYPE, "/etc/passwd")],
    "a linked folder": lambda members: [members[0], special("blobs", tarfile.SYMTYPE, "/tmp"), *members[1:]],
    "a hard link": lambda members: [*members, special("blobs/00/" + "0" * 64, tarfile.LNKTYPE, "data.key")],
    "a device": lambda members: [*members, special("data.key", tarfile.CHRTYPE)],
    "a member twice": lambda members: [*members, members[1]],
    "no manifest": lambda members: members[1:],
    "no database": lambda members: [members[0], *members[2:]],
    "no blob": lambda members: members[:-1],
    "another database": lambda members: changed(members, "portico", b"x" * 4096),
    "another blob": lambda members: changed(members, "blobs", LARGE[:-1] + b"!"),
    "a manifest that is none": lambda members: changed(members, "manifest", b"[]"),
    "a newer backup": lambda members: changed(
        members, "manifest", b'{"backup_format":9,"database_sha256":""}'
    ),
    "half a key": lambda members: changed(members, "data.key", b"half"),
    "nothing": lambda members: [],
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_backup_with_something_else_in_it_is_refused(backup: Path, tmp_path: Path, what: str):
    hostile = rewritten(backup, HOSTILE[what])
    with pytest.raises(StoreError, match="backup"):
        restore(hostile, tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "data", "hostile.tar"]


@pytest.mark.parametrize("keep", [0, 100, 512, 5_000, -20_000])
def test_a_truncated_backup_is_refused(backup: Path, tmp_path: Path, keep: int):
    (tmp_path / "cut.tar").write_bytes(backup.read_bytes()[:keep])
    with pytest.raises(StoreError, match="backup"):
        restore(tmp_path / "cut.tar", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(StoreError, match="could not be restored"):
        restore(tmp_path / "none.tar", tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_a_newer_portico_is_refused(backup: Path, tmp_path: Path):
    def newer(members: list[Member]) -> list[Member]:
        path = tmp_path / "data" / "portico.sqlite3"
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version = 99")
        connection.commit()
        connection.close()
        content = path.read_bytes()
        manifest = (
            b'{"backup_format":1,"database_sha256":"%s"}' % hashlib.sha256(content).hexdigest().encode()
        )
        return changed(changed(members, "portico", content), "manifest", manifest)

    with pytest.raises(StoreError, match="format 99"):
        restore(rewritten(backup, newer), tmp_path / "new")


async def test_the_copy_and_the_original_are_apart(backup: Path, tmp_path: Path):
    restore(backup, tmp_path / "copy")
    copy, original = await opened(tmp_path / "copy"), await opened(tmp_path / "data")
    await copy.commit([Put(("t", 1), b"copy")])
    assert original.peek(("t", 1)).value == b"{}"
    with pytest.raises(Conflict):
        await copy.commit([Refer("0" * 64, ("o",))])
    await copy.close()
    await original.close()
