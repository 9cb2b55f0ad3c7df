"""The file of the timeline: opened, brought into shape, and moved aside when it is damaged."""

import contextlib
import logging
import sqlite3
import time
from pathlib import Path

from portico.store.port import StoreUnusable

TIMELINE_FILE = "logs.sqlite"

log = logging.getLogger("portico.logs")

_FORMAT = 1
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    grp TEXT NOT NULL, stream TEXT NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL,
    size INTEGER NOT NULL,
    events BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_group ON runs (grp, first_ms);
CREATE INDEX IF NOT EXISTS by_group_end ON runs (grp, last_ms);
CREATE INDEX IF NOT EXISTS by_stream ON runs (grp, stream, first_ms);
CREATE INDEX IF NOT EXISTS by_stream_end ON runs (grp, stream, last_ms);
CREATE TABLE IF NOT EXISTS spans (
    grp TEXT NOT NULL, stream TEXT NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (grp, stream)
) WITHOUT ROWID;
"""


def open_for_writing(path: Path | None) -> sqlite3.Connection:
    """The database at `path` (None: in memory), made if there is none. A damaged one is moved aside, and a new one begun: a server
    that can't show old logs is of more use than one that does not start.

    Raises:
        StoreUnusable: a newer Portico wrote it, or it can't be opened at all.
    """
    if path is not None and _mark(path).exists():
        _begin_anew(path, "damage was found while it was in use")
        _mark(path).unlink()
    try:
        return _open(path)
    except sqlite3.DatabaseError as error:
        if path is None or not means_damage(error):
            raise StoreUnusable(f"the log events in {path} can't be opened: {error}") from error
        _begin_anew(path, str(error))
        return _open(path)


def means_damage(error: sqlite3.Error) -> bool:
    """Whether the error says that the file is not what SQLite wrote."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGED


def note_damage(path: Path) -> None:
    """Have the file moved aside at the next start: damage in the middle of it does not show when it is opened."""
    with contextlib.suppress(OSError):  # a disk that does not take a mark is another trouble, told elsewhere
        _mark(path).touch()


def _mark(path: Path) -> Path:
    return path.with_name(f"{path.name}.is-damaged")


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A second connection to the same file."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA query_only=1")
    return connection


def _open(path: Path | None) -> sqlite3.Connection:
    with contextlib.ExitStack() as on_failure:
        db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        on_failure.callback(db.close)
        db.execute("PRAGMA auto_vacuum=INCREMENTAL")  # before anything is written, else it has no effect
        db.execute("PRAGMA journal_mode=WAL")
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > _FORMAT:
            raise StoreUnusable(
                f"{path} has format {found} of a newer Portico; this one knows {_FORMAT}. Start the newer one."
            )
        db.executescript(_SCHEMA)
        db.execute(f"PRAGMA user_version={_FORMAT}")
        db.execute("SELECT MAX(id) FROM runs").fetchone()
        on_failure.pop_all()
        return db


def _begin_anew(path: Path, why: str) -> None:
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S')}")
    for ending in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    log.critical(
        "the log events in %s are damaged (%s). They were moved to %s, and new ones are begun. "
        "`sqlite3 %s .recover` may read what is left of them.",
        path,
        why,
        aside,
        aside,
    )
