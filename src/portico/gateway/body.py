"""A request's body: read as a whole or in pieces, never more than was asked for."""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

from portico.gateway.limits import Limits
from portico.wire.errors import AwsError

_STEP_BYTES = 1024 * 1024


class Source(Protocol):
    """Where a body comes from."""

    def more(self, body: "Body") -> None:
        """The reader waits: ask the sender to go on (`100 Continue`) and read the socket."""

    def enough(self) -> None:
        """Stop reading the socket until somebody asks for more."""


class Memory(Protocol):
    """The account that all bodies share (see `Traffic`)."""

    limits: Limits
    now: float

    def hold(self, count: int) -> None:
        """Account for `count` bytes that are there already."""

    def release(self, count: int) -> None:
        """Give back `count` bytes."""

    async def reserve(self, count: int) -> None:
        """Wait for room for `count` bytes; raises AwsError when there is none for too long."""


class Body:
    """The body of one request, fed by the connection and read by the handler, once.

    `length` is what Content-Length announces, None for a chunked body.
    """

    __slots__ = (
        "_ahead",
        "_chunks",
        "_error",
        "_held",
        "_memory",
        "_since",
        "_source",
        "_waited_s",
        "_waiter",
        "_whole",
        "buffered",
        "complete",
        "length",
        "size",
    )

    def __init__(self, source: Source, memory: Memory, length: int | None) -> None:
        self.length = length
        self.complete = False
        self.size = 0
        self.buffered = 0
        self._source = source
        self._memory = memory
        self._chunks: list[bytes] = []
        self._held = 0
        self._ahead = memory.limits.body_ahead_bytes
        self._error: AwsError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._since = 0.0
        self._waited_s = 0.0
        self._whole = False

    async def read(self, limit: int | None = None) -> bytes:
        """All of the body.

        Raises:
            AwsError: 413 when it is longer than `limit` bytes (default `Limits.body_bytes`), as soon as that is known; 408 when it
                arrives too slowly; 400 when it is malformed or ends early; 503 when there is no memory for it.
        """
        bound = self._memory.limits.body_bytes if limit is None else limit
        self._check(bound)
        self._whole = True
        while not self.complete:
            wanted = self.length if self.length is not None else min(self.size + _STEP_BYTES, bound + 1)
            if wanted > self._held:
                await self._memory.reserve(wanted - self._held)
                self._held = wanted
            self._ahead = wanted
            await self._wait()
            self._check(bound)
        if len(self._chunks) != 1:
            # in place of the pieces, which would take the memory twice
            self._chunks = [b"".join(self._chunks)]
        return self._chunks[0]

    async def chunks(self, limit: int | None = None) -> AsyncIterator[bytes]:
        """The body in the pieces in which it arrives; the sender is held back while the reader is busy.

        Raises:
            AwsError: as `read`, but `limit` (default: none) is only noticed when it is passed.
        """
        bound = limit if limit is not None else 1 << 62
        while True:
            self._check(bound)
            if self._chunks:
                chunk = self._chunks.pop(0)
                self.buffered -= len(chunk)
                yield chunk
                self._held -= len(chunk)
                self._memory.release(len(chunk))
            elif self.complete:
                return
            else:
                await self._wait()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.chunks()

    def feed(self, data: bytes) -> None:
        """The connection has received `data`."""
        count = len(data)
        self.size += count
        self.buffered += count
        self._chunks.append(data)
        if self.buffered > self._held:
            self._memory.hold(self.buffered - self._held)
            self._held = self.buffered
        if self.buffered >= self._ahead and self.size != self.length:
            self._source.enough()
            self._wake()
        elif self._waiter is not None and not self._whole:
            self._wake()

    def finish(self) -> None:
        """The connection has received the last byte."""
        self.complete = True
        if self._waiter is not None:
            self._wake()

    def fail(self, error: AwsError) -> None:
        """The rest of the body will not come: its reader gets `error`."""
        self._error = error
        self._wake()

    def whole(self) -> bytes:
        """All of a body that is `complete`, without its bounds being looked at."""
        chunks = self._chunks
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def hold(self, count: int) -> None:
        """Account for `count` bytes that were not fed but are in memory until this is discarded."""
        self._memory.hold(count)
        self._held += count

    def discard(self) -> None:
        """The request is over: forget what was not read and give back the memory."""
        self._chunks.clear()
        if self._held:
            self._memory.release(self._held)
            self._held = self.buffered = 0

    def overdue(self, now: float) -> bool:
        """Whether a reader has waited too long for what has arrived so far (a reader that is busy does not count)."""
        if self._waiter is None or self.complete:
            return False
        limits = self._memory.limits
        return self._waited_s + now - self._since > limits.body_grace_s + self.size / limits.body_rate

    def _check(self, bound: int) -> None:
        if self._error is not None:
            raise self._error
        if self.size > bound or (self.length is not None and self.length > bound):
            raise AwsError(
                "RequestEntityTooLargeException", f"Request must be smaller than {bound} bytes", 413
            )

    async def _wait(self) -> None:
        if self.complete or self._error is not None:  # it came while the reader waited for memory
            return
        self._waiter = asyncio.get_running_loop().create_future()
        self._since = self._memory.now
        self._source.more(self)
        try:
            await self._waiter
        finally:
            self._waiter = None
            self._waited_s += self._memory.now - self._since

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
