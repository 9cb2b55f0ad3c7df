"""Whether those who hand over events need the server's time more than those events do that wait, and whether the machine has any left."""

import asyncio
import os

from portico.base import system
from portico.base.clock import Clock
from portico.invoke.asynchronous.counts import RECEIVED, FunctionKey, Values

_WINDOW_S = 0.05
_ACCEPTED_MIN = 5  # events in a window; fewer need no help
_LAG_S = 0.0015  # a loop with nothing else to do comes round much faster
_WEIGHT = 0.25  # of the last measurement in the average


class Pressure:
    """Looks at how many events are accepted, how long the event loop takes to come round and what the processors do."""

    __slots__ = ("_accepted", "_clock", "_lag_s", "_many", "_since")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accepted = 0
        self._since = clock.monotonic()
        self._many = False
        self._lag_s = 0.0

    def counted(self, function: FunctionKey, values: Values) -> None:
        """Hear of metrics (see `Counts.listen`)."""
        self._accepted += sum(metric == RECEIVED for metric, _ in values)

    async def is_high(self) -> bool:
        """Whether events are being accepted and the loop is busy. Lets it come round once if so."""
        now = self._clock.monotonic()
        if now - self._since >= _WINDOW_S:
            self._many = self._accepted >= _ACCEPTED_MIN * (now - self._since) / _WINDOW_S
            self._since, self._accepted = now, 0
        if not self._many:
            return False
        await asyncio.sleep(0)
        self._lag_s += _WEIGHT * (self._clock.monotonic() - now - self._lag_s)
        return self._lag_s >= _LAG_S

    def leaves_room(self) -> bool:
        """Whether more environments would find processors that have nothing to do, as they do when functions wait for others."""
        return not self._many and _runnable() <= (os.cpu_count() or 1)


def _runnable() -> int:
    """How many threads of the machine run or could run now."""
    if not system.LINUX:
        return int(os.getloadavg()[0])  # of the last minute: nothing nearer is told
    with open("/proc/loadavg") as file:
        return int(file.read().split()[3].partition("/")[0])
