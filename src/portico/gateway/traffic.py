"""What all connections of a listener share: the handler, the counters, the memory for bodies, and one timer for everything."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Protocol

from portico.gateway.body import Body
from portico.gateway.limits import Limits
from portico.gateway.pattern import Patterned
from portico.wire.errors import AwsError
from portico.wire.http import Answer, Head, Peer, Reply

Handler = Callable[[Head, Body, Peer], Awaitable[Answer]]
Take = Callable[[Reply | Patterned], None]
"""Takes a reply."""


class AtOnce(Protocol):
    """What is asked before the handler, when all of a request has arrived."""

    def expects(self, head: Head) -> bool:
        """Whether it may take a request with this head: its body, if it is small, is then waited for."""

    def begin(self, head: Head, body: Body, answer: Take) -> "Again | None":
        """None if it does not take the request; if it does, it calls `answer` with the reply, once, after this has returned. What it
        returns is asked first when the next request of the connection comes."""


class Again(Protocol):
    """What knows requests when they come again, before they are read."""

    def begin(self, data: bytes, answer: Take) -> bool:
        """Whether it takes the request of which `data` is all; if so it calls `answer` as above."""

    def learn(self, head: Head, data: bytes) -> None:
        """It took a request with this head, and `data` is how that was written, with its body."""


_TICK_S = 0.5


class Watched(Protocol):
    """A connection, as the timer sees it."""

    def check(self, now: float) -> None:
        """End what is overdue at `now` (seconds, the loop's clock)."""


class Traffic:
    """The state shared by the connections of one listener.

    One timer looks at every connection twice a second, instead of several timers per request (a timer made and cancelled costs
    as much as parsing a head). So every time limit of `Limits` may be overdrawn by half a second. `now` and `date` are as
    of the last tick.
    """

    def __init__(
        self, handler: Handler, limits: Limits | None = None, *, at_once: AtOnce | None = None
    ) -> None:
        self.handler = handler
        self.at_once = at_once
        self.limits = limits or Limits()
        self.connections: set[Watched] = set()
        self.requests = 0
        self.body_bytes = 0
        self.now = 0.0
        self.date = ""
        self.waiting: deque[tuple[int, asyncio.Future[None], float]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, connection: Watched, loop: asyncio.AbstractEventLoop) -> bool:
        """Watch a new connection; False when there are too many already (it is watched all the same, until it is gone)."""
        self.connections.add(connection)
        if self._timer is None:
            self._tick(loop)
        return len(self.connections) <= self.limits.connections

    def remove(self, connection: Watched) -> None:
        """Forget a closed connection. The timer ends with the last one."""
        self.connections.discard(connection)

    def check(self, now: float) -> None:
        """End whatever is overdue at `now`. The timer calls it; tests may, with a time of their own."""
        for connection in tuple(self.connections):
            connection.check(now)
        while self.waiting and (self.waiting[0][1].done() or now > self.waiting[0][2]):
            _, waiter, _ = self.waiting.popleft()
            if not waiter.done():
                waiter.set_exception(_no_memory())

    def hold(self, count: int) -> None:
        """Account for `count` bytes that are in memory already."""
        self.body_bytes += count

    def release(self, count: int) -> None:
        """Give back `count` bytes, and let in those who wait, in their order."""
        self.body_bytes -= count
        while self.waiting:
            wanted, waiter, _ = self.waiting[0]
            if not waiter.done():
                if self.body_bytes + wanted > self.limits.body_memory_bytes:
                    return
                self.body_bytes += wanted
                waiter.set_result(None)
            self.waiting.popleft()

    async def reserve(self, count: int) -> None:
        """Set `count` bytes aside, waiting behind those who came first.

        Raises:
            AwsError: 503 ServiceUnavailable, when there is no room for `Limits.body_memory_wait_s`.
        """
        if not self.waiting and self.body_bytes + count <= self.limits.body_memory_bytes:
            self.body_bytes += count
            return
        waiter = asyncio.get_running_loop().create_future()
        self.waiting.append((count, waiter, self.now + self.limits.body_memory_wait_s))
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.release(count)
            raise

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self.now = loop.time()
        self.date = formatdate(usegmt=True)
        self.check(self.now)
        self._timer = loop.call_later(_TICK_S, self._tick, loop) if self.connections or self.waiting else None


def _no_memory() -> AwsError:
    return AwsError(
        "ServiceUnavailableException",
        "Too many large requests at once. Please reduce your request rate.",
        503,
    )
