"""What every bus must do (port: portico.bus.port)."""

import asyncio

import pytest

from portico.bus.memory import MemoryBus
from portico.bus.port import Bus

TOPIC = ("queue", "a")


@pytest.fixture(params=[MemoryBus])
def bus(request: pytest.FixtureRequest) -> Bus:
    return request.param()


async def test_a_waiter_is_woken(bus: Bus) -> None:
    subscription = bus.subscribe(TOPIC)
    waiting = asyncio.create_task(subscription.wait())
    await asyncio.sleep(0)
    bus.publish(TOPIC)
    assert await waiting is True


async def test_a_wake_up_before_the_wait_is_kept(bus: Bus) -> None:
    subscription = bus.subscribe(TOPIC)
    bus.publish(TOPIC)
    bus.publish(TOPIC)
    assert await subscription.wait() is True
    assert await subscription.wait(0) is False


async def test_other_topics_and_closed_subscriptions_hear_nothing(bus: Bus) -> None:
    other, closed = bus.subscribe(("queue", "b")), bus.subscribe(TOPIC)
    closed.close()
    bus.publish(TOPIC)
    assert await other.wait(0) is False
    assert await closed.wait(0) is False


async def test_every_subscriber_is_woken(bus: Bus) -> None:
    subscriptions = [bus.subscribe(TOPIC) for _ in range(3)]
    bus.publish(TOPIC)
    assert await asyncio.gather(*(s.wait(1) for s in subscriptions)) == [True, True, True]


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_a_cancellation_is_not_lost_to_a_wake_up(bus: Bus, turns: int) -> None:
    waiting = asyncio.ensure_future(bus.subscribe(TOPIC).wait(10))
    await asyncio.sleep(0)
    bus.publish(TOPIC)
    for _ in range(turns):
        await asyncio.sleep(0)
    in_time = waiting.cancel()
    [ended] = await asyncio.gather(waiting, return_exceptions=True)
    assert isinstance(ended, asyncio.CancelledError) is in_time


async def test_closing_wakes_every_waiter_once(bus: Bus) -> None:
    waiting = [bus.subscribe((name,)) for name in ("a", "b")]
    assert not bus.closing
    bus.close()
    assert bus.closing
    for subscription in waiting:
        assert await subscription.wait(5)
        assert not await subscription.wait(0)
        subscription.close()
