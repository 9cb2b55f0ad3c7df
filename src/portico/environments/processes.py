"""The processes of one environment as a whole: stopped, let go on, killed, and noticed when they are gone."""

import asyncio
import os
import signal
from collections.abc import Callable

from portico.environments import freezing, usage
from portico.environments.launchers.port import Process


class Processes:
    """None until `follow` says which they are."""

    __slots__ = ("_kill_timer", "_loop", "_process", "_stopped")

    def __init__(self) -> None:
        self._process: Process | None = None
        self._stopped: tuple[int, ...] = ()
        self._kill_timer: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """The first one of the tree, as the server sees it."""
        return None if self._process is None else self._process.pid

    @property
    def peak_kb(self) -> int:
        """The most memory that those of the function have had."""
        if self._process is None:
            return 0
        return usage.peak_kb(self._process.pid, itself=self._process.runs_function)

    @property
    def kill_signal(self) -> int:
        """What ends the tree."""
        return signal.SIGKILL if self._process is None else self._process.kill_signal

    @property
    def have_ended(self) -> bool:
        """Whether all of them are gone, noticed or not."""
        return self._process is not None and self._process.has_ended

    @property
    def frozen(self) -> bool:
        """Whether none of them runs."""
        return bool(self._stopped)

    def follow(self, loop: asyncio.AbstractEventLoop, process: Process, gone: Callable[[], None]) -> None:
        """These are they; `gone` is called when all of them are."""
        self._loop = loop
        self._process = process
        loop.add_reader(process.pidfd, gone)

    def freeze(self) -> None:
        """Stop them; they can still be killed."""
        if self._process is not None:
            self._stopped = freezing.stop(self._process.pid)

    def thaw(self) -> None:
        """Let them go on."""
        if self._stopped:
            freezing.resume(self._stopped)
            self._stopped = ()

    def kill(self) -> None:
        """Send the signal that ends the whole tree."""
        if self._process is not None:
            try:
                self._process.end()
            except ProcessLookupError:
                return  # it ended by itself; the pidfd tells

    def later(self, after_s: float, action: Callable[[], None]) -> None:
        """Do this if they are still there by then, in place of what was to be done later before."""
        if self._kill_timer is not None:
            self._kill_timer.cancel()
        self._kill_timer = asyncio.get_running_loop().call_later(after_s, action)

    def unfollow(self) -> None:
        """It is known that they are gone."""
        if self._process is not None:
            self._loop.remove_reader(self._process.pidfd)

    def release(self) -> None:
        """They are gone, or are nobody's business any more."""
        if self._kill_timer is not None:
            self._kill_timer.cancel()
        if self._process is not None:
            self._loop.remove_reader(self._process.pidfd)
            os.close(self._process.pidfd)
            self._process = None
