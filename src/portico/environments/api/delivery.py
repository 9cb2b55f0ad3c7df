"""Batches of telemetry on their way to the listener of an extension, which is on the environment's own loopback.

Source: Lambda Developer Guide, "Lambda Telemetry API", "Configuring buffering" and "Destination protocols".
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

_SEND_S = 5.0
_AGAIN_S = 0.1
_KEPT_FACTOR = 4  # so many times the size of a batch is kept while the listener does not take it

Event = dict[str, Any]
Dial = Callable[[int], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Buffering(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """When a batch is sent: at so many events, at so many bytes, or after so long. AWS's bounds and defaults."""

    max_items: int = 10_000
    max_bytes: int = 262_144
    timeout_ms: int = 1_000


class Destination(msgspec.Struct, frozen=True, gc=False):
    """Where batches go on loopback: as an HTTP POST of a JSON array to `path`, or over TCP, an event a line."""

    protocol: str
    port: int
    path: str = "/"


class Delivery:
    """The events of one subscription. `allowed` says whether what listens on the port is the environment's; `dropped` is told the
    number and the bytes of the events that were lost because nobody took them, `dial` connects to a port of the environment's loopback."""

    def __init__(
        self,
        destination: Destination,
        buffering: Buffering,
        allowed: Callable[[int], bool],
        dropped: Callable[[int, int], None],
        dial: Dial,
    ) -> None:
        self._dial = dial
        self._destination = destination
        self._buffering = buffering
        self._allowed = allowed
        self._dropped = dropped
        self._events: list[bytes] = []
        self._bytes = 0
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._sending: asyncio.Task[None] | None = None

    def add(self, event: Event) -> None:
        """Send this with the next batch."""
        data = json.dumps(event, separators=(",", ":")).encode()
        self._events.append(data)
        self._bytes += len(data)
        full = len(self._events) >= self._buffering.max_items or self._bytes >= self._buffering.max_bytes
        if full:
            self.flush()
        elif self._timer is None:
            self._timer = self._loop.call_later(self._buffering.timeout_ms / 1000, self.flush)
        if self._bytes > _KEPT_FACTOR * self._buffering.max_bytes:
            self._drop()

    def flush(self) -> None:
        """Send what there is now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._events and self._sending is None:
            self._sending = self._loop.create_task(self._send_all())

    def close(self) -> None:
        """Send nothing more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._sending is not None:
            self._sending.cancel()

    def _drop(self) -> None:
        count, size = len(self._events), self._bytes
        self._events.clear()
        self._bytes = 0
        self._dropped(count, size)

    async def _send_all(self) -> None:
        try:
            while self._events:
                batch, self._events = self._events, []
                size, self._bytes = self._bytes, 0
                if not await self._send(batch):
                    self._events[:0] = batch
                    self._bytes += size
                    self._again()
                    return
        finally:
            self._sending = None

    def _again(self) -> None:
        """Try again later: the environment stands still, or nobody can be seen to listen just now."""
        if self._timer is None:
            after_s = max(self._buffering.timeout_ms / 1000, _AGAIN_S)
            self._timer = self._loop.call_later(after_s, self.flush)

    async def _send(self, batch: list[bytes]) -> bool:
        if not self._allowed(self._destination.port):
            return False
        try:
            async with asyncio.timeout(_SEND_S):
                reader, writer = await self._dial(self._destination.port)
                try:
                    return await self._exchange(reader, writer, batch)
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, batch: list[bytes]
    ) -> bool:
        if self._destination.protocol == "TCP":
            writer.write(b"".join(event + b"\n" for event in batch))
            await writer.drain()
            return True
        body = b"[" + b",".join(batch) + b"]"
        writer.write(
            b"POST %b HTTP/1.1\r\nHost: sandbox.localdomain:%d\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\nConnection: close\r\n\r\n%b"
            % (self._destination.path.encode(), self._destination.port, len(body), body)
        )
        await writer.drain()
        status = await reader.readline()
        return status.split(b" ")[1:2] != [b""] and status[9:10] == b"2"
