"""Metrics of front doors: what was answered, counted where it is answered.

A `Place` is made once for what is counted together (a stage, or a method of it) and names the sets of dimensions that it is shown under;
counting costs one look-up and a few appends. Points are made of it later, on another thread.

Source: API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics" and "Monitor HTTP API metrics"; Lambda Developer Guide,
"Types of metrics for Lambda functions" (function URLs).
"""

from collections.abc import Iterator

import msgspec

from portico.store.metrics import Gathered, Metrics, Point, Series, Stats, of_each
from portico.store.metrics.values import Dimensions

COUNT, MILLISECONDS, BYTES = "Count", "Milliseconds", "Bytes"


class Names(msgspec.Struct, frozen=True, gc=False):
    """What a kind of door calls its metrics; "" for those that it does not have."""

    namespace: str
    count: str
    client_errors: str
    server_errors: str
    latency: str
    integration_latency: str = ""
    cache_hits: str = ""
    cache_misses: str = ""
    data_processed: str = ""


REST = Names(
    "AWS/ApiGateway",
    "Count",
    "4XXError",
    "5XXError",
    "Latency",
    "IntegrationLatency",
    "CacheHitCount",
    "CacheMissCount",
)
HTTP = Names(
    "AWS/ApiGateway", "Count", "4xx", "5xx", "Latency", "IntegrationLatency", data_processed="DataProcessed"
)


class Place(msgspec.Struct, frozen=True, gc=False):
    """Whose answers are counted together, and under which sets of dimensions (each in order of names)."""

    account: str
    region: str
    names: Names
    dimensions: tuple[Dimensions, ...]


class Answered(msgspec.Struct, frozen=True, gc=False):
    """An answer: how long it took, and of that the integration (None: it was not asked); `cached` tells whether the answer came from the
    cache, None where there is none. Times in milliseconds."""

    status: int
    latency_ms: float
    integration_ms: float | None = None
    cached: bool | None = None
    data_bytes: int = 0


class _Counted:
    """What was answered in one minute at one place."""

    __slots__ = ("answers", "place")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.answers: list[Answered] = []


class DoorMetrics:
    """Counts answers, and whatever else is told of a door, into the metrics."""

    __slots__ = ("_counted", "_metrics", "_told")

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._counted: dict[tuple[int, int], _Counted] = {}
        self._told: dict[tuple[int, int, str, str], tuple[Place, list[float]]] = {}
        metrics.counts(self._take)

    def answered(self, place: Place, at: float, answer: Answered) -> None:
        """Count an answer in the minute of `at` (seconds, `now` clock)."""
        key = (int(at) // 60, id(place))
        counted = self._counted.get(key)
        if counted is None:
            counted = self._counted[key] = _Counted(place)
            self._metrics.soon()
        counted.answers.append(answer)

    def told(self, place: Place, at: float, metric: str, value: float, unit: str = COUNT) -> None:
        """Count what else has happened at a place, by the metric's own name."""
        key = (int(at) // 60, id(place), metric, unit)
        self._told.setdefault(key, (place, []))[1].append(value)
        self._metrics.soon()

    def _take(self) -> Gathered | None:
        if not self._counted and not self._told:
            return None
        counted, self._counted = self._counted, {}
        told, self._told = self._told, {}

        def points() -> Iterator[Point]:
            for (minute, _), each in counted.items():
                for metric, unit, stats in _measured(each):
                    yield from _shown(each.place, minute, metric, unit, stats)
            for (minute, _, metric, unit), (place, values) in told.items():
                yield from _shown(place, minute, metric, unit, of_each(values))

        return points


def _shown(place: Place, minute: int, metric: str, unit: str, stats: Stats) -> Iterator[Point]:
    for dimensions in place.dimensions:
        series = Series(place.account, place.region, place.names.namespace, metric, dimensions)
        yield Point(series, minute * 60, unit, stats)


def _measured(counted: _Counted) -> Iterator[tuple[str, str, Stats]]:
    """Metrics with units and statistics. An answer that is no error counts as one of 0, so that averages are rates."""
    answers, names = counted.answers, counted.place.names
    total = len(answers)
    yield names.count, COUNT, _share(total, total)
    yield names.client_errors, COUNT, _share(sum(400 <= one.status < 500 for one in answers), total)
    yield names.server_errors, COUNT, _share(sum(one.status >= 500 for one in answers), total)
    yield names.latency, MILLISECONDS, of_each(one.latency_ms for one in answers)
    integration = [one.integration_ms for one in answers if one.integration_ms is not None]
    if names.integration_latency and integration:
        yield names.integration_latency, MILLISECONDS, of_each(integration)
    cached = [one.cached for one in answers if one.cached is not None]
    if names.cache_hits and cached:
        yield names.cache_hits, COUNT, _share(sum(cached), len(cached))
        yield names.cache_misses, COUNT, _share(len(cached) - sum(cached), len(cached))
    if names.data_processed:
        yield names.data_processed, BYTES, of_each(float(one.data_bytes) for one in answers)


def _share(ones: int, of: int) -> Stats:
    """So many ones among so many, the others being 0."""
    low, high = (1.0 if ones == of else 0.0), (1.0 if ones else 0.0)
    values = () if low == high else ((0.0, float(of - ones)), (1.0, float(ones)))
    return Stats(float(of), float(ones), low, high, values)
