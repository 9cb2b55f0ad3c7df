"""What happens to a mapping's events, for CloudWatch: those of mappings that ask for `EventCount`.

Source: Developer Guide, "Event source mapping metrics" (names, what each of them counts, the dimension EventSourceMappingUUID).
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from portico.services.lambda_.event_sources.records import EventSourceMapping
from portico.store.metrics import Point, Series, of_each

NAMESPACE = "AWS/Lambda"
ASKED = "EventCount"

METRICS = {
    "PolledEventCount": "polled",
    "FilteredOutEventCount": "filtered_out",
    "InvokedEventCount": "invoked",
    "FailedInvokeEventCount": "failed",
    "DeletedEventCount": "deleted",
}
"""The metrics, and the counts that they are made of."""


class EventCounts(msgspec.Struct, gc=False):
    """What has happened to the events of one mapping since this was last told. Memory only, as metrics are not acknowledged."""

    polled: int = 0
    filtered_out: int = 0
    invoked: int = 0
    failed: int = 0
    deleted: int = 0

    def take(self) -> Iterator[tuple[str, int]]:
        """Each metric that has counted something, which then begins at nothing."""
        for name, field in METRICS.items():
            if count := getattr(self, field):
                setattr(self, field, 0)
                yield name, count


class MappingMetrics:
    """Makes points of the counts of all mappings that are polled."""

    def __init__(self, polled: Callable[[], Iterable[tuple[EventSourceMapping, EventCounts]]]) -> None:
        self._polled = polled

    async def read(self, at: int) -> list[Point]:
        """The points of the minute that begins at `at` (seconds since the epoch)."""
        return [
            Point(_series(mapping, name), at, "Count", of_each([count]))
            for mapping, counts in self._polled()
            for name, count in counts.take()
            if ASKED in (mapping.metrics or ())
        ]


def _series(mapping: EventSourceMapping, name: str) -> Series:
    dimensions = (("EventSourceMappingUUID", mapping.uuid),)
    return Series(mapping.account, mapping.region, NAMESPACE, name, dimensions)
