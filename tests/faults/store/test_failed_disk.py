"""A disk that fails, and a writer that is gone: nothing more is acknowledged, and the process is told to end."""

import asyncio
import os
import signal
import sqlite3
from pathlib import Path

import pytest

from portico.base.clock import Clock
from portico.store.directory import DATABASE_FILE
from portico.store.open import open_store
from portico.store.port import Put, StoreFailed
from portico.store.sqlite.database import connect
from portico.store.sqlite.engine import Engine
from portico.store.sqlite.messages import CommittedAt, Failed
from portico.store.sqlite.prepare import prepare
from processes import writer_process


class FailingDisk:
    """A connection to a database on a disk that can't sync any more, once `broken` is set."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.broken = False
        self.commits = 0

    def execute(self, statement: str, *parameters: object) -> sqlite3.Cursor:
        if statement == "COMMIT":
            self.commits += 1
            if self.broken:
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
                error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
                raise error
        return self._connection.execute(statement, *parameters)

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction


def test_after_a_failed_fsync_nothing_is_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    connection = connect(tmp_path / "db")
    disk = FailingDisk(connection)
    engine = Engine(disk, tmp_path)
    commits = [prepare([Put(("t", n), b"{}")], [], 0) for n in range(3)]
    assert all(isinstance(answer, CommittedAt) for answer in engine.perform(commits))
    disk.broken = True
    answers = engine.perform(commits)
    assert [answer.kind for answer in answers if isinstance(answer, Failed)] == ["StoreFailed"] * 3
    disk.broken = False
    tried = disk.commits
    assert all(isinstance(answer, Failed) for answer in engine.perform(commits))
    assert disk.commits == tried
    assert "accepts nothing more" in caplog.text
    connection.close()


async def test_without_its_writer_the_store_fails_and_says_so_once(tmp_path: Path):
    told: asyncio.Queue[StoreFailed] = asyncio.Queue()
    store = await open_store(tmp_path / "data", clock=Clock(), failed=told.put_nowait)
    await store.commit([Put(("t", 1), b"{}")])
    under_way = asyncio.ensure_future(store.commit([Put(("t", 2), b"x" * 1_000_000)]))
    os.kill(writer_process(tmp_path / "data" / DATABASE_FILE), signal.SIGKILL)
    assert "writer process" in str(await told.get())
    with pytest.raises(StoreFailed):
        await under_way
    with pytest.raises(StoreFailed):
        await store.commit([Put(("t", 3), b"{}")])
    assert told.empty()
    assert store.peek(("t", 1)) is not None
    await store.close()
    store = await open_store(tmp_path / "data", clock=Clock())
    assert store.peek(("t", 1)) is not None
    await store.close()
