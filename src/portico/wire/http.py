"""The request's head and the reply, as values. Everything above the socket speaks in these."""

import msgspec

Headers = tuple[tuple[str, str], ...]


class Head(msgspec.Struct, frozen=True, gc=False):
    """What a request says before its body.

    `path` and `query` are as they were sent: percent-encoded, not normalised (a signature covers them), decoded as
    latin-1; `query` has no `?`. `headers` are in order of arrival, names in lower case, values trimmed, latin-1.
    """

    method: str
    path: str
    query: str
    headers: Headers
    http_version: str = "1.1"

    def header(self, name: str, default: str = "") -> str:
        """The first value of header `name` (lower case), or `default`."""
        for key, value in self.headers:
            if key == name:
                return value
        return default


class Peer(msgspec.Struct, frozen=True, gc=False):
    """Who is at the other end of the connection: address, and whether the connection is TLS."""

    host: str
    port: int
    secure: bool = False


class Reply(msgspec.Struct, frozen=True, gc=False):
    """A whole answer: `headers` without Content-Length, Date and Connection, which the protocol adds."""

    status: int
    headers: Headers
    body: bytes
