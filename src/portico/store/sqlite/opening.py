"""Putting a store together: the writer first, which brings the database to its format, then the readers and the blobs."""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

from portico.base.clock import Clock
from portico.store.directory import BLOB_FOLDER, DATABASE_FILE
from portico.store.port import Committed, StoreFailed
from portico.store.sqlite.database import connect
from portico.store.sqlite.engine import Engine
from portico.store.sqlite.readers import Readers
from portico.store.sqlite.shelf import FolderShelf, MemoryShelf
from portico.store.sqlite.store import SqliteStore, tell
from portico.store.sqlite.writer import InlineWriter, ProcessWriter


def open_in_memory(clock: Clock, failed: Callable[[StoreFailed], None]) -> SqliteStore:
    """A store that is gone when it is closed."""
    hooks: list[Committed] = []
    connection = connect(None)
    readers = Readers(None, connection)
    writer = InlineWriter(Engine(connection, None), partial(tell, hooks), failed)
    return SqliteStore(
        readers,
        writer,
        MemoryShelf(),
        clock=clock,
        hooks=hooks,
        failed=failed,
        release=connection.close,
        directory=None,
    )


async def open_on_disk(
    directory: Path, clock: Clock, failed: Callable[[StoreFailed], None], release: Callable[[], None]
) -> SqliteStore:
    """The store of a locked data directory; `release` gives the lock back.

    Raises:
        StoreUnusable, StoreFull: the writer could not open the database.
        OSError, sqlite3.Error: something else could not be opened.
    """
    hooks: list[Committed] = []
    writer = ProcessWriter(partial(tell, hooks), failed)
    await writer.start(directory / DATABASE_FILE)
    try:
        readers = Readers(directory / DATABASE_FILE)
        try:
            shelf = FolderShelf(directory / BLOB_FOLDER)
            await asyncio.to_thread(shelf.sweep, await readers.in_thread(_digests_of_files))
        except BaseException:
            readers.close()
            raise
    except BaseException:
        await writer.close()
        raise
    return SqliteStore(
        readers,
        writer,
        shelf,
        clock=clock,
        hooks=hooks,
        failed=failed,
        release=release,
        directory=directory,
    )


def _digests_of_files(connection: sqlite3.Connection) -> set[str]:
    return {digest for (digest,) in connection.execute("SELECT digest FROM blobs WHERE data IS NULL")}
