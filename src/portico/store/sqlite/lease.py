"""Receives: a lease on messages that are visible, written before anybody is told about them.

What a receive meets on its way and may not give out goes: expired messages are removed, dead letters moved. The receives of a batch
that ask the same queue share one look at it, and all that they come to is written together.
"""

import os
import sqlite3
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from portico.store.sqlite.receive import Leased, Receive
from portico.store.sqlite.statements import QUEUE, number_queues, remove_messages, unblock

_ROUNDS_MAX = 20  # of looking for more where expired and dead messages were; the next receive goes on
_WINDOW = 1_000  # messages that are looked at for those of groups which do not come last
_REMOVING = 100  # messages that are looked at in a round, where there are such


class _Found(NamedTuple):
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


_encode = msgspec.json.Encoder().encode

_COLUMNS = """
messages.id, message_id, body, receives, sent_at_us, first_received_at_us, grouped, moved_from, visible_at_us, receipt
"""
_FOUND = f"SELECT {_COLUMNS} FROM messages CROSS JOIN bodies ON bodies.id = messages.id WHERE queue = {QUEUE}"  # noqa: S608
# `blocked` keeps every message of an ordered group but its first away, so a group has one receiver at a time and goes on in order.
_VISIBLE = f"{_FOUND} AND blocked = 0 AND visible_at_us <= ?2 ORDER BY visible_at_us, messages.id LIMIT ?3"
_VISIBLE_AGAIN = f"""
{_FOUND} AND blocked = 0 AND visible_at_us <= ?2 AND messages.id NOT IN (SELECT value FROM json_each(?4))
ORDER BY visible_at_us, messages.id LIMIT ?3
"""  # noqa: S608
_VISIBLE_FAIR = f"""
SELECT {_COLUMNS} FROM (
    SELECT id AS row, coalesce(grouped IN (SELECT value FROM json_each(?5)), 0) AS late FROM messages
    WHERE queue = {QUEUE} AND blocked = 0 AND visible_at_us <= ?2 AND id NOT IN (SELECT value FROM json_each(?4))
    ORDER BY visible_at_us, id LIMIT {_WINDOW})
CROSS JOIN messages ON messages.id = row CROSS JOIN bodies ON bodies.id = row ORDER BY late, visible_at_us, row LIMIT ?3
"""  # noqa: S608
_FOLLOWERS = f"{_FOUND} AND grouped = ?2 AND messages.id > ?3 AND blocked = 1 ORDER BY messages.id LIMIT ?4"
_ATTEMPTED = f"""
{_FOUND} AND attempt = ?2 AND attempt_until_us > ?3 AND visible_at_us > ?3 ORDER BY messages.id
"""
_LEASE = """
UPDATE messages SET receipt = ?2, visible_at_us = ?3, lease = ?4, receives = ?5, first_received_at_us = ?6, attempt = ?7,
    attempt_until_us = ?8 WHERE id = ?1
"""
_MOVE = f"""
UPDATE messages SET id = ?3, queue = {QUEUE}, moved_from = ?4, sent_at_us = ?5, blocked = ?6, visible_at_us = 0,
    receipt = NULL, lease = NULL, attempt = NULL WHERE id = ?2
"""  # noqa: S608
_MOVE_BODY = "UPDATE bodies SET id = ? WHERE id = ?"


class _Look(NamedTuple):
    """What the receives of a batch find in a queue together; `whole` if there is nothing else."""

    found: deque[_Found]
    whole: bool


class Receives:
    """The receives of one batch, in their order: none gets what one before it has got."""

    def __init__(
        self, connection: sqlite3.Connection, receives: Sequence[Receive], next_number: Callable[[], int]
    ) -> None:
        self._connection = connection
        self._next_number = next_number
        self._wanted = Counter[str]()
        self._latest_us: dict[str, int] = {}
        for receive in receives:
            self._wanted[receive.queue] += receive.limit
            self._latest_us[receive.queue] = max(receive.now_us, self._latest_us.get(receive.queue, 0))
        self._looks: dict[str, _Look] = {}
        self._touched: set[int] = set()
        self._leases: list[tuple[int, str, int, str, int, int, str | None, int]] = []
        self._moves: list[tuple[str, int, int, str, int, int]] = []
        self._expired: list[int] = []
        self._groups: set[tuple[str, str]] = set()

    def one(self, receive: Receive) -> list[Leased]:
        """What this receive gets."""
        if receive.attempt is not None:
            again = self._attempted(receive)
            if again:
                return again
        got: list[Leased] = []
        token = os.urandom(12).hex()
        whole, heads = self._first(receive)
        for _ in range(_ROUNDS_MAX):
            removed = len(self._moves) + len(self._expired)
            for head in heads:
                self._take_group(receive, head, token, got)
                if len(got) >= receive.limit:
                    return got
            if whole and removed == len(self._moves) + len(self._expired):
                return got
            whole, heads = True, iter(self._look(receive, _REMOVING))
        return got

    @property
    def moved(self) -> int:
        """How many dead letters were moved so far."""
        return len(self._moves)

    def write(self) -> None:
        """Write what the receives come to."""
        connection = self._connection
        if self._leases:
            connection.executemany(_LEASE, self._leases)
        if self._expired:
            remove_messages(connection, self._expired)
        if self._moves:
            number_queues(connection, {target for target, *_ in self._moves})
            connection.executemany(_MOVE, self._moves)
            connection.executemany(_MOVE_BODY, [(row, old) for _, old, row, *_ in self._moves])
        if self._groups:
            unblock(connection, list(self._groups))

    def _first(self, receive: Receive) -> tuple[bool, Iterator[_Found]]:
        """What this receive may be given at first, and whether that is all there is unless something of it has to go."""
        if receive.last:
            return True, iter(self._look(receive, receive.limit))
        look = self._looks.get(receive.queue)
        if look is None:
            wanted = self._wanted[receive.queue]
            parameters = (receive.queue, self._latest_us[receive.queue], wanted)
            found = deque([_Found._make(row) for row in self._connection.execute(_VISIBLE, parameters)])
            look = self._looks[receive.queue] = _Look(found, len(found) < wanted)
        return look.whole, self._untouched(look.found, receive.now_us)

    def _untouched(self, found: deque[_Found], now_us: int) -> Iterator[_Found]:
        while found and found[0].visible_at_us <= now_us:
            first = found.popleft()
            if first.row not in self._touched:
                yield first

    def _look(self, receive: Receive, limit: int) -> list[_Found]:
        parameters = (receive.queue, receive.now_us, limit, _encode(self._touched).decode())
        if receive.last:
            last = _encode(receive.last).decode()
            rows = self._connection.execute(_VISIBLE_FAIR, (*parameters, last))
        else:
            rows = self._connection.execute(_VISIBLE_AGAIN, parameters)
        return [_Found._make(row) for row in rows]

    def _attempted(self, receive: Receive) -> list[Leased]:
        """The messages of the same attempt, under the receipts that they have."""
        parameters = (receive.queue, receive.attempt, receive.now_us)
        rows = self._connection.execute(_ATTEMPTED, parameters).fetchall()
        found = [_Found._make(row) for row in rows]
        return [self._lease(receive, each, each.receipt or "", each.receives) for each in found]

    def _take_group(self, receive: Receive, head: _Found, token: str, got: list[Leased]) -> None:
        """Take `head`, or go on with those behind it in its group."""
        taken = 0
        for found in self._in_order(receive, head):
            if receive.sent_after_us is not None and found.sent_at_us <= receive.sent_after_us:
                self._expire(receive, found)
            elif receive.dead_letters is not None and found.receives >= receive.receives_max:
                self._move(receive, found, receive.dead_letters)
            else:
                got.append(self._lease(receive, found, f"{found.row:x}-{token}", found.receives + 1))
                taken += 1
                if taken >= receive.per_group or len(got) >= receive.limit:
                    return

    def _in_order(self, receive: Receive, head: _Found) -> Iterator[_Found]:
        """`head` and, one by one, what can be received behind it."""
        yield head
        last = head.row
        while head.group is not None and receive.per_group:
            parameters = (receive.queue, head.group, last, receive.limit)
            followers = [_Found._make(row) for row in self._connection.execute(_FOLLOWERS, parameters)]
            for follower in followers:
                if follower.visible_at_us > receive.now_us:
                    return
                yield follower
            if len(followers) < receive.limit:
                return
            last = followers[-1].row

    def _lease(self, receive: Receive, found: _Found, receipt: str, receives: int) -> Leased:
        first = receive.now_us if found.first_us is None else found.first_us
        self._touched.add(found.row)
        lease = (receive.until_us, receive.lease, receives, first)
        self._leases.append((found.row, receipt, *lease, receive.attempt, receive.attempt_until_us))
        return Leased(
            *(found.row, found.message_id, found.body, receipt, receives, found.sent_at_us, first),
            found.group,
            found.moved_from,
        )

    def _expire(self, receive: Receive, found: _Found) -> None:
        self._touched.add(found.row)
        self._expired.append(found.row)
        self._left(receive.queue, found, receive)

    def _move(self, receive: Receive, found: _Found, target: str) -> None:
        self._touched.add(found.row)
        sent_at_us = found.sent_at_us if receive.dead_keep_age else receive.now_us
        blocked = int(found.group is not None and receive.per_group > 0)
        self._moves.append((target, found.row, self._next_number(), receive.queue, sent_at_us, blocked))
        self._left(receive.queue, found, receive)
        self._left(target, found, receive)

    def _left(self, queue: str, found: _Found, receive: Receive) -> None:
        if found.group is not None and receive.per_group:
            self._groups.add((queue, found.group))


def receive_all(
    connection: sqlite3.Connection, receives: Sequence[Receive], next_number: Callable[[], int]
) -> list[tuple[list[Leased], bool]]:
    """Lease what each of the receives gets, in their order, and whether it has moved dead letters. `next_number` gives a message
    that is moved its new row."""
    batch = Receives(connection, receives, next_number)
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
