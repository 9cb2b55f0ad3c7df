"""Between invocations nothing of an environment runs; in an invocation everything does."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from portico.environments import freezing, usage

COUNTER = """
    import os, subprocess, threading, time
    counted = 0
    def count():
        global counted
        while True:
            counted += 1
            time.sleep(0.001)
    threading.Thread(target=count, daemon=True).start()
    child = None
    def handler(event, context):
        global child
        if isinstance(event, dict):
            child = subprocess.Popen(["sh", "-c", "sleep 4711; true", event["child"]])
            return child.pid
        if event == "wait":
            before = counted
            while counted < before + 20:
                time.sleep(0.001)
        return counted
"""


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0)


def standing(first_pid: int) -> bool:
    """Whether all threads of an environment's processes, but the first one's, are stopped."""
    status = [
        thread.read_text()
        for pid in usage.descendants(first_pid)
        for thread in Path(f"/proc/{pid}/task").glob("*/stat")
    ]
    return {text.rpartition(")")[2].split()[0] for text in status} == {"T"}


def only(shop: Any) -> Any:
    (environment,) = shop.supervisor._environments.values()
    return environment


async def test_a_background_thread_stands_still_between_invocations_and_goes_on_in_the_next(
    contained: Any,
) -> None:
    spec = contained.function("counter", COUNTER)
    await contained.answer(spec, "wait")
    await until(lambda: only(contained).frozen)
    await until(lambda: standing(only(contained).pid))
    frozen_at = await contained.answer(spec)
    assert frozen_at >= 20
    assert await contained.answer(spec, "wait") >= frozen_at + 20


async def test_the_processes_that_a_function_started_stand_still_too_and_go_on(contained: Any) -> None:
    spec = contained.function("parent", COUNTER)
    await contained.answer(spec, {"child": "any"})
    await until(lambda: only(contained).frozen)
    assert len(usage.descendants(only(contained).pid)) == 3
    await until(lambda: standing(only(contained).pid))
    only(contained).thaw()
    await until(lambda: not standing(only(contained).pid))


async def test_a_frozen_environment_ends_when_it_is_told_to(
    contained: Any, alive: Any, tmp_path: Path
) -> None:
    spec = contained.function("ends", COUNTER)
    mark = str(tmp_path)
    await contained.answer(spec, {"child": mark})
    await until(lambda: only(contained).frozen)
    contained.supervisor.retire("ends")
    await until(lambda: contained.supervisor.pool.size == 0)
    assert alive(mark) == []


async def test_an_environment_that_is_killed_while_frozen_is_noticed_and_replaced(workshop: Any) -> None:
    spec = workshop.function("killed", COUNTER)
    await workshop.answer(spec)
    await until(lambda: only(workshop).frozen)
    os.kill(usage.descendants(only(workshop).pid)[0], signal.SIGKILL)
    await until(lambda: workshop.supervisor.pool.size == 0)
    assert await workshop.answer(spec, "wait") >= 20


async def test_a_running_invocation_is_never_stopped(workshop: Any, gate: Any) -> None:
    """Neither one whose environment was found idle just before it was delivered."""
    source = f"""
        def handler(event, context):
            if event == "long":
                {gate.wait}
            return event
        """
    spec = workshop.function("long", source)
    await workshop.answer(spec, 1)
    freezer = workshop.supervisor._freezer
    freezer._look()
    running = asyncio.create_task(workshop.answer(spec, "long"))
    await gate.waited_at()
    for _ in range(3):
        freezer._look()
        assert not only(workshop).frozen
        assert not standing(only(workshop).pid)
    gate.open()
    assert await running == "long"


async def test_a_thawed_environment_answers_at_once(workshop: Any) -> None:
    spec = workshop.function("quick", "def handler(event, context): return 1")
    took = []
    for _ in range(5):
        await workshop.answer(spec)
        await until(lambda: only(workshop).frozen)
        before = time.perf_counter()
        only(workshop).thaw()
        took.append(time.perf_counter() - before)
    assert min(took) < 0.001


def test_a_tree_that_has_gone_has_nothing_to_stop() -> None:
    assert freezing.stop(2**22 + 1) == ()
    freezing.resume((2**22 + 1,))
