"""One request of the APIs and its answer, and what takes a request's body."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

import msgspec

HEADERS_OF_JSON = b"Content-Type: application/json\r\n"
SMALL_BODY_BYTES_MAX = 256 * 1024  # of what is no answer

_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}


class Head(msgspec.Struct, frozen=True, gc=False):
    """A request's head: names of headers in lower case, values as they were sent."""

    method: bytes
    path: bytes
    headers: dict[bytes, bytes]

    def header(self, name: bytes) -> str:
        """The value of a header, "" when there is none."""
        return self.headers.get(name, b"").decode("latin-1")


class Sink(Protocol):
    """Takes a request's body. Of `end` and `lost` exactly one is called."""

    def feed(self, data: bytes) -> None:
        """A piece of the body."""

    def end(self, trailers: dict[bytes, bytes]) -> None:
        """The body is whole; `trailers` are the fields after a chunked one."""

    def lost(self) -> None:
        """The caller went away before the body was whole."""


class Wire(Protocol):
    """The connection that an exchange answers on (`http.Connection`)."""

    def write(self, data: bytes) -> None:
        """Send this; with it the exchange is answered."""

    def hold(self) -> None:
        """Read nothing for a while."""

    def resume(self) -> None:
        """Read on."""


class Exchange:
    """A request that waits for its answer. It can be answered once; after the caller has gone, answers go nowhere."""

    __slots__ = ("_wire", "head")

    def __init__(self, head: Head, wire: Wire) -> None:
        self.head = head
        self._wire: Wire | None = wire

    @property
    def open(self) -> bool:
        """Whether an answer would still reach somebody."""
        return self._wire is not None

    def reply(self, status: int, body: bytes = b"", headers: bytes = HEADERS_OF_JSON) -> None:
        """Answer; `headers` are whole lines."""
        if self._wire is not None:
            wire, self._wire = self._wire, None
            wire.write(b"%b%bContent-Length: %d\r\n\r\n%b" % (_LINES[status], headers, len(body), body))

    def accept(self) -> None:
        """What has been posted is taken."""
        self.reply(202, b'{"status":"OK"}\n')

    def refuse(self, status: int, kind: str, words: str) -> None:
        """Answer with an error document of the APIs."""
        document = {"errorMessage": words, "errorType": kind}
        self.reply(status, json.dumps(document, separators=(",", ":")).encode() + b"\n")

    def hold(self) -> None:
        """Take nothing more of the body, so that the sender waits."""
        if self._wire is not None:
            self._wire.hold()

    def resume(self) -> None:
        """Take more."""
        if self._wire is not None:
            self._wire.resume()

    def lose(self) -> None:
        """The caller has gone."""
        self._wire = None


class Gathered:
    """Gathers a body of at most `bytes_max` and hands it on with the size that it had: a larger one is handed on empty."""

    __slots__ = ("_body", "_bytes_max", "_lost", "_size", "_then")

    def __init__(
        self,
        then: Callable[[bytes, int], None],
        bytes_max: int = SMALL_BODY_BYTES_MAX,
        lost: Callable[[], None] | None = None,
    ) -> None:
        self._then = then
        self._bytes_max = bytes_max
        self._lost = lost
        self._body: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> None:
        """Keep it, within bounds."""
        self._size += len(data)
        if self._size <= self._bytes_max:
            self._body.append(data)
        else:
            self._body.clear()

    def end(self, trailers: dict[bytes, bytes]) -> None:
        """Hand it on."""
        self._then(b"".join(self._body), self._size)

    def lost(self) -> None:
        """Tell whoever wants to know."""
        if self._lost is not None:
            self._lost()


def then(action: Callable[[], None]) -> Gathered:
    """A sink for a request whose body says nothing."""
    return Gathered(lambda _body, _size: action(), bytes_max=0)
