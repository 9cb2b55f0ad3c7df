"""Events: durable, run once, put back when they can't run, given up in the end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec
import pytest

from portico.base.clock import Clock
from portico.calls.authorize import Authorizer
from portico.calls.clients import Clients
from portico.calls.decisions import Decisions
from portico.calls.dispatch import Dispatcher
from portico.environments.work import EnvironmentSpec, Invocation, Outcome, PreparationFailed
from portico.identity.last_use import LastUses
from portico.invoke.admit import Admission
from portico.invoke.asynchronous.attempt import EventAttempts
from portico.invoke.asynchronous.counts import DEAD_LETTER_ERRORS, DROPPED, ENDED, Counts
from portico.invoke.asynchronous.course import AGE_MAX_S
from portico.invoke.asynchronous.events import Event, accept, decode
from portico.invoke.asynchronous.worker import AsynchronousWorker
from portico.invoke.destinations import Destinations
from portico.invoke.invoker import Invoker
from portico.invoke.notices import Notices
from portico.invoke.records import Version
from portico.invoke.report import Told, composed
from portico.invoke.resolve import Resolver
from portico.store.cache import RecordCache
from portico.store.port import Key, QueueDepth, Store
from portico.store.transaction import Transaction

EVENT = Event(
    request_id="e1",
    account="111111111111",
    region="eu-west-1",
    function="hello",
    qualifier="",
    invoked_arn="arn:aws:lambda:eu-west-1:111111111111:function:hello",
    payload=b'{"n": 1}',
    accepted_at=0.0,
)
PLACE = ("111111111111", "eu-west-1", "hello")
EMPTY, PUT_BACK = QueueDepth(0, 0, 0), QueueDepth(0, 1, 0)


class Place:
    """Both outer ends of an invocation: answers it at once, or not at all, and takes its lines."""

    def __init__(self) -> None:
        self.ran: list[Invocation] = []
        self.came = asyncio.Event()
        self.lines: list[str] = []
        self.answer: Callable[[], Outcome] = lambda: Outcome(b"null")
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    def leave(self, invocation: Invocation, on_end: Callable[[Outcome | None], None]) -> bool:
        """Nobody is told: what waits here ends with its caller."""
        return False

    async def invoke(self, spec: EnvironmentSpec, invocation: Invocation) -> Outcome:
        self.ran.append(invocation)
        self.came.set()
        await self.goes_on.wait()
        return self.answer()

    def write(self, spec: EnvironmentSpec, stream: str, batch: Told, *, request_id: str) -> None:
        self.lines += [line.text for line in composed(batch)]

    def retire(self, prefix: str) -> None: ...

    async def close(self) -> None: ...


def failing() -> Outcome:
    return Outcome(b'{"errorMessage":"no"}', function_error="Unhandled", error_type="Exception")


def refusing() -> Outcome:
    raise PreparationFailed("ServiceException", "no environment")


class Stage:
    """A worker over a store, at a place."""

    def __init__(self, store: Store, cache: RecordCache, clock: Clock) -> None:
        self.store, self.cache, self.clock = store, cache, clock
        self.place, self.counts = Place(), Counts()
        self._commits = 0
        store.on_commit(self._committed)
        self.worker = self._worker()

    def _worker(self) -> AsynchronousWorker:
        decisions = Decisions(self.store, self.clock)
        last_uses = LastUses(self.cache)
        authorizer = Authorizer(self.cache, self.clock, decisions, "off", last_uses)
        attempts = EventAttempts(
            store=self.store,
            cache=self.cache,
            clock=self.clock,
            resolver=Resolver(cache=self.cache),
            invoker=Invoker(environments=self.place, admission=Admission(), logs=self.place),
            destinations=Destinations(
                clients=Clients(Dispatcher(self.cache, self.clock, authorizer)), role=lambda spec: None
            ),
            notices=Notices(self.place, self.clock),
            counts=self.counts,
        )
        return AsynchronousWorker(store=self.store, clock=self.clock, attempts=attempts, counts=self.counts)

    def _committed(self, changed: Sequence[Key]) -> None:
        self._commits += EVENT.queue in changed

    async def send(self, event: Event = EVENT) -> None:
        tx = Transaction(self.cache)
        await accept(tx, msgspec.structs.replace(event, accepted_at=self.clock.now()))
        await tx.commit()

    async def handle(self) -> QueueDepth:
        """Let the worker do all that can be done now, and look at the queue."""
        loop = asyncio.create_task(self.worker.run())
        for _ in range(5):
            await asyncio.sleep(0)
        await self.worker.drain()
        loop.cancel()
        return await self.depth()

    async def depth(self) -> QueueDepth:
        return await self.store.depth(EVENT.queue, now=self.clock.now())

    def commits(self) -> int:
        """How many commits of the store have changed a queue so far."""
        return self._commits

    def counted(self) -> dict[str, float]:
        """What was counted of the function, other than that events have ended."""
        assert all(place == PLACE for _, place in self.counts.totals)
        return {metric: total for (metric, _), total in self.counts.totals.items() if metric != ENDED}

    async def waiting(self) -> Event:
        """The event as the queue has it, taken from the queue a year later."""
        [message] = await self.store.receive(
            EVENT.queue, limit=1, lease_s=1, lease="client", now=self.clock.now() + 3e7
        )
        return decode(message.body)


@pytest.fixture
async def stage(store: Store, cache: RecordCache, clock: Clock) -> AsyncIterator[Stage]:
    made = Stage(store, cache, clock)
    yield made
    await made.worker.close()


async def test_an_event_runs_once_and_is_acked(stage: Stage, version: Version, save: Any) -> None:
    await save(version)
    await stage.send()
    assert await stage.handle() == EMPTY
    [invocation] = stage.place.ran
    assert (invocation.request_id, invocation.payload) == ("e1", b'{"n": 1}')


async def test_an_event_that_can_not_run_is_put_back(stage: Stage, version: Version, save: Any) -> None:
    await save(version)
    stage.place.answer = refusing
    await stage.send()
    assert await stage.handle() == PUT_BACK
    waiting = await stage.waiting()
    assert (waiting.errors, waiting.refusals, waiting.deliveries) == (0, 1, 0)


async def test_a_backlog_that_is_refused_is_left_alone(stage: Stage, version: Version, save: Any) -> None:
    """Not each of the waiting events is tried to hear the same; one is again and again, and all run once it is let through."""
    await save(version)
    stage.place.answer = refusing
    for number in range(500):
        await stage.send(msgspec.structs.replace(EVENT, request_id=f"e{number}"))
    await stage.handle()
    assert len(stage.place.ran) < 20
    stage.clock.advance(5)
    await stage.handle()
    assert len(stage.place.ran) < 40
    stage.place.answer = Place().answer
    stage.clock.advance(5)
    await stage.handle()
    stage.clock.advance(60)
    assert await stage.handle() == EMPTY


async def test_the_waits_after_errors(stage: Stage, version: Version, save: Any) -> None:
    await save(version)
    stage.place.answer = failing
    await stage.send()
    for wait_s, tries in ((59.0, 1), (1.5, 2), (118.0, 2), (2.5, 3), (AGE_MAX_S, 3)):
        await stage.handle()
        stage.clock.advance(wait_s)
        await stage.handle()
        assert len(stage.place.ran) == tries
    assert await stage.depth() == EMPTY
    assert {each.request_id for each in stage.place.ran} == {"e1"}
    assert stage.counted() == {DROPPED: 1}


async def test_an_event_is_not_tried_for_ever(stage: Stage, version: Version, save: Any) -> None:
    await save(version)
    stage.place.answer = refusing
    await stage.send()
    assert await stage.handle() == PUT_BACK
    stage.clock.advance(AGE_MAX_S / 2)
    assert await stage.handle() == PUT_BACK
    stage.clock.advance(AGE_MAX_S / 2 + 1)
    assert await stage.handle() == EMPTY


async def test_an_event_of_a_deleted_function_is_dropped(stage: Stage) -> None:
    await stage.send()
    assert await stage.handle() == EMPTY
    assert stage.counted() == {DROPPED: 1}


async def test_a_backlog_goes_with_its_function(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(1_000):
        await stage.send(msgspec.structs.replace(EVENT, request_id=f"e{number}"))
    commits = stage.commits()
    assert await stage.handle() == EMPTY
    assert stage.counted() == {DROPPED: 1_000}
    assert stage.commits() - commits < 100
    assert len(caplog.records) < 50


async def test_a_commit_and_the_clock_wake_the_worker(stage: Stage, version: Version, save: Any) -> None:
    await save(version)
    stage.place.answer = failing
    loop = asyncio.create_task(stage.worker.run())
    async with asyncio.timeout(10):
        await stage.send()
        await stage.place.came.wait()
        stage.place.came.clear()
        await stage.worker.drain()
        stage.clock.advance(60.5)
        await stage.place.came.wait()
    loop.cancel()


async def test_a_dead_letter_that_can_not_be_sent(stage: Stage, version: Version, save: Any) -> None:
    """It is tried again, the function is not; in the end it is given up."""
    arn = "arn:aws:sqs:eu-west-1:111111111111:gone"
    await save(msgspec.structs.replace(version, dead_letter_arn=arn), reserved=0)
    await stage.send()
    assert await stage.handle() == PUT_BACK
    for _ in range(4):
        stage.clock.advance(200)
        await stage.handle()
    assert await stage.depth() == EMPTY
    assert stage.place.ran == []
    assert stage.counted() == {DEAD_LETTER_ERRORS: 5}
    told = [line for line in stage.place.lines if "was not sent" in line]
    assert len(told) == 5
    assert told[0].startswith(f"[ERROR] RequestId: e1 dead letter for {arn} was not sent: AccessDenied")


async def crashed(stage: Stage) -> None:
    """Receive the event as a server would that then ends."""
    stage.clock.advance(5_000)
    assert await stage.store.receive(
        EVENT.queue, limit=1, lease_s=1, lease="worker", now=stage.clock.now() - 4_000
    )


async def test_servers_that_end_with_an_event(stage: Stage, version: Version, save: Any) -> None:
    """The deliveries are counted, though nobody could write them down."""
    await save(version)
    await stage.send()
    await crashed(stage)
    stage.place.answer = refusing
    await stage.handle()
    assert (await stage.waiting()).deliveries == 1


async def test_an_event_that_ends_every_server(stage: Stage, version: Version, save: Any) -> None:
    await save(version)
    await stage.send()
    for _ in range(2):
        await crashed(stage)
    for alone, deliveries in (
        (1, 3),
        (2, 5),
        (3, 7),
    ):  # it is delivered alone, and each of these servers ends
        stage.place.goes_on.clear()
        loop = asyncio.create_task(stage.worker.run())
        async with asyncio.timeout(10):
            await stage.place.came.wait()
        stage.place.came.clear()
        marked = await stage.waiting()
        assert (marked.alone, marked.deliveries) == (alone, deliveries)  # to have looked is a delivery too
        loop.cancel()
        stage.place.goes_on.set()  # what it then answers comes too late: others have the event
        await stage.worker.drain()
        stage.clock.advance(4e7)
        await stage.worker.close()
        stage.worker = stage._worker()
    assert await stage.handle() == EMPTY
    assert len(stage.place.ran) == 3
    assert stage.counted() == {DROPPED: 1}


async def test_what_runs_when_the_server_ends_is_given_back(
    stage: Stage, version: Version, save: Any
) -> None:
    await save(version)
    stage.place.goes_on.clear()
    loop = asyncio.create_task(stage.worker.run())
    async with asyncio.timeout(10):
        await stage.send()
        await stage.place.came.wait()
    await stage.worker.close(grace_s=0.0)
    loop.cancel()
    waiting = await stage.waiting()
    assert (waiting.deliveries, waiting.settled) == (1, 1)


async def test_no_function_takes_all_the_room(stage: Stage, version: Version, save: Any) -> None:
    """A hundred events of one function wait for a slow one; an event of another begins at once."""
    await save(version)
    stage.place.goes_on.clear()
    loop = asyncio.create_task(stage.worker.run())
    for n in range(100):
        await stage.send(msgspec.structs.replace(EVENT, request_id=f"e{n}"))
    other = msgspec.structs.replace(EVENT, function="other", request_id="other")
    await stage.send(other)
    for _ in range(20):
        await asyncio.sleep(0)
    assert await stage.store.depth(other.queue, now=stage.clock.now()) == EMPTY
    assert len(stage.place.ran) < 100
    stage.place.goes_on.set()
    await stage.worker.drain()
    loop.cancel()
    assert await stage.depth() == EMPTY
