"""Who may call the APIs, and what of HTTP is taken: hostile bytes, from inside and from outside."""

import asyncio
import os

import pytest

from portico.environments.api.http import Connection
from portico.environments.api.server import ApiServer
from portico.environments.api.states import (
    EXTENSION,
    RUNTIME,
    ExtensionEvent,
    ExtensionState,
    NotAllowed,
    RuntimeEvent,
    RuntimeState,
    extension_after,
    runtime_after,
)
from portico.environments.work import EnvironmentSpec

NEXT = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n"
SPEC = EnvironmentSpec(
    "f:1", "1", "eu-west-1", "f", "1", "arn", "provided.al2023", "h", "", "", 128, 3, 512, "/aws/lambda/f"
)


async def said_to(address: str, data: bytes) -> bytes:
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


async def test_who_belongs_to_no_environment_is_refused() -> None:
    api = ApiServer()
    await api.start()
    assert (await said_to(api.address, NEXT)).startswith(b"HTTP/1.1 403 ")
    await api.close()


async def test_who_comes_before_its_environment_is_known_waits_for_it() -> None:
    api = ApiServer()
    await api.start()
    session = api.session(SPEC, lambda _: None, lambda: 0.0)
    came = asyncio.Event()
    identify = api._identify
    api._identify = lambda connection: (identify(connection), came.set())[0]  # type: ignore[method-assign]
    asked = asyncio.create_task(said_to(api.address, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"))
    await came.wait()
    assert api._unknown
    session.started(os.getpid())
    assert (await asked).startswith(b"HTTP/1.1 404 ")
    session.close()
    await api.close()


async def test_one_environment_can_not_speak_for_another(workshop, program) -> None:
    """Both know the same address; what they say counts for whom the connection belongs to."""
    source = """
    while True:
        id, value, _ = event()
        if value == "attack":
            said = call("POST", f"{RUNTIME}/invocation/victim/response", b'"forged"')
            answer(id, said[0])
        else:
            import time
            answer(id, "own")
    """
    attacker, victim = program(source, name="a"), program(source, name="v")
    answers = await asyncio.gather(
        workshop.answer(victim, "work", request_id="victim"),
        workshop.answer(attacker, "attack", request_id="attacker"),
    )
    assert answers == ["own", 400]


class FromInside:
    """A connection that belongs to a session, without a network: what was written, and whether it was closed."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False
        api = ApiServer()
        session = api.session(SPEC, lambda _: None, lambda: 0.0)
        session.speak(None)
        self.connection = Connection(lambda connection: connection.belongs_to(session))
        self.connection.connection_made(self)  # type: ignore[arg-type]

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    write_eof = close

    def pause_reading(self) -> None:
        """Nothing is read here anyway."""

    def resume_reading(self) -> None:
        """As before."""


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/1.1\nHost x\r\n\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"A%d: 1\r\n" % n for n in range(300)) + b"\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        NEXT + NEXT,
    ],
    ids=["no http", "no header", "long target", "many headers", "two lengths", "no chunk", "out of turn"],
)
async def test_what_is_no_request_of_such_a_client_ends_its_connection(data: bytes) -> None:
    inside = FromInside()
    inside.connection.data_received(data)
    assert inside.written.startswith(b"HTTP/1.1 400 ")
    assert inside.closed


async def test_an_endless_head_ends_its_connection() -> None:
    inside = FromInside()
    inside.connection.data_received(b"GET / HTTP/1.1\r\nA: ")
    for _ in range(100):
        if not inside.closed:
            inside.connection.data_received(b"x" * 10_000)
    assert inside.closed


async def test_a_body_that_nobody_asked_for_is_not_kept() -> None:
    inside = FromInside()
    inside.connection.data_received(b"POST /nowhere HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n")
    for _ in range(1000):
        inside.connection.data_received(b"x" * 100_000)
    assert inside.written.startswith(b"HTTP/1.1 404 ")
    assert not inside.closed


async def test_a_client_that_waits_before_it_sends_a_large_body_is_told_to_go_on() -> None:
    inside = FromInside()
    inside.connection.data_received(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
    assert inside.written == b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize("event", RuntimeEvent)
@pytest.mark.parametrize("state", RuntimeState)
def test_the_runtimes_table(state: RuntimeState, event: RuntimeEvent) -> None:
    if (state, event) in RUNTIME:
        assert runtime_after(state, event) is RUNTIME[state, event]
    else:
        with pytest.raises(NotAllowed, match=f"State transition from {state} to {event} failed for runtime"):
            runtime_after(state, event)


@pytest.mark.parametrize("event", ExtensionEvent)
@pytest.mark.parametrize("state", ExtensionState)
def test_the_extensions_table(state: ExtensionState, event: ExtensionEvent) -> None:
    if (state, event) in EXTENSION:
        assert extension_after(state, event, "some") is EXTENSION[state, event]
    else:
        with pytest.raises(NotAllowed, match=f"from {state} to {event} failed for extension some"):
            extension_after(state, event, "some")
