"""A database beside the store at work: one thread writes, one reads, and the event loop waits for neither of them.

A reader therefore never holds up a writer. After a failure of the disk nothing that SQLite says can be relied on: nothing more is
written or acknowledged.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from portico.store.beside.files import Layout, means_damage, note_damage, open_for_reading, open_for_writing
from portico.store.port import StoreError, StoreFailed
from portico.store.sqlite import failures

log = logging.getLogger("portico.store")

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class Beside:
    """The database of one file; `path` is None for one that is kept in memory. `name` is that of its threads.

    Raises:
        StoreUnusable: the file can't be opened, or a newer Portico wrote it.
    """

    def __init__(self, path: Path | None, layout: Layout, name: str) -> None:
        self._path = path
        self._layout = layout
        self._writer = ThreadPoolExecutor(1, thread_name_prefix=f"portico-{name}")
        self._db = self._writer.submit(open_for_writing, path, layout).result()
        self._reader, self._read_db = self._writer, self._db
        if path is not None:
            self._reader = ThreadPoolExecutor(1, thread_name_prefix=f"portico-{name}-reader")
            self._read_db = open_for_reading(path)
        self.failed: StoreFailed | None = None

    async def read(self, work: Work[T]) -> T:
        """Read after what has been submitted so far.

        Raises:
            StoreError: the file can't be read.
        """
        if self._reader is not self._writer:
            await self._run(self._writer, _nothing)
        try:
            return await self._run(self._reader, partial(work, self._read_db))
        except sqlite3.Error as error:
            raise self.meaning(error) from error

    async def write(self, work: Work[T]) -> T:
        """Write, in turn.

        Raises:
            StoreFull: there is no space. StoreFailed: the disk failed, now or before. StoreError: the file is locked.
        """
        if self.failed is not None:
            raise self.failed
        try:
            return await self._run(self._writer, partial(work, self._db))
        except sqlite3.Error as error:
            raise self.meaning(error) from error

    def submit(self, work: Work[None], done: Callable[[StoreError | None], None]) -> None:
        """Write, in turn, without being waited for; `done` is told how it went, on the event loop."""
        # Submitted at once, not in a task: what is read or deleted next must find it.
        future = asyncio.get_running_loop().run_in_executor(self._writer, partial(work, self._db))

        def ended(future: "asyncio.Future[None]") -> None:
            error = None if future.cancelled() else future.exception()
            if isinstance(error, sqlite3.Error):
                done(self.meaning(error))
            else:
                done(None if error is None else StoreError(str(error)))

        future.add_done_callback(ended)

    async def close(self) -> None:
        """Finish what was submitted and close the file."""
        await self._run(self._reader, self._read_db.close)
        await self._run(self._writer, self._db.close)
        self._reader.shutdown()
        self._writer.shutdown()

    def meaning(self, error: sqlite3.Error) -> StoreError:
        """The store's error for the database's, which is remembered when nothing can be relied on after it."""
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _BUSY:
            return StoreError(f"another program has locked the {self._layout.holds}: {error}")
        meaning = failures.of_database(error, None if self._path is None else self._path.parent)
        if isinstance(meaning, StoreFailed) and self.failed is None:
            self.failed = meaning
            if self._path is not None and means_damage(error):
                note_damage(self._path)
            log.critical(
                "%s can't be written any more; start the server again: %s", self._layout.holds, meaning
            )
        return meaning

    @staticmethod
    async def _run(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(thread, work)


class Writing:
    """`BEGIN IMMEDIATE` to `COMMIT`. Some errors, a full disk among them, have ended the transaction already."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            try:
                self._db.execute("COMMIT")
                return
            except sqlite3.Error:
                self._undo()
                raise
        self._undo()

    def _undo(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")


def _nothing() -> None:
    """Waits for its turn on the writer's thread."""
