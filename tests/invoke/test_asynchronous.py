"""Events: durable, run once, put back when they can't run."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.bus.memory import MemoryBus
from portico.environments.work import EnvironmentSpec, Invocation, LogLine, Outcome, PreparationFailed
from portico.invoke.admit import Admission
from portico.invoke.asynchronous import AGE_MAX_S, QUEUE, AsynchronousWorker, Event, accepted
from portico.invoke.invoker import Invoker
from portico.invoke.records import Version
from portico.invoke.resolve import Resolver
from portico.store.cache import RecordCache
from portico.store.port import QueueDepth, Store

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

PUT_BACK = QueueDepth(0, 1, 0)  # leased until its next time


class Place:
    """Both outer ends of an invocation: answers it at once, or not at all, and takes its lines."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, Invocation]] = []
        self.came = asyncio.Event()
        self.refuses = False

    async def invoke(self, spec: EnvironmentSpec, invocation: Invocation) -> Outcome:
        self.ran.append((spec.key, invocation))
        self.came.set()
        if self.refuses:
            raise PreparationFailed("ServiceException", "no environment")
        return Outcome(b"null")

    def write(self, spec: EnvironmentSpec, stream: str, batch: Sequence[LogLine], *, request_id: str) -> None:
        assert batch[-1].text.startswith("REPORT RequestId: e1")

    def retire(self, prefix: str) -> None: ...

    async def close(self) -> None: ...


async def handled(
    store: Store, cache: RecordCache, clock: Clock, place: Place, event: Event | None
) -> QueueDepth:
    """Send `event`, let the worker handle all that it can get, and look at the queue."""
    bus = MemoryBus()
    store.on_commit(bus.announce)
    worker = AsynchronousWorker(
        store=store,
        bus=bus,
        clock=clock,
        resolver=Resolver(cache=cache),
        invoker=Invoker(environments=place, admission=Admission(), logs=place),
    )
    if event is not None:
        await store.commit([accepted(msgspec.structs.replace(event, accepted_at=clock.now()))])
    while await worker.take():
        await worker.drain()
    return await store.depth(QUEUE, now=clock.now())


async def test_an_event_runs_once_and_is_acked(
    store: Store, cache: RecordCache, clock: Clock, version: Version, save: Any
) -> None:
    await save(version)
    place = Place()
    assert await handled(store, cache, clock, place, EVENT) == QueueDepth(0, 0, 0)
    [(key, invocation)] = place.ran
    assert key.startswith("111111111111/eu-west-1/hello:$LATEST:")
    assert (invocation.request_id, invocation.payload) == ("e1", b'{"n": 1}')


async def test_an_event_that_can_not_run_is_put_back(
    store: Store, cache: RecordCache, clock: Clock, version: Version, save: Any
) -> None:
    await save(version)
    place = Place()
    place.refuses = True
    assert await handled(store, cache, clock, place, EVENT) == PUT_BACK


async def test_a_throttled_event_is_put_back(
    store: Store, cache: RecordCache, clock: Clock, version: Version, save: Any
) -> None:
    await save(version, reserved=0)
    place = Place()
    assert await handled(store, cache, clock, place, EVENT) == PUT_BACK
    assert place.ran == []


async def test_an_event_of_a_deleted_function_is_dropped(
    store: Store, cache: RecordCache, clock: Clock
) -> None:
    assert await handled(store, cache, clock, Place(), EVENT) == QueueDepth(0, 0, 0)


async def test_an_event_is_not_tried_for_ever(
    store: Store, cache: RecordCache, clock: Clock, version: Version, save: Any
) -> None:
    await save(version, reserved=0)
    place = Place()
    assert await handled(store, cache, clock, place, EVENT) == PUT_BACK
    clock.advance(AGE_MAX_S / 2)
    assert await handled(store, cache, clock, place, None) == PUT_BACK
    clock.advance(AGE_MAX_S / 2 + 1)
    assert await handled(store, cache, clock, place, None) == QueueDepth(0, 0, 0)
    assert place.ran == []


async def test_a_commit_wakes_the_worker(
    store: Store, cache: RecordCache, clock: Clock, version: Version, save: Any
) -> None:
    await save(version)
    place = Place()
    bus = MemoryBus()
    store.on_commit(bus.announce)
    worker = AsynchronousWorker(
        store=store,
        bus=bus,
        clock=clock,
        resolver=Resolver(cache=cache),
        invoker=Invoker(environments=place, admission=Admission(), logs=place),
    )
    loop = asyncio.create_task(worker.run())
    await store.commit([accepted(msgspec.structs.replace(EVENT, accepted_at=clock.now()))])
    async with asyncio.timeout(10):
        await place.came.wait()
    loop.cancel()
    await worker.close()
