"""Opening the store of a server."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from portico.base.clock import Clock
from portico.store.directory import DirectoryLock
from portico.store.port import Store, StoreFailed, StoreFull, StoreUnusable
from portico.store.sqlite import failures
from portico.store.sqlite.opening import open_in_memory, open_on_disk

_log = logging.getLogger(__name__)


async def open_store(
    directory: Path | None, *, clock: Clock, failed: Callable[[StoreFailed], None] | None = None
) -> Store:
    """The store in `directory`, which is made if it is not there; with None everything is in memory and gone afterwards.

    `failed` is called on the event loop when nothing more can be made durable; the process has to end then.

    Raises:
        StoreLocked: another server has the directory.
        StoreUnusable: the directory can't be used, or a newer Portico has written it; the message says what to do.
        StoreFull: there is no space to open it.
    """
    report = failed or _log_failure
    if directory is None:
        return open_in_memory(clock, report)
    directory = await asyncio.to_thread(directory.absolute)
    lock = await asyncio.to_thread(DirectoryLock.take, directory)
    try:
        return await open_on_disk(directory, clock, report, lock.release)
    except sqlite3.Error as error:
        lock.release()
        translated = failures.of_database(error, directory)
        if isinstance(translated, StoreFull):
            raise translated from error
        raise StoreUnusable(f"the database in {directory} can't be opened: {error}") from error
    except OSError as error:
        lock.release()
        raise StoreUnusable(f"the data directory {directory} can't be used: {error}") from error
    except BaseException:
        lock.release()
        raise


def _log_failure(failure: StoreFailed) -> None:
    _log.critical("the store has failed and this process has to end: %s", failure)
