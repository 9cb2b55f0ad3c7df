"""The worker: receives events as they become due, lane by lane, and starts their attempts.

A lane is filled when something was sent to its queue, when an event of it has ended and when one is due. Draining yields to
acceptance: while events are accepted and the event loop takes long to come round, little is received.
"""

import asyncio
import heapq
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

from portico.base.clock import Clock
from portico.invoke.asynchronous.counts import Counts
from portico.invoke.asynchronous.events import BACKLOGS, WAITING
from portico.invoke.asynchronous.lanes import NARROW, WIDEN_S, Lane, Lanes, Place
from portico.invoke.asynchronous.pressure import Pressure
from portico.store.port import Key, Message, Store, StoreError

log = logging.getLogger("portico.invoke")

LEASE_S = 1_200.0  # longer than any function runs; a lease ends anyway when a new server starts
CLOSE_S = 5.0
_YIELD_S = 0.02
_AGAIN_S = 1.0
_LOOK_S = 60.0


class Attempts(Protocol):
    """What is done with events that are due."""

    async def run(self, message: Message, place: Place) -> None:
        """Make an attempt at an event and settle what became of it; `place` is told as soon as the function has ended."""

    async def give_back(self, messages: Sequence[Message]) -> None:
        """Settle events that were received and not attempted."""


class AsynchronousWorker:
    """Drains the queues of events. Start `run` as a background loop; `attempts` does the rest."""

    def __init__(self, *, store: Store, clock: Clock, attempts: Attempts, counts: Counts) -> None:
        self._store = store
        self._clock = clock
        self._attempts = attempts
        self._lanes = Lanes()
        self._due: list[tuple[float, Key]] = []
        self._alarm = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._started = False
        self._pressure = Pressure(clock)
        self._turn = asyncio.Lock()
        counts.listen(self._pressure.counted)
        store.on_commit(self._committed)
        clock.on_advance(self._alarm.set)

    async def run(self) -> None:
        """Run events until the worker is closed."""
        self._started = True
        for row in await self._store.scan((BACKLOGS.name,)):
            self._wake(self._lanes.lane(BACKLOGS.decode(row.value).queue))
        for lane in self._lanes.all():
            self._wake(lane)
        while not self._closing:
            self._alarm.clear()
            self._wake_due()
            wait_s = min(self._due[0][0] - self._clock.now(), _LOOK_S) if self._due else None
            try:
                async with asyncio.timeout(wait_s):
                    await self._alarm.wait()
            except TimeoutError:
                continue

    async def close(self, grace_s: float = CLOSE_S) -> None:
        """Take no more events and wait for those that run, at most `grace_s`. One that is not done by then is given back, to run again
        after the next start."""
        self._closing = True
        self._alarm.set()
        await self.drain(grace_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._attempts.give_back([message for lane in self._lanes.all() for message in lane.held])

    async def drain(self, timeout_s: float | None = None) -> None:
        """Wait until nothing of what could run now is left."""
        deadline = None if timeout_s is None else self._clock.monotonic() + timeout_s
        while self._tasks:
            left = None if deadline is None else max(deadline - self._clock.monotonic(), 0.0)
            _, waiting = await asyncio.wait(self._tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if waiting and left == 0.0:
                return

    def _committed(self, changed: Sequence[Key]) -> None:
        for key in changed:
            if key[0] == WAITING:
                lane = self._lanes.lane(key)
                lane.more = True
                if self._started:
                    self._wake(lane)

    def _wake_due(self) -> None:
        now = self._clock.now()
        while self._due and self._due[0][0] <= now:
            _, queue = heapq.heappop(self._due)
            lane = self._lanes.lane(queue)
            lane.due_at = None
            lane.more = True
            lane.rested(now)
            self._start(lane)

    def _wake(self, lane: Lane) -> None:
        """Have the lane filled, if it may hold more and is not being filled already."""
        if lane.receiving or not lane.more or self._closing or not self._lanes.wanted(lane):
            return
        lane.receiving = True
        self._spawn(self._fill(lane))

    async def _fill(self, lane: Lane) -> None:
        try:
            await self._receive(lane)
        except StoreError as error:
            log.error("events of %s can't be received now: %s", lane.queue[-1], error)
            self._set_due(lane, self._clock.now() + _AGAIN_S)
        finally:
            lane.receiving = False
        self._start(lane)

    async def _receive(self, lane: Lane) -> None:
        """Receive until nothing is due any more, or the lane holds enough."""
        while lane.more and not self._closing:
            pressed = await self._pressure.is_high()
            if pressed:
                async with self._turn:  # of all lanes
                    await asyncio.sleep(_YIELD_S)
            wanted = self._lanes.wanted(lane)
            if pressed:
                wanted = min(wanted, NARROW)
            if not wanted:
                return
            lane.more = False
            now = self._clock.now()
            taken = await self._store.receive(
                lane.queue, limit=wanted, lease_s=LEASE_S, lease="worker", now=now
            )
            lane.held.extend(taken)
            if taken:
                lane.message_bytes = sum(len(each.body) for each in taken) // len(taken)
            if len(taken) >= wanted:
                lane.more = True
            elif not lane.more:
                await self._look_ahead(lane, now)
            self._start(lane)

    async def _look_ahead(self, lane: Lane, now: float) -> None:
        """Note when the lane's next event is due."""
        due_at = await self._store.next_visible(lane.queue)
        if due_at is None:
            return
        if due_at <= now:
            lane.more = True
        else:
            self._set_due(lane, due_at)

    def _set_due(self, lane: Lane, at: float) -> None:
        if lane.due_at is None or at < lane.due_at:
            lane.due_at = at
            heapq.heappush(self._due, (at, lane.queue))
            if self._due[0][1] == lane.queue:
                self._alarm.set()

    def _start(self, lane: Lane) -> None:
        """Start what the lane holds and has places for."""
        while not self._closing and (begun := self._lanes.begin(lane)) is not None:
            self._spawn(self._attend(lane, *begun))
        if lane.rests_until:
            self._set_due(lane, lane.rests_until)
        if lane.full and not lane.looking:
            lane.looking = True
            asyncio.get_running_loop().call_later(WIDEN_S, self._look_back, lane)
        self._wake(lane)

    def _look_back(self, lane: Lane) -> None:
        lane.looking = False
        lane.look_back(may_widen=self._pressure.leaves_room())
        self._start(lane)

    async def _attend(self, lane: Lane, message: Message, place: Place) -> None:
        """See an event through one attempt."""
        place.on_free = lambda: self._start(lane)
        try:
            await self._attempts.run(message, place)
        finally:
            place.settled()
            if lane.is_quiet:
                lane.quiet()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("an event could not be settled; it is run again after its lease", exc_info=error)
