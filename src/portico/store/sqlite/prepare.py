"""Operations and conditions made into rows.

Made on the event loop, before the writer sees a commit, so that a value which can't be stored is its caller's error and nobody else's.
"""

from collections.abc import Callable, Sequence
from typing import Any

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
from portico.store.sqlite.rows import (
    AckRow,
    AppendRow,
    Became,
    ChangeRow,
    DeleteRow,
    OwnerRow,
    Prepared,
    PutRow,
    RangeCheck,
    Row,
    SendRow,
    TrimRow,
    queue_name,
)
from portico.store.sqlite.text import to_text, to_us


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
