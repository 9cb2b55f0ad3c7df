"""Connections to the database, configured.

On disk the write-ahead log lets all of them work at once. The writer's process imports this: it knows no event loop.
"""

import sqlite3
from pathlib import Path

_CACHED_STATEMENTS = 64
_PAGE_CACHE_KIB = 8 * 1024


def connect(path: Path | None) -> sqlite3.Connection:
    """A connection, configured; the first one makes the database.

    Raises:
        sqlite3.Error: the file can't be opened or written, or is no database.
    """
    connection = sqlite3.connect(
        ":memory:" if path is None else str(path),
        isolation_level=None,  # transactions are begun and ended by name
        check_same_thread=False,  # each has one user at a time, but is opened and closed elsewhere
        cached_statements=_CACHED_STATEMENTS,
        timeout=5.0,
    )
    try:
        _configure(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _configure(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA cache_size = -{_PAGE_CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")
    # What is deleted is overwritten where its page is written anyway. Some builds of SQLite write the pages that become free as well.
    connection.execute("PRAGMA secure_delete = FAST")
    connection.execute("PRAGMA journal_mode = WAL")  # stays "memory" for a database in memory
    connection.execute("PRAGMA synchronous = FULL")  # an fsync of the log before each COMMIT returns
    # A connection that checkpoints by itself does it in the middle of somebody's commit, or on the event loop.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
