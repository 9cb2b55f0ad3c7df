"""Operations and conditions as the database has them: keys encoded, values text, instants whole microseconds.

Made on the event loop, before the writer sees a commit, so that a value which can't be stored is its caller's error and nobody else's.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from portico.base import ids
from portico.store import keys
from portico.store.port import (
    Ack,
    Append,
    ChangeVisibility,
    Condition,
    Delete,
    Key,
    Op,
    Outcome,
    Put,
    RangeIs,
    Refer,
    Send,
    Sent,
    Settled,
    Trim,
    Unrefer,
    VersionIs,
)
from portico.store.sqlite.text import to_text, to_us

_QUEUE_NAMES = 4_096


class PutRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Write a record."""

    key: str
    value: str


class DeleteRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Remove a record."""

    key: str


class SendRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Put a message on a queue."""

    queue: str
    message_id: str
    body: str
    visible_at_us: int
    grouped: str | None
    deduplication: str | None
    deduplicate_until_us: int
    duplicates: tuple[str, ...]
    names_in: str
    ordered: bool


class AckRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Remove the message whose current receipt is `receipt`; `message` is its row, 0 when the receipt has no such form. The lease
    must last beyond `at_us`, if that is given."""

    queue: str
    message: int
    receipt: str
    at_us: int | None


class ChangeRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Move the visibility of a message, with a `body` put that in place of its own, and end a worker's lease if it `ends`."""

    queue: str
    message: int
    receipt: str
    at_us: int | None
    visible_at_us: int
    body: str | None
    ends: bool


class AppendRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Append to a log."""

    log: str
    value: str
    at_us: int


class TrimRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Forget entries of a log, all of them when `before_us` is None."""

    log: str
    before_us: int | None


class OwnerRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """`owner` needs the blob from now on, or no longer."""

    digest: str
    owner: str
    needed: bool


class BlobRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """The store has these bytes now: in `data`, or as a file when that is None."""

    digest: str
    size_bytes: int
    data: str | None


class CollectRow(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Forget a blob unless somebody needs it or it was stored after `before_us`; then the commit conflicts."""

    digest: str
    before_us: int


Row = (
    PutRow | DeleteRow | SendRow | AckRow | ChangeRow | AppendRow | TrimRow | OwnerRow | BlobRow | CollectRow
)


class RangeCheck(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """From `low` up to `high` (not itself) there are `count` records, the highest version being `newest`."""

    low: str
    high: str
    count: int
    newest: int


class Prepared(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A commit, ready for the writer; `now_us` is the instant at which it was asked for. With `each`, rows that do not hold are left
    out and the others applied."""

    now_us: int
    rows: list[Row]
    versions: list[tuple[str, int]] = []
    ranges: list[RangeCheck] = []
    each: bool = False


class Became(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What became of a row of a commit with `each`: `state` is one of `Settled`'s, or `duplicate`; the others are for sends."""

    state: str
    message_id: str = ""
    sequence: int = 0


def prepare(
    ops: Sequence[Op], conditions: Sequence[Condition], now_us: int, *, each: bool = False
) -> Prepared:
    """The commit of these values.

    Raises:
        TypeError, ValueError: a key or an instant can't be stored.
    """
    return Prepared(
        now_us,
        [_MAKERS[type(op)](op) for op in ops],
        [(keys.encode(one.key), one.version) for one in conditions if type(one) is VersionIs],
        [_range(one) for one in conditions if type(one) is RangeIs],
        each,
    )


queue_name = lru_cache(_QUEUE_NAMES)(keys.encode)
"""The encoded key of a queue. A queue is named again and again, so those in use are kept."""


def outcome(op: Op, became: Became) -> Outcome:
    """What became of `op` as the port tells it."""
    if isinstance(op, Send):
        return Sent(became.message_id, became.sequence, became.state == "duplicate")
    return Settled(became.state)  # type: ignore[arg-type]  # the states of what is no send


def changed_by(ops: Sequence[Op]) -> list[Key]:
    """What the hooks are told about these operations."""
    return [getattr(op, _CHANGED[type(op)]) for op in ops if type(op) in _CHANGED]


def bounds(prefix: Key, after: Key | None, until: Key | None, reverse: bool) -> tuple[str, str]:
    """The encoded bounds (the first in, the second out) of the keys that begin with `prefix` and come after `after` (not itself)
    and up to `until` (itself), in the direction of the scan."""
    start = keys.encode(prefix)
    low, high = start, keys.prefix_end(start)
    if reverse:
        if after is not None:
            high = min(high, keys.encode(after))
        if until is not None:
            low = max(low, keys.encode(until))
    else:
        if after is not None:
            low = max(low, keys.just_after(keys.encode(after)))
        if until is not None:
            high = min(high, keys.just_after(keys.encode(until)))
    return low, high


def receipt_row(receipt: str) -> int:
    """The row of the message that a receipt was given for; 0 (which no message has) when it is no receipt of ours."""
    head, found, _ = receipt.partition("-")
    try:
        row = int(head, 16) if found else 0
    except ValueError:
        return 0
    return row if 0 < row < 1 << 63 else 0


def _range(condition: RangeIs) -> RangeCheck:
    low, high = bounds(condition.prefix, condition.after, condition.until, condition.reverse)
    return RangeCheck(low, high, condition.count, condition.newest)


def _put(op: Put) -> Row:
    return PutRow(keys.encode(op.key), to_text(op.value))


def _delete(op: Delete) -> Row:
    return DeleteRow(keys.encode(op.key))


def _send(op: Send) -> Row:
    return SendRow(
        queue_name(op.queue),
        op.message_id or ids.uuid(),
        to_text(op.body),
        to_us(op.visible_at),
        op.group,
        op.deduplication,
        to_us(op.deduplicate_until),
        op.duplicates,
        queue_name(op.queue if op.names_in is None else op.names_in),
        op.ordered,
    )


def _ack(op: Ack) -> Row:
    return AckRow(queue_name(op.queue), receipt_row(op.receipt), op.receipt, _at_us(op.at))


def _change(op: ChangeVisibility) -> Row:
    body = None if op.body is None else to_text(op.body)
    queue, row, at_us = queue_name(op.queue), receipt_row(op.receipt), _at_us(op.at)
    return ChangeRow(
        queue, row, op.receipt, at_us, to_us(op.visible_at), body, body is not None and not op.kept
    )


def _at_us(at: float | None) -> int | None:
    return None if at is None else to_us(at)


def _append(op: Append) -> Row:
    return AppendRow(keys.encode(op.log), to_text(op.value), to_us(op.at))


def _trim(op: Trim) -> Row:
    return TrimRow(keys.encode(op.log), None if op.before is None else to_us(op.before))


def _refer(op: Refer) -> Row:
    return OwnerRow(op.digest, keys.encode(op.owner), needed=True)


def _unrefer(op: Unrefer) -> Row:
    return OwnerRow(op.digest, keys.encode(op.owner), needed=False)


_MAKERS: dict[type, Callable[[Any], Row]] = {
    Put: _put,
    Delete: _delete,
    Send: _send,
    Ack: _ack,
    ChangeVisibility: _change,
    Append: _append,
    Trim: _trim,
    Refer: _refer,
    Unrefer: _unrefer,
}
_CHANGED = {Put: "key", Delete: "key", Send: "queue", Append: "log", ChangeVisibility: "queue", Ack: "queue"}
