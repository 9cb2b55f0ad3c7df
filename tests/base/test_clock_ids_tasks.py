"""base: clock, ids, arns and named loops."""

import asyncio

import pytest

from portico.base import arn, ids
from portico.base.clock import Clock
from portico.base.tasks import Tasks, every


def test_now_moves_forward_only_and_wall_never_moves() -> None:
    clock = Clock()
    wall, now = clock.wall(), clock.now()
    assert clock.advance(180) == 180
    assert clock.now() - now >= 180
    assert clock.wall() - wall < 60
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)


def test_key_ids_carry_their_account_as_awss_do() -> None:
    assert ids.account_of_key("ASIAY34FZKBOKMUTVV7A") == "609629065308"
    for account in ("000000000000", "123456789012", "999999999999"):
        key = ids.access_key_id("AKIA", account)
        assert len(key) == 20
        assert ids.account_of_key(key) == account
    assert ids.account_of_key("test") is None
    assert ids.account_of_key("AKIA" + "1" * 16) is None


def test_request_ids_look_like_uuids_and_differ() -> None:
    made = {ids.request_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(i) == 36 and i[14] == "4" for i in made)


@pytest.mark.parametrize("text", ["", "arn", "arn:aws:s3", "arn::s3:::b", "x:aws:s3:::b"])
def test_what_is_no_arn(text: str) -> None:
    assert arn.parse(text) is None


def test_an_arn_keeps_the_colons_of_its_resource() -> None:
    text = "arn:aws:lambda:us-east-1:123456789012:function:f:prod"
    parsed = arn.parse(text)
    assert parsed is not None
    assert parsed.resource == "function:f:prod"
    assert str(parsed) == text


async def test_a_loop_that_raises_is_started_again_and_says_so() -> None:
    tasks, runs, second = Tasks(backoff_s=0.0), [], asyncio.Event()

    async def loop() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise RuntimeError("first")
        second.set()
        await asyncio.Event().wait()

    tasks.start("work", loop)
    with pytest.raises(ValueError, match="already running"):
        tasks.start("work", loop)
    await second.wait()
    state = tasks.states()["work"]
    assert (state.state, state.restarts, state.error) == ("running", 1, "RuntimeError: first")
    await tasks.close()


@pytest.mark.parametrize(("at_once", "seconds"), [(True, 3600.0), (False, 0.0)])
async def test_what_is_done_again_and_again(at_once: bool, seconds: float) -> None:
    done, often = asyncio.Event(), 0

    async def work() -> None:
        nonlocal often
        often += 1
        if often == (1 if at_once else 3):
            done.set()

    loop = asyncio.ensure_future(every(seconds, work, at_once=at_once)())
    await done.wait()
    assert not loop.done()
    loop.cancel()


async def test_what_is_done_every_so_often_waits_first() -> None:
    loop = asyncio.ensure_future(every(3600.0, _never)())
    for _ in range(3):
        await asyncio.sleep(0)
    assert not loop.done()
    loop.cancel()


async def _never() -> None:
    raise AssertionError("too early")
