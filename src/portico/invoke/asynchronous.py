"""Events: invocations that were acknowledged with 202 and run later, from a durable queue that one worker drains.

A message is acked when its invocation has ended, so a server that dies in between runs it again. What can't run now (throttled,
no environment) is put back with a growing delay until it is too old. A function's error ends it: it is in the function's log.
"""

import asyncio
import logging

import msgspec

from portico.base.clock import Clock
from portico.bus.port import Bus
from portico.environments.work import Invocation, PreparationFailed
from portico.invoke.admit import Throttled
from portico.invoke.invoker import Invoker
from portico.invoke.resolve import Resolver
from portico.store.port import Ack, ChangeVisibility, Conflict, Key, Message, Send, Store

log = logging.getLogger("portico.invoke")

QUEUE: Key = ("lambda.events",)
AGE_MAX_S = 21_600.0
LEASE_S = 1_200.0  # longer than any function runs; a lease ends anyway when a new server starts
IN_FLIGHT_MAX = 100
CLOSE_S = 5.0
_RECEIVE_MAX = 10
_DELAY_S = (1.0, 300.0)
_LOOK_S = 1.0  # the `now` clock can be moved, so a wait for it is looked at again


class Event(msgspec.Struct, frozen=True, gc=False):
    """One accepted event. `qualifier` is empty for the unqualified function; `accepted_at` on the `now` clock, in seconds."""

    request_id: str
    account: str
    region: str
    function: str
    qualifier: str
    invoked_arn: str
    payload: bytes
    accepted_at: float
    trace: str = ""


def accepted(event: Event) -> Send:
    """The operation that makes an event durable; the 202 is answered after its commit."""
    return Send(QUEUE, msgspec.json.encode(event), message_id=event.request_id)


class AsynchronousWorker:
    """Drains the queue. Start `run` as a background loop; `bus` tells of commits that sent to the queue."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock, resolver: Resolver, invoker: Invoker) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._resolver = resolver
        self._invoker = invoker
        self._closing = False
        self._woken = bus.subscribe(QUEUE)
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Receive and run events until the worker is closed."""
        while not self._closing:
            if not await self.take():
                await self._wait()

    async def take(self) -> int:
        """Receive what there is room for and start it; how many events that were."""
        room = 0 if self._closing else IN_FLIGHT_MAX - len(self._running)
        taken = await self._receive(min(room, _RECEIVE_MAX)) if room else []
        for message in taken:
            task = asyncio.create_task(self._handle(message))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return len(taken)

    async def close(self, grace_s: float = CLOSE_S) -> None:
        """Take no more events and wait for those that run, at most `grace_s`. One that is not done by then runs again after the
        next start, as its lease is void then."""
        self._closing = True
        self._bus.publish(QUEUE)
        await self.drain(grace_s)
        for task in self._running:
            task.cancel()

    async def drain(self, timeout_s: float | None = None) -> None:
        """Wait for the events that run now."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_s)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._bus.publish(QUEUE)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("an event could not be settled; it is run again after its lease", exc_info=error)

    async def _receive(self, limit: int) -> list[Message]:
        return await self._store.receive(
            QUEUE, limit=limit, lease_s=LEASE_S, lease="worker", now=self._clock.now()
        )

    async def _wait(self) -> None:
        now = self._clock.now()
        soonest = await self._store.next_visible(QUEUE, now=now)
        timeout = (
            None
            if soonest is None or len(self._running) >= IN_FLIGHT_MAX
            else min(max(soonest - now, 0.01), _LOOK_S)
        )
        await self._woken.wait(timeout)

    async def _handle(self, message: Message) -> None:
        event = msgspec.json.decode(message.body, type=Event)
        if await self._run_once(event):
            await self._settle(Ack(QUEUE, message.receipt))
            return
        now = self._clock.now()
        if now - event.accepted_at > AGE_MAX_S:
            log.warning("event %s for %s is too old and is dropped", event.request_id, event.invoked_arn)
            await self._settle(Ack(QUEUE, message.receipt))
            return
        delay = min(_DELAY_S[0] * 2 ** min(message.receives - 1, 16), _DELAY_S[1])
        await self._settle(ChangeVisibility(QUEUE, message.receipt, now + delay))

    async def _run_once(self, event: Event) -> bool:
        """Whether the event is done with (it ran, or its function is gone)."""
        resolved = self._resolver.resolve(event.account, event.region, event.function, event.qualifier)
        if resolved is None:
            log.warning("event %s: %s does not exist any more", event.request_id, event.invoked_arn)
            return True
        invocation = Invocation(event.request_id, event.payload, event.invoked_arn, event.trace)
        try:
            finished = await self._invoker.invoke(resolved, invocation, queued=True)
        except (Throttled, PreparationFailed) as error:
            log.info("event %s for %s waits: %s", event.request_id, event.invoked_arn, error)
            return False
        if finished.outcome.function_error:
            log.info("event %s for %s failed; its log tells why", event.request_id, event.invoked_arn)
        return True

    async def _settle(self, op: Ack | ChangeVisibility) -> None:
        try:
            await self._store.commit([op])
        except Conflict:
            log.warning("an event's lease was over before it ended; it may run twice")
