"""A streamed answer on its way from an environment, which feeds it as it comes, to the one who reads it at their own pace."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from portico.environments.work import Outcome

STREAMED_BYTES_MAX = 200 * 1024 * 1024
_HELD_BYTES = 1024 * 1024  # more than this waits to be read: the environment is held
_RESUMED_BYTES = 256 * 1024

Hold = Callable[[bool], None]


class Stream:
    """An answer in parts. Also holds one that a function gives at once, which is then a single part.

    The environment's side calls `begin`, `feed`, `finish` or `fail`; the reader waits for `begun`, reads the parts, and finds
    `outcome` afterwards. At most about 1 MB waits in here: `hold` tells the environment to stop and to go on.
    """

    __slots__ = (
        "_error",
        "_head",
        "_held",
        "_hold",
        "_on_end",
        "_parts",
        "_reader_gone",
        "_size",
        "_waiter",
        "outcome",
    )

    def __init__(self, on_end: Callable[[Outcome | None], None]) -> None:
        self._on_end = on_end
        self._hold: Hold | None = None
        self._held = False
        self._head: bytes | None = None
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._waiter: asyncio.Future[None] | None = None
        self._reader_gone = False
        self._error: Exception | None = None
        self.outcome: Outcome | None = None

    def begin(self, head: bytes, hold: Hold) -> None:
        """The answer begins; `head` is the JSON of what the function says about it."""
        self._head, self._hold = head, hold
        self._wake()

    def feed(self, part: bytes) -> None:
        """More of it."""
        if self._reader_gone:
            return
        self._parts.append(part)
        self._size += len(part)
        if self._size > _HELD_BYTES and not self._held and self._hold is not None:
            self._held = True
            self._hold(True)
        self._wake()

    def finish(self, outcome: Outcome) -> None:
        """The invocation has ended; what it answered at once, if it did, is the only part."""
        if self._head is None and not outcome.function_error and outcome.payload:
            self._parts.append(outcome.payload)
        self.outcome = outcome
        self._hold = None
        self._on_end(outcome)
        self._wake()

    def fail(self, error: Exception) -> None:
        """There was no invocation."""
        self._error = error
        self._on_end(None)
        self._wake()

    async def begun(self) -> bytes:
        """Wait for the first word of the answer: its head, b"" when it was given at once or the invocation has failed.

        Raises:
            PreparationFailed: no environment could be started.
        """
        while self._head is None and self.outcome is None and self._error is None:
            await self._wait()
        if self._error is not None:
            raise self._error
        return self._head or b""

    async def parts(self) -> AsyncIterator[bytes]:
        """The parts, until the end."""
        while True:
            while self._parts:
                part = self._parts.popleft()
                self._size -= len(part)
                if self._held and self._size < _RESUMED_BYTES and self._hold is not None:
                    self._held = False
                    self._hold(False)
                yield part
            if self.outcome is not None or self._error is not None:
                return
            await self._wait()

    def leave(self) -> None:
        """Nobody reads any more; the invocation goes on to its end."""
        self._reader_gone = True
        self._parts.clear()
        self._size = 0
        if self._held and self._hold is not None:
            self._held = False
            self._hold(False)

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Answer:
    """A streamed answer as the supervisor sees it: passed on to a stream, or gathered for a caller who wants all of it at once.

    What goes beyond the `limit` (in bytes) is counted and dropped; `size` is all that came.
    """

    __slots__ = ("_gathered", "_stream", "limit", "size")

    def __init__(self, stream: Stream | None, gathered_bytes_max: int) -> None:
        self._stream = stream
        self._gathered: list[bytes] = []
        self.limit = gathered_bytes_max if stream is None else STREAMED_BYTES_MAX
        self.size = 0

    @property
    def too_large(self) -> bool:
        """Whether it has gone beyond its limit."""
        return self.size > self.limit

    @property
    def gathered(self) -> bytes:
        """All of it, for a caller without a stream."""
        return b"".join(self._gathered)

    def feed(self, part: bytes) -> None:
        """More of it."""
        self.size += len(part)
        if self.too_large:
            return
        if self._stream is not None:
            self._stream.feed(part)
        else:
            self._gathered.append(part)
