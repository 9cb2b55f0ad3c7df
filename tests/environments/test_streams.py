"""Streamed answers, from a function that writes the frames itself."""

import asyncio
import json
from typing import Any

import pytest

from portico.environments.stream import Stream
from portico.environments.work import Invocation, Outcome, PreparationFailed

# Frames by hand: the Python runtime of AWS streams nothing itself. After END the handler never returns.
SPEAKS = """
import os, struct, threading

def frame(kind, request, content):
    name = request.encode()
    inner = struct.pack("!IB", 1, len(name)) + name + content
    data = struct.pack("!Ic", len(inner), kind) + inner
    while data:
        data = data[os.write(3, data):]

def handler(event, context):
    said = context.aws_request_id
    frame(b"B", said, b'{"contentType":"text/plain"}')
    for _ in range(event.get("parts", 3)):
        frame(b"P", said, b"x" * event.get("size", 4))
    if event.get("hang"):
        threading.Event().wait()
    if event.get("out of turn"):
        frame(b"B", said, b"{}")
    frame(b"N", said, event.get("error", "").encode())
    threading.Event().wait()
"""


def begin(shop: Any, spec: Any, event: object, ended: list[Outcome | None]) -> Stream:
    invocation = Invocation("req", json.dumps(event).encode(), spec.arn)
    stream: Stream = shop.supervisor.stream(spec, invocation, ended.append)
    return stream


async def read(stream: Stream) -> list[bytes]:
    return [part async for part in stream.parts()]


async def test_the_parts_come_one_by_one_and_then_the_outcome(workshop) -> None:
    spec = workshop.function("f", SPEAKS)
    ended: list[Outcome | None] = []
    stream = begin(workshop, spec, {}, ended)
    async with asyncio.timeout(20):
        assert json.loads(await stream.begun()) == {"contentType": "text/plain"}
        assert await read(stream) == [b"xxxx"] * 3
    assert ended == [stream.outcome]
    assert stream.outcome is not None
    assert (stream.outcome.payload, stream.outcome.function_error) == (b"", "")


async def test_a_first_part_is_read_before_the_function_has_ended(workshop) -> None:
    spec = workshop.function("f", SPEAKS, timeout_s=1)
    stream = begin(workshop, spec, {"parts": 1, "hang": True}, [])
    async with asyncio.timeout(20):
        parts = stream.parts()
        assert await anext(parts) == b"xxxx"
        assert stream.outcome is None
        assert [part async for part in parts] == []
    assert stream.outcome is not None
    assert stream.outcome.error_type == "Sandbox.Timedout"


async def test_a_caller_who_wants_it_at_once_gets_it_gathered(workshop) -> None:
    outcome = await workshop.invoke(workshop.function("f", SPEAKS), {"parts": 5})
    assert outcome.payload == b"x" * 20


async def test_what_is_gathered_is_bounded(workshop) -> None:
    spec = workshop.function("f", SPEAKS)
    outcome, document = await workshop.error(spec, {"parts": 100, "size": 65_000})
    assert outcome.error_type == "Function.ResponseSizeTooLarge"
    assert "6500000 bytes" in document["errorMessage"]


async def test_an_error_in_the_middle_ends_the_stream(workshop) -> None:
    spec = workshop.function("f", SPEAKS)
    stream = begin(workshop, spec, {"error": '{"errorType":"Broken","errorMessage":"half-way"}'}, [])
    async with asyncio.timeout(20):
        assert await read(stream) == [b"xxxx"] * 3
    assert stream.outcome is not None
    assert (stream.outcome.function_error, stream.outcome.error_type) == ("Unhandled", "Broken")


async def test_a_second_beginning_ends_the_environment(workshop) -> None:
    spec = workshop.function("f", SPEAKS)
    outcome, _ = await workshop.error(spec, {"out of turn": True})
    assert outcome.error_type == "Runtime.ExitError"


async def test_a_slow_reader_holds_the_function_back(workshop) -> None:
    spec = workshop.function("f", SPEAKS)
    stream = begin(workshop, spec, {"parts": 160, "size": 64_000}, [])
    async with asyncio.timeout(20):
        await stream.begun()
        parts = stream.parts()
        total = len(await anext(parts))
        assert stream.outcome is None
        total += sum([len(part) async for part in parts])
    assert total == 160 * 64_000


async def test_an_answer_given_at_once_is_one_part(workshop) -> None:
    spec = workshop.function("f", "def handler(e, c):\n    return e")
    stream = begin(workshop, spec, [1, 2], [])
    async with asyncio.timeout(20):
        assert await stream.begun() == b""
        assert await read(stream) == [b"[1, 2]"]


async def test_a_reader_who_leaves_does_not_end_the_invocation(workshop) -> None:
    spec = workshop.function("f", SPEAKS)
    ended: asyncio.Queue[Outcome | None] = asyncio.Queue()
    invocation = Invocation("req", b'{"parts": 100, "size": 64000}', spec.arn)
    stream = workshop.supervisor.stream(spec, invocation, ended.put_nowait)
    async with asyncio.timeout(20):
        await stream.begun()
        stream.leave()
        outcome = await ended.get()
    assert outcome is not None
    assert outcome.function_error == ""


async def test_no_environment(workshop) -> None:
    workshop.refuse = PreparationFailed("AccessDeniedException", "no role")
    ended: list[Outcome | None] = []
    stream = begin(workshop, workshop.function("f", SPEAKS), {}, ended)
    with pytest.raises(PreparationFailed):
        await asyncio.wait_for(stream.begun(), 20)
    assert ended == [None]
