"""Three clocks, because three kinds of time are asked for and only one of them may be moved.

`wall` judges what others made (signatures, certificates, foreign tokens) and is never moved. `now` is what Portico itself
promised (schedules, visibility, age, its own expiries): wall plus an offset that only grows. `monotonic` measures timeouts.
"""

import time
from collections.abc import Callable


class Clock:
    """The clocks of one server. `offset_s` is kept in the store by whoever advances it, so that it survives a restart."""

    __slots__ = ("_hooks", "_offset_s")

    def __init__(self, offset_s: float = 0.0) -> None:
        self._offset_s = offset_s
        self._hooks: list[Callable[[], None]] = []

    wall = staticmethod(time.time)
    """Seconds since the epoch, as the machine has it."""

    monotonic = staticmethod(time.monotonic)
    """Seconds of a clock that never goes back; only differences mean anything."""

    def now(self) -> float:
        """Seconds since the epoch on Portico's own time."""
        return time.time() + self._offset_s

    def now_ms(self) -> int:
        """`now` in whole milliseconds, the unit of most AWS timestamps."""
        return int((time.time() + self._offset_s) * 1000)

    @property
    def offset_s(self) -> float:
        """How far `now` is ahead of `wall`, in seconds."""
        return self._offset_s

    def advance(self, seconds: float) -> float:
        """Move `now` forward and return the new offset.

        Raises:
            ValueError: `seconds` is negative: what has expired must not come back.
        """
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self._offset_s += seconds
        for hook in self._hooks:
            hook()
        return self._offset_s

    def on_advance(self, hook: Callable[[], None]) -> None:
        """Call `hook` whenever `now` was moved: for who waits until it is a certain time."""
        self._hooks.append(hook)
