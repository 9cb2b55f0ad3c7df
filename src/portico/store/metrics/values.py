"""What goes into the store of metrics and what comes out: series, and what was measured of them in an interval.

Values are kept one by one while they are few, so that percentiles are exact; beyond that each stands for those within one percent
of it. Statistic sets that were made elsewhere have no values, and with them percentiles can't be had.

Source: "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019, for the grid of values.
"""

import math
from collections.abc import Iterable, Mapping

import msgspec

EXACT_VALUES_MAX = 200
_GRID = 1.02  # neighbours on the grid are so far apart: one percent to either side
_LOG_GRID = math.log(_GRID)

Dimensions = tuple[tuple[str, str], ...]


class Series(msgspec.Struct, frozen=True, gc=False):
    """One metric: its name with one combination of dimensions, which are in order of their names."""

    account: str
    region: str
    namespace: str
    name: str
    dimensions: Dimensions = ()


class Stats(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What was measured: how many (they may be weighted), their sum, the least, the greatest, and how often each value came.

    `values` is None when they are not known; it is empty when all of them are the same.
    """

    count: float
    total: float
    low: float
    high: float
    values: tuple[tuple[float, float], ...] | None = ()

    def each(self) -> tuple[tuple[float, float], ...] | None:
        """The values, in no order, with how often each came; None when they are not known."""
        return ((self.low, self.count),) if self.values == () else self.values


class Point(msgspec.Struct, frozen=True, gc=False):
    """What was measured of a series in the `width` seconds from `at` (seconds since the epoch, a multiple of the width)."""

    series: Series
    at: int
    unit: str
    stats: Stats
    width: int = 60


class Kept(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A point as it is read: without its series."""

    at: int
    width: int
    unit: str
    stats: Stats


def of_values(values: Mapping[float, float]) -> Stats:
    """The statistics of values with how often each came."""
    count = math.fsum(values.values())
    total = math.fsum(value * times for value, times in values.items())
    low, high = min(values), max(values)
    return Stats(count, total, low, high, () if low == high else _spread(values))


def of_each(values: Iterable[float]) -> Stats:
    """The statistics of values, of which there is at least one."""
    counted: dict[float, float] = {}
    for value in values:
        counted[value] = counted.get(value, 0.0) + 1.0
    return of_values(counted)


def of_set(count: float, total: float, low: float, high: float) -> Stats:
    """Those that somebody else has made of values that he did not tell."""
    return Stats(count, total, low, high, () if count == 1 or low == high else None)


def merged(parts: Iterable[Stats]) -> Stats:
    """What several of the same thing, of which there is at least one, are together."""
    gathered = list(parts)
    if len(gathered) == 1:
        return gathered[0]
    count = math.fsum(part.count for part in gathered)
    total = math.fsum(part.total for part in gathered)
    low, high = min(part.low for part in gathered), max(part.high for part in gathered)
    if low == high:
        return Stats(count, total, low, high)
    values: dict[float, float] = {}
    for part in gathered:
        known = part.each()
        if known is None:
            return Stats(count, total, low, high, None)
        for value, times in known:
            values[value] = values.get(value, 0.0) + times
    return Stats(count, total, low, high, _spread(values))


def _spread(values: Mapping[float, float]) -> tuple[tuple[float, float], ...]:
    if len(values) <= EXACT_VALUES_MAX:
        return tuple(values.items())
    on_grid: dict[float, float] = {}
    for value, times in values.items():
        near = _on_grid(value)
        on_grid[near] = on_grid.get(near, 0.0) + times
    return tuple(on_grid.items())


def _on_grid(value: float) -> float:
    """The nearest value of the grid; one that is on it stays where it is."""
    if abs(value) < 1e-9:  # nearer to nothing than anybody measures
        return 0.0
    step: int = round(math.log(abs(value)) / _LOG_GRID)
    return math.copysign(math.exp(step * _LOG_GRID), value)
