"""The file of a database beside the store: opened, brought into shape, and moved aside when it is damaged."""

import contextlib
import logging
import sqlite3
import time
from pathlib import Path

import msgspec

from portico.store.port import StoreUnusable

log = logging.getLogger("portico.store")

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class Layout(msgspec.Struct, frozen=True, gc=False):
    """What a file holds: `holds` names it to operators ("log events"), `schema` is its tables, `format` their number, `probe` a
    statement that reads a little of them."""

    holds: str
    schema: str
    format: int
    probe: str


def open_for_writing(path: Path | None, layout: Layout) -> sqlite3.Connection:
    """The database at `path` (None: in memory), made if there is none. A damaged one is moved aside, and a new one begun: a server
    that can't show what was is of more use than one that does not start.

    Raises:
        StoreUnusable: a newer Portico wrote it, or it can't be opened at all.
    """
    if path is not None and _mark(path).exists():
        _begin_anew(path, layout, "damage was found while it was in use")
        _mark(path).unlink()
    try:
        return _open(path, layout)
    except sqlite3.DatabaseError as error:
        if path is None or not means_damage(error):
            raise StoreUnusable(f"the {layout.holds} in {path} can't be opened: {error}") from error
        _begin_anew(path, layout, str(error))
        return _open(path, layout)


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


def _open(path: Path | None, layout: Layout) -> sqlite3.Connection:
    with contextlib.ExitStack() as on_failure:
        db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        on_failure.callback(db.close)
        db.execute("PRAGMA auto_vacuum=INCREMENTAL")  # before anything is written, else it has no effect
        db.execute("PRAGMA journal_mode=WAL")
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > layout.format:
            raise StoreUnusable(
                f"{path} has format {found} of a newer Portico; this one knows {layout.format}. Start the newer one."
            )
        db.executescript(layout.schema)
        db.execute(f"PRAGMA user_version={layout.format}")
        db.execute(layout.probe).fetchone()
        on_failure.pop_all()
        return db


def _begin_anew(path: Path, layout: Layout, why: str) -> None:
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S')}")
    for ending in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    log.critical(
        "the %s in %s are damaged (%s). They were moved to %s, and new ones are begun. "
        "`sqlite3 %s .recover` may read what is left of them.",
        layout.holds,
        path,
        why,
        aside,
        aside,
    )
