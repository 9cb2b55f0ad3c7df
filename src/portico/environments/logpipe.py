"""The pipe that a function's stdout and stderr go into, read so that it never blocks the server nor fills its memory."""

import asyncio
import fcntl
import os
import sys
import termios
from collections.abc import Callable

from portico.base.clock import Clock
from portico.environments.loglines import LineCollector
from portico.environments.work import LogLine

_READ_BYTES = 65_536  # what a pipe holds: one read takes all that had been written when it was made
_THROTTLE_S = 0.02
_WAITING = bytearray(4)  # where the kernel puts the number of bytes that wait in a pipe


class LogPipe:
    """The reading end of one environment's pipe. Owns the descriptor.

    Once an invocation has written as much as is kept, the pipe is read (and dropped) at a slow pace only: the function is slowed
    down, and the loop stays free.
    """

    __slots__ = ("_clock", "_collector", "_fd", "_loop", "_resume")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        fd: int,
        on_line: Callable[[LogLine], None] | None = None,
        on_dropped: Callable[[int, int], None] | None = None,
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._fd = fd
        self._collector = LineCollector(on_line, on_dropped)
        self._resume: asyncio.TimerHandle | None = None
        os.set_blocking(fd, False)
        loop.add_reader(fd, self._read)

    def take(self, *, quiet: bool = False) -> tuple[LogLine, ...]:
        """Everything written so far: the runtime flushes before it answers, so one read empties the pipe of it. If it is `quiet`, nothing
        waits to be read."""
        if not quiet and self._waits():
            self._read()
        elif not self._collector.taken:  # nearly always
            return ()
        lines = self._collector.take(self._clock_ms())
        if self._resume is not None:
            self._resume.cancel()
            self._resume = None
            self._loop.add_reader(self._fd, self._read)
        return lines

    def close(self) -> None:
        """Stop reading and close the descriptor."""
        self._stop()
        os.close(self._fd)

    def _waits(self) -> bool:
        fcntl.ioctl(self._fd, termios.FIONREAD, _WAITING)
        return bool(int.from_bytes(_WAITING, sys.byteorder))

    def _clock_ms(self) -> int:
        return int(self._clock.wall() * 1000)

    def _read(self) -> None:
        try:
            data = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return
        if not data:  # every writer is gone; the end of the process is reported elsewhere
            self._stop()
            return
        self._collector.feed(data, self._clock_ms())
        if self._collector.full and self._resume is None:
            self._loop.remove_reader(self._fd)
            self._drop_some_later()

    def _drop_some_later(self) -> None:
        self._resume = self._loop.call_later(_THROTTLE_S, self._drop_some)

    def _drop_some(self) -> None:
        self._drop_some_later()
        self._read()

    def _stop(self) -> None:
        if self._resume is None:
            self._loop.remove_reader(self._fd)  # does nothing the second time
        else:
            self._resume.cancel()
            self._resume = None
