"""Statistics: from what was measured to the number that is asked for.

Percentiles and what is made of parts of the values need the values: where somebody has put statistic sets, or negative values, there
are none.

Source: CloudWatch User Guide, "CloudWatch statistics definitions"; API reference, GetMetricStatistics.
"""

import re
from collections.abc import Callable, Sequence

from portico.store.metrics import Stats

Statistic = Callable[[Stats], float | None]
"""The number of a statistic; None when it can't be had."""

_Values = Sequence[tuple[float, float]]

SIMPLE: dict[str, Statistic] = {
    "SampleCount": lambda stats: stats.count,
    "Average": lambda stats: stats.total / stats.count,
    "Sum": lambda stats: stats.total,
    "Minimum": lambda stats: stats.low,
    "Maximum": lambda stats: stats.high,
}

_NUMBER = r"(\d{1,3}(?:\.\d{1,10})?)"
_SHORT = re.compile(rf"(p|tm|tc|ts|wm){_NUMBER}", re.I)
_BOUND = r"(-?\d{1,18}(?:\.\d{1,10})?%?)?"
_RANGE = re.compile(rf"(tm|tc|ts|wm|pr)\({_BOUND}:{_BOUND}\)", re.I)


def statistic(text: str) -> Statistic | None:
    """The statistic that a text names (`Sum`, `p99.9`, `tm90`, `TS(80%:)`, `PR(:300)`, `IQM`), or None if it names none."""
    simple = SIMPLE.get(text)
    if simple is not None:
        return simple
    if text.upper() == "IQM":
        return _of_part("tm", (25.0, 75.0))
    short = _SHORT.fullmatch(text)
    if short is not None:
        share = float(short[2])
        if share > 100:
            return None
        kind = short[1].lower()
        return _percentile(share) if kind == "p" else _of_part(kind, (0.0, share))
    ranged = _RANGE.fullmatch(text)
    return None if ranged is None else _of_range(ranged[1].lower(), ranged[2], ranged[3])


def _of_range(kind: str, low: str | None, high: str | None) -> Statistic | None:
    given = [bound for bound in (low, high) if bound is not None]
    percent = {bound.endswith("%") for bound in given}
    if not given or len(percent) > 1:
        return None
    if percent == {True}:
        if kind == "pr":
            return None
        part = (float(low[:-1]) if low else 0.0, float(high[:-1]) if high else 100.0)
        return _of_part(kind, part) if 0 <= part[0] < part[1] <= 100 else None
    bounds = (float(low) if low else float("-inf"), float(high) if high else float("inf"))
    return _of_values(kind, bounds) if bounds[0] < bounds[1] else None


def _sorted(stats: Stats) -> _Values | None:
    values = stats.each()
    return None if values is None or stats.low < 0 else sorted(values)


def _percentile(share: float) -> Statistic:
    def compute(stats: Stats) -> float | None:
        values = _sorted(stats)
        if values is None:
            return None
        wanted, seen = stats.count * share / 100, 0.0
        for value, times in values:
            seen += times
            if seen >= wanted - 1e-9 * stats.count:
                return min(max(value, stats.low), stats.high)
        return stats.high

    return compute


def _of_part(kind: str, part: tuple[float, float]) -> Statistic:
    """Of the values between two percentages of them, in order of size."""

    def compute(stats: Stats) -> float | None:
        values = _sorted(stats)
        if values is None:
            return None
        first, last = stats.count * part[0] / 100, stats.count * part[1] / 100
        kept, seen = [], 0.0
        for value, times in values:
            inside = min(seen + times, last) - max(seen, first)
            seen += times
            if inside > 0:
                kept.append((value, inside))
        if not kept:
            return None
        return _COMPUTED[kind](kept, (first, stats.count - last), stats.count)

    return compute


def _of_values(kind: str, bounds: tuple[float, float]) -> Statistic:
    """Of the values above the first bound and up to the second."""

    def compute(stats: Stats) -> float | None:
        values = _sorted(stats)
        if values is None:
            return None
        kept = [(value, times) for value, times in values if bounds[0] < value <= bounds[1]]
        below = sum(times for value, times in values if value <= bounds[0])
        above = sum(times for value, times in values if value > bounds[1])
        if not kept:
            return 0.0 if kind in ("tc", "pr") else None
        return _COMPUTED[kind](kept, (below, above), stats.count)

    return compute


def _count(kept: _Values) -> float:
    return sum(times for _, times in kept)


def _total(kept: _Values) -> float:
    return sum(value * times for value, times in kept)


def _winsorized(kept: _Values, outside: tuple[float, float], count: float) -> float:
    """The mean, where those that are outside are as large as the nearest one inside."""
    return (_total(kept) + kept[0][0] * outside[0] + kept[-1][0] * outside[1]) / count


_COMPUTED: dict[str, Callable[[_Values, tuple[float, float], float], float]] = {
    "tm": lambda kept, outside, count: _total(kept) / _count(kept),
    "tc": lambda kept, outside, count: _count(kept),
    "ts": lambda kept, outside, count: _total(kept),
    "wm": _winsorized,
    "pr": lambda kept, outside, count: 100 * _count(kept) / count,
}
