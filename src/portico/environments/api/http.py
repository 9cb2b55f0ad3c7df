"""HTTP/1.1 as the clients of the APIs speak it: one request at a time on a connection that is kept open, bounded in every way."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol, cast

import httptools

from portico.environments.api.exchange import Exchange, Head, Sink

log = logging.getLogger("portico.environments")

_TARGET_BYTES_MAX = 8 * 1024
_HEADERS_MAX = 200
_HEADER_BYTES_MAX = 64 * 1024
_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_LINGER_S = 1.0
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Handler(Protocol):
    """Who answers the requests of a connection."""

    def open(self, exchange: Exchange) -> Sink:
        """What takes the body of this request, of which the head is known; it answers when it sees fit."""

    def joined(self, connection: "Connection") -> None:
        """A connection of this environment has been made."""

    def left(self, connection: "Connection") -> None:
        """It has ended."""


class _Refused(Exception):
    """Stops llhttp: what arrives is not what clients of these APIs send."""


class Connection(asyncio.Protocol):
    """One connection. `identify` says whose it is, now or later by `belongs_to`."""

    def __init__(self, identify: Callable[["Connection"], None]) -> None:
        self._identify = identify
        self._handler: Handler | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._waiting = bytearray()  # what arrived before it was known who calls
        self._exchange: Exchange | None = None
        self._sink: Sink | None = None
        self._target = b""
        self._headers: dict[bytes, bytes] = {}
        self._trailers: dict[bytes, bytes] = {}
        self._bytes = 0  # of the head, or of a piece of body and what is around it
        self._keep_alive = True
        self._refused = False

    @property
    def receiving(self) -> bool:
        """Whether a request is arriving."""
        return self._sink is not None

    @property
    def peer(self) -> tuple[str, int]:
        """The address of the other end."""
        found = self._transport.get_extra_info("peername")
        return (found[0], found[1]) if found else ("", 0)

    # asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: it begins."""
        self._transport = cast(asyncio.Transport, transport)
        self._identify(self)

    def belongs_to(self, handler: Handler) -> None:
        """Now it is known who answers."""
        self._handler = handler
        handler.joined(self)
        if self._waiting:
            data = bytes(self._waiting)
            self._waiting.clear()
            self._transport.resume_reading()
            self.data_received(data)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes."""
        if self._refused:
            return
        if self._handler is None:
            self._waiting += data
            self._transport.pause_reading()
            return
        self._bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if isinstance(error, httptools.HttpParserCallbackError):
                _tell_of(error.__context__)
            self.refuse(_BAD_REQUEST)
            return
        if self._sink is None and self._bytes > _HEADER_BYTES_MAX:  # an endless header, gathered by llhttp
            self.refuse(_BAD_REQUEST)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: it has ended."""
        if self._sink is not None:
            self._sink.lost()
            self._sink = None
        if self._exchange is not None:
            self._exchange.lose()
        if self._handler is not None:
            self._handler.left(self)

    # llhttp

    def on_message_begin(self) -> None:
        """llhttp: a request begins."""
        if self._exchange is not None and self._exchange.open:
            raise _Refused("a request before the last one was answered")
        self._target = b""
        self._headers = {}
        self._trailers = {}

    def on_url(self, part: bytes) -> None:
        """llhttp: (a part of) the target."""
        self._target += part
        if len(self._target) > _TARGET_BYTES_MAX:
            raise _Refused("the target is too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """llhttp: a field of the head, or one after the body."""
        fields = self._headers if self._sink is None else self._trailers
        fields[name.lower()] = value.strip(b" \t")
        if len(fields) > _HEADERS_MAX:
            raise _Refused("too many headers")

    def on_headers_complete(self) -> None:
        """llhttp: the head is whole."""
        if self._handler is None or self._bytes > _HEADER_BYTES_MAX + 262_144:
            raise _Refused("the head is too large")
        path = self._target.partition(b"?")[0]
        self._keep_alive = self._parser.should_keep_alive()
        self._exchange = Exchange(Head(self._parser.get_method(), path, self._headers), self)
        self._sink = self._handler.open(self._exchange)
        if self._headers.get(b"expect", b"").lower() == b"100-continue":
            self._transport.write(_CONTINUE)

    def on_body(self, data: bytes) -> None:
        """llhttp: a piece of the body."""
        self._bytes = 0
        if self._sink is not None:
            self._sink.feed(data)

    def on_message_complete(self) -> None:
        """llhttp: the request is whole."""
        self._bytes = 0
        if self._sink is not None:
            sink, self._sink = self._sink, None
            sink.end(self._trailers)

    # Wire

    def write(self, data: bytes) -> None:
        """Send an answer."""
        self._transport.write(data)
        if not self._keep_alive:
            self._transport.close()

    def hold(self) -> None:
        """Read nothing."""
        self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        self._transport.resume_reading()

    def close(self) -> None:
        """End it, once what was written has been sent."""
        self._transport.close()

    def refuse(self, answer: bytes) -> None:
        """Say this and end it; what still comes is read for a moment, or the answer would be lost with it."""
        if self._refused:
            return
        self._refused = True
        self._waiting.clear()
        self._transport.resume_reading()
        self._transport.write(answer)
        self._transport.write_eof()
        asyncio.get_running_loop().call_later(_LINGER_S, self._transport.close)


def _tell_of(error: BaseException | None) -> None:
    """An error of ours would be taken for one of the sender's."""
    if not isinstance(error, _Refused):
        log.error("a request of a runtime or an extension failed", exc_info=error)
