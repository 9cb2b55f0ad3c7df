"""A listener with the HTTP lane in the test's own loop, and a client that sends bytes as they are."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from portico.gateway.http import HttpProtocol
from portico.gateway.limits import Limits
from portico.gateway.traffic import Handler, Traffic


class Answer(msgspec.Struct, frozen=True):
    """A reply as it came: header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> str:
        """The error's code in the shape of the REST protocols with JSON."""
        return self.headers.get("x-amzn-errortype", "")


class Caller:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def ask(self, data: bytes, method: str = "") -> Answer:
        await self.send(data)
        return await self.answer(method or data.split(b" ", 1)[0].decode("latin-1"))

    async def answer(self, method: str = "GET") -> Answer:
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        body = b""
        if method != "HEAD" and status not in (100, 204, 304):
            if "content-length" in headers:
                body = await asyncio.wait_for(self.reader.readexactly(int(headers["content-length"])), 10)
            elif headers.get("transfer-encoding") == "chunked":
                body = await self._chunks()
            else:
                body = await asyncio.wait_for(self.reader.read(), 10)
        return Answer(status, headers, body)

    async def closed(self) -> bool:
        """Waits for the server to close; True if nothing more came."""
        return await asyncio.wait_for(self.reader.read(), 10) == b""

    async def send_until_refused(self) -> None:
        """Send for as long as it is taken."""
        while True:
            await self.send(b"x" * 65536)

    def reset(self) -> None:
        """Break the connection off, so that the server learns it at once."""
        made = self.writer.get_extra_info("socket")
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def _chunks(self) -> bytes:
        body = b""
        while size := int(await asyncio.wait_for(self.reader.readline(), 10), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readline()
        return body


async def until(condition: Callable[[], bool]) -> None:
    """Let the server run until what it does can be seen."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # the state of a connection has no event, and needs none
            await asyncio.sleep(0)


class Connections(set[HttpProtocol]):
    """The open connections, and the moment when there are none."""

    def __init__(self) -> None:
        super().__init__()
        self._none = asyncio.Event()
        self._none.set()

    def add(self, element: HttpProtocol) -> None:
        super().add(element)
        self._none.clear()

    def discard(self, element: HttpProtocol) -> None:
        super().discard(element)
        if not self:
            self._none.set()

    async def gone(self) -> None:
        await asyncio.wait_for(self._none.wait(), 10)


class Lane:
    """The listener."""

    def __init__(self, traffic: Traffic, port: int) -> None:
        self.traffic = traffic
        self.port = port
        self.tasks: set[asyncio.Task[None]] = set()
        self.open = Connections()
        self.callers: list[Caller] = []

    async def connect(self) -> Caller:
        caller = Caller(*await asyncio.open_connection("127.0.0.1", self.port))
        self.callers.append(caller)
        return caller

    def later(self, seconds: float) -> None:
        """What the timer would do then."""
        self.traffic.check(self.traffic.now + seconds)


@asynccontextmanager
async def lane(handler: Handler, **limits: float) -> AsyncIterator[Lane]:
    """A listener that answers with `handler`, within `limits`; at the end every connection is closed and nothing is left over."""
    loop = asyncio.get_running_loop()
    made = Lane(Traffic(handler, Limits(**limits)), 0)  # type: ignore[arg-type]
    server = await loop.create_server(
        lambda: HttpProtocol(made.traffic, loop, made.open, made.tasks), "127.0.0.1", 0
    )
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for connection in tuple(made.open):
            connection.shutdown()
        for caller in made.callers:
            caller.writer.close()
        for task in tuple(made.tasks):
            task.cancel()
        await asyncio.gather(*made.tasks, return_exceptions=True)
        await made.open.gone()
    assert made.traffic.body_bytes == 0
    assert made.traffic.requests == 0
