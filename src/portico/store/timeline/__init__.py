"""Log events: many small appends, read back by time. A file of its own beside the store.

What functions write is not acknowledged to anybody: it is buffered for at most 100 ms and written without waiting for the disk
(`synchronous=NORMAL`), one row per stream and flush. What a client puts is acknowledged, hence on disk first (`synchronous=FULL`).
"""

from portico.store.timeline.database import TIMELINE_FILE
from portico.store.timeline.quiet import QUIET_MS_MAX, Quiet
from portico.store.timeline.timeline import Gathered, Timeline
from portico.store.timeline.values import (
    EVENT_OVERHEAD_BYTES,
    Batch,
    Entry,
    Event,
    Page,
    Position,
    Span,
    Window,
    begins_at,
)

__all__ = [
    "EVENT_OVERHEAD_BYTES",
    "QUIET_MS_MAX",
    "TIMELINE_FILE",
    "Batch",
    "Entry",
    "Event",
    "Gathered",
    "Page",
    "Position",
    "Quiet",
    "Span",
    "Timeline",
    "Window",
    "begins_at",
]
