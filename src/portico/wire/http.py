"""The request's head and the reply, as values. Everything above the socket speaks in these."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Protocol

import msgspec

Headers = tuple[tuple[str, str], ...]


class Head(msgspec.Struct, frozen=True, gc=False):
    """What a request says before its body.

    `path` and `query` are as they were sent: percent-encoded, not normalised (a signature covers them), decoded as
    latin-1; `query` has no `?`. `headers` are in order of arrival, names in lower case, values trimmed, latin-1. `values` has the
    first value of each name; it is made from `headers` unless whoever parsed them has it already, and is not to be changed.
    `spelled` are the names of `headers` as they were sent, each at its place; empty if whoever made this does not know.
    """

    method: str
    path: str
    query: str
    headers: Headers
    http_version: str = "1.1"
    values: dict[str, str] = msgspec.field(default_factory=dict)
    spelled: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not self.values and self.headers:
            msgspec.structs.force_setattr(self, "values", first_values(self.headers))

    def header(self, name: str, default: str = "") -> str:
        """The first value of header `name` (lower case), or `default`."""
        return self.values.get(name, default)


def first_values(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first value of each name in `headers`."""
    values: dict[str, str] = {}
    for name, value in headers:
        values.setdefault(name, value)
    return values


class Peer(msgspec.Struct, frozen=True, gc=False):
    """Who is at the other end of the connection: address, whether the connection is TLS, the connection's own number, which no other
    connection of this process has, whether it came in by a door that only a function has, and the version of TLS that is spoken with us
    (`TLSv1.3`; "" for none, and before a proxy)."""

    host: str
    port: int
    secure: bool = False
    connection: int = 0
    function: bool = False
    tls: str = ""


class Reply(msgspec.Struct, frozen=True, gc=False):
    """A whole answer: `headers` without Content-Length, Date and Connection, which the protocol adds."""

    status: int
    headers: Headers
    body: bytes


class StreamReply(msgspec.Struct, frozen=True, gc=False):
    """An answer that is sent while it is made: chunked, or until the connection closes for an HTTP/1.0 caller.

    `chunks` is read no faster than the caller reads, and closed (`aclose`, where it has one) if the caller goes away. If it
    raises, the connection is cut so that the caller can tell a part from the whole. `headers` as in `Reply`; a
    Content-Length among them is believed, and the body is then sent unchunked.
    """

    status: int
    headers: Headers
    chunks: AsyncIterator[bytes]


class Successor(Protocol):
    """What speaks on a connection after an upgrade: an asyncio protocol that the server can also look at and end."""

    def data_received(self, data: bytes) -> None:
        """Bytes of the new protocol; the first may have come with the request."""

    def check(self, now: float) -> None:
        """End what is overdue; called twice a second with the loop's time in seconds."""

    def shutdown(self) -> None:
        """Say goodbye: the server stops."""


class UpgradeReply(msgspec.Struct, frozen=True, gc=False):
    """`101 Switching Protocols`: what the caller sends from now on is not HTTP. For a request that asked for it and has no body.

    `protocol` is the value of the `Upgrade` header; `headers` are without it and `Connection`. `begin(transport, gone)` makes what speaks
    from now on; it calls `gone` with itself, once, when the connection is closed and nothing is left to be done for it. `abandon` is
    called instead when the caller has gone while the handler was busy.
    """

    protocol: str
    headers: Headers
    begin: Callable[[Any, Callable[[Successor], None]], Successor]
    abandon: Callable[[], None]


Answer = Reply | StreamReply | UpgradeReply
