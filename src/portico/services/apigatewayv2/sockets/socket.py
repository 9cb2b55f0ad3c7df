"""A WebSocket connection on asyncio: what its client sends goes to its owner, in order; what it is sent goes out; and how it ends.

There is no timer and no task for a connection: the listener's one timer looks at all of them (`check`).

Source: API Gateway Developer Guide, quotas for WebSocket APIs: 10 minutes idle, 2 hours in all.
"""

import asyncio
import math
from collections.abc import Callable
from typing import Protocol

from portico.base.clock import Clock
from portico.doors.connections import Client
from portico.services.apigatewayv2.sockets import frames
from portico.services.apigatewayv2.sockets.frames import Frames, Received, Violation
from portico.wire.http import Successor

IDLE_S, TOTAL_S = 600.0, 7_200.0
UNSENT_BYTES_MAX = 262_144
_UNREAD_S = 60.0  # how long a client may read nothing of what waits for it
_GOODBYE_S = 5.0  # how long its answer to our goodbye is waited for
_UNHEARD_S = 0.5  # and when it would not be heard
_AT_ONCE = 4  # frames that are read before the others have their turn: answers among them, so that few environments do the work
_UNREAD_BYTES_MAX = 65_536  # of frames that have their turn later; further ones wait in the socket
_BUSY_MAX = 64  # messages of one client that are being answered; further ones wait unread


class Owner(Protocol):
    """Whoever a connection tells of its life."""

    def message(self, socket: "Socket", text: str) -> None:
        """The client has sent a message; `socket.answered()` is to be called once it has been dealt with."""

    def sent(self, socket: "Socket") -> None:
        """A message was sent to the client."""

    def leaving(self, socket: "Socket") -> None:
        """One side has said goodbye: nothing more is to be sent."""

    def closed(self, socket: "Socket", code: int, reason: str) -> None:
        """The connection is over, for this reason; `socket.forget()` is to be called once nothing is left to be done."""


class Socket(asyncio.Protocol):
    """One connection (`connections.Connection`, and what speaks after HTTP: `wire.http.Successor`)."""

    __slots__ = (
        "_busy",
        "_clock",
        "_deadline",
        "_deaf",
        "_due",
        "_ending",
        "_frames",
        "_gone",
        "_heard",
        "_loop",
        "_opened",
        "_outgoing",
        "_owner",
        "_paused",
        "_transport",
        "_unsent",
        "_unsent_since",
        "active_at",
        "client",
    )

    def __init__(
        self,
        client: Client,
        owner: Owner,
        clock: Clock,
        transport: asyncio.Transport,
        gone: Callable[[Successor], None],
    ) -> None:
        self.client = client
        self.active_at = client.connected_at
        self._owner = owner
        self._clock = clock
        self._transport = transport
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._frames = Frames()
        self._opened = self._heard = self._time()
        self._deadline = math.inf  # when the connection is cut, once one side has said goodbye
        self._ending: tuple[int, str] | None = None
        self._deaf = False  # what the client sends now is not read any more
        self._due = False  # whether reading goes on in a moment
        self._busy = 0
        self._paused = False
        self._outgoing = bytearray()
        self._unsent = 0
        self._unsent_since = 0.0

    # What the transport tells

    def data_received(self, data: bytes) -> None:
        """Bytes of frames."""
        if not self._deaf:
            self._frames.feed(data)
            if not self._due:
                self._read()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, with or without a goodbye."""
        code, reason = self._ending or (frames.ABNORMAL, "Connection Closed Abnormally")
        self._owner.closed(self, code, reason)

    # What the client has sent

    def _read(self) -> None:
        """Read frames, but so many at once only, and none while too many messages of this client wait for their answers."""
        self._due = False
        try:
            for _ in range(_AT_ONCE):
                if self._busy >= _BUSY_MAX or self._transport.is_closing():
                    break
                received = self._frames.next()
                if received is None:
                    self._resume()
                    return
                self._heed(received)
        except Violation as violation:
            self._deaf = True
            self._end(violation.code, violation.reason)
            self._let_go()
            return
        if self._busy >= _BUSY_MAX or self._frames.unread_bytes > _UNREAD_BYTES_MAX:
            self._pause()
        if self._busy < _BUSY_MAX and not self._transport.is_closing():
            self._read_soon()

    def _read_soon(self) -> None:
        """Read on when the others have had their turn."""
        self._due = True
        self._loop.call_soon(self._read)

    def _heed(self, received: Received) -> None:
        self._touch()
        if received.kind == "close":
            self._leave(received.code, received.text)
        elif self._ending is not None:
            return  # what a client says after our goodbye
        elif received.kind == "text":
            self._busy += 1
            self._owner.message(self, received.text)
        elif received.kind == "ping":
            self._control(self._frames.pong(received.data))

    def answered(self) -> None:
        """A message has been dealt with."""
        self._busy -= 1
        if self._busy == _BUSY_MAX - 1 and not self._due:
            self._read_soon()

    # What the client is sent

    def post(self, data: bytes) -> bool:
        """See `connections.Connection`."""
        if not self._is_open or self._waiting > UNSENT_BYTES_MAX:
            return False
        self._write(self._frames.message(data))
        self._touch()
        self._owner.sent(self)
        return True

    def answer(self, data: bytes) -> None:
        """Send the answer to a message; a client that reads none of its answers loses the connection."""
        if self._is_open and not self.post(data):
            self._transport.abort()

    def disconnect(self) -> None:
        """See `connections.Connection`."""
        self._end(frames.NORMAL, "Connection Closed Normally")

    @property
    def _is_open(self) -> bool:
        """Whether messages may still be sent."""
        return self._ending is None and not self._transport.is_closing()

    def _control(self, data: bytes) -> None:
        """Send a frame that is no message; a client that reads none of them loses the connection."""
        if self._waiting > UNSENT_BYTES_MAX:
            self._transport.abort()
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        """Send with all else of this turn of the loop, in one system call."""
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing += data

    def _flush(self) -> None:
        """Send what waits for the end of the turn."""
        if self._outgoing and not self._transport.is_closing():
            outgoing, self._outgoing = self._outgoing, bytearray()
            self._transport.write(outgoing)

    @property
    def _waiting(self) -> int:
        """How many bytes wait for the client."""
        return len(self._outgoing) + self._transport.get_write_buffer_size()

    # The end

    def shutdown(self) -> None:
        """The server stops, or the stage is no more."""
        self._end(frames.GOING_AWAY, "Going away")

    def check(self, now: float) -> None:
        """End what is overdue at `now` (the loop's clock, seconds). The idle and total limits also heed how far `now` was moved."""
        at = now + self._clock.offset_s
        if self._unread(now) or now > self._deadline:
            self._transport.abort()
        elif self._ending is None and (at - self._heard > IDLE_S or at - self._opened > TOTAL_S):
            self._end(frames.GOING_AWAY, "Going away")

    def forget(self) -> None:
        """Nothing is left to be done."""
        self._gone(self)

    def _end(self, code: int, reason: str) -> None:
        """Say goodbye, and wait for the client's."""
        if self._is_open:
            self._ending = (code, reason)
            self._owner.leaving(self)
            self._deadline = self._loop.time() + _GOODBYE_S
            self._control(self._frames.close(code, reason))
            self._resume()

    def _let_go(self) -> None:
        """Close a connection that is not listened to any more; but not at once, as the client would then not hear why."""
        if self._transport.is_closing():
            return
        self._flush()
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:  # TLS
            self._deadline = self._loop.time() + _UNHEARD_S

    def _leave(self, code: int, reason: str) -> None:
        """The client says goodbye: answer it, unless it is itself the answer to ours, and close."""
        if self._ending is None:
            unset = code == frames.NO_STATUS
            self._ending = (code, "Client-side close frame status not set" if unset else reason)
            if not self._transport.is_closing():
                self._control(self._frames.close(frames.NORMAL if unset else code, reason))
        self._deaf = True
        self._flush()
        self._transport.close()

    def _unread(self, now: float) -> bool:
        """Whether the client has read nothing of what waits for it for too long."""
        unsent = self._transport.get_write_buffer_size()
        if unsent != self._unsent or not unsent:
            self._unsent, self._unsent_since = unsent, now
            return False
        return now - self._unsent_since > _UNREAD_S

    def _touch(self) -> None:
        self._heard = self._time()
        self.active_at = self._clock.now()

    def _time(self) -> float:
        """Seconds of a clock that never goes back, but goes ahead with `now`."""
        return self._loop.time() + self._clock.offset_s

    def _pause(self) -> None:
        if not self._paused and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._paused and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()
