"""How fast a connection is read and written, and how it ends."""

import asyncio

from portico.gateway.limits import Limits


class Flow:
    """Of one connection, until it is `lost`. While it is `lingering` it is closed, and what still comes is dropped."""

    __slots__ = (
        "_limits",
        "_linger_bytes",
        "_transport",
        "_unwritten",
        "_write_deadline",
        "lingering",
        "lost",
        "paused",
    )

    def __init__(self, transport: asyncio.Transport, limits: Limits) -> None:
        self.lost = False
        self.lingering = False
        self._transport = transport
        self._limits = limits
        self.paused = False  # the socket is not read
        self._linger_bytes = 0
        self._unwritten = 0
        self._write_deadline = 0.0

    def pause(self) -> None:
        """Read the socket no more, until `resume`."""
        if not self.paused and not self.lost:
            self.paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self.paused and not self.lost:
            self.paused = False
            self._transport.resume_reading()

    def linger(self) -> None:
        """Close, but read for a while what is still under way: unread bytes would make the kernel reset the connection, and the
        caller would never see the reply (RFC 9112, section 9.6)."""
        self.lingering = True
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self.resume()

    def discard(self, count: int) -> None:
        """So many bytes have come after all."""
        self._linger_bytes += count
        if self._linger_bytes > self._limits.linger_bytes:
            self._transport.close()

    def write_overdue(self, now: float) -> bool:
        """Whether nothing of what waits to be sent has been taken for too long."""
        unwritten = self._transport.get_write_buffer_size()
        if unwritten != self._unwritten or not unwritten:
            self._unwritten = unwritten
            self._write_deadline = now + self._limits.write_s
            return False
        return now > self._write_deadline
