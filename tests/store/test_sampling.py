"""Sources are asked every minute, after the clock was moved, and for those who read."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from portico.base.clock import Clock
from portico.store.metrics import Metrics, Point, Sampling, Series, Source, of_each
from portico.store.port import StoreError

SERIES = Series("111111111111", "eu-west-1", "AWS/SQS", "Sent")


@pytest.fixture
async def metrics() -> AsyncIterator[Metrics]:
    made = Metrics(None)
    yield made
    await made.close()


class Asked:
    """A source that counts how often it is asked, and waits when it is told to."""

    def __init__(self) -> None:
        self.times: list[int] = []
        self.begun = asyncio.Semaphore(0)
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.broken = False

    async def read(self, at: int) -> list[Point]:
        self.times.append(at)
        self.begun.release()
        await self.may_go_on.wait()
        if self.broken:
            raise StoreError("no")
        return [Point(SERIES, at, "Count", of_each([1.0]))]


async def total(metrics: Metrics) -> float:
    return sum(kept.stats.total for kept in await metrics.read(SERIES, 0, 1 << 40))


async def test_who_reads_is_told_what_is_now(metrics: Metrics) -> None:
    sampling, asked = Sampling(metrics, Clock()), Asked()
    sampling.add(Source("AWS/SQS", asked.read))
    await sampling.freshen("AWS/SQS")
    await sampling.freshen("AWS/SQS")
    await sampling.freshen("Shop")
    assert (len(asked.times), await total(metrics)) == (2, 2.0)
    assert all(at % 60 == 0 for at in asked.times)


async def test_those_who_wait_share_the_next_look(metrics: Metrics) -> None:
    sampling, asked = Sampling(metrics, Clock()), Asked()
    sampling.add(Source("AWS/SQS", asked.read))
    asked.may_go_on.clear()
    first = asyncio.create_task(sampling.freshen("AWS/SQS"))
    await asked.begun.acquire()
    others = [asyncio.create_task(sampling.freshen("AWS/SQS")) for _ in range(10)]
    await asyncio.sleep(0)
    others.pop().cancel()
    asked.may_go_on.set()
    await asyncio.gather(first, *others)
    assert len(asked.times) == 2  # the first did not see what has happened before the others asked


async def test_a_broken_source_is_told_to_who_reads_and_asked_again(metrics: Metrics) -> None:
    sampling, asked = Sampling(metrics, Clock()), Asked()
    sampling.add(Source("AWS/SQS", asked.read))
    asked.broken = True
    with pytest.raises(StoreError):
        await sampling.freshen("AWS/SQS")
    asked.broken = False
    await sampling.freshen("AWS/SQS")
    assert await total(metrics) == 1.0


async def test_all_sources_are_asked_when_the_clock_is_moved(metrics: Metrics) -> None:
    clock = Clock()
    sampling, one, other = Sampling(metrics, clock), Asked(), Asked()
    sampling.add(Source("AWS/SQS", one.read))
    sampling.add(Source("AWS/SQS", other.read))
    loop = asyncio.create_task(sampling.run())
    await other.begun.acquire()
    clock.advance(3600)
    await other.begun.acquire()
    loop.cancel()
    assert one.times[-1] - one.times[0] in (3600, 3660)
