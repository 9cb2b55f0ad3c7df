"""Memory and process counts of the environments that work, looked at again and again while any does."""

import asyncio
from collections.abc import Callable, Mapping

from portico.base import system
from portico.environments import usage
from portico.environments.environment import Environment
from portico.environments.lifecycle import State

_EVERY_S = 0.05
_YOUNG_S = 0.04  # most invocations have ended by then and are never looked at
_AT_ONCE_MAX = 32  # so that a look at many environments does not hold up the loop
_TASKS_MAX = 1024
_WORKING = (State.STARTING, State.BUSY, State.FINISHING)


class Watch:
    """Ends environments that use more memory, or more processes and threads, than they may; keeps the highest memory that it saw."""

    __slots__ = ("_environments", "_last", "_loop", "_now", "_timer")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        environments: Mapping[int, Environment],
        now: Callable[[], float],
    ) -> None:
        self._loop = loop
        self._now = now
        self._environments = environments
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0

    def wake(self) -> None:
        """An environment has begun to work."""
        if self._timer is None and system.LINUX:  # elsewhere there is no /proc to look at
            self._timer = self._loop.call_later(_EVERY_S, self._look)

    def close(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        working = [e for e in self._environments.values() if e.state in _WORKING]
        if not working:
            return
        self._timer = self._loop.call_later(_EVERY_S, self._look)
        before = self._now() - _YOUNG_S
        old = sorted((e for e in working if e.working_since < before), key=_by_id)
        # Begin where the last round ended, so that all have their turn.
        later = [e for e in old if e.id > self._last]
        for environment in (later + old)[: min(len(old), _AT_ONCE_MAX)]:
            self._last = environment.id
            _judge(environment)


def _by_id(environment: Environment) -> int:
    return environment.id


def _judge(environment: Environment) -> None:
    if environment.pid is None:
        return
    limit_kb = environment.spec.memory_mb * 1024
    used = usage.of_tree(environment.pid, memory_kb_max=limit_kb)
    environment.peak_kb = max(environment.peak_kb, used.memory_kb)
    if used.memory_kb > limit_kb:
        environment.end("memory")
    elif used.tasks > _TASKS_MAX:
        environment.end("tasks")
