"""Requests that are answered without a task, and those that are not even read: what they cost is accounted for as for any."""

from collections.abc import Callable

from portico.gateway.body import Body
from portico.wire.http import Head, Peer, Reply
from raw_http import Caller, Lane, lane, until

REQUEST = b"POST /known HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
OTHER = b"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nworld"


class Known:
    """Takes requests to `/known`; of those that come again only what is the very same."""

    def __init__(self) -> None:
        self.parsed = self.repeated = 0
        self.learned: list[bytes] = []
        self.answers: list[Callable[[Reply], None]] = []

    def expects(self, head: Head) -> bool:
        return head.path == "/known"

    def begin(self, head: Head, body: Body, answer: Callable[[Reply], None]) -> "Repeated | None":
        if head.path != "/known":
            return None
        self.parsed += 1
        self.answers.append(answer)
        return Repeated(self)

    def answer(self, body: bytes = b"at once") -> None:
        self.answers.pop(0)(Reply(200, (), body))


class Repeated:
    def __init__(self, known: Known) -> None:
        self.known = known

    def begin(self, data: bytes, answer: Callable[[Reply], None]) -> bool:
        if data not in self.known.learned:
            return False
        self.known.repeated += 1
        self.known.answers.append(answer)
        return True

    def learn(self, head: Head, data: bytes) -> None:
        assert head.path == "/known"
        self.known.learned.append(data)


async def asked(known: Known, caller: Caller, *pieces: bytes) -> None:
    """Send a request that is taken, and have it answered."""
    await taken(known, caller, *pieces)
    known.answer()
    assert (await caller.answer()).body == b"at once"


async def taken(known: Known, caller: Caller, *pieces: bytes) -> None:
    for piece in pieces:
        await caller.send(piece)
    await until(lambda: bool(known.answers))


async def by_task(head: Head, body: Body, peer: Peer) -> Reply:
    return Reply(200, (), await body.read())


def nothing_is_left(served: Lane) -> None:
    assert (served.traffic.requests, served.traffic.body_bytes, served.tasks) == (0, 0, set())


async def test_what_comes_again_is_not_read() -> None:
    known = Known()
    async with lane(by_task) as served:
        served.traffic.at_once = known
        caller = await served.connect()
        for repeated in (0, 1, 2):
            await taken(known, caller, REQUEST)
            assert (known.parsed, known.repeated) == (1, repeated)
            assert served.traffic.requests == 1
            assert served.traffic.body_bytes > 0
            known.answer()
            assert (await caller.answer()).body == b"at once"
            nothing_is_left(served)
        assert (await caller.ask(OTHER)).body == b"world"
        await asked(known, caller, REQUEST)
        assert (known.parsed, known.repeated, known.learned) == (1, 3, [REQUEST])


async def test_several_at_once_are_read_and_answered_in_order() -> None:
    known = Known()
    async with lane(by_task) as served:
        served.traffic.at_once = known
        caller = await served.connect()
        await caller.send(REQUEST + REQUEST + OTHER + REQUEST)
        for body in (b"1", b"2"):
            await until(lambda: bool(known.answers))
            known.answer(body)
            assert (await caller.answer()).body == body
        assert (await caller.answer()).body == b"world"
        await until(lambda: bool(known.answers))
        known.answer(b"3")
        assert (await caller.answer()).body == b"3"
        assert (known.parsed, known.repeated) == (3, 0)
        nothing_is_left(served)


async def test_what_comes_while_one_is_answered_waits() -> None:
    known = Known()
    async with lane(by_task) as served:
        served.traffic.at_once = known
        caller = await served.connect()
        for _ in range(2):
            await taken(known, caller, REQUEST)
            await caller.send(OTHER)
            await until(lambda: any(connection._held for connection in served.open))
            known.answer()
            assert (await caller.answer()).body == b"at once"
            assert (await caller.answer()).body == b"world"
        assert (known.parsed, known.repeated) == (1, 1)
        nothing_is_left(served)


async def test_pieces_are_read() -> None:
    known = Known()
    async with lane(by_task) as served:
        served.traffic.at_once = known
        caller = await served.connect()
        for cut in (3, 40, len(REQUEST) - 2):
            await caller.send(REQUEST[:cut])
            await until(lambda: any(one._parser.head_open or one._current for one in served.open))
            await asked(known, caller, REQUEST[cut:])
        assert (known.parsed, known.repeated, known.learned) == (3, 0, [])
        nothing_is_left(served)


async def test_a_body_that_lets_itself_be_waited_for_is_awaited_by_a_task() -> None:
    known = Known()
    async with lane(by_task) as served:
        served.traffic.at_once = known
        caller = await served.connect()
        await caller.send(REQUEST[:-3])
        await until(lambda: any(one._postponed for one in served.open))
        served.later(1)
        await until(lambda: bool(served.tasks))
        await caller.send(REQUEST[-3:])
        assert (await caller.answer()).body == b"hello"
        assert known.parsed == 0


async def test_more_than_may_be_under_way_is_refused() -> None:
    known = Known()
    async with lane(by_task, requests=1) as served:
        served.traffic.at_once = known
        first, second = await served.connect(), await served.connect()
        for caller in (first, second):
            await asked(known, caller, REQUEST)
        await taken(known, first, REQUEST)
        assert (await second.ask(REQUEST)).status == 503
        known.answer()
        assert (await first.answer()).status == 200
        nothing_is_left(served)


async def test_a_caller_who_has_gone_is_forgotten() -> None:
    known = Known()
    async with lane(by_task) as served:
        served.traffic.at_once = known
        caller = await served.connect()
        await asked(known, caller, REQUEST)
        await taken(known, caller, REQUEST)
        assert known.repeated == 1
        caller.reset()
        await until(lambda: not served.open)
        known.answer()
        nothing_is_left(served)
