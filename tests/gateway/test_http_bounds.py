"""What a stranger can make grow, and where it ends."""

import asyncio

import pytest

from portico.gateway.body import Body
from portico.wire.http import Head, Peer, Reply
from raw_http import lane, until

HOST = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


async def echo(head: Head, body: Body, peer: Peer) -> Reply:
    return Reply(200, (), await body.read())


@pytest.mark.parametrize(
    ("request_bytes", "status", "error"),
    [
        (b"nonsense\r\n\r\n", 400, "BadRequestException"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "BadRequestException"),
        (b"FETCH / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "BadRequestException"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "BadRequestException"),
        (HOST + b"Host: x\r\n\r\n", 400, "BadRequestException"),
        (HOST + b"A: b\x00c\r\n\r\n", 400, "BadRequestException"),
        (HOST + b"A: b\rc\r\n\r\n", 400, "BadRequestException"),
        (HOST + b"A: b\nC: d\r\n\r\n", 400, "BadRequestException"),
        (HOST + b"A: b\r\n folded\r\n\r\n", 400, "BadRequestException"),
        (HOST + b"A : b\r\n\r\n", 400, "BadRequestException"),
        (HOST + b"(A): b\r\n\r\n", 400, "BadRequestException"),
        (b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "BadRequestException"),
        (b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "BadRequestException"),
        (b"GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "BadRequestException"),
        (b"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400, "BadRequestException"),
        (b"GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, "BadRequestException"),
        (b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 405, "MethodNotAllowedException"),
        (POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400, "BadRequestException"),
        (
            POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "BadRequestException",
        ),
        (
            POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            400,
            "BadRequestException",
        ),
        (POST + b"Content-Length: -3\r\n\r\nabc", 400, "BadRequestException"),
        (POST + b"Content-Length: 0x3\r\n\r\nabc", 400, "BadRequestException"),
        (POST + b"Content-Length: 99999999999999999999\r\n\r\nabc", 400, "BadRequestException"),
        (POST + b"Content-Length: 104857601\r\n\r\n", 413, "RequestEntityTooLargeException"),
        (POST + b"Transfer-Encoding: gzip\r\n\r\n", 501, "NotImplemented"),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501, "NotImplemented"),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "BadRequestException"),
        (POST + b"Expect: the unexpected\r\n\r\n", 417, "ExpectationFailedException"),
        (CHUNKED + b"x\r\n", 400, "BadRequestException"),
        (CHUNKED + b"-1\r\n", 400, "BadRequestException"),
        (CHUNKED + b"ffffffffffffffffff\r\n", 400, "BadRequestException"),
        (CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n", 400, "BadRequestException"),
        (CHUNKED + b"3\nabc\r\n0\r\n\r\n", 400, "BadRequestException"),
        (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, "HttpVersionNotSupportedException"),
        (b"GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505, "HttpVersionNotSupportedException"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HttpVersionNotSupportedException"),
        (b"GET /" + b"a" * 33_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "RequestURITooLongException"),
        (HOST + b"A: " + b"b" * 66_000 + b"\r\n\r\n", 431, "RequestHeaderFieldsTooLargeException"),
        (HOST + b"A: b\r\n" * 201 + b"\r\n", 431, "RequestHeaderFieldsTooLargeException"),
        (
            HOST + b"".join(b"A%d: %b\r\n" % (n, b"b" * 1000) for n in range(70)),
            431,
            "RequestHeaderFieldsTooLargeException",
        ),
    ],
)
async def test_refused_in_the_shape_of_aws_and_closed(request_bytes, status, error):
    async with lane(echo) as served:
        caller = await served.connect()
        answer = await caller.ask(request_bytes)
        assert (answer.status, answer.error) == (status, error.lower())
        assert answer.headers["x-amzn-requestid"]
        assert answer.headers["connection"] == "close"
        assert b'"message"' in answer.body.lower()
        assert await caller.closed()


async def test_what_came_before_a_malformed_request_is_answered_first():
    async with lane(echo) as served:
        caller = await served.connect()
        await caller.send(POST + b"Content-Length: 2\r\n\r\nok" + b"rubbish\r\n\r\n")
        assert (await caller.answer()).body == b"ok"
        assert (await caller.answer()).status == 400
        assert await caller.closed()


@pytest.mark.parametrize(
    "endless",
    [HOST + b"A: ", HOST, b"GET /", CHUNKED + b"1;ext=", CHUNKED + b"1\r\na\r\n0\r\nTrailer: "],
    ids=["value", "fields", "target", "extension", "trailer"],
)
async def test_an_endless_head_extension_or_trailer_ends(endless):
    async with lane(echo) as served:
        caller = await served.connect()
        await caller.send(endless)
        piece = b"B: c\r\n" * 1000 if endless == HOST else b"x" * 8192
        for _ in range(100):
            await caller.send(piece)
        answer = await caller.answer()
        assert answer.status in (414, 431)
        assert await caller.closed()


@pytest.mark.parametrize("half", [b"G", HOST, HOST + b"A: b"])
async def test_half_a_head_times_out(half):
    async with lane(echo) as served:
        caller = await served.connect()
        await caller.ask(POST + b"Content-Length: 1\r\n\r\na")
        await caller.send(half)
        await until(lambda: any(connection._in_head for connection in served.open))
        served.later(9)
        await caller.send(b"")  # one more byte would not help: the time counts from the first
        served.later(11)
        assert (await caller.answer()).status == 408
        assert await caller.closed()


async def test_an_idle_connection_is_closed_without_a_word():
    async with lane(echo) as served:
        caller = await served.connect()
        await caller.ask(POST + b"Content-Length: 1\r\n\r\na")
        served.later(64)
        await caller.ask(POST + b"Content-Length: 1\r\n\r\na")
        served.later(66)
        assert await caller.closed()


async def test_a_slow_body_times_out_at_its_reader():
    waiting = asyncio.Event()

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        waiting.set()
        return Reply(200, (), await body.read())

    async with lane(handle, body_grace_s=5, body_rate=100) as served:
        caller = await served.connect()
        await caller.send(POST + b"Content-Length: 100\r\n\r\n")
        await waiting.wait()
        served.later(4)
        served.later(6)
        assert (await caller.answer()).status == 408
        assert await caller.closed()


async def test_a_body_that_the_handler_is_slow_to_read_does_not_time_out():
    entered, gate = asyncio.Event(), asyncio.Event()

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        entered.set()
        await gate.wait()
        return Reply(200, (), await body.read())

    async with lane(handle) as served:
        caller = await served.connect()
        await caller.send(POST + b"Content-Length: 3\r\n\r\n")
        await entered.wait()
        served.later(1000)
        gate.set()
        assert (await caller.ask(b"abc", "POST")).body == b"abc"


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 11\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\nb\r\n"]
)
async def test_the_handlers_limit_holds(framing):
    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        return Reply(200, (), await body.read(10))

    async with lane(handle) as served:
        caller = await served.connect()
        answer = await caller.ask(POST + framing + b"x" * 11)
        assert (answer.status, answer.error) == (413, "requestentitytoolargeexception")


async def test_the_socket_is_not_read_while_nobody_wants_the_body():
    entered, gate = asyncio.Event(), asyncio.Event()
    bodies: list[Body] = []

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        bodies.append(body)
        entered.set()
        await gate.wait()
        return Reply(200, (), str(len(await body.read())).encode())

    size = 30_000_000
    async with lane(handle) as served:
        caller = await served.connect()
        caller.writer.write(POST + b"Content-Length: %d\r\n\r\n" % size + b"x" * size)
        await entered.wait()
        await until(lambda: any(connection._flow.paused for connection in served.open))
        assert bodies[0].buffered < 1_000_000
        gate.set()
        assert (await caller.answer()).body == b"%d" % size


async def test_a_body_in_pieces_takes_no_more_memory_than_a_piece():
    most = 0

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        nonlocal most
        count = 0
        async for chunk in body:
            count += len(chunk)
            most = max(most, served.traffic.body_bytes)
        return Reply(200, (), b"%d" % count)

    async with lane(handle) as served:
        caller = await served.connect()
        caller.writer.write(CHUNKED)
        for _ in range(200):
            caller.writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        await caller.send(b"0\r\n\r\n")
        assert (await caller.answer()).body == b"%d" % (200 * 65536)
        assert most < 2_000_000


async def test_bodies_share_the_memory_and_wait_for_it():
    async with lane(echo, body_memory_bytes=100_000) as served:
        first, second = await served.connect(), await served.connect()
        await first.send(POST + b"Content-Length: 80000\r\n\r\nx")
        await until(lambda: served.traffic.body_bytes >= 80_000)
        await second.send(POST + b"Content-Length: 70000\r\n\r\nx")
        assert len((await first.ask(b"x" * 79_999, "POST")).body) == 80_000
        assert len((await second.ask(b"x" * 69_999, "POST")).body) == 70_000


async def test_a_body_that_waits_too_long_for_memory_is_503():
    async with lane(echo, body_memory_bytes=100_000) as served:
        first, second = await served.connect(), await served.connect()
        await first.send(POST + b"Content-Length: 80000\r\n\r\nx")
        await until(lambda: served.traffic.body_bytes >= 80_000)
        await second.send(POST + b"Content-Length: 70000\r\n\r\nx")
        await until(lambda: bool(served.traffic.waiting))
        served.later(11)
        assert (await second.answer()).status == 503
        assert len((await first.ask(b"x" * 79_999, "POST")).body) == 80_000


async def test_requests_at_once_are_bounded():
    entered, gate = asyncio.Event(), asyncio.Event()

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        entered.set()
        await gate.wait()
        return Reply(200, (), b"")

    async with lane(handle, requests=1) as served:
        first, second = await served.connect(), await served.connect()
        await first.send(HOST + b"\r\n")
        await entered.wait()
        answer = await second.ask(HOST + b"\r\n")
        assert (answer.status, answer.error) == (503, "serviceunavailableexception")
        gate.set()
        assert (await first.answer()).status == 200
        assert (await second.ask(HOST + b"\r\n")).status == 200


async def test_connections_are_bounded():
    async with lane(echo, connections=1) as served:
        first = await served.connect()
        await first.ask(HOST + b"\r\n")
        second = await served.connect()
        assert (await second.answer()).status == 503
        assert await second.closed()
        assert (await first.ask(HOST + b"\r\n")).status == 200


async def test_continue_is_sent_when_the_body_is_wanted():
    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        return Reply(200, (), await body.read() if head.path == "/read" else b"unread")

    expecting = b"POST %b HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    async with lane(handle) as served:
        caller = await served.connect()
        assert (await caller.ask(expecting % b"/read")).status == 100
        assert (await caller.ask(b"abc", "POST")).body == b"abc"
        answer = await caller.ask(expecting % b"/other")
        assert (answer.body, answer.headers["connection"]) == (b"unread", "close")
        assert await caller.closed()


async def test_a_refusal_arrives_although_the_body_is_still_being_sent():
    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        return Reply(403, (), b"no")

    async with lane(handle) as served:
        caller = await served.connect()
        await caller.send(POST + b"Content-Length: 4000000\r\n\r\n" + b"x" * 3_999_999)
        answer = await caller.answer()
        assert (answer.status, answer.body) == (403, b"no")
        assert await caller.closed()


async def test_what_is_read_and_dropped_after_a_refusal_is_bounded():
    async with lane(echo, linger_bytes=100_000) as served:
        caller = await served.connect()
        await caller.send(b"nonsense\r\n\r\n")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            await caller.send_until_refused()


async def test_lingering_ends_in_time():
    async with lane(echo) as served:
        caller = await served.connect()
        assert (await caller.ask(b"nonsense\r\n\r\n")).status == 400
        served.later(3)
        await served.open.gone()


async def test_a_caller_that_does_not_read_is_dropped():
    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        return Reply(200, (), b"x" * 30_000_000)

    async with lane(handle) as served:
        caller = await served.connect()
        caller.writer.transport.pause_reading()
        await caller.send(HOST + b"\r\n")
        await until(lambda: any(connection._stalled for connection in served.open))
        served.later(1)
        served.later(50)
        assert served.open
        served.later(62)
        await served.open.gone()


async def test_the_reader_learns_that_the_caller_is_gone():
    failed: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
    entered = asyncio.Event()

    async def handle(head: Head, body: Body, peer: Peer) -> Reply:
        entered.set()
        try:
            return Reply(200, (), await body.read())
        except Exception as error:
            failed.set_result(error)
            raise

    async with lane(handle) as served:
        caller = await served.connect()
        await caller.send(POST + b"Content-Length: 10\r\n\r\nabc")
        await entered.wait()
        caller.writer.close()
        assert "before the body was complete" in str(await asyncio.wait_for(failed, 10))
