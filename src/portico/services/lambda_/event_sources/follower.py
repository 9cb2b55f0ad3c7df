"""Follows the mappings' records: pollers begin, change and end with them, and what is in progress is settled.

Changes are found through the store's commit hook, and after a start by reading every mapping once.
"""

import asyncio
import logging
from collections.abc import Sequence

import msgspec

from portico.bus.port import Bus
from portico.services.lambda_.event_sources import states
from portico.services.lambda_.event_sources.kinds import Kinds
from portico.services.lambda_.event_sources.metrics import EventCounts
from portico.services.lambda_.event_sources.poller import Poller
from portico.services.lambda_.event_sources.records import MAPPINGS, RESULTS, EventSourceMapping
from portico.services.lambda_.event_sources.results import Results
from portico.services.lambda_.event_sources.runs import Runs
from portico.store.cache import RecordCache
from portico.store.port import Conflict, Delete, Key, Op, Put, VersionIs

log = logging.getLogger("portico.lambda")

_LOOK_S = 60.0
_CLOSE_S = 5.0
_BACKOFF_S = (0.5, 60.0)


class _Kept(msgspec.Struct, frozen=True):
    poller: Poller
    task: asyncio.Task[None]


class EventSources:
    """The pollers of all mappings. `run` is the loop."""

    def __init__(self, *, cache: RecordCache, bus: Bus, kinds: Kinds, runs: Runs) -> None:
        self.kinds = kinds
        self._cache = cache
        self._bus = bus
        self._runs = runs
        self._kept: dict[Key, _Kept] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._changed: dict[Key, None] = {}
        self._woken = asyncio.Event()
        self._turned = asyncio.Event()
        cache.store.on_commit(self._on_commit)
        runs.clock.on_advance(self._on_advance)

    def _on_commit(self, keys: Sequence[Key]) -> None:
        for key in keys:
            if key[0] == MAPPINGS.name:
                self._changed[key] = None
                self._woken.set()

    def _on_advance(self) -> None:
        for kept in self._kept.values():
            kept.poller.look_again()

    async def run(self) -> None:
        """Follow changes, forever."""
        try:
            self._changed.update((row.key, None) for row in await self._cache.store.scan((MAPPINGS.name,)))
            while True:
                self._woken.clear()
                while self._changed:
                    key = next(iter(self._changed))
                    del self._changed[key]
                    await self._follow(key)
                self._turned.set()
                self._turned = asyncio.Event()
                try:
                    async with asyncio.timeout(_LOOK_S):
                        await self._woken.wait()
                except TimeoutError:
                    self._changed.update(dict.fromkeys(self._kept))  # the store may have been erased
        finally:
            await self._close()

    def polled(self) -> list[tuple[EventSourceMapping, EventCounts]]:
        """The mappings that are polled, and what has happened to their events."""
        pollers = [kept.poller for kept in self._kept.values()]
        return [(poller.mapping, poller.counts) for poller in pollers]

    async def settled(self, key: tuple[str, str, str], timeout_s: float) -> None:
        """Wait until nothing is in progress with a mapping, at most so long."""
        try:
            async with asyncio.timeout(timeout_s):
                while (held := self._cache.peek(MAPPINGS, *key)) is not None and (
                    held.value.state in states.IN_PROGRESS
                ):
                    await self._turned.wait()
        except TimeoutError:
            return

    async def _follow(self, key: Key) -> None:
        held = await self._cache.get(MAPPINGS, *key[1:])
        mapping = held.value if held is not None else None
        if mapping is None or mapping.state == "Deleting" or not mapping.wanted:
            self._end(key)
        else:
            self._begin(key, mapping)
        if held is not None and mapping is not None and mapping.state in states.IN_PROGRESS:
            try:
                await self._cache.store.commit(_settled(key, mapping), [VersionIs(key, held.version)])
            except Conflict:
                self._changed[key] = None

    def _begin(self, key: Key, mapping: EventSourceMapping) -> None:
        """Have a poller with these settings."""
        kept = self._kept.get(key)
        before = kept.poller if kept is not None else None
        if before is not None and _settings(before.mapping) == _settings(mapping):
            return
        self._end(key)
        source = self.kinds.of(mapping.source_arn).source(mapping)
        # What still runs of the poller before tells its results by the same hand.
        results = before.results if before is not None else Results(self._cache, mapping)
        counts = before.counts if before is not None else EventCounts()
        poller = Poller(mapping, source, self._runs, self._bus, results, counts)
        self._kept[key] = _Kept(poller, asyncio.create_task(_keep(poller), name=f"poller {mapping.uuid}"))

    def _end(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            kept.poller.stop()
            self._leaving.add(kept.task)
            kept.task.add_done_callback(self._leaving.discard)

    async def _close(self) -> None:
        """Stop polling, and let the batches that run come to their end, if that is soon."""
        pollers = [kept.poller for kept in self._kept.values()]
        for key in list(self._kept):
            self._end(key)
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=_CLOSE_S)
        for task in list(self._leaving):
            task.cancel()
        await asyncio.gather(*(poller.finish(_CLOSE_S) for poller in pollers))


async def _keep(poller: Poller) -> None:
    """Run a poller until it is stopped, again and again if it fails."""
    pause_s = _BACKOFF_S[0]
    while True:
        try:
            await poller.run()
        except Exception:
            log.exception("%r failed and is started again in %.1f s", poller, pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _BACKOFF_S[1])
        else:
            return


def _settings(mapping: EventSourceMapping) -> EventSourceMapping:
    """The mapping without what a poller does not depend on."""
    return msgspec.structs.replace(mapping, state="", modified_at=0.0, tags={})


def _settled(key: Key, mapping: EventSourceMapping) -> list[Op]:
    """What ends that which is in progress."""
    if mapping.state == "Deleting":
        return [Delete(key), Delete(RESULTS.key(*key[1:]))]
    state = states.after(mapping.state, "begun" if mapping.wanted else "ended")
    return [Put(key, MAPPINGS.encode(msgspec.structs.replace(mapping, state=state)))]
