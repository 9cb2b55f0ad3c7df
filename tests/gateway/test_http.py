import asyncio
from collections.abc import AsyncIterator

import pytest

from portico.gateway.body import Body
from portico.wire.errors import AwsError
from portico.wire.http import Head, Peer, Reply, StreamReply
from raw_http import lane, until

JSON = (("content-type", "application/json"),)


async def echo(head: Head, body: Body, peer: Peer) -> Reply:
    return Reply(200, JSON, await body.read())


async def show(head: Head, body: Body, peer: Peer) -> Reply:
    return Reply(200, (), f"{head.method} {head.path} {head.query} {head.headers}".encode())


async def test_a_request_and_its_reply():
    async with lane(echo) as served:
        caller = await served.connect()
        answer = await caller.ask(b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
        assert (answer.status, answer.body) == (200, b"hello")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["date"].endswith("gmt")
        assert "connection" not in answer.headers


async def test_the_head_is_handed_on_as_it_was_sent():
    async with lane(show) as served:
        caller = await served.connect()
        answer = await caller.ask(
            b"GET /a%2Fb/../c?x=%20&y HTTP/1.1\r\nHoSt: x\r\nX-Amz-Thing:  \xe9 v\t \r\nEmpty:\r\n\r\n"
        )
        assert answer.body.decode() == (
            "GET /a%2Fb/../c x=%20&y (('host', 'x'), ('x-amz-thing', 'é v'), ('empty', ''))"
        )


async def test_a_repeated_field_has_its_first_value_and_a_trailer_none():
    heads: list[Head] = []

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        await body.read()
        heads.append(head)
        return Reply(204, (), b"")

    async with lane(handle) as served:
        caller = await served.connect()
        sent = b"POST / HTTP/1.1\r\nHost: x\r\nA: 1\r\nTransfer-Encoding: chunked\r\nA: 2\r\n\r\n"
        await caller.ask(sent + b"1\r\nb\r\n0\r\nB: 3\r\nA: 4\r\n\r\n")
        await caller.ask(b"GET / HTTP/1.1\r\nHost: x\r\nC: 5\r\n\r\n")
    first, second = heads
    assert first.values == {"host": "x", "a": "1", "transfer-encoding": "chunked"}
    assert [value for name, value in first.headers if name == "a"] == ["1", "2"]
    assert (first.header("b"), first.header("b", "none")) == ("", "none")
    assert second.values == {"host": "x", "c": "5"}


async def test_peer_is_the_callers_address():
    seen: list[Peer] = []

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        seen.append(peer)
        return Reply(204, (), b"")

    async with lane(handle) as served:
        caller = await served.connect()
        answer = await caller.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer.status == 204
        assert "content-length" not in answer.headers
        assert [(peer.host, peer.port, peer.secure) for peer in seen] == [
            (*caller.writer.get_extra_info("sockname"), False)
        ]


async def test_a_request_may_come_byte_by_byte():
    async with lane(echo) as served:
        caller = await served.connect()
        for byte in b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n":
            await caller.send(bytes([byte]))
            await asyncio.sleep(0)
        assert (await caller.answer()).body == b"abc"


async def test_pipelined_requests_are_answered_one_after_the_other_in_order():
    running: list[str] = []
    gates = {f"/{n}": asyncio.Event() for n in range(3)}

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        running.append(head.path)
        await gates[head.path].wait()
        return Reply(200, (), await body.read())

    async with lane(handle) as served:
        caller = await served.connect()
        await caller.send(
            b"".join(
                b"POST /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n%d" % (n, n) for n in range(3)
            )
        )
        for n in (2, 1, 0):
            gates[f"/{n}"].set()
        assert [(await caller.answer()).body for _ in range(3)] == [b"0", b"1", b"2"]
        assert running == ["/0", "/1", "/2"]


async def test_a_request_that_comes_while_another_is_answered_waits():
    entered, gate = asyncio.Event(), asyncio.Event()

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        if head.path == "/slow":
            entered.set()
            await gate.wait()
        return Reply(200, (), head.path.encode())

    async with lane(handle) as served:
        caller = await served.connect()
        await caller.send(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        await entered.wait()
        await caller.send(b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
        gate.set()
        assert (await caller.answer()).body == b"/slow"
        assert (await caller.answer()).body == b"/next"


async def test_beyond_the_pipelines_depth_nothing_is_read_and_the_connection_ends():
    async with lane(show, pipeline_depth=3) as served:
        caller = await served.connect()
        await caller.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 10)
        answers = [await caller.answer() for _ in range(3)]
        assert [answer.headers.get("connection") for answer in answers] == [None, None, "close"]
        assert await caller.closed()


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True),
    ],
)
async def test_keep_alive(head, kept):
    async with lane(show) as served:
        caller = await served.connect()
        assert (await caller.ask(head)).status == 200
        if kept:
            assert (await caller.ask(head)).status == 200
        else:
            assert await caller.closed()


async def test_head_has_the_length_and_no_body():
    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        own = (("Content-Length", "4711"),) if head.path == "/own" else ()
        return Reply(200, own, b"" if own else b"12345")

    async with lane(handle) as served:
        caller = await served.connect()
        first = await caller.ask(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (first.headers["content-length"], first.body) == ("5", b"")
        second = await caller.ask(b"HEAD /own HTTP/1.1\r\nHost: x\r\n\r\n")
        assert second.headers["content-length"] == "4711"


async def test_options_and_absolute_targets():
    async with lane(show) as served:
        caller = await served.connect()
        assert (await caller.ask(b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")).body.startswith(b"OPTIONS / ")
        assert (await caller.ask(b"GET http://x:1/a?b HTTP/1.1\r\nHost: x:1\r\n\r\n")).body.startswith(
            b"GET /a b"
        )
        assert (await caller.ask(b"GET http://y/a HTTP/1.1\r\nHost: x\r\n\r\n")).status == 400


@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket"])
async def test_an_upgrade_is_ignored_and_the_body_read(upgrade):
    head = (
        b"POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: " + upgrade + b"\r\n"
    )
    async with lane(echo) as served:
        for framed in (
            b"Content-Length: 3\r\n\r\nabc",
            b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        ):
            caller = await served.connect()
            assert (await caller.ask(head + framed)).body == b"abc"
            assert await caller.closed()
        caller = await served.connect()
        await caller.send(head + b"Content-Length: 3\r\n\r\n")
        await asyncio.sleep(0)
        assert (await caller.ask(b"abc", "POST")).body == b"abc"


async def test_a_caller_that_has_sent_all_and_said_so_gets_its_reply():
    gate = asyncio.Event()

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        await gate.wait()
        return Reply(200, (), b"late")

    async with lane(handle) as served:
        caller = await served.connect()
        await caller.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
        caller.writer.write_eof()
        await until(lambda: any(connection._eof for connection in served.open))
        gate.set()
        assert (await caller.answer()).body == b"late"
        assert (await caller.answer()).body == b"late"
        assert await caller.closed()


@pytest.mark.parametrize("reset", [True, False])
async def test_a_call_goes_on_when_its_caller_is_gone(reset):
    entered, gate, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        entered.set()
        await gate.wait()
        done.set()
        return Reply(200, (), b"")

    async with lane(handle) as served:
        caller = await served.connect()
        await caller.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await entered.wait()
        if reset:
            caller.reset()
            await served.open.gone()
        else:  # which may as well be one that has said all it has to say
            caller.writer.transport.abort()
        gate.set()
        await asyncio.wait_for(done.wait(), 10)


async def test_shutdown_closes_idle_connections_and_finishes_running_calls():
    entered, gate = asyncio.Event(), asyncio.Event()

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        entered.set()
        await gate.wait()
        return Reply(200, (), b"done")

    async with lane(handle) as served:
        idle, busy = await served.connect(), await served.connect()
        await busy.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await entered.wait()
        for connection in tuple(served.open):
            connection.shutdown()
        assert await idle.closed()
        gate.set()
        answer = await busy.answer()
        assert (answer.body, answer.headers["connection"]) == (b"done", "close")
        assert await busy.closed()


async def test_an_exception_is_500_without_details(caplog):
    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        raise RuntimeError("a secret")

    async with lane(handle) as served:
        caller = await served.connect()
        answer = await caller.ask(b"GET /p HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (answer.status, answer.error) == (500, "internalfailure")
        assert b"secret" not in answer.body
        assert "GET /p failed" in caplog.text


async def test_an_aws_error_that_nobody_encoded_is_encoded_here():
    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        raise AwsError("ResourceNotFoundException", "Nothing here", 404)

    async with lane(handle) as served:
        caller = await served.connect()
        answer = await caller.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (answer.status, answer.error) == (404, "resourcenotfoundexception")
        assert b"Nothing here" in answer.body


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "\u20ac"])
async def test_a_reply_cannot_forge_headers(value, caplog):
    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        return Reply(200, (("x-a", value),), b"")

    async with lane(handle) as served:
        caller = await served.connect()
        answer = await caller.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer.status == 500
        assert "set-cookie" not in answer.headers
        assert "can't be sent" in caplog.text


class Chunks:
    """An iterator that tells whether it was closed."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks
        self.closed = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self._chunks:
            raise StopAsyncIteration
        return self._chunks.pop(0)

    async def aclose(self) -> None:
        self.closed.set()


async def test_a_stream_is_chunked_and_closed():
    chunks = Chunks([b"one", b"", b"two"])

    async def handle(head: Head, body: Body, peer: Peer) -> StreamReply:
        return StreamReply(200, JSON, chunks)

    async with lane(handle) as served:
        caller = await served.connect()
        answer = await caller.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (answer.headers["transfer-encoding"], answer.body) == ("chunked", b"onetwo")
        assert chunks.closed.is_set()


@pytest.mark.parametrize(
    ("request_head", "headers", "framing"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", (), {"connection": "close"}),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", (("Content-Length", "3"),), {"content-length": "3"}),
    ],
)
async def test_a_stream_without_chunks(request_head, headers, framing):
    async def handle(head: Head, body: Body, peer: Peer) -> StreamReply:
        return StreamReply(200, headers, Chunks([b"a", b"bc"]))

    async with lane(handle) as served:
        caller = await served.connect()
        answer = await caller.ask(request_head)
        assert answer.body == b"abc"
        assert {name: answer.headers[name] for name in framing} == framing
        assert "transfer-encoding" not in answer.headers


async def test_a_stream_that_breaks_does_not_look_whole(caplog):
    async def broken() -> AsyncIterator[bytes]:
        yield b"part"
        raise RuntimeError("no more")

    async def handle(head: Head, body: Body, peer: Peer) -> StreamReply:
        return StreamReply(200, (), broken())

    async with lane(handle) as served:
        caller = await served.connect()
        await caller.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            received = await caller.reader.read()
        except ConnectionResetError:
            received = b""
        assert not received.endswith(b"0\r\n\r\n")
        await served.open.gone()
        assert "broke off" in caplog.text


async def test_a_stream_is_closed_when_the_caller_goes_away():
    chunks = Chunks([b"x" * 65536] * 1000)

    async def handle(head: Head, body: Body, peer: Peer) -> StreamReply:
        return StreamReply(200, (), chunks)

    async with lane(handle) as served:
        caller = await served.connect()
        await caller.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await caller.reader.readexactly(1000)
        caller.writer.transport.abort()
        await asyncio.wait_for(chunks.closed.wait(), 10)


async def test_a_large_reply_arrives_whole():
    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        return Reply(200, (), b"z" * 20_000_000)

    async with lane(handle) as served:
        caller = await served.connect()
        for _ in range(2):
            answer = await caller.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert len(answer.body) == 20_000_000
