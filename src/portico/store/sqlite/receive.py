"""Receives: a lease on messages that are visible, written before anybody is told about them."""

import secrets
import sqlite3
from collections.abc import Sequence

import msgspec

from portico.store.port import Key, Lease, Message
from portico.store.sqlite.text import to_bytes, to_seconds


class Receive(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A receive, ready for the writer; `queue` is encoded."""

    queue: str
    limit: int
    now_us: int
    until_us: int
    lease: Lease


class Leased(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A message that a receive got, as the columns have it."""

    message_id: str
    body: str
    receipt: str
    receives: int
    sent_at_us: int
    first_received_at_us: int
    group: str | None

    def message(self, queue: Key) -> Message:
        """The message as the port gives it."""
        return Message(
            queue,
            self.message_id,
            to_bytes(self.body),
            self.receipt,
            self.receives,
            to_seconds(self.sent_at_us),
            to_seconds(self.first_received_at_us),
            self.group,
        )


_Found = tuple[int, str, str, int, int, int | None, str | None]
_decode = msgspec.json.Decoder(list[_Found]).decode
_encode = msgspec.json.Encoder().encode

# `blocked` keeps every message of a group but its first away, so a group has one lease at a time and goes on in order.
_VISIBLE = """
SELECT json_group_array(json_array(id, message_id, body, receives, sent_at_us, first_received_at_us, grouped)) FROM (
    SELECT * FROM messages WHERE queue = ?1 AND blocked = 0 AND visible_at_us <= ?2
    AND id NOT IN (SELECT value FROM json_each(?3)) ORDER BY visible_at_us, id LIMIT ?4)
"""
_LEASE = """
UPDATE messages SET receipt = j.value ->> 1, visible_at_us = j.value ->> 2, lease = j.value ->> 3,
    receives = receives + 1, first_received_at_us = coalesce(first_received_at_us, j.value ->> 4)
FROM json_each(?) AS j WHERE messages.id = j.value ->> 0
"""


def receive_all(connection: sqlite3.Connection, receives: Sequence[Receive]) -> list[list[Leased]]:
    """Lease what each of the receives gets, in their order; all leases are written by one statement."""
    leases: list[tuple[int, str, int, str, int]] = []
    taken: list[int] = []
    answers = []
    for receive in receives:
        parameters = (receive.queue, receive.now_us, _encode(taken).decode(), receive.limit)
        (found,) = connection.execute(_VISIBLE, parameters).fetchone()
        messages = []
        for row, message_id, body, before, sent_at_us, first_us, group in _decode(found):
            receipt = f"{row:x}-{secrets.token_hex(12)}"
            taken.append(row)
            leases.append((row, receipt, receive.until_us, receive.lease, receive.now_us))
            first = receive.now_us if first_us is None else first_us
            messages.append(Leased(message_id, body, receipt, before + 1, sent_at_us, first, group))
        answers.append(messages)
    if leases:
        connection.execute(_LEASE, (_encode(leases).decode(),))
    return answers


def void_worker_leases(connection: sqlite3.Connection) -> None:
    """Make what workers of an earlier server held visible at once: they are gone."""
    connection.execute(
        "UPDATE messages SET receipt = NULL, lease = NULL, visible_at_us = 0 WHERE lease = 'worker'"
    )
