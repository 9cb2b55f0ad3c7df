"""Copies of snapshots that wait before anybody needs them."""

import asyncio
import os
import select
import signal

import pytest

from portico.environments.work import SNAP_START, EnvironmentSpec

SOURCE = """\
import os, random, uuid
made = uuid.uuid4().hex

def handler(event, context):
    return [made, random.random(), os.environ["MARK"]]
"""


@pytest.fixture(params=["A", "C"])
def tiers(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def version(workshop) -> EnvironmentSpec:
    """A version whose snapshot has been made, and of which a copy waits."""
    spec = workshop.function("f", SOURCE, variables={"MARK": "x"}, initialization=SNAP_START)
    await workshop.supervisor.snapshot(spec)
    await workshop.supervisor.copies.filled()
    return spec


def ended(pid: int) -> None:
    """Wait until a process is gone; kill it before."""
    gone = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([gone], [], [], 10)
    os.close(gone)


async def test_the_first_call_takes_the_copy_that_waits_and_another_is_made(workshop, version) -> None:
    (waiting,) = workshop.supervisor.copies.pids
    made, _, mark = await workshop.answer(version)
    assert mark == "x"
    assert [e.pid for e in workshop.supervisor._environments.values()] == [waiting]
    await workshop.supervisor.copies.filled()
    (next_one,) = workshop.supervisor.copies.pids
    assert next_one != waiting
    assert (await workshop.answer(version))[0] == made


async def test_more_calls_at_once_than_copies_wait(workshop, version) -> None:
    answers = await asyncio.gather(*(workshop.answer(version) for _ in range(4)))
    assert len({made for made, *_ in answers}) == 1
    assert len({drawn for _, drawn, *_ in answers}) == 4


async def test_its_variables_are_those_of_when_it_is_taken(workshop, version) -> None:
    spec = workshop.function(
        "g",
        "import os\n\ndef handler(e, c):\n    return os.environ['AWS_MARK']",
        variables={"AWS_MARK": "before"},
        initialization=SNAP_START,
    )
    await workshop.supervisor.snapshot(spec)
    await workshop.supervisor.copies.filled()
    workshop.variables["g"] = {"AWS_MARK": "after"}
    assert await workshop.answer(spec) == "after"


async def test_one_that_dies_while_it_waits_costs_nobody_anything(workshop, version) -> None:
    ended(*workshop.supervisor.copies.pids)
    assert (await workshop.answer(version))[2] == "x"
    await workshop.supervisor.copies.filled()
    assert len(workshop.supervisor.copies.pids) == 1


async def test_it_ends_with_its_snapshot(workshop, version) -> None:
    (waiting,) = workshop.supervisor.copies.pids
    gone = os.pidfd_open(waiting)
    workshop.supervisor.retire(version.key)
    assert select.select([gone], [], [], 10)[0]
    os.close(gone)
    assert workshop.supervisor.copies.pids == []


async def test_a_snapshot_that_dies_is_made_again_with_a_copy(workshop, version) -> None:
    (waiting,), (snapshot,) = workshop.supervisor.copies.pids, workshop.supervisor.pids()
    ended(snapshot)
    assert (await workshop.answer(version))[2] == "x"
    await workshop.supervisor.copies.filled()
    assert len(workshop.supervisor.copies.pids) == 1
    assert waiting not in workshop.supervisor.copies.pids


async def test_those_of_the_versions_asked_for_last_wait(workshop, version, monkeypatch) -> None:
    copies = workshop.supervisor.copies
    monkeypatch.setattr(copies, "_bounds", type(copies._bounds)(waiting=1, kinds=1, unused_s=1e9, pause_s=0))
    (waiting,) = copies.pids
    other = workshop.function("other", SOURCE, variables={"MARK": "y"}, initialization=SNAP_START)
    await workshop.supervisor.snapshot(other)
    await copies.filled()
    assert len(copies.pids) == 1
    assert waiting not in copies.pids
    assert [(await workshop.answer(spec))[2] for spec in (version, other)] == ["x", "y"]


async def test_nothing_is_left_behind(workshop, version) -> None:
    pids = [*workshop.supervisor.copies.pids, *workshop.supervisor.pids()]
    assert len(pids) == 2
    ends = [os.pidfd_open(pid) for pid in pids]
    await workshop.supervisor.close()
    for gone in ends:
        assert select.select([gone], [], [], 10)[0]
        os.close(gone)
