"""Log events: many small appends, read back by time. A file of its own beside the store.

What functions write is not acknowledged to anybody: it is buffered for at most 100 ms and written without waiting for the disk
(`synchronous=NORMAL`), one row per stream and flush. What a client puts is acknowledged, hence on disk first (`synchronous=FULL`).
One thread does all the reading and writing, so that the event loop never waits for SQLite.
"""

import asyncio
import heapq
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import msgspec

TIMELINE_FILE = "logs.sqlite"
_FLUSH_S = 0.1
_BUFFER_ROWS_MAX = 50_000
_SPAN_MS = 24 * 3600 * 1000  # a batch of PutLogEvents spans at most a day
_SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    grp TEXT NOT NULL, stream TEXT NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL,
    events BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_group ON batches (grp, first_ms);
CREATE INDEX IF NOT EXISTS by_stream ON batches (grp, stream, first_ms);
CREATE INDEX IF NOT EXISTS by_stream_end ON batches (grp, stream, last_ms);
"""

T = TypeVar("T")

Position = tuple[int, int, int]
"""Where an event stands: its time in ms, its batch, its place in the batch. Positions order events."""


class Batch(msgspec.Struct, frozen=True, gc=False):
    """Events of one stream that were written together, in order of time: (ms since the epoch, message)."""

    group: str
    stream: str
    ingested_ms: int
    events: tuple[tuple[int, str], ...]


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event as it is read."""

    position: Position
    stream: str
    ingested_ms: int
    message: str

    @property
    def at_ms(self) -> int:
        """When it happened."""
        return self.position[0]


class Window(msgspec.Struct, frozen=True, gc=False):
    """Which events to read: those of `group` (and of `streams`, unless None) from `start_ms` to before `end_ms`, only those after
    `after` (before it, if `reverse`)."""

    group: str
    streams: tuple[str, ...] | None = None
    start_ms: int = 0
    end_ms: int = 1 << 62
    after: Position | None = None
    reverse: bool = False


class Span(msgspec.Struct, frozen=True, gc=False):
    """First and last event of a stream, and when the last one was taken in (ms since the epoch)."""

    first_ms: int
    last_ms: int
    ingested_ms: int


class Page(msgspec.Struct, frozen=True, gc=False):
    """Events in order; `last` is where the next page goes on, None when there is nothing more."""

    events: tuple[Event, ...]
    last: Position | None


class Timeline:
    """The log events of one server; `path` is None for one that is kept in memory."""

    def __init__(self, path: Path | None) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="portico-timeline")
        self._buffer: list[Batch] = []
        self._flushing: asyncio.TimerHandle | None = None
        self._db = self._thread.submit(_open, path).result()
        self.dropped_total = 0

    def write(self, batch: Batch) -> None:
        """Write soon. When more waits than memory should hold, the batch is dropped and counted."""
        if len(self._buffer) >= _BUFFER_ROWS_MAX:
            self.dropped_total += 1
            return
        self._buffer.append(batch)
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(_FLUSH_S, self._flush)

    async def write_durably(self, batch: Batch) -> None:
        """Write, and return when it is on disk."""
        await self._run(lambda: _insert(self._db, [batch], durable=True))

    async def read(
        self, window: Window, *, limit: int, scan_max: int, wanted: Callable[[str], bool] | None = None
    ) -> Page:
        """Up to `limit` events of the window for whose message `wanted` holds, looking at `scan_max` at most."""
        self._flush()
        return await self._run(lambda: _page(self._db, window, limit, scan_max, wanted))

    async def forget(self, group: str, stream: str | None = None, *, before_ms: int | None = None) -> None:
        """Delete the events of a group, of one of its streams, or only those batches that ended before a time."""
        self._flush()
        await self._run(lambda: _delete(self._db, group, stream, before_ms))

    async def erase(self) -> None:
        """Forget everything."""
        self._flush()
        await self._run(lambda: _erase(self._db))

    async def stored_bytes(self, group: str) -> int:
        """About how many bytes the events of a group take."""
        return await self._run(lambda: _bytes(self._db, group))

    async def spans(self, group: str) -> dict[str, Span]:
        """The span of each stream of a group that has events, by name."""
        self._flush()
        return await self._run(lambda: _spans(self._db, group))

    async def close(self) -> None:
        """Write what is buffered and close the file."""
        self._flush()
        await self._run(self._db.close)
        self._thread.shutdown()

    def _flush(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        if self._buffer:
            batches, self._buffer = self._buffer, []
            self._thread.submit(_insert_joined, self._db, batches)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _open(path: Path | None) -> sqlite3.Connection:
    db = sqlite3.connect(path or ":memory:", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA auto_vacuum=INCREMENTAL")
    db.executescript(_SCHEMA)
    return db


def _insert(db: sqlite3.Connection, batches: Sequence[Batch], *, durable: bool) -> None:
    db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    db.execute("BEGIN IMMEDIATE")
    try:
        db.executemany(
            "INSERT INTO batches (grp, stream, first_ms, last_ms, ingested_ms, events) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    b.group,
                    b.stream,
                    b.events[0][0],
                    b.events[-1][0],
                    b.ingested_ms,
                    msgspec.json.encode(b.events),
                )
                for b in batches
            ],
        )
        db.execute("COMMIT")
    except sqlite3.Error:
        db.execute("ROLLBACK")
        raise


def _insert_joined(db: sqlite3.Connection, batches: Sequence[Batch]) -> None:
    """Write what one flush has gathered: the batches of a stream as one row, unless they would span too long a time."""
    streams: dict[tuple[str, str], list[Batch]] = {}
    for batch in batches:
        streams.setdefault((batch.group, batch.stream), []).append(batch)
    _insert(db, [joined for held in streams.values() for joined in _joined(held)], durable=False)


def _joined(batches: list[Batch]) -> list[Batch]:
    if len(batches) == 1:
        return batches
    events = sorted((event for batch in batches for event in batch.events), key=lambda event: event[0])
    if events[-1][0] - events[0][0] > _SPAN_MS:
        return batches
    last = batches[-1]
    return [Batch(last.group, last.stream, last.ingested_ms, tuple(events))]


def _page(
    db: sqlite3.Connection,
    window: Window,
    limit: int,
    scan_max: int,
    wanted: Callable[[str], bool] | None,
) -> Page:
    found: list[Event] = []
    position = window.after
    for scanned, event in enumerate(_merged(db, window)):
        if len(found) >= limit or scanned >= scan_max:
            return Page(tuple(found), position)
        position = event.position
        if wanted is None or wanted(event.message):
            found.append(event)
    return Page(tuple(found), None)


def _merged(db: sqlite3.Connection, window: Window) -> Iterator[Event]:
    """The events of the window in order. Batches come in order of their near end; an event is given out as soon as no batch that
    is still to come can hold an earlier one."""
    sign = -1 if window.reverse else 1
    heap: list[tuple[int, int, int, int, Event]] = []
    for batch_id, stream, near_ms, ingested_ms, events in _batches(db, window):
        while heap and heap[0][0] < sign * near_ms:
            yield heapq.heappop(heap)[-1]
        for at, (ms, message) in enumerate(msgspec.json.decode(events, type=list[tuple[int, str]])):
            position = (ms, batch_id, at)
            if _inside(window, position):
                key = (sign * ms, sign * batch_id, sign * at, len(heap))
                heapq.heappush(heap, (*key, Event(position, stream, ingested_ms, message)))
    while heap:
        yield heapq.heappop(heap)[-1]


def _inside(window: Window, position: Position) -> bool:
    if not window.start_ms <= position[0] < window.end_ms:
        return False
    if window.after is None:
        return True
    return position < window.after if window.reverse else position > window.after


def _batches(db: sqlite3.Connection, window: Window) -> Iterator[tuple[int, str, int, int, bytes]]:
    start, end = window.start_ms, window.end_ms
    if window.after is not None:
        start, end = (start, window.after[0] + 1) if window.reverse else (max(start, window.after[0]), end)
    near, order = ("last_ms", "DESC") if window.reverse else ("first_ms", "ASC")
    streams = "" if window.streams is None else f"AND stream IN ({','.join('?' * len(window.streams))})"
    yield from db.execute(
        f"SELECT id, stream, {near}, ingested_ms, events FROM batches "  # noqa: S608  # only names of ours
        f"WHERE grp = ? AND first_ms >= ? AND first_ms < ? AND last_ms >= ? {streams} ORDER BY {near} {order}, id {order}",
        (window.group, start - _SPAN_MS, end, start, *(window.streams or ())),
    )


def _delete(db: sqlite3.Connection, group: str, stream: str | None, before_ms: int | None) -> None:
    where: str = "grp = ?"
    values: list[str | int] = [group]
    if stream is not None:
        where, values = f"{where} AND stream = ?", [*values, stream]
    if before_ms is not None:
        where, values = f"{where} AND last_ms < ?", [*values, before_ms]
    db.execute(f"DELETE FROM batches WHERE {where}", values)  # noqa: S608  # only names of ours
    db.execute("PRAGMA incremental_vacuum")


def _erase(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM batches")
    db.execute("PRAGMA incremental_vacuum")


def _bytes(db: sqlite3.Connection, group: str) -> int:
    row = db.execute(
        "SELECT COALESCE(SUM(LENGTH(events)), 0) FROM batches WHERE grp = ?", (group,)
    ).fetchone()
    return int(row[0])


def _spans(db: sqlite3.Connection, group: str) -> dict[str, Span]:
    rows = db.execute(
        "SELECT stream, MIN(first_ms), MAX(last_ms), MAX(ingested_ms) FROM batches WHERE grp = ? GROUP BY stream",
        (group,),
    )
    return {stream: Span(first, last, ingested) for stream, first, last, ingested in rows}
