"""Workers: take what waits for endpoints of one kind, and try until it is delivered or given up.

Every step is one commit: an endpoint inside of Portico gets a delivery in the commit that ends it, one outside gets it at least once. What
can't be delivered goes to the subscription's dead-letter queue in the commit that gives it up. A try that failed changes the message's
visibility and counts it; nothing is deleted and sent again. Endpoints with much under way wait for the others, for whom a share of the
places is kept free.
"""

import asyncio
import logging
from collections import Counter
from typing import Literal, Protocol

import msgspec

from portico.base.clock import Clock
from portico.bus.port import Bus
from portico.services.sns.delivery import Delivery, decode, encode
from portico.services.sns.records import RESTORABLE, SUBSCRIPTIONS, TOPICS, Subscription, Topic, deliveries
from portico.services.sns.retries import Phases
from portico.store.cache import RecordCache
from portico.store.port import Ack, ChangeVisibility, Conflict, Message, Store, Taking

log = logging.getLogger("portico.sns")

LEASE_S = 120.0  # longer than any try
IN_FLIGHT_MAX = 64
_EACH_MAX = 8  # under way for one subscription, before others go first
_SHARED_MAX = 48  # under way altogether, before those with as many have to wait
_STAND_BACK_S = 1.0
_RECEIVE_MAX = 10
_LOOK_S = 1.0  # the `now` clock can be moved, so a wait for it is looked at again


class Job(msgspec.Struct, frozen=True, gc=False):
    """A delivery under way: what is delivered, to whom, and the operation that ends it."""

    delivery: Delivery
    subscription: Subscription
    topic: Topic
    ack: Ack


class Tried(msgspec.Struct, frozen=True, gc=False):
    """What came of a try: `delivered`, `failed` (to be tried again) or `refused` (never to be tried again). `settled` says that the job's
    `ack` is committed. `status` and `response` are what the endpoint said; `later_s`: not yet, without counting a try."""

    state: Literal["delivered", "failed", "refused", "later"]
    response: str = ""
    status: int = 0
    settled: bool = False
    later_s: float = 0.0


class Endpoints(Protocol):
    """How one kind of endpoint is delivered to."""

    async def deliver(self, job: Job) -> Tried:
        """Try once."""

    def phases(self, job: Job) -> Phases:
        """When a failed delivery is tried again."""


class Aftermath(Protocol):
    """What follows a delivery's end."""

    async def give_up(self, job: Job) -> bool:
        """Put the message into the dead-letter queue, in one commit with the job's `ack`; False when there is none that takes it."""

    def ended(self, job: Job, tried: Tried) -> None:
        """The delivery has ended: count it, and log its status."""

    def failed(self, job: Job, tried: Tried) -> None:
        """A try has failed and is repeated."""


class Worker:
    """Delivers to one kind of endpoint. Start `run` as a background loop."""

    def __init__(
        self,
        kind: str,
        *,
        store: Store,
        cache: RecordCache,
        bus: Bus,
        clock: Clock,
        endpoints: Endpoints,
        aftermath: Aftermath,
    ) -> None:
        self._queue = deliveries(kind)
        self._store = store
        self._cache = cache
        self._bus = bus
        self._clock = clock
        self._endpoints = endpoints
        self._aftermath = aftermath
        self._woken = bus.subscribe(self._queue)
        self._running: dict[asyncio.Task[None], str] = {}

    async def run(self) -> None:
        """Take and deliver until the server ends; what is under way then is delivered again after the next start."""
        try:
            while True:
                if not await self.take():
                    await self._wait()
        finally:
            for task in self._running:
                task.cancel()

    async def take(self) -> int:
        """Take what there is room for and start it; how many deliveries that were."""
        room = min(IN_FLIGHT_MAX - len(self._running), _RECEIVE_MAX)
        if room <= 0:
            return 0
        busy = self._busy()
        last = tuple(group for group, count in busy.items() if count >= _EACH_MAX)
        taken = await self._store.receive(
            self._queue,
            limit=room,
            lease_s=LEASE_S,
            lease="worker",
            now=self._clock.now(),
            taking=Taking(per_group=0, last=last),
        )
        for message in taken:
            self._start(message)
        return len(taken)

    def _busy(self) -> Counter[str]:
        """How many deliveries are under way for each subscription."""
        return Counter(self._running.values())

    def _start(self, message: Message) -> None:
        group = message.group or ""
        crowded = len(self._running) >= _SHARED_MAX and self._busy()[group] >= _EACH_MAX
        task = asyncio.create_task(self._put_back(message) if crowded else self._handle(message))
        self._running[task] = group
        task.add_done_callback(self._ended)

    async def _put_back(self, message: Message) -> None:
        later = self._clock.now() + _STAND_BACK_S
        await self._settle(ChangeVisibility(self._queue, message.receipt, later, message.body))

    async def drain(self) -> None:
        """Wait for what is under way."""
        if self._running:
            await asyncio.wait(self._running)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.pop(task, None)
        self._bus.publish(self._queue)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a delivery could not be settled; it is repeated after its lease", exc_info=error)

    async def _wait(self) -> None:
        now = self._clock.now()
        soonest = await self._store.next_visible(self._queue)
        full = len(self._running) >= IN_FLIGHT_MAX
        timeout = None if soonest is None or full else min(max(soonest - now, 0.01), _LOOK_S)
        await self._woken.wait(timeout)

    async def _handle(self, message: Message) -> None:
        delivery = decode(message.body)
        ack = Ack(self._queue, message.receipt)
        job = await self._job(delivery, ack)
        if job is None:
            await self._settle(ack)
            return
        tried = await self._endpoints.deliver(job)
        if tried.state == "later":
            await self._settle(
                ChangeVisibility(ack.queue, ack.receipt, self._clock.now() + tried.later_s, message.body)
            )
            return
        if tried.state == "failed":
            failures = delivery.failures + 1
            delay_s = self._endpoints.phases(job).delay_s(failures)
            if delay_s is not None:
                self._aftermath.failed(job, tried)
                body = encode(msgspec.structs.replace(delivery, failures=failures))
                await self._settle(
                    ChangeVisibility(ack.queue, ack.receipt, self._clock.now() + delay_s, body)
                )
                return
        settled = tried.settled or (tried.state != "delivered" and await self._aftermath.give_up(job))
        if not settled:
            await self._settle(ack)
        self._aftermath.ended(job, tried)

    async def _job(self, delivery: Delivery, ack: Ack) -> Job | None:
        """The job of a delivery, unless its subscription or its topic is gone."""
        held = await self._cache.get(SUBSCRIPTIONS, *delivery.subscription)
        topic = await self._cache.get(TOPICS, *delivery.subscription[:3])
        if topic is None or topic.value.identity != delivery.identity:
            return None
        if held is None and delivery.message is None:
            held = await self._cache.get(RESTORABLE, *delivery.subscription)
        if held is None or held.value.identity != delivery.identity:
            return None
        return Job(delivery, held.value, topic.value, ack)

    async def _settle(self, op: Ack | ChangeVisibility) -> None:
        try:
            await self._store.commit([op])
        except Conflict:
            log.warning("a delivery's lease was over before it ended; it may come twice")
