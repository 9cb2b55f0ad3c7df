"""The request's head and the reply, as values. Everything above the socket speaks in these."""

from collections.abc import AsyncIterator, Iterable

import msgspec

Headers = tuple[tuple[str, str], ...]


class Head(msgspec.Struct, frozen=True, gc=False):
    """What a request says before its body.

    `path` and `query` are as they were sent: percent-encoded, not normalised (a signature covers them), decoded as
    latin-1; `query` has no `?`. `headers` are in order of arrival, names in lower case, values trimmed, latin-1. `values` has the
    first value of each name; it is made from `headers` unless whoever parsed them has it already, and is not to be changed.
    """

    method: str
    path: str
    query: str
    headers: Headers
    http_version: str = "1.1"
    values: dict[str, str] = msgspec.field(default_factory=dict)

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
    connection of this process has, and whether it came in by a door that only a function has."""

    host: str
    port: int
    secure: bool = False
    connection: int = 0
    function: bool = False


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
