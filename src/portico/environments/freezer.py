"""Idle environments do not run: what a function leaves behind in the background goes on with its next invocation, as on AWS."""

import asyncio
from collections.abc import Mapping

from portico.base import system
from portico.environments.environment import Environment
from portico.environments.lifecycle import State

_EVERY_S = 0.1
_SOON_S = 0.005
_AT_ONCE_MAX = 20  # a tenth of a millisecond each: the loop is not held up for longer


class Freezer:
    """Stops environments that two looks in a row have found idle after the same invocation. Whoever delivers lets them go on, so an
    environment that is used all the time is never stopped and pays nothing."""

    __slots__ = ("_environments", "_loop", "_seen", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, environments: Mapping[int, Environment]) -> None:
        self._loop = loop
        self._environments = environments
        self._seen: dict[int, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def wake(self) -> None:
        """An environment has become idle."""
        if self._timer is None and system.LINUX:  # elsewhere nothing tells which processes there are
            self._timer = self._loop.call_later(_EVERY_S, self._look)

    def close(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        running = [e for e in self._environments.values() if e.state is State.IDLE and not e.frozen]
        still = [e for e in running if self._seen.get(e.id) == e.ticket]
        for environment in still[:_AT_ONCE_MAX]:
            environment.freeze()
        left = len(still) > _AT_ONCE_MAX
        if not left:
            self._seen = {e.id: e.ticket for e in running if not e.frozen}
        if left or self._seen:
            self._timer = self._loop.call_later(_SOON_S if left else _EVERY_S, self._look)
