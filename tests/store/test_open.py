"""Opening a data directory: made, private, one server at a time, one format."""

import fcntl
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from portico.base.clock import Clock
from portico.store.data_key import data_key
from portico.store.open import open_store
from portico.store.port import Ack, Put, QueueDepth, Store, StoreError, StoreLocked, StoreUnusable
from portico.store.sqlite.schema import FORMAT


async def opened(directory: Path | None) -> Store:
    return await open_store(directory, clock=Clock())


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def child_with_every_descriptor() -> "subprocess.Popen[bytes]":
    """A child that gets what would be inherited, and waits for its input."""
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)


async def test_a_new_directory_is_made_private_and_ignored_by_git(tmp_path: Path):
    directory = tmp_path / "a" / "b"
    store = await opened(directory)
    assert mode(directory) == 0o700
    assert (directory / ".gitignore").read_text() == "*\n"
    await store.close()


async def test_a_relative_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    store = await opened(Path("here"))
    await store.commit([Put(("t", 1), b"{}")])
    await store.close()
    assert (tmp_path / "here" / "portico.sqlite3").exists()


async def test_an_open_directory_is_made_private(tmp_path: Path):
    (tmp_path / "data").mkdir(mode=0o755)
    store = await opened(tmp_path / "data")
    assert mode(tmp_path / "data") == 0o700
    await store.close()


async def test_closed_and_opened_again_everything_is_there(tmp_path: Path):
    store = await opened(tmp_path / "data")
    version = await store.commit([Put(("t", 1), b"{}")])
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.commit([Put(("t", 2), b"{}")])
    store = await opened(tmp_path / "data")
    assert store.peek(("t", 1)).version == version
    assert await store.commit([Put(("t", 2), b"{}")]) > version
    await store.close()
    assert not (tmp_path / "data" / "portico.sqlite3-wal").exists()


async def test_a_second_server_is_refused_by_name(tmp_path: Path):
    store = await opened(tmp_path / "data")
    with pytest.raises(StoreLocked, match=f"{tmp_path}/data.*process {os.getpid()}"):
        await opened(tmp_path / "data")
    await store.commit([Put(("t", 1), b"{}")])
    await store.close()
    await (await opened(tmp_path / "data")).close()


async def test_a_child_does_not_keep_the_lock(tmp_path: Path):
    store = await opened(tmp_path / "data")
    with child_with_every_descriptor() as child:
        await store.close()
        with (tmp_path / "data" / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        child.communicate(b"\n")


async def test_a_read_only_directory_is_refused(tmp_path: Path):
    (tmp_path / "data").mkdir(mode=0o500)
    with pytest.raises(StoreUnusable, match="read-only"):
        await opened(tmp_path / "data")
    assert names(tmp_path / "data") == []


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    """A file where the directory should be."""
    (tmp_path / "data").write_text("x")
    return tmp_path / "data"


async def test_a_file_in_place_of_the_directory_is_refused(taken: Path):
    for directory in (taken, taken / "below"):
        with pytest.raises(StoreUnusable, match="can't be used"):
            await opened(directory)


async def test_a_directory_with_other_things_is_left_alone(tmp_path: Path):
    (tmp_path / "src").mkdir()
    os.chmod(tmp_path, 0o755)
    with pytest.raises(StoreUnusable, match="other files"):
        await opened(tmp_path)
    assert mode(tmp_path) == 0o755
    assert names(tmp_path) == ["src"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
async def test_somebody_elses_directory_is_refused(tmp_path: Path):
    (tmp_path / "data").mkdir()
    os.chown(tmp_path / "data", 12345, 12345)
    with pytest.raises(StoreUnusable, match="belongs to user 12345"):
        await opened(tmp_path / "data")


async def make_database(directory: Path, script: str) -> None:
    await (await opened(directory)).close()
    (directory / "portico.sqlite3").unlink()
    connection = sqlite3.connect(directory / "portico.sqlite3")
    connection.executescript(script)
    connection.close()


async def test_format_1_is_migrated(tmp_path: Path):
    await make_database(tmp_path / "data", Path(__file__).with_name("format_1.sql").read_text())
    store = await opened(tmp_path / "data")
    assert store.peek(("t", 1)).value == b'{"n":1}'
    assert (await store.read_log(("l",)))[0].at == 5.0
    assert await store.read_blob("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881") == b"x"
    messages = await store.receive(("q",), limit=10, lease_s=9, lease="client", now=3.0)
    assert [message.body for message in messages] == [b"a1", b"b1", b"free"]
    await store.commit([Ack(("q",), messages[0].receipt)])
    (following,) = await store.receive(("q",), limit=10, lease_s=9, lease="client", now=3.0)
    assert following.body == b"a2"
    assert await store.depth(("q",), now=3.0) == QueueDepth(visible=1, in_flight=3, delayed=0)
    assert await store.commit([Put(("t", 2), b"{}")]) > 60
    await store.close()
    connection = sqlite3.connect(tmp_path / "data" / "portico.sqlite3")
    assert connection.execute("PRAGMA user_version").fetchone() == (FORMAT,)
    connection.close()


async def test_a_migrated_database_has_the_schema_of_a_new_one(tmp_path: Path):
    await make_database(tmp_path / "old", Path(__file__).with_name("format_1.sql").read_text())
    for name in ("old", "new"):
        await (await opened(tmp_path / name)).close()
    assert schema(tmp_path / "old") == schema(tmp_path / "new")


def schema(directory: Path) -> list[str]:
    connection = sqlite3.connect(directory / "portico.sqlite3")
    rows = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").fetchall()
    connection.close()
    return [" ".join(sql.split()) for (sql,) in rows]


async def test_a_newer_format_is_refused_and_left_alone(tmp_path: Path):
    await (await opened(tmp_path / "data")).close()
    connection = sqlite3.connect(tmp_path / "data" / "portico.sqlite3")
    connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.commit()
    connection.close()
    with pytest.raises(StoreUnusable, match=f"format {FORMAT + 1}.*newer Portico"):
        await opened(tmp_path / "data")


@pytest.mark.parametrize("content", ["CREATE TABLE theirs (x)", "PRAGMA user_version = 7"])
async def test_somebody_elses_database_is_refused(tmp_path: Path, content: str):
    await make_database(tmp_path / "data", content)
    with pytest.raises(StoreUnusable, match="did not make"):
        await opened(tmp_path / "data")


async def test_what_is_no_database_is_refused(tmp_path: Path):
    await (await opened(tmp_path / "data")).close()
    (tmp_path / "data" / "portico.sqlite3").write_bytes(b"no database " * 1000)
    with pytest.raises(StoreUnusable, match="not a database"):
        await opened(tmp_path / "data")


async def test_orphans_are_swept_and_nothing_else(tmp_path: Path):
    store = await opened(tmp_path / "data")
    kept = await store.put_blob(b"k" * 100_000)
    await store.close()
    blobs = tmp_path / "data" / "blobs"
    (blobs / "incoming" / "half").write_bytes(b"half")
    (blobs / "ab").mkdir()
    (blobs / "ab" / ("ab" + "0" * 62)).write_bytes(b"its commit never came")
    store = await opened(tmp_path / "data")
    assert [path.name for path in blobs.glob("*/*")] == [kept]
    assert len(await store.read_blob(kept)) == 100_000
    await store.close()


def test_the_key_is_made_once_and_private(tmp_path: Path):
    key = data_key(tmp_path)
    assert len(key) == 32
    assert data_key(tmp_path) == key
    assert mode(tmp_path / "data.key") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["data.key"]
    assert data_key(None) != data_key(None)


def test_half_a_key_is_refused(tmp_path: Path):
    (tmp_path / "data.key").write_bytes(b"half")
    with pytest.raises(StoreUnusable, match="4 bytes, not 32"):
        data_key(tmp_path)


def test_a_key_without_a_directory_is_refused(tmp_path: Path):
    with pytest.raises(StoreUnusable, match="can't be used"):
        data_key(tmp_path / "none")
