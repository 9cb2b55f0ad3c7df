"""Reading: rows in order of their near end, merged into events in order of time, no more of them than a page needs."""

import heapq
import sqlite3
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

import msgspec

from portico.store.timeline.quiet import Quiet
from portico.store.timeline.rows import RUN_MS_MAX
from portico.store.timeline.values import EVENT_OVERHEAD_BYTES, Event, Page, Window

Row = tuple[int, int, int, str, int, bytes]
"""The near end's time and the row's id, both negated when reading backwards, so that rows sort; id, stream, ingestion time, events."""

_Queued = tuple[int, int, int, Event]
_decode = msgspec.json.Decoder(list[list[Any]]).decode
_AT_MS = itemgetter(0)


def page(
    db: sqlite3.Connection,
    window: Window,
    *,
    limit: int,
    bytes_max: int,
    scan_max: int,
    wanted: Callable[[str], bool] | None,
) -> Page:
    """Up to `limit` events of the window, or as many as fit in `bytes_max` (one at least), for whose messages `wanted` holds, looking
    at `scan_max` events at most."""
    found: list[Event] = []
    position, room = window.after, bytes_max
    for scanned, event in enumerate(_merged(db, window)):
        message = event.message
        take = wanted is None or wanted(message)
        if take:
            room -= (len(message) if message.isascii() else len(message.encode())) + EVENT_OVERHEAD_BYTES
        if scanned >= scan_max or len(found) >= limit or (room < 0 and found):
            return Page(tuple(found), position)
        position = event.position
        if take:
            found.append(event)
    return Page(tuple(found), None)


def _merged(db: sqlite3.Connection, window: Window) -> Iterator[Event]:
    """The events of the window in order. Rows come in order of their near end; an event is given out as soon as no row that is still
    to come can hold an earlier one."""
    sign = -1 if window.reverse else 1
    heap: list[_Queued] = []
    for near, order, row_id, stream, ingested_ms, events in _rows(db, window):
        while heap and heap[0][:2] < (near, order):
            yield heapq.heappop(heap)[-1]
        for at, (ms, message) in enumerate(_events(events)):
            if _inside(window, ms, row_id, at):
                event = Event((ms, row_id, at), stream, ingested_ms, message)
                heapq.heappush(heap, (sign * ms, order, sign * at, event))
    while heap:
        yield heapq.heappop(heap)[-1]


def _events(row: bytes) -> list[tuple[int, str]]:
    """The events of a row, in order of time."""
    found: list[tuple[int, str]] = []
    for entry in _decode(row):
        if len(entry) == 2:
            found.append((entry[0], entry[1]))
        else:
            found.extend(Quiet(*entry))
    found.sort(key=_AT_MS)
    return found


def _inside(window: Window, ms: int, row_id: int, at: int) -> bool:
    if not window.start_ms <= ms < window.end_ms:
        return False
    if window.after is None:
        return True
    position = (ms, row_id, at)
    return position < window.after if window.reverse else position > window.after


def _rows(db: sqlite3.Connection, window: Window) -> Iterator[Row]:
    if window.streams is None:
        return _cursor(db, window, *_of_group(window))
    cursors = [
        _cursor(db, window, "by_stream", "AND stream = ?", (stream,))
        for stream in dict.fromkeys(window.streams)
    ]
    return cursors[0] if len(cursors) == 1 else heapq.merge(*cursors)


def _of_group(window: Window) -> tuple[str, str, tuple[str, ...]]:
    condition = ""
    values: tuple[str, ...] = ()
    if window.prefix:
        condition, values = "AND stream >= ? AND stream < ?", (window.prefix, window.prefix + "\U0010ffff")
    if window.without:
        condition = f"{condition} AND stream NOT IN ({','.join('?' * len(window.without))})"
    return "by_group", condition, (*values, *window.without)


def _cursor(
    db: sqlite3.Connection, window: Window, index: str, condition: str, values: tuple[str, ...]
) -> Iterator[Row]:
    yield from db.execute(query(index, condition, reverse=window.reverse), (*_bounds(window), *values))


def _bounds(window: Window) -> tuple[str, int, int]:
    """The group and the times between which a row's near end must be: a row is at most `RUN_MS_MAX` long."""
    start, end, after = window.start_ms, window.end_ms, window.after
    if window.reverse:
        end = end if after is None else min(end, after[0] + 1)
        return window.group, start, end + RUN_MS_MAX
    start = start if after is None else max(start, after[0])
    return window.group, start - RUN_MS_MAX, end


def query(index: str, condition: str, *, reverse: bool) -> str:
    """The statement for a group's rows by `index` (named, as any other would sort the whole group), narrowed by `condition`."""
    if reverse:
        return (
            f"SELECT -last_ms, -id, id, stream, ingested_ms, events FROM runs INDEXED BY {index}_end "  # noqa: S608  # words of ours
            f"WHERE grp = ? AND last_ms >= ? AND last_ms < ? {condition} ORDER BY last_ms DESC, id DESC"
        )
    return (
        f"SELECT first_ms, id, id, stream, ingested_ms, events FROM runs INDEXED BY {index} "  # noqa: S608  # words of ours
        f"WHERE grp = ? AND first_ms >= ? AND first_ms < ? {condition} ORDER BY first_ms, id"
    )
