"""A commit as the writer is given it, and what it answers: keys encoded, values text, instants whole microseconds."""

from functools import lru_cache

import msgspec

from portico.store import keys

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


queue_name = lru_cache(_QUEUE_NAMES)(keys.encode)
"""The encoded key of a queue. A queue is named again and again, so those in use are kept."""
