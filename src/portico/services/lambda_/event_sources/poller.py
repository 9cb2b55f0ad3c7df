"""The poller of one mapping: takes records from its source, gathers them into batches, and runs as many at once as there are places.

While the source has more than was taken, it is asked again at once and several times; else one call waits for what comes next. That call
is the only one, so a quiet mapping costs one long poll.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine
from typing import Any

from portico.bus.port import Bus
from portico.invoke.resolve import Resolved
from portico.services.lambda_.event_sources.batches import Batch, Item, is_full, split
from portico.services.lambda_.event_sources.metrics import EventCounts
from portico.services.lambda_.event_sources.records import EventSourceMapping
from portico.services.lambda_.event_sources.results import Results
from portico.services.lambda_.event_sources.runs import NO_FUNCTION, Runs, needed_s
from portico.services.lambda_.event_sources.scale import Scale
from portico.services.lambda_.event_sources.source import NOTHING, PollingProblem, Source, Taken

log = logging.getLogger("portico.lambda")

_WAIT_S = 20
_RECEIVE_MAX = 10
_AT_ONCE_MAX = 100
_PROBLEM_S = (1.0, 30.0)
_MARGIN_S = 5  # so that what is held through a window is not received again at its end
_HASTY_S, _HASTE_PAUSE_S = 0.05, 0.5


class Poller:
    """Polls until it is told to stop. Batches that run then go on to their end."""

    def __init__(
        self,
        mapping: EventSourceMapping,
        source: Source,
        runs: Runs,
        bus: Bus,
        results: Results,
        counts: EventCounts,
    ) -> None:
        self.mapping = mapping
        self.results = results
        self.counts = counts
        self._source = source
        self._runs = runs
        self._bus = bus
        self._scale = Scale(mapping)
        self._clock = runs.clock
        self._more = False
        self._held: deque[Batch] = deque()
        self._freed = asyncio.Event()
        self._stopped = asyncio.Event()
        self._waiting: asyncio.Task[Taken] | None = None
        self._running: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"Poller({self.mapping.uuid}, {self._scale!r})"

    def stop(self) -> None:
        """Take nothing more."""
        self._stopped.set()
        self._freed.set()
        if self._waiting is not None:
            self._waiting.cancel()

    def look_again(self) -> None:
        """The clock was moved: what is waited for may be over."""
        if self._waiting is not None:
            self._waiting.cancel()

    async def finish(self, grace_s: float) -> None:
        """Wait for the batches that run, at most so long; their records come again if they are not done by then."""
        if self._running:
            await asyncio.wait(self._running, timeout=grace_s)
        for task in self._running:
            task.cancel()

    async def run(self) -> None:
        """Poll until `stop`."""
        pause_s = _PROBLEM_S[0]
        while (not self._stopped.is_set() or self._held) and not self._bus.closing:
            try:
                await self._poll()
                self.results.polling("")
                pause_s = _PROBLEM_S[0]
            except PollingProblem as problem:
                self._more = False
                self.results.polling(str(problem))
                await self._pause(pause_s)
                pause_s = min(pause_s * 2, _PROBLEM_S[1])

    async def _poll(self) -> None:
        """Wait for a place, and for what to do in it."""
        if not self._scale.places:
            self._scale.backlog(self._clock.monotonic())
            self._freed.clear()
            if not self._scale.places:
                await self._freed.wait()
            return
        if not self._held:
            resolved = self._runs.resolved(self.mapping)
            if resolved is None:
                raise PollingProblem(NO_FUNCTION)
            items = await (self._window(resolved) if self.mapping.window_s else self._next(resolved))
            self._held.extend(split(items, self.mapping.batch_size))
        while self._held and self._scale.places:
            self._begin(self._held.popleft())
        if not self._more and not self._held:
            self._scale.caught_up()

    async def _next(self, resolved: Resolved) -> list[Item]:
        """What there is to be had for all places, or the next that comes."""
        size = self.mapping.batch_size
        if not self._more:
            return await self._take(resolved, min(size, _RECEIVE_MAX), _WAIT_S)
        # Two takes of an ordered source must not be mixed: a group's records stay in one batch.
        batches = 1 if self._source.ordered else self._scale.places
        return await self._take(resolved, min(batches * size, _AT_ONCE_MAX), 0)

    async def _window(self, resolved: Resolved) -> list[Item]:
        """One batch: what comes within the window, which begins with its first record."""
        size = self.mapping.batch_size
        items = await self._take(resolved, min(size, _RECEIVE_MAX), 0 if self._more else _WAIT_S)
        until = self._clock.now() + self.mapping.window_s
        while items and not is_full(items, size) and not self._stopped.is_set():
            left = until - self._clock.now()
            if left <= 0:
                break
            try:
                items += await self._within(resolved, size - len(items), left)
            except PollingProblem:
                break  # what there is is delivered; the next take tells of the problem, if it is still there
        return items

    async def _within(self, resolved: Resolved, missing: int, left: float) -> list[Item]:
        """Some of what is missing, if it comes within what is left of the window (in seconds)."""
        if not self._more and left >= 1.0:
            return await self._take(resolved, min(missing, _RECEIVE_MAX), int(min(left, _WAIT_S)))
        if not self._more:
            await self._pause(left)
        return await self._take(resolved, min(missing, _AT_ONCE_MAX), 0)

    async def _take(self, resolved: Resolved, limit: int, wait_s: int) -> list[Item]:
        """Take records; those that no filter lets through are removed."""
        began_at = self._clock.monotonic()
        window_s = self.mapping.window_s
        needed = needed_s(resolved) + (window_s + _MARGIN_S if window_s else 0)
        taken = await self._interruptible(
            self._source.take(resolved.spec, limit=limit, wait_s=wait_s, needed_s=needed), wait_s
        )
        self._more = taken.more
        self.counts.polled += len(taken.items) + len(taken.unwanted)
        self.counts.filtered_out += len(taken.unwanted)
        if taken.unwanted:
            await self._drop(resolved, taken.unwanted)
        elif not taken.items and wait_s and self._clock.monotonic() - began_at < _HASTY_S:
            await self._pause(_HASTE_PAUSE_S)  # it does not wait when asked to: don't ask all the time
        return taken.items

    async def _drop(self, resolved: Resolved, handles: list[str]) -> None:
        """Remove records that are not for the function. What is for it is delivered all the same if that fails."""
        try:
            await self._source.remove(resolved.spec, handles)
        except PollingProblem as problem:
            self.results.calls(str(problem))

    async def _interruptible(self, take: Coroutine[Any, Any, Taken], wait_s: int) -> Taken:
        """A take that waits can be ended before its time; one that does not wait is about to end anyway."""
        if not wait_s:
            return await take
        waiting = self._waiting = asyncio.create_task(take)
        try:
            await asyncio.wait([waiting])
        finally:
            waiting.cancel()
            self._waiting = None
        return NOTHING if waiting.cancelled() else waiting.result()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            return

    def _begin(self, batch: Batch) -> None:
        self._scale.running += 1
        task = asyncio.create_task(self._run(batch))
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def _run(self, batch: Batch) -> None:
        ran = await self._runs.run(self.mapping, self._source, batch, self._scale.throttled)
        self.counts.invoked += ran.invoked
        self.counts.failed += ran.failed
        self.counts.deleted += ran.deleted
        self.results.calls(ran.problem)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._scale.running -= 1
        self._freed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a batch of %s could not be settled; it comes again", self.mapping.arn, exc_info=error)
