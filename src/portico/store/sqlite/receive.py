"""Receives: a lease on messages that are visible, written before anybody is told about them.

What a receive meets on its way and may not give out goes: expired messages are removed, dead letters moved. All that the receives of
a batch come to is written by one statement per kind of change.
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence

import msgspec

from portico.store import keys
from portico.store.port import Key, Lease, Message, Taking
from portico.store.sqlite.statements import remove_messages, unblock
from portico.store.sqlite.text import to_bytes, to_seconds, to_us

_ROUNDS_MAX = 20  # of looking for more where expired and dead messages were; the next receive goes on
_WINDOW = 1_000  # messages that are looked at for those of groups which do not come last
_REMOVING = 100  # messages that are looked at in a round, where there are such


class Receive(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A receive, ready for the writer; `queue` and `dead_letters` are encoded. For the rest see `port.Taking`."""

    queue: str
    limit: int
    now_us: int
    until_us: int
    lease: Lease
    per_group: int = 1
    sent_after_us: int | None = None
    dead_letters: str | None = None
    receives_max: int = 0
    dead_keep_age: bool = True
    attempt: str | None = None
    attempt_until_us: int = 0
    last: tuple[str, ...] = ()


class Leased(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A message that a receive got, as the columns have it."""

    row: int
    message_id: str
    body: str
    receipt: str
    receives: int
    sent_at_us: int
    first_received_at_us: int
    group: str | None
    moved_from: str | None

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
            self.row,
            None if self.moved_from is None else keys.decode(self.moved_from),
        )


class _Found(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A message that might be given out."""

    row: int
    message_id: str
    body: str
    receives: int
    sent_at_us: int
    first_us: int | None
    group: str | None
    moved_from: str | None
    visible_at_us: int
    receipt: str | None


_decode = msgspec.json.Decoder(list[_Found]).decode
_encode = msgspec.json.Encoder().encode

_FOUND = """
SELECT json_group_array(json_array(
    id, message_id, body, receives, sent_at_us, first_received_at_us, grouped, moved_from, visible_at_us, receipt))
"""
# `blocked` keeps every message of an ordered group but its first away, so a group has one receiver at a time and goes on in order.
_VISIBLE = f"""
{_FOUND} FROM (
    SELECT * FROM messages WHERE queue = ?1 AND blocked = 0 AND visible_at_us <= ?2
    AND id NOT IN (SELECT value FROM json_each(?3)) ORDER BY visible_at_us, id LIMIT ?4)
"""  # noqa: S608  # our own columns' names
_VISIBLE_FAIR = f"""
{_FOUND} FROM (
    SELECT messages.* FROM (
        SELECT id AS row, grouped IN (SELECT value FROM json_each(?5)) AS late FROM messages
        WHERE queue = ?1 AND blocked = 0 AND visible_at_us <= ?2 AND id NOT IN (SELECT value FROM json_each(?3))
        ORDER BY visible_at_us, id LIMIT {_WINDOW})
    JOIN messages ON messages.id = row ORDER BY coalesce(late, 0), visible_at_us, id LIMIT ?4)
"""  # noqa: S608
_FOLLOWERS = f"""
{_FOUND} FROM (
    SELECT * FROM messages WHERE queue = ?1 AND grouped = ?2 AND id > ?3 AND blocked = 1 ORDER BY id LIMIT ?4)
"""  # noqa: S608
_ATTEMPTED = f"""
{_FOUND} FROM (
    SELECT * FROM messages WHERE queue = ?1 AND attempt = ?2 AND attempt_until_us > ?3 AND visible_at_us > ?3 ORDER BY id)
"""  # noqa: S608
_LEASE = """
UPDATE messages SET receipt = j.value ->> 1, visible_at_us = j.value ->> 2, lease = j.value ->> 3,
    receives = j.value ->> 4, first_received_at_us = j.value ->> 5, attempt = j.value ->> 6, attempt_until_us = j.value ->> 7
FROM json_each(?) AS j WHERE messages.id = j.value ->> 0
"""
_MOVE = """
UPDATE messages SET id = j.value ->> 1, queue = j.value ->> 2, moved_from = j.value ->> 3, sent_at_us = j.value ->> 4,
    blocked = j.value ->> 5, visible_at_us = 0, receipt = NULL, lease = NULL, attempt = NULL
FROM json_each(?) AS j WHERE messages.id = j.value ->> 0
"""


class Receives:
    """The receives of one batch, in their order: none gets what one before it has got."""

    def __init__(self, connection: sqlite3.Connection, next_number: Callable[[], int]) -> None:
        self._connection = connection
        self._next_number = next_number
        self._touched: list[int] = []
        self._leases: list[tuple[int, str, int, str, int, int, str | None, int]] = []
        self._moves: list[tuple[int, int, str, str, int, int]] = []
        self._expired: list[int] = []
        self._groups: set[tuple[str, str]] = set()

    def one(self, receive: Receive) -> list[Leased]:
        """What this receive gets."""
        if receive.attempt is not None:
            again = self._attempted(receive)
            if again:
                return again
        got: list[Leased] = []
        look_at = receive.limit
        for _ in range(_ROUNDS_MAX):
            removed = len(self._moves) + len(self._expired)
            for head in self._visible(receive, look_at):
                self._take_group(receive, head, got)
                if len(got) >= receive.limit:
                    return got
            if removed == len(self._moves) + len(self._expired):
                return got
            look_at = _REMOVING
        return got

    @property
    def moved(self) -> int:
        """How many dead letters were moved so far."""
        return len(self._moves)

    def write(self) -> None:
        """Write what the receives come to."""
        connection = self._connection
        if self._leases:
            connection.execute(_LEASE, (_encode(self._leases).decode(),))
        if self._expired:
            remove_messages(connection, self._expired)
        if self._moves:
            connection.execute(_MOVE, (_encode(self._moves).decode(),))
        if self._groups:
            unblock(connection, list(self._groups))

    def _visible(self, receive: Receive, limit: int) -> list[_Found]:
        queue, now_us, touched = receive.queue, receive.now_us, _encode(self._touched).decode()
        parameters = (queue, now_us, touched, limit)
        if receive.last:
            last = _encode(receive.last).decode()
            (found,) = self._connection.execute(_VISIBLE_FAIR, (*parameters, last)).fetchone()
        else:
            (found,) = self._connection.execute(_VISIBLE, parameters).fetchone()
        return _decode(found)

    def _attempted(self, receive: Receive) -> list[Leased]:
        """The messages of the same attempt, under the receipts that they have."""
        parameters = (receive.queue, receive.attempt, receive.now_us)
        (found,) = self._connection.execute(_ATTEMPTED, parameters).fetchone()
        return [self._lease(receive, each, each.receipt, each.receives) for each in _decode(found)]

    def _take_group(self, receive: Receive, head: _Found, got: list[Leased]) -> None:
        """Take `head`, or go on with those behind it in its group."""
        taken = 0
        for found in self._in_order(receive, head):
            if receive.sent_after_us is not None and found.sent_at_us <= receive.sent_after_us:
                self._expire(receive, found)
            elif receive.dead_letters is not None and found.receives >= receive.receives_max:
                self._move(receive, found, receive.dead_letters)
            else:
                got.append(self._lease(receive, found, None, found.receives + 1))
                taken += 1
                if taken >= receive.per_group or len(got) >= receive.limit:
                    return

    def _in_order(self, receive: Receive, head: _Found) -> Iterator[_Found]:
        """`head` and, one by one, what can be received behind it."""
        yield head
        last = head.row
        while head.group is not None and receive.per_group:
            parameters = (receive.queue, head.group, last, receive.limit)
            (found,) = self._connection.execute(_FOLLOWERS, parameters).fetchone()
            followers = _decode(found)
            for follower in followers:
                if follower.visible_at_us > receive.now_us:
                    return
                yield follower
            if len(followers) < receive.limit:
                return
            last = followers[-1].row

    def _lease(self, receive: Receive, found: _Found, receipt: str | None, receives: int) -> Leased:
        receipt = receipt or f"{found.row:x}-{secrets.token_hex(12)}"
        first = receive.now_us if found.first_us is None else found.first_us
        self._touched.append(found.row)
        self._leases.append(
            (
                *(found.row, receipt, receive.until_us, receive.lease),
                *(receives, first, receive.attempt, receive.attempt_until_us),
            )
        )
        return Leased(
            *(found.row, found.message_id, found.body, receipt, receives, found.sent_at_us, first),
            found.group,
            found.moved_from,
        )

    def _expire(self, receive: Receive, found: _Found) -> None:
        self._touched.append(found.row)
        self._expired.append(found.row)
        self._left(receive.queue, found, receive)

    def _move(self, receive: Receive, found: _Found, target: str) -> None:
        self._touched.append(found.row)
        sent_at_us = found.sent_at_us if receive.dead_keep_age else receive.now_us
        blocked = int(found.group is not None and receive.per_group > 0)
        self._moves.append((found.row, self._next_number(), target, receive.queue, sent_at_us, blocked))
        self._left(receive.queue, found, receive)
        self._left(target, found, receive)

    def _left(self, queue: str, found: _Found, receive: Receive) -> None:
        if found.group is not None and receive.per_group:
            self._groups.add((queue, found.group))


def prepare_receive(
    queue: Key, limit: int, lease_s: float, lease: Lease, now: float, taking: Taking
) -> Receive:
    """The receive of these values; errors as `rows.prepare`'s."""
    dead = taking.dead_letters
    return Receive(
        keys.encode(queue),
        limit,
        to_us(now),
        to_us(now + lease_s),
        lease,
        taking.per_group,
        None if taking.sent_after is None else to_us(taking.sent_after),
        None if dead is None else keys.encode(dead.queue),
        0 if dead is None else dead.receives_max,
        dead is None or dead.keeps_age,
        taking.attempt or None,
        to_us(taking.attempt_until),
        taking.last,
    )


def receive_all(
    connection: sqlite3.Connection, receives: Sequence[Receive], next_number: Callable[[], int]
) -> list[tuple[list[Leased], bool]]:
    """Lease what each of the receives gets, in their order, and whether it has moved dead letters. `next_number` gives a message
    that is moved its new row."""
    batch = Receives(connection, next_number)
    answers = []
    for receive in receives:
        before = batch.moved
        answers.append((batch.one(receive), batch.moved > before))
    batch.write()
    return answers


def void_worker_leases(connection: sqlite3.Connection) -> None:
    """Make what workers of an earlier server held visible at once: they are gone."""
    connection.execute(
        "UPDATE messages SET receipt = NULL, lease = NULL, visible_at_us = 0 WHERE lease = 'worker'"
    )
