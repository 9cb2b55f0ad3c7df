"""One request on a connection, and its answer as it comes in (`outbound_pool.py` owns the connections)."""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Protocol
from urllib.parse import SplitResult

import httptools

from portico.base.outbound import OutboundError

Pairs = Sequence[tuple[str, str]]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*").fullmatch
_METHOD = re.compile(r"[A-Z]{1,20}").fullmatch
_HEAD_BYTES_MAX = 128 * 1024
_HELD_BYTES_MAX = 512 * 1024


class Line(Protocol):
    """The connection of an exchange."""

    def pause(self, paused: bool) -> None:
        """Stop, or go on, reading."""

    def finished(self, *, reusable: bool) -> None:
        """The exchange is over."""


class Exchange:
    """A request and its answer: `status` and `headers` are there once it has `begun`, the body is read with `read` or `chunks`."""

    def __init__(self, line: Line, *, head_only: bool) -> None:
        self._line: Line | None = line
        self._head_only = head_only
        self._parser: Any = httptools.HttpResponseParser(self)
        self._pieces: list[bytes] = []
        self._held = 0
        self._head_bytes = 0
        self._has_head = False
        self._complete = False
        self._clean = True
        self._kept_alive = False
        self._failed: OutboundError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self.answered = False
        self.status = 0
        self.headers: list[tuple[str, str]] = []

    async def begun(self) -> None:
        """Wait for the head of the answer; the exchange is closed if there is none.

        Raises:
            OutboundError: `malformed`, `too_large`.
        """
        try:
            while not self._has_head:
                await self._more()
        except BaseException:
            self.close()
            raise

    async def read(self, bytes_max: int) -> bytes:
        """The whole body.

        Raises:
            OutboundError: `too_large`, `malformed`.
        """
        body = bytearray()
        async for piece in self.chunks():
            body += piece
            if len(body) > bytes_max:
                self.close()
                raise OutboundError("too_large", f"the answer is larger than {bytes_max} bytes")
        return bytes(body)

    async def chunks(self, idle_s: float | None = None) -> AsyncGenerator[bytes, None]:
        """The pieces of the body as they come; `idle_s` is how long one may take.

        Raises:
            OutboundError: `malformed`, `timeout`.
        """
        try:
            while True:
                pieces, self._pieces, self._held = self._pieces, [], 0
                if pieces and self._line is not None:
                    self._line.pause(False)
                for piece in pieces:
                    yield piece
                if self._complete and not self._pieces:
                    return
                if not self._pieces:
                    async with asyncio.timeout(idle_s):
                        await self._more()
        except TimeoutError as error:
            raise OutboundError("timeout", f"the answer paused for {idle_s:g} s") from error
        finally:
            self.close()

    def close(self) -> None:
        """Give the exchange up, or end it: after a whole answer its connection is good for another."""
        line, self._line = self._line, None
        if line is not None:
            whole = self._complete and self._clean and not self._head_only and self._failed is None
            line.finished(reusable=whole and self._kept_alive)

    async def _more(self) -> None:
        """Wait until there is something new."""
        self._check()
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
        if not self._pieces:
            self._check()

    def _check(self) -> None:
        if self._failed is not None:
            raise self._failed

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def feed(self, data: bytes) -> None:
        """The connection: bytes have come."""
        self.answered = True
        if not self._has_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.fail(OutboundError("malformed", f"the answer is not HTTP: {error}"))
        if self._head_bytes > _HEAD_BYTES_MAX and not self._has_head:
            self.fail(OutboundError("too_large", "the answer's head is too large"))
        if self._held > _HELD_BYTES_MAX and self._line is not None:
            self._line.pause(True)
        self._wake()

    def ended(self) -> None:
        """The connection: it is closed, which is the end of an answer without a length, and breaks any other off."""
        names = {name.lower() for name, _ in self.headers}
        if self._complete:
            return
        if self._has_head and names.isdisjoint(("content-length", "transfer-encoding")):
            self._complete, self._clean = True, False
        else:
            self.fail(OutboundError("malformed", "the answer broke off"))
        self._wake()

    def fail(self, error: OutboundError) -> None:
        """There will be no more."""
        self._failed = self._failed or error
        self._wake()

    def on_message_begin(self) -> None:
        """llhttp: an answer begins; a second one nobody has asked for."""
        self._clean = not self._complete

    def on_header(self, name: bytes, value: bytes) -> None:
        """llhttp: a header, or a trailer, which nobody reads."""
        if not self._has_head:
            self.headers.append((name.decode("latin-1"), value.decode("latin-1").strip()))

    def on_headers_complete(self) -> None:
        """llhttp: the head is whole; that of an interim answer is forgotten."""
        if self._has_head:
            return
        status = self._parser.get_status_code()
        if status < 200:
            self.headers.clear()
            return
        self.status = status
        self._has_head = True
        self._complete = self._head_only

    def on_body(self, piece: bytes) -> None:
        """llhttp: a piece of the body."""
        if not self._complete:
            self._pieces.append(piece)
            self._held += len(piece)

    def on_message_complete(self) -> None:
        """llhttp: the answer is whole."""
        if self._has_head and not self._complete:
            self._complete = True
            self._kept_alive = bool(self._parser.should_keep_alive())


def message(method: str, parts: SplitResult, headers: Pairs, body: bytes) -> bytes:
    """A request's bytes: `headers` as they are given, with `Host` unless it is among them, `Content-Length` and `Connection`.

    Raises:
        OutboundError: a header that would not stay one.
    """
    if not _METHOD(method) or not all(_NAME(name) and _VALUE(value) for name, value in headers):
        raise OutboundError("url", "a header has characters that it can't have")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fields = [*headers, ("Connection", "keep-alive")]
    if not any(name.lower() == "host" for name, _ in headers):
        fields.insert(0, ("Host", parts.netloc))
    if body or method in ("POST", "PUT", "PATCH"):
        fields.append(("Content-Length", str(len(body))))
    lines = "".join([f"{name}: {value}\r\n" for name, value in fields])
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body
