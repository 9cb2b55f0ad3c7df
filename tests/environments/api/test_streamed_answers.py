"""Answers streamed over the Runtime API: chunk by chunk, no faster than they are read, to their end or broken off."""

import asyncio
import json
import os
import select

from portico.environments.work import Invocation

SOURCE = """
KIND = {"Lambda-Runtime-Function-Response-Mode": "streaming", "Content-Type": "text/plain"}
while True:
    id, value, _ = event()
    if value.get("mode"):
        mode = {"Lambda-Runtime-Function-Response-Mode": value["mode"]}
        status, _, said = call("POST", f"{RUNTIME}/invocation/{id}/response", b"1", mode)
        answer(id, [status, json.loads(said)["errorType"]])
        continue
    def parts():
        for n in range(value["parts"]):
            yield b"x" * value["size"]
        if value.get("break"):
            os._exit(3)
    call("POST", f"{RUNTIME}/invocation/{id}/response", parts(), KIND, encode_chunked=True)
"""


def begin(shop, spec, event):
    return shop.supervisor.stream(
        spec, Invocation("req", json.dumps(event).encode(), spec.arn), lambda _: None
    )


async def test_parts_come_as_they_are_written(workshop, program) -> None:
    stream = begin(workshop, program(SOURCE), {"parts": 3, "size": 4})
    async with asyncio.timeout(20):
        assert json.loads(await stream.begun()) == {"contentType": "text/plain"}
        assert b"".join([part async for part in stream.parts()]) == b"x" * 12
    assert stream.outcome.function_error == ""
    assert len(workshop.prepared) == 1


async def test_a_slow_reader_holds_the_function(workshop, program) -> None:
    size = 64 * 1024
    stream = begin(workshop, program(SOURCE), {"parts": 800, "size": size})
    most = total = 0
    async with asyncio.timeout(60):
        await stream.begun()
        async for part in stream.parts():
            total += len(part)
            most = max(most, stream._size)
            await asyncio.sleep(0)  # the loop may read on, if it is let
    assert total == 800 * size
    assert most < 4 * 1024 * 1024
    assert stream.outcome.function_error == ""


async def test_one_that_breaks_off(workshop, program) -> None:
    spec = program(SOURCE)
    stream = begin(workshop, spec, {"parts": 2, "size": 4, "break": True})
    async with asyncio.timeout(20):
        await stream.begun()
        assert b"".join([part async for part in stream.parts()]) == b"xxxxxxxx"
    assert stream.outcome.function_error == "Unhandled"
    assert stream.outcome.error_type == "Runtime.TruncatedResponse"
    assert (await workshop.invoke(spec, {"parts": 1, "size": 1})).payload == b"x"


async def test_a_mode_that_there_is_not(workshop, program) -> None:
    said = await workshop.answer(program(SOURCE), {"mode": "buffered"})
    assert said == [400, "InvalidFunctionResponseMode"]


async def test_what_was_said_before_the_end_is_heard_though_the_end_is_known_first(workshop, program) -> None:
    """The loop learns of both in one turn when it is busy, and of the end first when it likes."""
    spec = program(SOURCE)
    stream = begin(workshop, spec, {"parts": 2, "size": 4, "break": True})
    async with asyncio.timeout(20):
        await stream.begun()
        (environment,) = workshop.supervisor._environments.values()
        gone = os.dup(environment._processes._process.pidfd)  # the loop may close its own meanwhile
        await asyncio.to_thread(select.select, [gone], [], [], 20)
        os.close(gone)
        assert b"".join([part async for part in stream.parts()]) == b"xxxxxxxx"
    assert stream.outcome.error_type == "Runtime.TruncatedResponse"
