"""Connections that are kept: when they are used again, when not, and what a server must not get away with."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portico.base.outbound import Outbound, OutboundError
from portico.base.outbound_pool import Pool
from portico.gateway.authority import ensure_leaf

LARGE = 20_000_000


class Site:
    """A server on loopback that answers by path, and counts its connections."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.held = asyncio.Event()
        self.requests: list[bytes] = []
        self.closed = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self.closed.set()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(head)
        path = head.split(b" ")[1].decode()
        if path == "/hold":
            await self.held.wait()
        writer.write(ANSWERS.get(path, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))
        await writer.drain()
        return path not in ("/until-close", "/short", "/once")


ANSWERS = {
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n",
    "/until-close": b"HTTP/1.1 200 OK\r\n\r\nuntil close",
    "/close": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
    "/two": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\nb",
    "/early": b"HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\nHTTP/1.1 204 No Content\r\nX: 2\r\n\r\n",
    "/short": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
    "/nonsense": b"hello\r\n\r\n",
    "/head": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000,
    "/large": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE + b"x" * LARGE,
}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    made.held.set()
    server.close()
    await server.wait_closed()


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    made = Pool(Outbound(allow=("127.0.0.0/8",)))
    yield made
    made.close()
    assert repr(made) == "Pool(0 open, 0 of them idle)"


async def ask(
    pool: Pool, site: Site, path: str, method: str = "GET", timeout_s: float = 5.0
) -> tuple[int, bytes]:
    url = f"http://127.0.0.1:{site.port}{path}"
    exchange = await pool.send(method, url, (), b"", timeout_s=timeout_s)
    return exchange.status, await exchange.read(10_000_000)


async def refused(pool: Pool, site: Site, path: str, **options: float) -> str:
    with pytest.raises(OutboundError) as caught:
        await ask(pool, site, path, **options)
    return caught.value.reason


async def test_one_after_another_is_one_connection(pool: Pool, site: Site) -> None:
    assert await ask(pool, site, "/a") == (200, b"hi")
    assert await ask(pool, site, "/chunked") == (200, b"abc")
    assert await ask(pool, site, "/early") == (204, b"")
    assert await ask(pool, site, "/a", "POST") == (200, b"hi")
    assert site.connections == 1
    assert repr(pool) == "Pool(1 open, 1 of them idle)"


async def test_many_at_once_are_many(pool: Pool, site: Site) -> None:
    await asyncio.gather(*[ask(pool, site, "/a") for _ in range(40)])
    assert site.connections == 40
    assert repr(pool) == "Pool(32 open, 32 of them idle)"


@pytest.mark.parametrize("path", ["/until-close", "/close", "/two"])
async def test_what_is_not_used_again(pool: Pool, site: Site, path: str) -> None:
    assert (await ask(pool, site, path))[0] == 200
    assert repr(pool) == "Pool(0 open, 0 of them idle)"
    assert await ask(pool, site, "/a") == (200, b"hi")
    assert site.connections == 2


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/short", "malformed"), ("/nonsense", "malformed"), ("/head", "too_large"), ("/large", "too_large")],
)
async def test_answers_that_are_none(pool: Pool, site: Site, path: str, reason: str) -> None:
    assert await refused(pool, site, path) == reason
    assert repr(pool) == "Pool(0 open, 0 of them idle)"


async def test_one_that_does_not_answer(pool: Pool, site: Site) -> None:
    assert await refused(pool, site, "/hold", timeout_s=0.05) == "timeout"
    assert await ask(pool, site, "/a") == (200, b"hi")


async def test_a_connection_that_was_closed_meanwhile(pool: Pool, site: Site) -> None:
    assert await ask(pool, site, "/once") == (200, b"hi")
    await site.closed.wait()
    assert await ask(pool, site, "/a") == (200, b"hi")
    assert site.connections == 2


async def test_a_stream_is_read_as_it_is_wanted(pool: Pool, site: Site) -> None:
    exchange = await pool.send("GET", f"http://127.0.0.1:{site.port}/large", (), b"", timeout_s=5)
    assert sum([len(piece) async for piece in exchange.chunks()]) == LARGE
    assert repr(pool) == "Pool(1 open, 1 of them idle)"
    exchange = await pool.send("GET", f"http://127.0.0.1:{site.port}/large", (), b"", timeout_s=5)
    pieces = exchange.chunks()
    assert await anext(pieces)
    await pieces.aclose()
    assert repr(pool) == "Pool(0 open, 0 of them idle)"


async def test_a_stream_that_pauses(pool: Pool, site: Site) -> None:
    ANSWERS["/pause"] = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"
    exchange = await pool.send("GET", f"http://127.0.0.1:{site.port}/pause", (), b"", timeout_s=5)
    with pytest.raises(OutboundError) as caught:
        _ = [piece async for piece in exchange.chunks(idle_s=0.02)]
    assert caught.value.reason == "timeout"


@pytest.mark.parametrize(
    "header", [("X", "a\r\nX-Evil: 1"), ("X\r\nY", "a"), ("X Y", "a"), ("", "a"), ("X", "\u20ac")]
)
async def test_headers_stay_headers(pool: Pool, site: Site, header: tuple[str, str]) -> None:
    with pytest.raises(OutboundError):
        await pool.send("GET", f"http://127.0.0.1:{site.port}/a", (header,), b"", timeout_s=1)
    assert site.requests == []


async def test_addresses_are_checked(site: Site) -> None:
    closed = Pool(Outbound())
    assert await refused(closed, site, "/a") == "refused"
    own = Pool(Outbound(allow=("127.0.0.0/8",), own_port=site.port))
    assert await refused(own, site, "/a") == "refused"


async def test_front_doors_are_open_and_nothing_else_is(site: Site) -> None:
    doors = Pool(
        Outbound(allow=("127.0.0.0/8",), own_port=site.port, doors=lambda host, path: path == "/door")
    )
    assert await refused(doors, site, "/a") == "refused"
    assert await ask(doors, site, "/door") == (200, b"hi")
    assert await refused(doors, site, "/a") == "refused"  # nor on the connection that is kept
    with pytest.raises(OutboundError) as caught:
        await doors.send("GET", f"http://127.0.0.1:{site.port}/door", (("Host", "other"),), b"", timeout_s=1)
    assert caught.value.reason == "refused"
    assert len(site.requests) == 1
    doors.close()


async def test_certificates_are_checked_unless_it_is_said(site: Site, tmp_path: Path) -> None:
    chain, key = ensure_leaf(tmp_path, (), datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=context)
    url = f"https://localhost:{server.sockets[0].getsockname()[1]}/a"
    resolved = Pool(Outbound(allow=("127.0.0.0/8",), resolve=local))
    with pytest.raises(OutboundError) as caught:
        await resolved.send("GET", url, (), b"", timeout_s=5)
    assert caught.value.reason == "unreachable"
    exchange = await resolved.send("GET", url, (), b"", timeout_s=5, verify=False)
    assert (exchange.status, await exchange.read(10)) == (200, b"hi")
    with pytest.raises(OutboundError):  # nor on the connection that is kept
        await resolved.send("GET", url, (), b"", timeout_s=5)
    resolved.close()
    server.close()


async def local(host: str, port: int) -> tuple[str]:
    """Everything is on this machine."""
    return ("127.0.0.1",)
