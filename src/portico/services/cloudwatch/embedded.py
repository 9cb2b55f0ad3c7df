"""Metrics in logs: events in the embedded metric format become metrics, whoever wrote them.

Reading them is left to the thread that writes metrics: what a function logs costs the event loop next to nothing. A part that is not
as the format demands is left out; the event stays in the log as it is.

Source: CloudWatch User Guide, "Specification: Embedded metric format".
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeGuard

import msgspec

from portico.base.clock import Clock
from portico.services.cloudwatch.data import UNITS, VALUES_MAX, is_in_time, is_name, is_size
from portico.store.metrics import Gathered, Metrics, Point, Series, of_each

METRICS_MAX = 100
SETS_MAX = 30
DIMENSIONS_MAX = 30
_MARK = '"_aws"'
_WAITING_BYTES_MAX = 16 * 1024 * 1024


class Event(msgspec.Struct, frozen=True, gc=False):
    """A log event that may hold metrics."""

    account: str
    region: str
    text: str


class EmbeddedMetrics:
    """Hears log events and makes metrics of those that hold some."""

    __slots__ = ("_clock", "_heard", "_metrics", "_waiting_bytes")

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock
        self._heard: list[Event] = []
        self._waiting_bytes = 0
        metrics.counts(self._take)

    def heard(self, account: str, region: str, events: Iterable[tuple[int, str]]) -> None:
        """Take what was logged: (ms, text) each. Does not wait, does not raise; when too much waits it is left out."""
        for _, text in events:
            if _MARK in text and self._waiting_bytes + len(text) <= _WAITING_BYTES_MAX:
                self._heard.append(Event(account, region, text))
                self._waiting_bytes += len(text)
                self._metrics.soon()

    def _take(self) -> Gathered | None:
        if not self._heard:
            return None
        heard, self._heard, self._waiting_bytes = self._heard, [], 0
        now = self._clock.now()
        return lambda: [point for event in heard for point in points_of(event, now)]


def points_of(event: Event, now: float) -> Iterator[Point]:
    """The metrics in an event; none if it is not in the format."""
    try:
        root = msgspec.json.decode(event.text)
    except (ValueError, RecursionError):
        return
    said = root.get("_aws") if isinstance(root, dict) else None
    if not isinstance(said, dict):
        return
    at_ms = said.get("Timestamp")
    if not _is_number(at_ms) or not is_size(at_ms) or not is_in_time(at_ms / 1000, now):
        return
    for directive in _listed(said.get("CloudWatchMetrics"), METRICS_MAX):
        if isinstance(directive, dict):
            yield from _of_directive(event, root, directive, math.floor(at_ms / 1000))


def _of_directive(event: Event, root: dict[str, Any], directive: dict[str, Any], at: int) -> Iterator[Point]:
    namespace = directive.get("Namespace")
    if not is_name(namespace, 255) or namespace.startswith("AWS/"):
        return
    sets = [
        found
        for names in _listed(directive.get("Dimensions", [[]]), SETS_MAX)
        if (found := _set(root, names)) is not None
    ]
    for metric in _listed(directive.get("Metrics"), METRICS_MAX):
        name = metric.get("Name") if isinstance(metric, dict) else None
        if not is_name(name, 255):
            continue
        values = _values(root.get(name))
        unit = metric.get("Unit", "None")
        if values and isinstance(unit, str) and unit in UNITS:
            width = 1 if metric.get("StorageResolution") == 1 else 60
            for dimensions in sets:
                series = Series(event.account, event.region, namespace, name, dimensions)
                yield Point(series, at - at % width, unit, of_each(values), width)


def _set(root: dict[str, Any], names: object) -> tuple[tuple[str, str], ...] | None:
    """The dimensions that a set names, with their values; None if one of them is not there."""
    if not isinstance(names, list) or len(names) > DIMENSIONS_MAX:
        return None
    found = {name: root.get(name) for name in names if isinstance(name, str)}
    if len(found) < len(names) or not all(is_name(n, 255) and is_name(v, 1024) for n, v in found.items()):
        return None
    return tuple(sorted((name, str(value)) for name, value in found.items()))


def _values(given: object) -> list[float]:
    values: list[Any] = given if isinstance(given, list) else [given]
    if len(values) > VALUES_MAX or not all(_is_number(each) and is_size(each) for each in values):
        return []
    return [float(number) for number in values]


def _is_number(given: object) -> TypeGuard[int | float]:
    return isinstance(given, int | float) and not isinstance(given, bool)


def _listed(given: object, most: int) -> Sequence[Any]:
    return given[:most] if isinstance(given, list) else ()
