"""Labels of results: what a client gave, with its dynamic parts filled in, or what tells the result from the others.

Source: CloudWatch User Guide, "Using dynamic labels".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from portico.store.metrics import Series

_PART = re.compile(r"\$\{\s*(?:PROP\('([^']*)'\)|([A-Z_]+))\s*\}")
_ZONE = re.compile(r"([+-])(\d{2})(\d{2})")

_Points = Sequence[tuple[int, float]]


class Shown(msgspec.Struct, frozen=True):
    """What a label is about: the result's plain label, its points in order of time, and, if it is a metric, which one."""

    label: str
    points: _Points
    series: Series | None = None
    statistic: str = ""
    period: int = 0


def label_of(template: str, shown: Shown, zone: timezone) -> str:
    """The label that a template gives; parts that mean nothing stay as they are."""
    return _PART.sub(lambda found: _filled(found, shown, zone), template)


def plain_label(series: Series, others: Sequence[Series]) -> str:
    """What tells a metric from the others of the same request: its name, behind the dimensions that others have otherwise."""
    same = [other for other in others if other.name == series.name and other != series]
    shared = set(series.dimensions).intersection(*(other.dimensions for other in same))
    differing = [value for name, value in series.dimensions if same and (name, value) not in shared]
    return " ".join([*differing, series.name])


def zone_of(text: str | None) -> timezone | None:
    """The time zone of `+0130`, UTC if none is given, None if it is not one."""
    found = _ZONE.fullmatch(text or "+0000")
    if found is None or int(found[2]) > 23 or int(found[3]) > 59:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(offset if found[1] == "+" else -offset)


def _filled(found: re.Match[str], shown: Shown, zone: timezone) -> str:
    if found[1] is not None:
        return _property(found[1], shown, found[0])
    word = found[2].removesuffix("_TIME")
    timed = word != found[2]
    if word == "LABEL" and not timed:
        return shown.label
    if timed and word in _CHOSEN:
        at = _CHOSEN[word](shown.points)[0] if shown.points else None
        return "--" if at is None else datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%H:%M")
    compute = None if timed else _NUMBERS.get(word)
    if compute is None:
        return found[0]
    return f"{compute(shown.points):g}" if shown.points else "--"


def _property(name: str, shown: Shown, otherwise: str) -> str:
    series = shown.series
    if series is None:
        return otherwise
    if name.startswith("Dim."):
        return dict(series.dimensions).get(name[4:], "")
    properties = {
        "AccountId": series.account,
        "AccountLabel": series.account,
        "MetricName": series.name,
        "Namespace": series.namespace,
        "Period": str(shown.period),
        "Region": series.region,
        "Stat": shown.statistic,
    }
    return properties.get(name, otherwise)


_CHOSEN: Mapping[str, Callable[[_Points], tuple[int, float]]] = {
    "FIRST": lambda points: points[0],
    "LAST": lambda points: points[-1],
    "MAX": lambda points: max(points, key=lambda point: point[1]),
    "MIN": lambda points: min(points, key=lambda point: point[1]),
}
_NUMBERS: Mapping[str, Callable[[_Points], float]] = {
    "AVG": lambda points: sum(value for _, value in points) / len(points),
    "DATAPOINT_COUNT": len,
    "FIRST": lambda points: points[0][1],
    "LAST": lambda points: points[-1][1],
    "MAX": lambda points: max(value for _, value in points),
    "MIN": lambda points: min(value for _, value in points),
    "SUM": lambda points: sum(value for _, value in points),
}
