"""What goes into the timeline and what comes out of it. Times are milliseconds since the epoch."""

import msgspec

from portico.store.timeline.quiet import Quiet

EVENT_OVERHEAD_BYTES = 26
"""What CloudWatch Logs counts for each event beside its message."""

Position = tuple[int, int, int]
"""Where an event stands: its time, its row, its place in the row. Positions order events: by time, then as they were taken in."""


Entry = tuple[int, str] | Quiet
"""An event as it is kept, (ms, message); or three, those of a quiet invocation."""


def begins_at(entry: Entry) -> int:
    """The time of an entry's first event."""
    return entry[0] if isinstance(entry, tuple) else entry.started_at_ms


def ends_at(entry: Entry) -> int:
    """The time of its last."""
    return entry[0] if isinstance(entry, tuple) else entry.ended_at_ms


def size_of(entry: Entry) -> int:
    """Its bytes, as CloudWatch Logs counts them."""
    if isinstance(entry, tuple):
        message = entry[1]
        return (len(message) if message.isascii() else len(message.encode())) + EVENT_OVERHEAD_BYTES
    return entry.text_bytes + 3 * EVENT_OVERHEAD_BYTES


class Batch(msgspec.Struct, frozen=True, gc=False):
    """What was written together of one stream, in order of time."""

    group: str
    stream: str
    ingested_ms: int
    entries: tuple[Entry, ...]

    @property
    def size(self) -> int:
        """About how much memory it takes, in bytes."""
        return sum(map(size_of, self.entries))


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event as it is read."""

    position: Position
    stream: str
    ingested_ms: int
    message: str

    @property
    def at_ms(self) -> int:
        """When it happened."""
        return self.position[0]


class Window(msgspec.Struct, frozen=True, gc=False):
    """Which events to read: those of `group` from `start_ms` to before `end_ms`, only those after `after` (before it, if `reverse`).

    Of all streams whose names begin with `prefix` and are not in `without`, or of `streams` only.
    """

    group: str
    streams: tuple[str, ...] | None = None
    start_ms: int = 0
    end_ms: int = 1 << 62
    after: Position | None = None
    reverse: bool = False
    prefix: str = ""
    without: tuple[str, ...] = ()


class Span(msgspec.Struct, frozen=True, gc=False):
    """First and last event of a stream, when the last one was taken in, and how many bytes they are."""

    first_ms: int
    last_ms: int
    ingested_ms: int
    size: int


class Page(msgspec.Struct, frozen=True, gc=False):
    """Events in order; `last` is where the next page goes on, None when there is nothing more."""

    events: tuple[Event, ...]
    last: Position | None
