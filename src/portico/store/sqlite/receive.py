"""A receive as the writer is asked for it, and what it gets."""

import msgspec

from portico.store import keys
from portico.store.port import Key, Lease, Message, Taking
from portico.store.sqlite.rows import queue_name
from portico.store.sqlite.text import to_bytes, to_seconds, to_us


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


def prepare_receive(
    queue: Key, limit: int, lease_s: float, lease: Lease, now: float, taking: Taking
) -> Receive:
    """The receive of these values; errors as `rows.prepare`'s."""
    dead = taking.dead_letters
    return Receive(
        queue_name(queue),
        limit,
        to_us(now),
        to_us(now + lease_s),
        lease,
        taking.per_group,
        None if taking.sent_after is None else to_us(taking.sent_after),
        None if dead is None else queue_name(dead.queue),
        0 if dead is None else dead.receives_max,
        dead is None or dead.keeps_age,
        taking.attempt or None,
        to_us(taking.attempt_until),
        taking.last,
    )
