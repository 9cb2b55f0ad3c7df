"""HTTP/1.1 on a socket: one request at a time to the handler, its reply back. uvicorn keeps sockets, TLS and signals.

An ASGI application never sees the header phase and costs a third of the throughput, hence a protocol of our own. Parsing is in
`parse.py`, bodies in `body.py`, what connections share in `traffic.py`, replies that take their time in `streaming.py`; here are the life
of a connection and its order.
"""

import asyncio
import itertools
import logging
import math
from collections.abc import Callable, MutableSet
from typing import Any, cast

from portico.gateway import refusals
from portico.gateway.body import Body
from portico.gateway.flow import Flow
from portico.gateway.parse import Incoming, RequestParser
from portico.gateway.pattern import Patterned, encode_any
from portico.gateway.repeats import Repeats
from portico.gateway.reply import CONTINUE, UnsendableError, encode, refusal
from portico.gateway.streaming import ends_with_connection, stream
from portico.gateway.traffic import Handler, Traffic
from portico.gateway.upgrade import hand_over, switching
from portico.wire.errors import AwsError, internal
from portico.wire.http import Answer, Head, Peer, Reply, StreamReply, UpgradeReply

log = logging.getLogger("portico.gateway")

_JOINED_BYTES_MAX = 65_536
_AWAITED_BYTES_MAX = 65_536
_GOODBYE_S = 1.0
_NO_HEAD = Head("", "", "", ())

_connection_numbers = itertools.count(1)


class HttpProtocol(asyncio.Protocol):
    """One connection.

    Requests are answered in their order, the next one after the last byte of the reply before it is out of our hands. A call goes
    on when its caller is gone; only the reply is dropped. `running` and `open_connections` are uvicorn's sets, by which it
    knows what a graceful shutdown still waits for. `function` says that only a function's code can be at the other end.
    """

    __slots__ = (
        "_closing",
        "_current",
        "_deadline",
        "_drained",
        "_eof",
        "_flow",
        "_function",
        "_handler",
        "_held",
        "_in_head",
        "_loop",
        "_open_connections",
        "_parser",
        "_peer",
        "_postponed",
        "_repeats",
        "_running",
        "_stalled",
        "_traffic",
        "_transport",
        "lost",
    )

    def __init__(
        self,
        traffic: Traffic,
        loop: asyncio.AbstractEventLoop,
        open_connections: MutableSet[Any],
        running: MutableSet[Any],
        *,
        function: bool = False,
    ) -> None:
        self._function = function
        self._traffic = traffic
        self._handler: Handler = traffic.handler
        self._loop = loop
        self._open_connections = open_connections
        self._running = running
        self._parser = RequestParser(traffic.limits, traffic, self)
        self._transport: asyncio.Transport
        self._flow: Flow
        self._peer: Peer
        self._current: Incoming | None = None
        self._postponed: Incoming | None = (
            None  # the current one, of which a small rest is awaited before it is answered
        )
        self._repeats = Repeats()
        self._held: list[bytes] = []
        self._stalled = False  # the caller does not read
        self._drained: asyncio.Future[None] | None = None
        self._in_head = False
        self._eof = False  # the caller has sent all
        self._closing = False
        self.lost = False
        self._deadline = math.inf

    # What the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there; one too many is told so and closed."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own does not inherit from it
        self._flow = Flow(self._transport, self._traffic.limits)
        address = transport.get_extra_info("peername")
        host, port = address[:2] if isinstance(address, tuple) else ("", 0)
        session = transport.get_extra_info("ssl_object")
        secure, version = (False, "") if session is None else (True, session.version())
        self._peer = Peer(host, port, secure, next(_connection_numbers), self._function, version)
        self._open_connections.add(self)
        welcome = self._traffic.add(self, self._loop)
        self._deadline = self._traffic.now + self._traffic.limits.idle_s
        if not welcome:
            self._refuse(refusals.too_many_connections())

    def data_received(self, data: bytes) -> None:
        """Bytes of a request, of its body, or of the next one, which then waits unread."""
        if self._flow.lingering:
            self._flow.discard(len(data))
        elif self._current is None:
            if not self._parser.head_open:
                if not self._stalled and self._takes_up(data):
                    return
                self._repeats.first = data
            self._parser.feed(data)
            self._advance()
            self._repeats.first = b""
        elif self._current.body.complete:
            self._held.append(data)
            self._flow.pause()
        else:
            self._parser.feed(data)
            if self._postponed is not None and self._postponed.body.complete:
                self._start()

    def eof_received(self) -> bool:
        """The caller has sent everything; True keeps the connection for the reply (TLS can't)."""
        self._eof = True
        self._start()
        current = self._current
        if current is None:
            return self._stalled and not self._peer.secure
        return current.body.complete and not self._peer.secure

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone. Whoever reads the body learns it; the call goes on."""
        self.lost = self._flow.lost = True
        self._postponed = None
        self._open_connections.discard(self)
        self._traffic.remove(self)
        for incoming in (self._current, *self._parser.queue):
            if incoming is not None and not incoming.body.complete:
                incoming.body.fail(refusals.incomplete())
        while self._parser.queue:
            self._parser.queue.popleft().body.discard()
        self._held.clear()
        self.resume_writing()

    def pause_writing(self) -> None:
        """The caller reads more slowly than we write."""
        self._stalled = True

    def resume_writing(self) -> None:
        """It has caught up."""
        self._stalled = False
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        if self._current is None and not self.lost:
            self._advance()

    # What the body asks for

    def more(self, body: Body) -> None:
        """The handler waits for more of the body (see `body.Source`)."""
        current = self._current
        if self.lost or current is None or current.body is not body:
            return
        if current.awaits_continue:
            current.awaits_continue = False
            if not body.size:
                self._transport.write(CONTINUE)
        self._flow.resume()

    def enough(self) -> None:
        """Nobody waits for the body's next bytes yet."""
        self._flow.pause()

    # What the timer and the server ask for

    def check(self, now: float) -> None:
        """End what is overdue at `now` (see `traffic.Watched`)."""
        if self._flow.write_overdue(now):
            self._transport.abort()
        elif self._postponed is not None:
            self._start()
        elif self._current is not None:
            if self._current.body.overdue(now):
                self._current.body.fail(refusals.body_too_slow())
        elif now > self._deadline and not self._stalled:
            if self._in_head and not self._flow.lingering:
                self._refuse(refusals.head_too_slow())
            else:
                self._close_idle()

    def shutdown(self) -> None:
        """Take no further request; close now, or after the reply to the one that is being answered."""
        self._closing = True
        if self._current is None:
            self._close_idle()

    def _close_idle(self) -> None:
        """Close a connection without a request; a TLS caller that does not say goodbye (a pool) is not waited for long."""
        self._transport.close()
        if self._peer.secure:
            self._loop.call_later(_GOODBYE_S, self._transport.abort)

    # One request after the other

    def _advance(self) -> None:
        parser = self._parser
        while self._current is None and not self._stalled and not self.lost:
            if parser.queue:
                self._in_head = False
                self._begin(parser.queue.popleft())
            elif parser.refusal is not None:
                self._refuse(parser.refusal)
                return
            elif self._held:
                data = b"".join(self._held)
                self._held.clear()
                parser.feed(data)
            else:
                self._await_request()
                return

    def _await_request(self) -> None:
        if self._closing or self._eof:
            self._transport.close()
            return
        if self._flow.paused:
            self._flow.resume()
        if not self._parser.head_open:
            self._deadline = self._traffic.now + self._traffic.limits.idle_s
        elif not self._in_head:
            self._in_head = True
            self._deadline = self._traffic.now + self._traffic.limits.head_s

    def _begin(self, incoming: Incoming) -> None:
        traffic = self._traffic
        self._current = incoming
        if self._eof and not incoming.body.complete:
            incoming.body.fail(refusals.incomplete())
        at_once = traffic.at_once
        if at_once is None or not at_once.expects(incoming.head):
            self._begin_task(incoming)
            return
        self._postponed = incoming
        length = incoming.body.length
        if (
            incoming.body.complete
            or length is None
            or length > _AWAITED_BYTES_MAX
            or incoming.awaits_continue
        ):
            self._start()

    def _start(self) -> None:
        """Begin to answer the request that was postponed, if one was: at once if that can be, else in a task."""
        incoming, self._postponed = self._postponed, None
        if incoming is None:
            return
        traffic = self._traffic
        ready = incoming.body.complete and traffic.requests < traffic.limits.requests
        if ready and traffic.at_once:
            again = traffic.at_once.begin(incoming.head, incoming.body, self._answered)
            if again is not None:
                self._repeats.taken(incoming, again)
                self._begun()
                return
        self._begin_task(incoming)

    def _takes_up(self, data: bytes) -> bool:
        """Begin to answer a request without reading it, if it is as one before it and all that has arrived; True if so."""
        traffic, repeats = self._traffic, self._repeats
        if traffic.requests < traffic.limits.requests:
            self._current = repeats.begun(data, self._answered)
            if self._current is not None:
                self._begun()
                return True
        incoming = repeats.known(data, self, traffic)
        if incoming is not None:
            self._begin(incoming)
        return incoming is not None

    def _begun(self) -> None:
        """A request is answered without a task."""
        self._traffic.requests += 1
        self._running.add(self)

    def _begin_task(self, incoming: Incoming) -> None:
        self._repeats.read(incoming)
        self._traffic.requests += 1
        incoming.task = self._loop.create_task(self._answer(incoming))
        self._running.add(incoming.task)

    async def _answer(self, incoming: Incoming) -> None:
        head, traffic = incoming.head, self._traffic
        reply: Answer
        try:
            if traffic.requests > traffic.limits.requests:
                reply = refusal(refusals.too_many_requests())
            else:
                try:
                    reply = await self._handler(head, incoming.body, self._peer)
                except AwsError as error:
                    reply = refusal(error)
                except Exception:
                    log.exception("%s %s failed", head.method, head.path)
                    reply = refusal(internal())
            if isinstance(reply, Reply):
                self._send(incoming, reply)
            elif isinstance(reply, StreamReply):
                incoming.keep_alive &= not ends_with_connection(reply, head)
                await stream(self, head, reply, traffic.date, keep_alive=self._keeps_alive(incoming))
            else:
                self._upgrade(incoming, reply)
        except asyncio.CancelledError:
            self._transport.abort()
            raise
        except Exception:
            log.exception("The reply to %s %s broke off", head.method, head.path)
            self._transport.abort()  # so that it does not look whole
        finally:
            self._running.discard(incoming.task)
            self._finish(incoming)

    def _answered(self, reply: Reply | Patterned) -> None:
        """The reply to the current request, which no task answers."""
        incoming = self._current
        if incoming is None:
            raise RuntimeError("there is nothing to answer")
        try:
            self._send(incoming, reply)
        except Exception:
            log.exception("The reply to %s %s can't be sent", incoming.head.method, incoming.head.path)
            self._transport.abort()
        finally:
            self._running.discard(self)
            self._finish(incoming)

    def cancel(self, msg: Any = None) -> None:
        """The server waits no longer for the reply of a request without a task, for which this stands in uvicorn's set. What was begun
        goes on."""
        self._transport.abort()

    def _finish(self, incoming: Incoming) -> None:
        self._traffic.requests -= 1
        incoming.body.discard()
        if self.lost:
            self._current = None
        elif not incoming.body.complete:
            self._linger()
        elif self._closing or not incoming.keep_alive:
            self._transport.close()
        else:
            self._current = None
            self._advance()

    # Replies

    def _keeps_alive(self, incoming: Incoming) -> bool:
        return incoming.keep_alive and not self._closing and incoming.body.complete

    def _send(self, incoming: Incoming, reply: Reply | Patterned) -> None:
        if self.lost:
            return
        alive = self._keeps_alive(incoming)
        head, body = encode_any(reply, incoming.head, self._traffic.date, keep_alive=alive)
        if len(body) <= _JOINED_BYTES_MAX:
            self._transport.write(head + body)
        else:  # not writelines: asyncio's forgets in 3.12 and 3.13 to say that the other side lags behind
            self._transport.write(head)
            self._transport.write(body)

    def write(self, data: bytes) -> None:
        """Send bytes of a reply (see `streaming.Sink`)."""
        self._transport.write(data)

    async def caught_up(self) -> None:
        """Wait until the caller has read enough, or is gone (see `streaming.Sink`)."""
        if self._stalled and not self.lost:
            self._drained = self._loop.create_future()
            await self._drained

    def _upgrade(self, incoming: Incoming, reply: UpgradeReply) -> None:
        """Leave the connection to another protocol, if it is still there and was to be had."""
        if self.lost or self._eof or incoming.rest is None:
            reply.abandon()
            self._send(incoming, refusal(refusals.not_upgradable()))
            return
        try:
            self._transport.write(switching(reply, self._traffic.date))
        except UnsendableError:
            reply.abandon()
            raise
        self._flow.resume()
        self._open_connections.discard(self)
        self._traffic.remove(self)
        self.lost = self._flow.lost = True  # to HTTP
        rest = incoming.rest + b"".join(self._held)
        successor = hand_over(reply, self._transport, rest, self._traffic, self._open_connections)
        if self._closing:
            successor.shutdown()

    def _refuse(self, error: AwsError) -> None:
        """Answer what is no request, and close."""
        head, body = encode(refusal(error), _NO_HEAD, self._traffic.date, keep_alive=False)
        self._transport.write(head + body)
        self._linger()

    def _linger(self) -> None:
        """Close once the caller has seen the reply (see `Flow.linger`)."""
        self._current = None
        if self._eof:
            self._transport.close()
            return
        self._deadline = self._traffic.now + self._traffic.limits.linger_s
        self._flow.linger()


def protocol_factory(traffic: Traffic) -> Callable[..., HttpProtocol]:
    """What uvicorn takes as `http=`: makes the protocol of each connection."""

    def make(
        *, config: Any, server_state: Any, app_state: Any, _loop: asyncio.AbstractEventLoop | None = None
    ) -> HttpProtocol:
        loop = _loop or asyncio.get_running_loop()
        return HttpProtocol(traffic, loop, server_state.connections, server_state.tasks)

    return make
