"""What other services tell of themselves, looked at every minute, and before it is read.

A source knows how things stand (the depth of each queue) and what has happened since it was last asked; it makes points of both.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable

import msgspec

from portico.base.clock import Clock
from portico.store.metrics.store import Metrics
from portico.store.metrics.values import Point
from portico.store.port import StoreError

_EVERY_S = 60.0
_FRESH_S = 1.0  # who reads is not given what was looked at longer ago


class Source(msgspec.Struct, frozen=True):
    """What is told in one namespace: `read(at)` gives the points of the minute that begins at `at` (seconds since the epoch)."""

    namespace: str
    read: Callable[[int], Awaitable[Iterable[Point]]]


class Sampling:
    """Asks the sources; `run` is its background loop."""

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock
        self._sources: dict[str, Source] = {}
        self._asked: dict[str, float] = {}
        self._turn = asyncio.Lock()
        self._advanced = asyncio.Event()
        clock.on_advance(self._advanced.set)

    def add(self, source: Source) -> None:
        """Ask `source` as well."""
        self._sources[source.namespace] = source

    async def freshen(self, namespace: str) -> None:
        """Ask the source of a namespace, if it has not been asked within a second; there may be none.

        Raises:
            StoreError: what it told can't be written, or what it tells of can't be read.
        """
        source = self._sources.get(namespace)
        if source is None:
            return
        async with self._turn:
            now = self._clock.now()
            if now - self._asked.get(namespace, 0.0) >= _FRESH_S:
                self._asked[namespace] = now
                points = list(await source.read(int(now) // 60 * 60))
                if points:
                    self._metrics.add(points)

    async def run(self) -> None:
        """Ask all of them, once a minute, and whenever the clock was moved."""
        while True:
            self._advanced.clear()
            for namespace in list(self._sources):
                with contextlib.suppress(
                    StoreError
                ):  # told by the store; the next look finds what this one has missed
                    await self.freshen(namespace)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_S - self._clock.now() % _EVERY_S):
                    await self._advanced.wait()
