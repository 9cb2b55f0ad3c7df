"""Writing and deleting: how events become rows (`runs`), with the sums that are kept beside them (`spans`).

A row holds a run of events of one stream that is short in time and in bytes, so that a reader who merges the streams of a group by
time need not hold much of it.
"""

import itertools
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from portico.store.beside import Writing
from portico.store.timeline.values import Batch, Entry, Span, begins_at, ends_at, size_of

RUN_MS_MAX = 60_000
_RUN_BYTES_MAX = 128 * 1024
_SLICE_ROWS = 500
_VACUUM_PAGES = 250
_LISTED_PAGES_MAX = 20_000
_REWRITTEN_PAGES_MAX = 16_000

_Row = tuple[str, str, int, int, int, int, bytes]


def insert(db: sqlite3.Connection, batches: Iterable[Batch], *, durable: bool) -> None:
    """Write batches, all or none; `durable` ones are on disk when this returns.

    Raises:
        sqlite3.Error: nothing was written.
    """
    rows = [row for batch in batches for row in _rows(batch)]
    db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    with Writing(db):
        db.executemany(
            "INSERT INTO runs (grp, stream, first_ms, last_ms, ingested_ms, size, events) VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        db.executemany(
            "INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (grp, stream) DO UPDATE SET "
            "first_ms = MIN(first_ms, excluded.first_ms), last_ms = MAX(last_ms, excluded.last_ms), "
            "ingested_ms = MAX(ingested_ms, excluded.ingested_ms), size = size + excluded.size",
            [row[:6] for row in rows],
        )


def insert_joined(
    db: sqlite3.Connection, batches: Sequence[Batch], gathered: Sequence[Callable[[], Iterable[Batch]]] = ()
) -> None:
    """Write what one flush has gathered, the batches of a stream together, without waiting for the disk.

    Raises:
        sqlite3.Error: nothing was written.
    """
    streams: dict[tuple[str, str], list[Batch]] = {}
    for batch in itertools.chain(batches, *(make() for make in gathered)):
        streams.setdefault((batch.group, batch.stream), []).append(batch)
    insert(db, [_joined(held) for held in streams.values()], durable=False)


def _joined(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    entries = sorted((entry for batch in batches for entry in batch.entries), key=begins_at)
    last = batches[-1]
    return Batch(last.group, last.stream, last.ingested_ms, tuple(entries))


def _rows(batch: Batch) -> Iterator[_Row]:
    """A row is at most so long in time that a reader finds it, and as large as it should hold at once."""
    entries = batch.entries
    start, size, first, last = 0, 0, begins_at(entries[0]), 0
    for at, entry in enumerate(entries):
        end = ends_at(entry)
        if at > start and (size > _RUN_BYTES_MAX or end - first > RUN_MS_MAX):
            yield _row(batch, entries[start:at], first, last, size)
            start, size, first, last = at, 0, begins_at(entry), 0
        last = max(last, end)
        size += size_of(entry)
    yield _row(batch, entries[start:], first, last, size)


def _row(batch: Batch, entries: tuple[Entry, ...], first: int, last: int, size: int) -> _Row:
    return batch.group, batch.stream, first, last, batch.ingested_ms, size, msgspec.json.encode(entries)


def delete_some(db: sqlite3.Connection, group: str, stream: str | None, before_ms: int | None) -> bool:
    """Delete a slice of the rows of a group, of one of its streams, or only of those that ended before a time; whether there may be
    more. In slices, so that writes come in between."""
    index, where, values = "by_group_end", "grp = ?", [group]
    if stream is not None:
        index, where, values = "by_stream_end", f"{where} AND stream = ?", [group, stream]
    bound = 1 << 62 if before_ms is None else before_ms
    found = db.execute(
        f"SELECT id, stream, size FROM runs INDEXED BY {index} WHERE {where} AND last_ms < ? LIMIT ?",  # noqa: S608  # words of ours
        (*values, bound, _SLICE_ROWS),
    ).fetchall()
    if not found:
        return False
    sizes: dict[str, int] = {}
    for _, name, size in found:
        sizes[name] = sizes.get(name, 0) + size
    with Writing(db):
        ids = json.dumps([row[0] for row in found])
        db.execute("DELETE FROM runs WHERE id IN (SELECT value FROM json_each(?))", (ids,))
        for name, size in sizes.items():
            _shrink_span(db, group, name, size)
    return len(found) == _SLICE_ROWS


def _shrink_span(db: sqlite3.Connection, group: str, stream: str, size: int) -> None:
    first = db.execute(
        "SELECT MIN(first_ms) FROM runs WHERE grp = ? AND stream = ?", (group, stream)
    ).fetchone()[0]
    if first is None:
        db.execute("DELETE FROM spans WHERE grp = ? AND stream = ?", (group, stream))
    else:
        db.execute(
            "UPDATE spans SET first_ms = ?, size = size - ? WHERE grp = ? AND stream = ?",
            (first, size, group, stream),
        )


def give_back(db: sqlite3.Connection) -> bool:
    """Give free pages back to the file system, some at a time; whether there are more to give.

    A step of the incremental vacuum searches the list of free pages, so it costs the more the longer that is. A file that is mostly
    free is written anew instead; where both would take long, the pages stay and are used by what comes next.
    """
    free = db.execute("PRAGMA freelist_count").fetchone()[0]
    held = db.execute("PRAGMA page_count").fetchone()[0] - free
    if free > held and held <= _REWRITTEN_PAGES_MAX:
        db.execute("VACUUM")
        free = 0
    elif 0 < free <= _LISTED_PAGES_MAX:
        # Each step of the statement frees one page: it has to be read to its end.
        db.execute(f"PRAGMA incremental_vacuum({_VACUUM_PAGES})").fetchall()
        free = db.execute("PRAGMA freelist_count").fetchone()[0]
    else:
        return False
    if not free:
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    return bool(free)


def erase(db: sqlite3.Connection) -> None:
    """Delete everything."""
    with Writing(db):
        db.execute("DELETE FROM runs")
        db.execute("DELETE FROM spans")


def stored_bytes(db: sqlite3.Connection, group: str) -> int:
    """The bytes of a group's events, as CloudWatch Logs counts them."""
    row = db.execute("SELECT COALESCE(SUM(size), 0) FROM spans WHERE grp = ?", (group,)).fetchone()
    return int(row[0])


def spans(db: sqlite3.Connection, group: str) -> dict[str, Span]:
    """The span of each stream of a group that has events, by name."""
    rows = db.execute(
        "SELECT stream, first_ms, last_ms, ingested_ms, size FROM spans WHERE grp = ?", (group,)
    )
    return {stream: Span(*span) for stream, *span in rows}
