"""Time in intervals: from when to when a request is about, and what was measured in each period.

A period begins at the request's start, which is rounded down: to the minute, for what is older to five minutes and to the hour, for
high resolution to the period. What is kept in wider intervals than the period can't be told in it.

Source: CloudWatch API reference, GetMetricStatistics and GetMetricData (`StartTime`, `Period`).
"""

from collections.abc import Iterable

import msgspec

from portico.store.metrics import Kept, Stats, merged

DAY_S = 86_400
_SHORT = (1, 5, 10, 20, 30)
_ROUNDED = ((63 * DAY_S, 3600), (15 * DAY_S, 300), (0, 60))


class Window(msgspec.Struct, frozen=True, gc=False):
    """From `start` to before `end` (seconds since the epoch), in periods of `period` seconds."""

    start: int
    end: int
    period: int

    @property
    def periods(self) -> int:
        """How many periods begin in it."""
        return max(0, -((self.start - self.end) // self.period))


def is_period(period: int) -> bool:
    """Whether AWS has periods of so many seconds."""
    return period in _SHORT or (period > 0 and period % 60 == 0)


def window(start: float, end: float, period: int, now: float) -> Window:
    """The window of a request."""
    first = int(start // 1)
    step = (
        period if period in _SHORT else next(step for age, step in _ROUNDED if now - start >= age or not age)
    )
    last = -int(-end // 1)
    return Window(first - first % step, last, period)


def in_periods(kept: Iterable[Kept], window: Window) -> dict[int, Stats]:
    """What was measured in each period, by when it begins, in order."""
    parts: dict[int, list[Stats]] = {}
    for point in kept:
        if point.width <= window.period and window.start <= point.at < window.end:
            begin = point.at - (point.at - window.start) % window.period
            parts.setdefault(begin, []).append(point.stats)
    return {begin: merged(found) for begin, found in parts.items()}
