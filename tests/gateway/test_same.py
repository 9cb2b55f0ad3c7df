"""Requests that come again byte for byte are not parsed, and are answered as if they were."""

import pytest

from portico.gateway.body import Body
from portico.gateway.parse import RequestParser
from portico.wire.http import Head, Peer, Reply
from raw_http import lane

POST = b"POST /a?b HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer 1\r\nContent-Length: 5\r\n\r\n"
GET = b"GET /a HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\n\r\n"


@pytest.fixture
def fed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was parsed."""
    seen: list[bytes] = []
    feed = RequestParser.feed

    def note(self: RequestParser, data: bytes) -> None:
        seen.append(data)
        feed(self, data)

    monkeypatch.setattr(RequestParser, "feed", note)
    return seen


async def tell(head: Head, body: Body, peer: Peer) -> Reply:
    return Reply(200, (), f"{head.method} {head.path} {head.headers} {await body.read()!r}".encode())


@pytest.mark.parametrize(("head", "bodies"), [(POST, [b"abcde", b"fghij"]), (GET, [b"", b""])])
async def test_what_comes_again_is_not_parsed(head: bytes, bodies: list[bytes], fed: list[bytes]) -> None:
    async with lane(tell) as served:
        caller = await served.connect()
        first = [(await caller.ask(head + body)).body for body in bodies]
        assert len(fed) == 2
        for _ in range(3):
            assert [(await caller.ask(head + body)).body for body in bodies] == first
        assert len(fed) == 2
        assert (served.traffic.requests, served.traffic.body_bytes) == (0, 0)


async def test_what_is_not_quite_the_same_is_parsed(fed: list[bytes]) -> None:
    async with lane(tell) as served:
        caller = await served.connect()
        for _ in range(3):
            await caller.ask(POST + b"abcde")
        count = len(fed)
        for other in (
            POST.replace(b"/a", b"/b") + b"abcde",
            POST.replace(b"Bearer 1", b"Bearer 2") + b"abcde",
            POST.replace(b"5\r\n", b"4\r\n") + b"abcd",
            POST.replace(b"5\r\n", b"05\r\n") + b"abcde",
            GET,
        ):
            count += 1
            assert (await caller.ask(other)).status == 200
            assert len(fed) == count
        for _ in range(3):  # the last one that was parsed is known
            await caller.ask(GET)
        assert len(fed) == count


async def test_pieces_and_several_at_once_are_parsed(fed: list[bytes]) -> None:
    async with lane(tell) as served:
        caller = await served.connect()
        for _ in range(3):
            whole = (await caller.ask(POST + b"abcde")).body
        for pieces in ((POST, b"abcde"), (POST + b"ab", b"cde"), (POST[:20], POST[20:] + b"abcde")):
            for piece in pieces:
                await caller.send(piece)
            assert (await caller.answer()).body == whole
        await caller.send((POST + b"abcde") * 3)
        assert [(await caller.answer()).body for _ in range(3)] == [whole] * 3
        assert (served.traffic.requests, served.traffic.body_bytes) == (0, 0)


@pytest.mark.parametrize(
    "request_",
    [
        POST.replace(b"Host", b"X-Amz-Date: 1\r\nHost") + b"abcde",
        POST.replace(b"Host", b"Expect: 100-continue\r\nHost") + b"abcde",
        POST.replace(b"Content-Length: 5", b"Transfer-Encoding: chunked") + b"5\r\nabcde\r\n0\r\n\r\n",
        GET.replace(b"Host", b"Upgrade: h2c\r\nConnection: upgrade\r\nHost"),
        GET.replace(b"Host", b"A: 1\r\nA: 2\r\nHost"),
    ],
)
async def test_what_is_always_parsed(request_: bytes, fed: list[bytes]) -> None:
    async with lane(tell) as served:
        caller = await served.connect()
        for count in range(1, 5):
            await caller.send(request_)
            answer = await caller.answer()
            if answer.status == 100:
                answer = await caller.answer()
            assert answer.status == 200
            if "connection" in answer.headers:
                caller = await served.connect()
            assert len(fed) >= count


async def test_a_caller_who_goes_away_after_it(fed: list[bytes]) -> None:
    async with lane(tell) as served:
        caller = await served.connect()
        for _ in range(3):
            await caller.ask(GET)
        assert (await caller.ask(GET.replace(b"Cookie", b"Connection: close\r\nCookie"))).status == 200
        assert await caller.closed()
