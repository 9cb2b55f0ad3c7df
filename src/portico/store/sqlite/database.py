"""Connections to the database: one that writes, one that the event loop reads with, two that threads read with.

On disk the write-ahead log lets them all work at once. In memory there is one connection and a lock, so that nobody reads the
middle of a batch.
"""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from portico.store.sqlite.schema import migrate

READER_THREADS = 2
_CACHED_STATEMENTS = 64
_PAGE_CACHE_KIB = 8 * 1024


class Database:
    """The open database; `path` is None for one in memory. It is in the current format once this returns.

    Raises:
        StoreUnusable: the format is newer, or this is no database of Portico's.
        sqlite3.Error: the file can't be opened or written.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.writer = _connect(path)
        self.readers = ThreadPoolExecutor(READER_THREADS, "portico-store-read")
        self._lock = None if path else threading.Lock()
        self._no_lock = nullcontext()
        self._local = threading.local()
        self._of_threads: list[sqlite3.Connection] = []
        try:
            migrate(self.writer, str(path or "memory"))
            # On the loop a read never waits: a reader in WAL mode is blocked by nobody.
            self.loop_reader = self.writer if path is None else _connect(path, readonly=True)
        except BaseException:
            self.writer.close()
            raise

    def exclusive(self) -> AbstractContextManager[object]:
        """Around a batch and around each read; a lock only for a database in memory."""
        return self._lock or self._no_lock

    def one(self, statement: str, *parameters: str | int) -> tuple[object, ...] | None:
        """The first row, read on the event loop."""
        with self.exclusive():
            row: tuple[object, ...] | None = self.loop_reader.execute(statement, parameters).fetchone()
        return row

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection for one reader thread that sees one state of the database throughout."""
        if self._lock is not None:
            with self._lock:
                yield self.writer
            return
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            assert self.path is not None
            connection = self._local.connection = _connect(self.path, readonly=True)
            self._of_threads.append(connection)
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close every connection; the last one to go leaves the database without a write-ahead log."""
        self.readers.shutdown()
        for connection in self._of_threads:
            connection.close()
        if self.loop_reader is not self.writer:
            self.loop_reader.close()
        self.writer.close()


def _connect(path: Path | None, *, readonly: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(
        ":memory:" if path is None else str(path),
        isolation_level=None,  # transactions are begun and ended by name
        check_same_thread=False,  # each has one user at a time, but is opened and closed elsewhere
        cached_statements=_CACHED_STATEMENTS,
        timeout=5.0,
    )
    try:
        _configure(connection, on_disk=path is not None, readonly=readonly)
    except BaseException:
        connection.close()
        raise
    return connection


def _configure(connection: sqlite3.Connection, *, on_disk: bool, readonly: bool) -> None:
    connection.execute(f"PRAGMA cache_size = -{_PAGE_CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")
    if not on_disk:
        return
    if readonly:
        connection.execute("PRAGMA query_only = ON")
    else:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # an fsync of the log before each COMMIT returns
    # A connection that checkpoints by itself does it in the middle of somebody's commit, or on the event loop.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
