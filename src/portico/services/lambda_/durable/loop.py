"""A background loop that drains one of the queues of durable executions, several messages at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from portico.base.clock import Clock
from portico.bus.port import Bus
from portico.store.port import ChangeVisibility, Conflict, Key, Message, Store

log = logging.getLogger("portico.lambda")

LEASE_S = 1_200.0  # longer than any function runs; a lease ends anyway when a new server starts
_RECEIVE_MAX = 10
_AGAIN_S = 5.0
_LOOK_S = 1.0  # the `now` clock can be moved, so a wait for it is looked at again


class QueueLoop:
    """Receives messages and has each handled by `handle`, which acks it in the commit of its effects.

    `run` is the loop. A message whose handling fails is logged and put back for some seconds; one that is being handled when the server
    ends is received again after the next start.
    """

    def __init__(
        self,
        queue: Key,
        handle: Callable[[Message], Awaitable[None]],
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        in_flight_max: int,
    ) -> None:
        self._queue = queue
        self._handle = handle
        self._store = store
        self._bus = bus
        self._clock = clock
        self._in_flight_max = in_flight_max
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Drain the queue, forever."""
        woken = self._bus.subscribe(self._queue)
        try:
            while True:
                if not await self._take():
                    await woken.wait(await self._patience())
        finally:
            woken.close()
            for task in self._running:
                task.cancel()

    async def _take(self) -> int:
        room = min(self._in_flight_max - len(self._running), _RECEIVE_MAX)
        if room <= 0:
            return 0
        taken = await self._store.receive(
            self._queue, limit=room, lease_s=LEASE_S, lease="worker", now=self._clock.now()
        )
        for message in taken:
            task = asyncio.create_task(self._handled(message))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return len(taken)

    async def _patience(self) -> float | None:
        """How long there is nothing to do, if nobody says otherwise."""
        now = self._clock.now()
        soonest = await self._store.next_visible(self._queue)
        if soonest is None or len(self._running) >= self._in_flight_max:
            return None
        return min(max(soonest - now, 0.01), _LOOK_S)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if len(self._running) == self._in_flight_max - 1:
            self._bus.publish(self._queue)

    async def _handled(self, message: Message) -> None:
        try:
            await self._handle(message)
        except Exception:
            log.exception("a message of %s could not be handled; it is tried again", self._queue)
            again = self._clock.now() + _AGAIN_S
            try:
                await self._store.commit([ChangeVisibility(self._queue, message.receipt, again)])
            except Conflict:
                log.warning("a message of %s has been taken by another meanwhile", self._queue)
