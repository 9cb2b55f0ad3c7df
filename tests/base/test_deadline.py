"""What a deadline ends, and whose cancellations it leaves alone."""

import asyncio
import contextlib

import pytest

from portico.base.deadline import Deadline

FOREVER, AT_ONCE = 3600.0, 0.0


async def _forever() -> None:
    await asyncio.get_running_loop().create_future()


async def test_what_is_done_in_time() -> None:
    with Deadline(FOREVER) as limit:
        await asyncio.sleep(0)
    assert not limit.expired


async def test_what_is_not() -> None:
    with pytest.raises(TimeoutError), Deadline(AT_ONCE) as limit:
        await _forever()
    assert limit.expired
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)  # and nothing comes after


async def test_an_error_of_what_is_awaited_is_its_own() -> None:
    limit = Deadline(FOREVER)
    with pytest.raises(TimeoutError, match="of a socket"), limit:
        raise TimeoutError("of a socket")
    assert not limit.expired


async def test_the_inner_of_two() -> None:
    with Deadline(FOREVER) as outer:
        with pytest.raises(TimeoutError), Deadline(AT_ONCE):
            await _forever()
        await asyncio.sleep(0)
    assert not outer.expired


async def test_the_outer_of_two() -> None:
    inner = Deadline(FOREVER)
    with pytest.raises(TimeoutError), Deadline(AT_ONCE) as outer, inner:
        await _forever()
    assert (inner.expired, outer.expired) == (False, True)


@pytest.mark.parametrize("seconds", [FOREVER, AT_ONCE])
async def test_a_cancellation_by_others_is_one(seconds: float) -> None:
    waits = asyncio.Event()

    async def waiting() -> None:
        with Deadline(seconds):
            waits.set()
            await _forever()

    task = asyncio.create_task(waiting())
    await waits.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_what_swallows_its_end_goes_on() -> None:
    with Deadline(AT_ONCE) as limit, contextlib.suppress(asyncio.CancelledError):
        await _forever()
    assert limit.expired
    await asyncio.sleep(0)


def test_outside_of_a_task() -> None:
    loop = asyncio.new_event_loop()
    errors: list[BaseException] = []

    def enter() -> None:
        try:
            Deadline(FOREVER).__enter__()
        except RuntimeError as error:
            errors.append(error)
        loop.stop()

    loop.call_soon(enter)
    loop.run_forever()
    loop.close()
    assert len(errors) == 1
