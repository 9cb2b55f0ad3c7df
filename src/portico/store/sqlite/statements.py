"""The writer's SQL: one statement that reads a batch's facts, one per kind of change.

Records and what comes with them are written with all rows as one JSON parameter; messages, of which there are more and which are
larger, row by row: SQLite then neither writes nor reads JSON. A queue is a number there (see `schema.py`).
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec

from portico.store.sqlite.plan import Facts, Held, Plan, Seen

_encode = msgspec.json.Encoder().encode


class _Read(msgspec.Struct):
    """The answer of `_FACTS`."""

    versions: list[tuple[str, int]]
    ranges: list[tuple[str, str, int, int]]
    receipts: list[Held]
    seen: list[tuple[str, str, tuple[int, str, int]]]
    blobs: list[tuple[str, int, int]]


_decode = msgspec.json.Decoder(_Read).decode

QUEUE = "(SELECT id FROM queues WHERE name = ?1)"
"""The number of the queue that the first parameter names."""

# One row with one column: every row that sqlite3 steps to gives up the GIL and has to win it back.
_FACTS = """
SELECT json_object(
'versions', (SELECT json_group_array(json_array(r.key, r.version))
    FROM json_each(?1, '$.versions') AS j CROSS JOIN records AS r ON r.key = j.value),
'ranges', (SELECT json_group_array(json_array(j.value ->> 0, j.value ->> 1,
        (SELECT count(*) FROM records WHERE key >= j.value ->> 0 AND key < j.value ->> 1),
        (SELECT coalesce(max(version), 0) FROM records WHERE key >= j.value ->> 0 AND key < j.value ->> 1)))
    FROM json_each(?1, '$.ranges') AS j),
'receipts', (SELECT json_group_array(json_array(m.id, q.name, m.receipt, m.grouped, m.visible_at_us))
    FROM json_each(?1, '$.messages') AS j CROSS JOIN messages AS m ON m.id = j.value CROSS JOIN queues AS q ON q.id = m.queue),
'seen', (SELECT json_group_array(json_array(d.queue, d.deduplication,
        json_array(d.until_us, d.message_id, d.sequence)))
    FROM json_each(?1, '$.deduplications') AS j CROSS JOIN deduplications AS d
    ON d.queue = j.value ->> 0 AND d.deduplication = j.value ->> 1),
'blobs', (SELECT json_group_array(json_array(b.digest, b.stored_at_us,
        EXISTS (SELECT 1 FROM blob_owners AS o WHERE o.digest = b.digest)))
    FROM json_each(?1, '$.blobs') AS j CROSS JOIN blobs AS b ON b.digest = j.value))
"""

_DELETE = "DELETE FROM records WHERE key IN (SELECT value FROM json_each(?))"
_PUT = """
INSERT INTO records (key, version, value)
SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true
ON CONFLICT (key) DO UPDATE SET version = excluded.version, value = excluded.value
"""
_CHANGE = """
UPDATE messages SET visible_at_us = ?2, lease = CASE WHEN ?3 THEN 'client' ELSE lease END, attempt = NULL WHERE id = ?1
"""
_CHANGE_BODY = "UPDATE bodies SET body = ? WHERE id = ?"
_ACK = "DELETE FROM messages WHERE id = ?"
_ACK_BODY = "DELETE FROM bodies WHERE id = ?"
_QUEUE = f"INSERT INTO queues (name) SELECT ?1 WHERE {QUEUE} IS NULL"
_SEND = f"""
INSERT INTO messages (queue, id, message_id, visible_at_us, sent_at_us, grouped, blocked) VALUES ({QUEUE}, ?2, ?3, ?4, ?5, ?6, ?7)
"""  # noqa: S608
_SEND_BODY = "INSERT INTO bodies (id, body) VALUES (?, ?)"
_UNBLOCK = """
UPDATE messages SET blocked = 0 WHERE blocked = 1 AND id IN (
    SELECT (SELECT min(m.id) FROM messages AS m WHERE m.queue = q.id AND m.grouped = j.value ->> 1)
    FROM json_each(?) AS j CROSS JOIN queues AS q ON q.name = j.value ->> 0)
"""
_DEDUPLICATE = """
INSERT OR REPLACE INTO deduplications (queue, deduplication, until_us, message_id, sequence)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?)
"""
_TRIM = """
DELETE FROM entries WHERE sequence IN (
    SELECT e.sequence FROM json_each(?) AS j CROSS JOIN entries AS e ON e.log = j.value ->> 0
    WHERE e.at_us < coalesce(j.value ->> 1, 9223372036854775807))
"""
_APPEND = """
INSERT INTO entries (sequence, log, at_us, value)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)
"""
_BLOB = """
INSERT INTO blobs (digest, size_bytes, stored_at_us, data)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true
ON CONFLICT (digest) DO UPDATE SET stored_at_us = excluded.stored_at_us, data = excluded.data
"""
_COLLECT = "DELETE FROM blobs WHERE digest IN (SELECT value FROM json_each(?))"
_OWN = """
INSERT OR IGNORE INTO blob_owners (digest, owner) SELECT value ->> 0, value ->> 1 FROM json_each(?)
"""
_DISOWN = """
DELETE FROM blob_owners WHERE (digest, owner) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))
"""


_OLDEST = f"""
SELECT id, grouped FROM messages WHERE queue = {QUEUE} AND sent_at_us < ?2 ORDER BY sent_at_us LIMIT ?3
"""  # noqa: S608
_EVER = 1 << 62
_UNUSED = "DELETE FROM queues WHERE NOT EXISTS (SELECT 1 FROM messages WHERE messages.queue = queues.id)"


def read_facts(connection: sqlite3.Connection, named: dict[str, Any]) -> Facts:
    """What the database says about the things in `named` (see `decide.named`)."""
    if not any(named.values()):
        return Facts({}, {}, {}, {}, {})
    (answer,) = connection.execute(_FACTS, (_encode(named).decode(),)).fetchone()
    read = _decode(answer)
    return Facts(
        dict(read.versions),
        {(low, high): (count, newest) for low, high, count, newest in read.ranges},
        {held.message: held for held in read.receipts},
        {(queue, name): Seen(*first) for queue, name, first in read.seen},
        {digest: (stored_at_us, bool(owned)) for digest, stored_at_us, owned in read.blobs},
    )


def write_plan(connection: sqlite3.Connection, plan: Plan) -> None:
    """Write the plan. The order matters where one thing is of two kinds: acked and sent messages before the look at their groups,
    trims before appends, blobs before their owners."""
    _write_messages(connection, plan)
    records = plan.records.items()
    for statement, rows in (
        (_DELETE, [key for key, written in records if written is None]),
        (_PUT, [(key, *written) for key, written in records if written is not None]),
        (_UNBLOCK, list(plan.groups)),
        (_DEDUPLICATE, plan.deduplications),
        (_TRIM, list(plan.trims.items())),
        (_APPEND, plan.entries),
        (_COLLECT, list(plan.collected)),
        (_BLOB, [(digest, *blob) for digest, blob in plan.blobs.items()]),
        (_OWN, [name for name, needed in plan.owners.items() if needed]),
        (_DISOWN, [name for name, needed in plan.owners.items() if not needed]),
    ):
        if rows:
            connection.execute(statement, (_encode(rows).decode(),))


def _write_messages(connection: sqlite3.Connection, plan: Plan) -> None:
    if plan.changes:
        changes = [(row, *change) for row, change in plan.changes.items()]
        connection.executemany(_CHANGE, [(row, at_us, ends) for row, at_us, _, ends in changes])
        connection.executemany(_CHANGE_BODY, [(body, row) for row, _, body, _ in changes if body is not None])
    if plan.acks:
        remove_messages(connection, plan.acks)
    if plan.sends:
        number_queues(connection, {send.queue for send in plan.sends})
        connection.executemany(_SEND, [send[:-1] for send in plan.sends])
        connection.executemany(_SEND_BODY, [(send.row, send.body) for send in plan.sends])


def number_queues(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    """See that queues have numbers."""
    connection.executemany(_QUEUE, [(name,) for name in names])


def remove_messages(connection: sqlite3.Connection, rows: Iterable[int]) -> None:
    """Remove messages, whoever holds them."""
    removed = [(row,) for row in sorted(rows)]
    connection.executemany(_ACK, removed)
    connection.executemany(_ACK_BODY, removed)


def unblock(connection: sqlite3.Connection, groups: list[tuple[str, str]]) -> None:
    """See that the first message of each (queue, group) can be received."""
    connection.execute(_UNBLOCK, (_encode(groups).decode(),))


def discard(connection: sqlite3.Connection, queue: str, sent_before_us: int | None, limit: int) -> int:
    """Remove the oldest messages of a queue; how many."""
    before_us = _EVER if sent_before_us is None else sent_before_us
    found = connection.execute(_OLDEST, (queue, before_us, limit)).fetchall()
    if found:
        remove_messages(connection, [row for row, _ in found])
        unblock(connection, list({(queue, group) for _, group in found if group is not None}))
    return len(found)


def forget(connection: sqlite3.Connection, now_us: int) -> None:
    """Remove the deduplications that are over, and the numbers of queues that have no messages."""
    connection.execute("DELETE FROM deduplications WHERE until_us <= ?", (now_us,))
    connection.execute(_UNUSED)


_TABLES = ("records", "messages", "bodies", "queues", "deduplications", "entries", "blob_owners", "blobs")


def erase(connection: sqlite3.Connection) -> list[str]:
    """Empty every table but the counter; the encoded keys of the records, queues and logs that were there."""
    erased = connection.execute(
        "SELECT key FROM records UNION SELECT name FROM queues UNION SELECT log FROM entries"
    ).fetchall()
    for table in _TABLES:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608  # our own tables' names
    return [key for (key,) in erased]
