"""A reply's head as bytes, and the replies that the HTTP lane gives by itself."""

import logging
from http import HTTPStatus

from portico.base.ids import request_id
from portico.wire.errors import AwsError, internal
from portico.wire.http import Head, Headers, Reply
from portico.wire.model import error_reply

log = logging.getLogger("portico.gateway")

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}
_CONNECTION = {(True, "1.1"): "", (True, "1.0"): "Connection: keep-alive\r\n"}
_BODILESS = frozenset((204, 205, 304))

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class UnsendableError(ValueError):
    """A reply with a header that would end the line or is not latin-1: sent, it would let its maker forge replies."""


def encode_head(
    status: int, headers: Headers, framing: str, date: str, *, keep_alive: bool, http_version: str
) -> bytes:
    """Status line and headers. `framing` is the line that says where the body ends (`length_line`), or empty.

    Raises:
        UnsendableError: a header with a line break or a character outside latin-1.
    """
    status_line = _STATUS_LINES.get(status) or f"HTTP/1.1 {status} \r\n"
    connection = _CONNECTION.get((keep_alive, http_version), "Connection: close\r\n")
    fields = "".join([f"{name}: {value}\r\n" for name, value in headers])
    if fields.count("\n") != len(headers) or fields.count("\r") != len(headers):
        raise UnsendableError("a header contains a line break")
    try:
        return f"{status_line}{fields}Date: {date}\r\n{framing}{connection}\r\n".encode("latin-1")
    except UnicodeEncodeError as error:
        raise UnsendableError("a header is not latin-1") from error


def encode(reply: Reply, head: Head, date: str, *, keep_alive: bool) -> tuple[bytes, bytes]:
    """Head and body of a whole reply to `head`; one that can't be sent is logged and becomes a 500."""
    body = reply.body if has_body(reply.status, head.method) else None
    try:
        encoded = encode_head(
            reply.status,
            reply.headers,
            length_line(reply, head.method) if body is None else f"Content-Length: {len(body)}\r\n",
            date,
            keep_alive=keep_alive,
            http_version=head.http_version,
        )
    except UnsendableError:
        log.exception("The reply to %s %s can't be sent", head.method, head.path)
        return encode(refusal(internal()), head, date, keep_alive=keep_alive)
    return encoded, body or b""


def length_line(reply: Reply, method: str) -> str:
    """The Content-Length line of a reply without a body; one to HEAD may bring its own length in its headers, as S3's does."""
    if reply.status in _BODILESS or (method == "HEAD" and announces_length(reply.headers)):
        return ""
    return f"Content-Length: {len(reply.body)}\r\n"


def announces_length(headers: Headers) -> bool:
    """Whether a Content-Length is among `headers`."""
    return any(name.lower() == "content-length" for name, _ in headers)


def has_body(status: int, method: str) -> bool:
    """Whether a reply of this kind may have a body (RFC 9110, section 6.4.1)."""
    return method != "HEAD" and status not in _BODILESS


def refusal(error: AwsError) -> Reply:
    """The reply to a request that never reached a service: in the shape of the REST protocols with JSON, which most tools show."""
    return error_reply("rest-json", error, request_id())
