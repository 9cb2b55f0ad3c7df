"""Namespace AWS/SNS: what has happened at each topic since it was last asked.

Source: SNS Developer Guide, "Monitoring Amazon SNS topics using CloudWatch" (names, units, the dimension TopicName).
"""

from collections.abc import Iterator

from portico.services.sns.counters import METRICS, Counts
from portico.store.metrics import Point, Series, Stats, of_each, of_set
from portico.store.metrics.counters import Counters

NAMESPACE = "AWS/SNS"
SIZE = "PublishSize"

_Key = tuple[str, str, str]


class TopicMetrics:
    """Makes points of the topics' counts."""

    def __init__(self, counters: Counters[Counts]) -> None:
        self._counters = counters
        self._before: dict[_Key, Counts] = {}

    async def read(self, at: int) -> list[Point]:
        """The points of the minute that begins at `at` (seconds since the epoch)."""
        counted = dict(self._counters.read())
        for key in counted:
            live = self._counters.of(key)
            live.least_bytes = live.most_bytes = 0
        points = [
            Point(Series(*key[:2], NAMESPACE, name, (("TopicName", key[2]),)), at, unit, stats)
            for key, counts in counted.items()
            for name, unit, stats in _told(counts, self._before.get(key, Counts()))
        ]
        self._before = counted
        return points


def unit_of(metric: str) -> str:
    """The unit of one of `METRICS`."""
    return "Bytes" if "Bytes" in metric else "Count"


def _told(counts: Counts, before: Counts) -> Iterator[tuple[str, str, Stats]]:
    if counts.published < before.published:
        before = Counts()  # a topic that was deleted, and made again
    for name, field in METRICS.items():
        more = getattr(counts, field) - getattr(before, field)
        if more:
            yield name, unit_of(name), of_each([more])
    published = counts.published - before.published
    if published:
        total = counts.published_bytes - before.published_bytes
        yield SIZE, "Bytes", of_set(published, total, counts.least_bytes, counts.most_bytes)
