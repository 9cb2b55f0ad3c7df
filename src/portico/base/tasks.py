"""Named background loops: started once, restarted when they fail, shown in `health`, stopped with the server."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec

log = logging.getLogger("portico.tasks")

Loop = Callable[[], Awaitable[None]]


def every(seconds: float, work: Loop, *, at_once: bool = False) -> Loop:
    """A loop that does `work` every so many seconds, the first time after as many, or `at_once`."""

    async def loop() -> None:
        if at_once:
            await work()
        while True:
            await asyncio.sleep(seconds)
            await work()

    return loop


class LoopState(msgspec.Struct, frozen=True):
    """What `health` shows of a loop: `state` is running, waiting (to be started again) or ended; `error` the last failure."""

    state: str
    restarts: int = 0
    error: str = ""


class Tasks:
    """The background loops of one server.

    A loop that raises is logged and started again after a pause that doubles from `backoff_s` to a minute; one that returns has
    ended on purpose. A loop that ran for a minute before it failed starts again from the first pause.
    """

    def __init__(self, *, backoff_s: float = 0.1) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._states: dict[str, LoopState] = {}
        self._backoff_s = backoff_s

    def start(self, name: str, loop: Loop) -> None:
        """Run `loop` under `name` until it returns or the server stops.

        Raises:
            ValueError: a loop of that name is running.
        """
        if name in self._tasks and not self._tasks[name].done():
            raise ValueError(f"a loop named {name!r} is already running")
        self._tasks[name] = asyncio.create_task(self._keep(name, loop), name=name)

    async def _keep(self, name: str, loop: Loop) -> None:
        pause, restarts = self._backoff_s, 0
        while True:
            self._states[name] = LoopState("running", restarts, self._error_of(name))
            started = asyncio.get_running_loop().time()
            try:
                await loop()
            except Exception as error:
                log.exception("the loop %r failed and is started again in %.1f s", name, pause)
                restarts += 1
                self._states[name] = LoopState("waiting", restarts, f"{type(error).__name__}: {error}")
                if asyncio.get_running_loop().time() - started > 60:
                    pause = self._backoff_s
                await asyncio.sleep(pause)
                pause = min(pause * 2, 60.0)
            else:
                self._states[name] = LoopState("ended", restarts)
                return

    def _error_of(self, name: str) -> str:
        state = self._states.get(name)
        return state.error if state else ""

    def states(self) -> dict[str, LoopState]:
        """Each loop's state, by name."""
        return dict(self._states)

    async def close(self) -> None:
        """Cancel every loop and wait for it."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
