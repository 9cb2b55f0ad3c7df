"""The connections that read: one with which the event loop reads, two for threads. In memory there is one connection, and the event
loop does everything with it.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from portico.store.sqlite.database import connect

READER_THREADS = 2
_Answer = TypeVar("_Answer")


class Readers:
    """The connections that read. With `memory`, the connection of a database in memory, that is the only one."""

    def __init__(self, path: Path | None, memory: sqlite3.Connection | None = None) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(READER_THREADS, "portico-store-read")
        self._of_thread = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._on_loop = memory or self._another()

    def one(self, statement: str, *parameters: str | int) -> tuple[object, ...] | None:
        """The first row, read on the event loop: by a key, or a hundred rows as one of JSON."""
        row: tuple[object, ...] | None = self._on_loop.execute(statement, parameters).fetchone()
        return row

    async def in_thread(self, read: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """What `read` answers, called in a thread with a connection that sees one state of the database throughout."""
        if self._path is None:
            return read(self._on_loop)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, read)

    async def copy_to(self, path: Path) -> None:
        """Write one state of the database to a new file, which has no log beside it."""
        if self._path is None:
            self._on_loop.execute("VACUUM INTO ?", (str(path),))
        else:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._copy, str(path))

    def close(self) -> None:
        """Close every connection that was opened here."""
        self._threads.shutdown()
        for connection in self._open:
            connection.close()

    def _read(self, read: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._of_thread.connection = self._another()
        connection.execute("BEGIN")
        try:
            return read(connection)
        finally:
            connection.execute("COMMIT")

    def _copy(self, path: str) -> None:
        # Not the thread's own connection: VACUUM INTO counts as a write for `query_only`.
        connection = connect(self._path)
        try:
            connection.execute("VACUUM INTO ?", (path,))
        finally:
            connection.close()

    def _another(self) -> sqlite3.Connection:
        connection = connect(self._path)
        self._open.append(connection)
        connection.execute("PRAGMA query_only = ON")
        return connection
