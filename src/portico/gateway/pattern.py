"""Replies of which nothing differs but the request id, the date and the body: their head is written once, and filled in for each."""

from collections.abc import Callable

import msgspec

from portico.gateway.reply import UnsendableError, encode, encode_head, has_body
from portico.wire.http import Head, Reply

_ONE, _OTHER = "00000000-0000-4000-a000-000000000000", "11111111-1111-4111-a111-111111111111"
_DATE = "Thu, 01 Jan 1970 00:00:00 GMT"


class Pattern:
    """What such replies have in common. Made by `pattern`."""

    __slots__ = ("_before", "_between", "_reply", "status")

    def __init__(self, before: str, between: str, reply: Callable[[bytes, str], Reply], status: int) -> None:
        self._before = before
        self._between = between
        self._reply = reply
        self.status = status

    def head(self, request_id: str, date: str, size: int) -> bytes:
        """The head of one with a body of `size` bytes, in HTTP/1.1, on a connection that stays open."""
        text = f"{self._before}{request_id}{self._between}{date}\r\nContent-Length: {size}\r\n\r\n"
        return text.encode("latin-1")

    def whole(self, request_id: str, body: bytes) -> Reply:
        """One as any other reply."""
        return self._reply(body, request_id)


class Patterned(msgspec.Struct, frozen=True, gc=False):
    """One of them."""

    pattern: Pattern
    request_id: str
    body: bytes

    @property
    def status(self) -> int:
        """Its status."""
        return self.pattern.status


def pattern(reply: Callable[[bytes, str], Reply]) -> Pattern | None:
    """The pattern of what `reply` makes of a body and a request id; None if more depends on them than their own places."""
    try:
        one, other = reply(b"", _ONE), reply(b"{}", _OTHER)
        text = _text(one)
        same = text.replace(_ONE, _OTHER) == _text(other) and (one.body, other.body) == (b"", b"{}")
    except UnsendableError:
        return None
    before, *more = text.split(_ONE)
    if not same or len(more) != 1 or not has_body(one.status, "GET"):
        return None
    return Pattern(before, more[0].removesuffix(f"{_DATE}\r\n\r\n"), reply, one.status)


def encode_any(reply: Reply | Patterned, head: Head, date: str, *, keep_alive: bool) -> tuple[bytes, bytes]:
    """As `reply.encode`, of either."""
    if isinstance(reply, Patterned):
        if keep_alive and head.http_version == "1.1" and head.method != "HEAD":
            return reply.pattern.head(reply.request_id, date, len(reply.body)), reply.body
        reply = reply.pattern.whole(reply.request_id, reply.body)
    return encode(reply, head, date, keep_alive=keep_alive)


def _text(reply: Reply) -> str:
    written = encode_head(reply.status, reply.headers, "", _DATE, keep_alive=True, http_version="1.1")
    return written.decode("latin-1")
