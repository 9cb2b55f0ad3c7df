import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portico.gateway.body import Body
from portico.wire.http import Answer, Head, Headers, Peer, Reply, Successor, UpgradeReply
from raw_http import lane, until

ASK = b"GET /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: lines\r\n\r\n"


class Lines(asyncio.Protocol):
    """A protocol that sends everything back, and remembers what the server told it."""

    def __init__(self, transport: asyncio.Transport, gone: Callable[[Successor], None]) -> None:
        self.transport = transport
        self.gone = gone
        self.checked: list[float] = []
        self.keep = False

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.keep:
            self.gone(self)

    def check(self, now: float) -> None:
        self.checked.append(now)

    def shutdown(self) -> None:
        self.transport.write(b"goodbye")
        self.transport.close()


class Upgrading:
    """A handler that upgrades whoever asks for it, once `gate` is open."""

    def __init__(self, headers: Headers = ()) -> None:
        self.headers = headers
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun: list[Lines] = []
        self.abandoned = 0

    async def __call__(self, head: Head, body: Body, peer: Peer) -> Answer:
        await self.gate.wait()
        if head.path != "/up":
            return Reply(403, (), b"no")
        return UpgradeReply("lines", self.headers, self._begin, self._abandon)

    def _begin(self, transport: Any, gone: Callable[[Successor], None]) -> Successor:
        self.begun.append(Lines(transport, gone))
        return self.begun[-1]

    def _abandon(self) -> None:
        self.abandoned += 1


async def test_the_connection_speaks_the_other_protocol():
    handler = Upgrading((("X-Chosen", "b"),))
    async with lane(handler) as served:
        caller = await served.connect()
        await caller.send(ASK)
        answer = await caller.reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101 Switching Protocols\r\nX-Chosen: b\r\nDate: ")
        assert answer.endswith(b"Upgrade: lines\r\nConnection: Upgrade\r\n\r\n")
        await caller.send(b"GET / HTTP/1.1\r\n\r\n")
        assert await caller.reader.readexactly(18) == b"GET / HTTP/1.1\r\n\r\n"


async def test_what_came_with_and_after_the_request_is_the_other_protocols():
    handler = Upgrading()
    handler.gate.clear()
    async with lane(handler) as served:
        caller = await served.connect()
        await caller.send(ASK + b"one ")
        await until(lambda: served.traffic.requests == 1)
        await caller.send(b"two")
        await until(lambda: any(connection._held for connection in served.open))
        handler.gate.set()
        await caller.reader.readuntil(b"\r\n\r\n")
        assert await caller.reader.readexactly(7) == b"one two"
        await caller.send(b" three")
        assert await caller.reader.readexactly(6) == b" three"


async def test_a_request_before_it_on_the_same_connection():
    async with lane(Upgrading()) as served:
        caller = await served.connect()
        await caller.send(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n" + ASK + b"mine")
        assert (await caller.answer()).status == 403
        await caller.reader.readuntil(b"\r\n\r\n")
        assert await caller.reader.readexactly(4) == b"mine"


async def test_it_stays_an_open_connection_until_it_says_that_it_is_gone():
    handler = Upgrading()
    async with lane(handler, connections=1) as served:
        caller = await served.connect()
        await caller.send(ASK)
        await caller.reader.readuntil(b"\r\n\r\n")
        (speaker,) = handler.begun
        speaker.keep = True
        assert list(served.open) == [speaker]
        refused = await served.connect()
        assert (await refused.answer()).status == 503
        await refused.closed()
        caller.reset()
        await until(speaker.transport.is_closing)
        assert speaker in served.open
        speaker.gone(speaker)
        assert speaker not in served.open
        assert speaker not in served.traffic.connections


async def test_the_limits_of_requests_do_not_hold_for_it_but_the_timer_looks_at_it():
    handler = Upgrading()
    async with lane(handler) as served:
        caller = await served.connect()
        await caller.send(ASK)
        await caller.reader.readuntil(b"\r\n\r\n")
        served.later(1_000_000)
        assert handler.begun[0].checked[-1] >= 1_000_000
        await caller.send(b"still here")
        assert await caller.reader.readexactly(10) == b"still here"


async def test_a_shutdown_lets_it_say_goodbye():
    handler = Upgrading()
    async with lane(handler) as served:
        caller = await served.connect()
        await caller.send(ASK)
        await caller.reader.readuntil(b"\r\n\r\n")
        for connection in tuple(served.open):
            connection.shutdown()
        assert await caller.reader.read() == b"goodbye"


async def test_a_shutdown_during_the_handshake():
    handler = Upgrading()
    handler.gate.clear()
    async with lane(handler) as served:
        caller = await served.connect()
        await caller.send(ASK)
        await until(lambda: served.traffic.requests == 1)
        for connection in tuple(served.open):
            connection.shutdown()
        handler.gate.set()
        assert (await caller.reader.read()).endswith(b"goodbye")


async def test_a_caller_that_has_gone_meanwhile_is_told_to_the_handler():
    handler = Upgrading()
    handler.gate.clear()
    async with lane(handler) as served:
        caller = await served.connect()
        await caller.send(ASK)
        await until(lambda: served.traffic.requests == 1)
        caller.reset()
        await served.open.gone()
        handler.gate.set()
        await until(lambda: handler.abandoned == 1)
        assert handler.begun == []


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /up HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /up HTTP/1.1\r\nHost: x\r\nUpgrade: lines\r\n\r\n",
        b"POST /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: lines\r\nContent-Length: 2\r\n\r\nab",
        b"POST /up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: lines\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"1\r\na\r\n0\r\n\r\n",
    ],
)
async def test_who_did_not_ask_for_it_or_sends_a_body_is_not_upgraded(request_bytes: bytes):
    handler = Upgrading()
    async with lane(handler) as served:
        caller = await served.connect()
        assert (await caller.ask(request_bytes)).status == 400
        assert (handler.begun, handler.abandoned) == ([], 1)


@pytest.mark.parametrize("smuggled", [b"GET /up HTTP/1.1\r\nHost: x\r\n\r\n", b"\x81\x80\0\0\0\0", ASK])
async def test_nothing_is_read_after_a_refused_upgrade(smuggled: bytes):
    async with lane(Upgrading()) as served:
        caller = await served.connect()
        await caller.send(ASK.replace(b"/up", b"/no") + smuggled)
        assert (await caller.answer()).status == 403
        assert await caller.closed()


async def test_a_header_that_would_end_the_line_is_not_sent(caplog: pytest.LogCaptureFixture):
    handler = Upgrading((("Sec-WebSocket-Protocol", "a\r\nSet-Cookie: b"),))
    async with lane(handler) as served:
        caller = await served.connect()
        await caller.send(ASK)
        assert await caller.closed()
        assert (handler.begun, handler.abandoned) == ([], 1)
    assert "broke off" in caplog.text
