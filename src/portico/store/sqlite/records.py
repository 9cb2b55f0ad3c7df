"""Reads of records, queues' states and logs. Each answer is one row of JSON: sqlite3 gives up the GIL for every row."""

import sqlite3

import msgspec

from portico.store import keys
from portico.store.port import Entry, Key, QueueDepth, Versioned
from portico.store.sqlite.prepare import bounds
from portico.store.sqlite.readers import Readers
from portico.store.sqlite.statements import QUEUE
from portico.store.sqlite.text import to_bytes, to_seconds, to_us

ON_THE_LOOP_MAX = 100
"""Rows that the event loop reads itself; more are a reader thread's work."""

_CHUNK = 2_000
_Row = tuple[str, int, str]
_EntryRow = tuple[int, int, str]
_rows = msgspec.json.Decoder(list[_Row]).decode
_counts = msgspec.json.Decoder(dict[str, int]).decode
_entries = msgspec.json.Decoder(list[_EntryRow]).decode

_GET = "SELECT version, value FROM records WHERE key = ?"
_RANGE = """
SELECT json_group_array(json_array(key, version, value)) FROM (
    SELECT key, version, value FROM records WHERE key >= ?1 AND key < ?2 ORDER BY key {} LIMIT ?3)
"""
_RANGES = {False: _RANGE.format("ASC"), True: _RANGE.format("DESC")}
# The last commit's records are all there, because the limit is turned into that commit's version first.
_CHANGES = """
SELECT json_group_array(json_array(key, version, value)) FROM (
    SELECT key, version, value FROM records INDEXED BY records_by_version WHERE version > ?1 AND version <= coalesce(
        (SELECT max(version) FROM (SELECT version FROM records WHERE version > ?1 ORDER BY version LIMIT ?2)), 0)
    ORDER BY version, key)
"""
_LOG = """
SELECT json_group_array(json_array(sequence, at_us, value)) FROM (
    SELECT sequence, at_us, value FROM entries WHERE log = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3)
"""
# The visible ones are counted in the index alone; the others, which are few beside a long queue's, are looked at.
_DEPTH = f"""
SELECT (SELECT count(*) FROM messages WHERE queue = {QUEUE} AND blocked IN (0, 1) AND visible_at_us <= ?2),
    coalesce(sum(receipt IS NOT NULL), 0), coalesce(sum(receipt IS NULL), 0)
FROM messages WHERE queue = {QUEUE} AND blocked IN (0, 1) AND visible_at_us > ?2
"""  # noqa: S608  # no value of a caller's
_IN_FLIGHT = f"""
SELECT count(*) FROM messages WHERE queue = {QUEUE} AND blocked IN (0, 1) AND visible_at_us > ?2 AND receipt IS NOT NULL
"""  # noqa: S608
_HELD = f"""
SELECT json_group_object(grouped, held) FROM (
    SELECT grouped, count(*) AS held FROM messages
    WHERE queue = {QUEUE} AND blocked IN (0, 1) AND visible_at_us > ?2 AND receipt IS NOT NULL AND grouped IS NOT NULL GROUP BY grouped)
"""  # noqa: S608
_OLDEST = f"SELECT min(sent_at_us) FROM messages WHERE queue = {QUEUE}"  # noqa: S608
_NEXT_VISIBLE = f"SELECT min(visible_at_us) FROM messages WHERE queue = {QUEUE} AND blocked = 0"  # noqa: S608


def peek(readers: Readers, key: Key) -> Versioned | None:
    """The record at `key`."""
    row = readers.one(_GET, keys.encode(key))
    if row is None:
        return None
    version, value = row
    return Versioned(key, to_bytes(value), version)  # type: ignore[arg-type]  # the columns are NOT NULL of these types


async def scan(
    readers: Readers, prefix: Key, *, after: Key | None, limit: int | None, reverse: bool
) -> list[Versioned]:
    """A range of records. One state of the database, however long the range is."""
    low, high = bounds(prefix, after, None, reverse)
    statement = _RANGES[reverse]
    if limit is not None and limit <= 0:
        return []
    at_first = ON_THE_LOOP_MAX if limit is None else min(limit, ON_THE_LOOP_MAX)
    first = _rows(_json(readers, statement, low, high, at_first))
    if len(first) < ON_THE_LOOP_MAX or len(first) == limit:
        return _versioned(first)

    def read(connection: sqlite3.Connection) -> list[Versioned]:
        found: list[Versioned] = []
        start, end = low, high
        while limit is None or len(found) < limit:
            size = _CHUNK if limit is None else min(_CHUNK, limit - len(found))
            (answer,) = connection.execute(statement, (start, end, size)).fetchone()
            rows = _rows(answer)
            found += _versioned(rows)
            if len(rows) < size:
                break
            start, end = (start, rows[-1][0]) if reverse else (keys.just_after(rows[-1][0]), end)
        return found

    return await readers.in_thread(read)


async def changes(readers: Readers, *, after: int, limit: int) -> list[Versioned]:
    """Records by version."""

    def read(connection: sqlite3.Connection) -> list[Versioned]:
        (answer,) = connection.execute(_CHANGES, (after, limit)).fetchone()
        return _versioned(_rows(answer))

    if limit > ON_THE_LOOP_MAX:
        return await readers.in_thread(read)
    return _versioned(_rows(_json(readers, _CHANGES, after, limit)))


async def read_log(readers: Readers, log: Key, *, after: int, limit: int) -> list[Entry]:
    """Entries of a log."""
    name = keys.encode(log)

    def read(connection: sqlite3.Connection) -> list[_EntryRow]:
        (answer,) = connection.execute(_LOG, (name, after, limit)).fetchone()
        return _entries(answer)

    rows = _entries(_json(readers, _LOG, name, after, min(limit, ON_THE_LOOP_MAX)))
    if len(rows) == ON_THE_LOOP_MAX < limit:
        rows = await readers.in_thread(read)
    return [Entry(sequence, to_bytes(value), to_seconds(at_us)) for sequence, at_us, value in rows]


async def depth(readers: Readers, queue: Key, *, now: float) -> QueueDepth:
    """How many messages are in each state."""
    parameters = (keys.encode(queue), to_us(now))

    def read(connection: sqlite3.Connection) -> QueueDepth:
        return QueueDepth(*connection.execute(_DEPTH, parameters).fetchone())

    return await readers.in_thread(read)


async def in_flight(readers: Readers, queue: Key, *, now: float) -> int:
    """How many messages are leased."""
    parameters = (keys.encode(queue), to_us(now))

    def read(connection: sqlite3.Connection) -> int:
        (count,) = connection.execute(_IN_FLIGHT, parameters).fetchone()
        return int(count)

    return await readers.in_thread(read)


async def in_flight_of_groups(readers: Readers, queue: Key, *, now: float) -> dict[str, int]:
    """How many messages of each group are leased."""
    parameters = (keys.encode(queue), to_us(now))

    def read(connection: sqlite3.Connection) -> dict[str, int]:
        (answer,) = connection.execute(_HELD, parameters).fetchone()
        return _counts(answer)

    return await readers.in_thread(read)


def next_visible_us(readers: Readers, queue: str) -> int | None:
    """When the next message of the encoded queue can be received."""
    row = readers.one(_NEXT_VISIBLE, queue)
    return None if row is None else row[0]  # type: ignore[return-value]  # min() of an integer column


def oldest_us(readers: Readers, queue: str) -> int | None:
    """When the oldest message of the encoded queue was sent."""
    row = readers.one(_OLDEST, queue)
    return None if row is None else row[0]  # type: ignore[return-value]  # min() of an integer column


def _json(readers: Readers, statement: str, *parameters: str | int) -> str:
    row = readers.one(statement, *parameters)
    assert row is not None
    return row[0]  # type: ignore[return-value]  # json_group_array is text


def _versioned(rows: list[_Row]) -> list[Versioned]:
    return [Versioned(keys.decode(key), to_bytes(value), version) for key, version, value in rows]
