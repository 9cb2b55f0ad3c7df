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


class Source(msgspec.Struct, frozen=True):
    """What is told in one namespace: `read(at)` gives the points of the minute that begins at `at` (seconds since the epoch)."""

    namespace: str
    read: Callable[[int], Awaitable[Iterable[Point]]]


class Sampling:
    """Asks the sources; `run` is its background loop."""

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock
        self._sources: dict[str, list[Source]] = {}
        self._next: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()
        self._advanced = asyncio.Event()
        clock.on_advance(self._advanced.set)

    def add(self, source: Source) -> None:
        """Ask `source` as well."""
        self._sources.setdefault(source.namespace, []).append(source)

    async def freshen(self, namespace: str) -> None:
        """Ask the sources of a namespace, if there are any, for what they know now. Those who want this while they are being asked
        wait together for them to be asked once more.

        Raises:
            StoreError: what it tells of can't be read.
        """
        if namespace not in self._sources:
            return
        asking = self._next.get(namespace)
        if asking is None:
            asking = self._next[namespace] = asyncio.create_task(self._ask(namespace))
        await asyncio.shield(asking)  # one who leaves does not take it away from the others

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

    async def _ask(self, namespace: str) -> None:
        async with self._turn:
            self._next.pop(namespace)  # what happens from now on is for who asks next
            for source in self._sources[namespace]:
                points = list(await source.read(int(self._clock.now()) // 60 * 60))
                if points:
                    self._metrics.add(points)
