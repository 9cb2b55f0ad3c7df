"""Many deadlines on one timer of the loop, because most are withdrawn before they come."""

import asyncio
import time
from collections.abc import Callable


class Deadlines:
    """Calls `expired(key)` once for each key whose time (on the clock `now`, in seconds) has come; never before it."""

    __slots__ = ("_armed_at", "_at", "_expired", "_loop", "_now", "_timer")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        expired: Callable[[int], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._loop = loop
        self._now = now
        self._expired = expired
        self._at: dict[int, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._armed_at = 0.0

    def set(self, key: int, at: float) -> None:
        """Give `key` the deadline `at`, in place of any other."""
        self._at[key] = at
        if self._timer is None or at < self._armed_at:
            self._arm(at)

    def clear(self, key: int) -> None:
        """Withdraw `key`'s deadline. The timer stays: when it fires too early it is only set again."""
        self._at.pop(key, None)

    def close(self) -> None:
        """Withdraw all."""
        self._at.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._armed_at = at
        # Some loops count whole milliseconds: one more, or it would fire too early again and again until the time has come.
        self._timer = self._loop.call_later(max(at - self._now(), 0.0) + 0.001, self._fire)

    def _fire(self) -> None:
        self._timer = None
        now = self._now()
        due = sorted((key for key, at in self._at.items() if at <= now), key=self._at.__getitem__)
        for key in due:
            del self._at[key]
        if self._at:
            self._arm(min(self._at.values()))
        for key in due:
            self._expired(key)
