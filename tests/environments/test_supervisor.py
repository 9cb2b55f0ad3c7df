"""Starting, sharing, ending: what the supervisor does with environments over time."""

import asyncio
import json
import os
import signal
import sys

import pytest

from portico.environments.work import Invocation, PreparationFailed

WHO = "import os\nnumber = open('/proc/sys/kernel/random/uuid').read()\ndef handler(event, context):\n    return number"


@pytest.fixture
def tiers() -> str:
    """Without walls: functions here use pipes in the test's folder."""
    return "C"


async def test_fifty_at_once_each_get_their_own_answer(workshop) -> None:
    source = "def handler(event, context):\n    print(event)\n    return [event, context.aws_request_id]"
    spec = workshop.function("f", source)
    outcomes = await asyncio.gather(*(workshop.invoke(spec, n, request_id=f"r{n}") for n in range(50)))
    for n, outcome in enumerate(outcomes):
        assert json.loads(outcome.payload) == [n, f"r{n}"]
        assert [line.text for line in outcome.lines] == [str(n)]


async def test_two_at_once_have_two_environments_and_the_next_reuses_one(workshop) -> None:
    barrier = workshop.root / "barrier"
    os.mkfifo(barrier)
    source = f"""\
    {WHO.splitlines()[1]}
    def handler(event, context):
        if event == "wait":
            open({str(barrier)!r}).read()
        return number
    """
    spec = workshop.function("f", source)
    waiting = asyncio.create_task(workshop.answer(spec, "wait"))
    writer = await asyncio.to_thread(os.open, barrier, os.O_WRONLY)  # returns once the function reads
    other = await workshop.answer(spec)
    os.close(writer)
    assert await waiting != other
    assert await workshop.answer(spec) == await waiting, "the last one used comes first"
    assert len(workshop.prepared) == 2


async def test_a_caller_that_goes_away_does_not_stop_the_invocation(workshop) -> None:
    begun, done = workshop.root / "begun", workshop.root / "done"
    os.mkfifo(begun)
    os.mkfifo(done)
    source = f"""\
    def handler(event, context):
        if event:
            open({str(begun)!r}, "w").close()
            open({str(done)!r}, "w").write("to the end")
        return __import__("os").getpid()
    """
    spec = workshop.function("f", source)
    call = asyncio.create_task(workshop.invoke(spec, True))
    await asyncio.to_thread(begun.read_text)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await asyncio.to_thread(done.read_text) == "to the end"
    assert await workshop.answer(spec, False)
    assert workshop.supervisor.pool.waiting == 0


async def test_idle_environments_end_after_a_while(workshop) -> None:
    spec = workshop.function("f", WHO)
    first = await workshop.answer(spec)
    workshop.clock.ahead_s = 299
    workshop.supervisor.sweep()
    assert await workshop.answer(spec) == first
    workshop.clock.ahead_s = 299 + 301
    workshop.supervisor.sweep()
    assert "stopping" in repr(workshop.supervisor.pool)
    assert await workshop.answer(spec) != first


async def test_environments_end_before_their_credentials_do(make_workshop) -> None:
    workshop = make_workshop(idle_s=100_000.0)
    spec = workshop.function("f", WHO)
    first = await workshop.answer(spec)
    workshop.clock.ahead_s = 3590
    workshop.supervisor.sweep()
    assert await workshop.answer(spec) == first
    workshop.clock.ahead_s = 3601
    workshop.supervisor.sweep()
    assert await workshop.answer(spec) != first


async def test_one_whose_credentials_expired_meanwhile_is_not_used_again(workshop) -> None:
    workshop.lifetime_s = 0.0
    spec = workshop.function("f", WHO)
    assert await workshop.answer(spec) != await workshop.answer(spec)


async def test_retired_environments_are_not_used_again(workshop) -> None:
    spec = workshop.function("f", WHO)
    other = workshop.function("g", WHO)
    first, kept = await workshop.answer(spec), await workshop.answer(other)
    workshop.supervisor.retire("f:")
    assert await workshop.answer(spec) != first
    assert await workshop.answer(other) == kept


async def test_at_the_limit_another_functions_idle_environment_makes_room(make_workshop) -> None:
    shop = make_workshop(environments_max=2)
    specs = [shop.function(name, WHO) for name in ("a", "b", "c")]
    numbers = [await shop.answer(spec) for spec in specs]
    assert len(set(numbers)) == 3
    assert shop.supervisor.pool.size <= 2
    answers = await asyncio.gather(*(shop.answer(spec) for spec in specs * 4))
    assert len(answers) == 12
    assert shop.supervisor.pool.size <= 2


async def test_a_refused_preparation_is_the_callers_error(workshop) -> None:
    spec = workshop.function("f", WHO)
    workshop.refuse = PreparationFailed("AccessDeniedException", "no role")
    with pytest.raises(PreparationFailed, match="no role"):
        await workshop.invoke(spec)
    workshop.refuse = None
    assert await workshop.answer(spec)


async def test_code_that_is_not_there(workshop) -> None:
    spec = workshop.function("f", WHO)
    (workshop.root / "f" / "app.py").unlink()
    (workshop.root / "f").rmdir()
    outcome = await workshop.invoke(spec)
    assert outcome.error_type in ("FileNotFoundError", "Runtime.ExitError")


async def test_a_zygote_that_dies_is_started_again(workshop) -> None:
    await workshop.answer(workshop.function("f", WHO))
    zygote = workshop.supervisor.zygotes.of(sys.executable, "bare")
    died = zygote.pid
    os.kill(died, signal.SIGKILL)
    await zygote.ended()
    assert await workshop.answer(workshop.function("g", WHO))
    assert zygote.pid not in (None, died)


async def test_an_environment_that_dies_while_idle_is_replaced(workshop) -> None:
    ending = workshop.root / "ending"
    os.mkfifo(ending)
    source = f"""\
    import os, threading
    def end():
        with open({str(ending)!r}):
            os._exit(0)
    def handler(event, context):
        threading.Thread(target=end, daemon=True).start()
        return open("/proc/sys/kernel/random/uuid").read()
    """
    spec = workshop.function("f", source)
    first = await workshop.answer(spec)
    (environment,) = workshop.supervisor._environments.values()
    pidfd = os.pidfd_open(environment.pid)
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(pidfd, gone.set)
    await asyncio.to_thread(ending.write_text, "now")
    await gone.wait()
    asyncio.get_running_loop().remove_reader(pidfd)
    os.close(pidfd)
    assert await workshop.answer(spec) != first


async def test_an_init_phase_over_its_limit_runs_again_inside_the_invocation(make_workshop) -> None:
    shop = make_workshop(init_s=0.3)
    source = """\
    import os, select
    print("init")
    if not os.path.exists("again"):
        open("again", "w").close()
        select.select([], [], [])
    def handler(event, context):
        return [event, context.get_remaining_time_in_millis() <= 20_000]
    """
    outcome = await shop.invoke(shop.function("f", source), 1)
    assert json.loads(outcome.payload) == [1, True]
    assert outcome.init_ms is None
    assert [line.text for line in outcome.lines] == ["init", "init"]
    assert len(shop.prepared) == 2


async def test_an_init_phase_that_never_ends_is_a_timeout(make_workshop) -> None:
    shop = make_workshop(init_s=0.1)
    spec = shop.function("f", "import select\nprint('init')\nselect.select([], [], [])", timeout_s=1)
    outcome, document = await shop.error(spec, request_id="abc")
    assert document["errorMessage"] == "RequestId: abc Error: Task timed out after 1.00 seconds"
    assert outcome.timed_out
    assert 1000 <= outcome.duration_ms < 3000
    assert [line.text for line in outcome.lines] == ["init", "init"]


async def test_closing_ends_what_runs_and_refuses_what_comes(workshop, alive) -> None:
    mark = f"{workshop.root}/forever"
    begun = workshop.root / "begun"
    os.mkfifo(begun)
    source = f"""\
    import subprocess
    def handler(event, context):
        subprocess.run(["sh", "-c", "echo > {begun}; sleep 4711; true", "{mark}"])
    """
    spec = workshop.function("f", source)
    call = asyncio.create_task(workshop.invoke(spec))
    await asyncio.to_thread(begun.read_text)
    await workshop.supervisor.close()
    assert (await call).error_type == "Runtime.ExitError"
    with pytest.raises(PreparationFailed):
        await workshop.supervisor.invoke(spec, Invocation("r", b"1", spec.arn))
    assert alive(mark) == []
