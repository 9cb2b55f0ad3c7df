"""From bytes to requests: llhttp reads them, and this bounds and checks what it reads. Nothing here touches a socket."""

import asyncio
from collections import deque
from http import HTTPStatus

import httptools

from portico.gateway.body import Body, Memory, Source
from portico.gateway.limits import Limits
from portico.wire.errors import AwsError
from portico.wire.http import Head, first_values

_NAMES_MAX = 2_000
_names: dict[bytes, str] = {}
_UNUSUAL = frozenset(("transfer-encoding", "expect"))


class Incoming:
    """A request that has arrived as far as its head; `awaits_continue` until the sender was told to go on with the body.

    `task` is the one that answers it, once there is one. `rest` is what came after a request that asks for another protocol and has no
    body; None for all others.
    """

    __slots__ = ("awaits_continue", "body", "head", "keep_alive", "rest", "task")

    def __init__(self, head: Head, body: Body, keep_alive: bool, awaits_continue: bool) -> None:
        self.head = head
        self.body = body
        self.keep_alive = keep_alive
        self.awaits_continue = awaits_continue
        self.task: asyncio.Task[None] | None = None
        self.rest: bytes | None = None


class _PipelineFullError(Exception):
    """Stops llhttp: the rest of what was received is not read."""


class RequestParser:
    """Turns what one connection receives into `queue`, requests in their order.

    `refusal` is set by the first thing that is wrong outside a body (inside one, the body's reader gets it); `ended` after a
    request that asked for the end of the connection. In both cases nothing more is read. `head_open` while a head is incomplete.
    llhttp in its strict mode refuses bare CR or LF, NUL, folded lines, several Content-Lengths, Content-Length beside
    Transfer-Encoding and malformed chunks (RFC 9112, sections 2.2, 5, 6.3, 7.1).
    """

    def __init__(self, limits: Limits, memory: Memory, source: Source) -> None:
        self.queue: deque[Incoming] = deque()
        self.refusal: AwsError | None = None
        self.ended = False
        self.head_open = False
        self._limits = limits
        self._memory = memory
        self._source = source
        self._parser = httptools.HttpRequestParser(self)
        self._body: Body | None = None
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._spelled: list[bytes] = []
        self._fed = 0  # bytes before those that are being read
        self._end = 0  # and with them
        self._begun = 0  # where the read began in which this head begins
        self._mark = 0  # how far it was at the last head, piece of a body or end
        self._upgrading = False
        self._keep_alive = True

    def feed(self, data: bytes) -> None:
        """Read on. Never raises: what is wrong is in `refusal`, or fails the open body."""
        if self.ended or self.refusal is not None:
            return
        self._end = self._fed + len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            if not self.ended:
                self._refuse(_refusal(error))
            return
        self._fed = self._end
        if self._fed - self._mark > self._limits.header_bytes:
            # an endless header, chunk extension or trailer: llhttp gathers or skips it without telling
            self._refuse(_head_too_large())

    def on_message_begin(self) -> None:
        """llhttp: the first byte of a head."""
        if len(self.queue) >= self._limits.pipeline_depth:
            self.queue[-1].keep_alive = False
            self.ended = True
            raise _PipelineFullError
        self.head_open = True
        self._target = b""
        self._headers = []
        self._spelled = []
        self._begun = self._fed

    def on_url(self, part: bytes) -> None:
        """llhttp: (a part of) the request's target."""
        self._target += part
        if len(self._target) > self._limits.target_bytes:
            raise AwsError("RequestURITooLongException", "The request's target is too long", 414)

    def on_header(self, raw_name: bytes, raw_value: bytes) -> None:
        """llhttp: a header field, or a field of a chunked body's trailer, which is after the head and so changes nothing."""
        self._headers.append(
            (_names.get(raw_name) or _learn(raw_name), raw_value.decode("latin-1").strip(" \t"))
        )
        self._spelled.append(raw_name)

    def on_headers_complete(self) -> None:
        """llhttp: the head is whole."""
        limits = self._limits
        headers = self._headers
        if len(headers) > limits.header_count or (
            self._end - self._begun > limits.header_bytes and self._head_bytes() > limits.header_bytes
        ):
            raise _head_too_large()
        parser = self._parser
        version = parser.get_http_version()
        if version not in ("1.1", "1.0"):
            raise _unsupported_version()
        method = parser.get_method().decode()
        if method == "CONNECT":
            raise AwsError("MethodNotAllowedException", "CONNECT is not supported", 405)
        values = dict(headers)
        repeated = len(values) != len(headers)
        if repeated:
            values = first_values(headers)
        if repeated or not _UNUSUAL.isdisjoint(values):
            length, awaits_continue = _frame(headers, version)
        else:
            length, awaits_continue = int(values.get("content-length", 0)), False
        if "host" not in values and version == "1.1":
            raise _malformed("no Host header")
        path, query = _split_target(self._target.decode("latin-1"), method, values.get("host"))
        self._upgrading = parser.should_upgrade()
        self._keep_alive = keep_alive = parser.should_keep_alive() and not self._upgrading
        self._body = Body(self._source, self._memory, length)
        head = Head(method, path, query, tuple(headers), version, values, tuple(self._spelled))
        self.queue.append(Incoming(head, self._body, keep_alive, awaits_continue))
        self.head_open = False
        self._mark = self._end

    def on_body(self, data: bytes) -> None:
        """llhttp: a piece of the body, without its framing."""
        self._mark = self._end
        if self._body is not None:
            self._body.feed(data)

    def on_message_complete(self) -> None:
        """llhttp: the body is whole."""
        if (
            self._upgrading or self._body is None
        ):  # llhttp says so at once and stops before the body: see _without_upgrade
            return
        self._mark = self._end
        self._body.finish()
        self._body = None
        self.ended = not self._keep_alive

    def _head_bytes(self) -> int:
        return len(self._target) + sum(len(name) + len(value) + 4 for name, value in self._headers)

    def _refuse(self, error: AwsError) -> None:
        self.head_open = False
        if self._body is None:
            self.refusal = error
        else:
            self._body.fail(error)
            self.ended = True

    def _without_upgrade(self, rest: bytes) -> None:
        """Go on as if no upgrade had been asked for (`h2c` is what Java and curl offer), unless the handler wants it.

        llhttp gives up at an upgrade, so that a new one reads the body, after a head of our own that frames it in the same way. HTTP
        ends on the connection with this request: what follows one without a body is the other protocol's, or nobody's.
        """
        self._upgrading = False
        framing = "".join(f"{name}: {value}\r\n" for name, value in self._headers if name in _BODY_FRAMING)
        self._parser = httptools.HttpRequestParser(_BodyOnly(self))
        self._parser.feed_data(f"POST / HTTP/1.1\r\n{framing}\r\n".encode("latin-1"))
        if self.ended:
            self.queue[-1].rest = rest
        elif rest:
            self.feed(rest)


class _BodyOnly:
    """What a parser reports to when only the body matters."""

    def __init__(self, parser: RequestParser) -> None:
        self.on_body = parser.on_body
        self.on_message_complete = parser.on_message_complete


_BODY_FRAMING = frozenset(("content-length", "transfer-encoding"))


def _frame(fields: list[tuple[str, str]], version: str) -> tuple[int | None, bool]:
    """The body's length (None: chunked) and whether its sender waits for `100 Continue`, of a head in which a field is repeated or
    one of `_UNUSUAL` (RFC 9112, sections 3.2 and 6.3; RFC 9110, section 10.1.1)."""
    length: int | None = 0
    awaits_continue = named = False
    for name, value in fields:
        if name == "host":
            if named:
                raise _malformed("several Host headers")
            named = True
        elif name == "content-length":
            length = int(value)
        elif name == "transfer-encoding":
            if value.lower() != "chunked":
                raise AwsError(
                    "NotImplemented", "The only transfer coding that is understood is chunked", 501
                )
            if version == "1.0":
                raise _malformed("a transfer coding in HTTP/1.0")
            length = None
        elif name == "expect" and version == "1.1":
            if value.lower() != "100-continue":
                raise AwsError(
                    "ExpectationFailedException", "The only expectation that is met is 100-continue", 417
                )
            awaits_continue = True
    return length, awaits_continue


def _split_target(target: str, method: str, host: str | None) -> tuple[str, str]:
    """Path and query of the request's target (RFC 9112, section 3.2), `/` for `OPTIONS *`."""
    if target[0] != "/":
        if target == "*" and method == "OPTIONS":
            return "/", ""
        scheme, _, rest = target.partition("://")
        authority, slash, path = rest.partition("/")
        if scheme.lower() not in ("http", "https") or "?" in authority or authority != host:
            raise _malformed("a target that is not a path of this host")
        target = slash + path or "/"
    if "#" in target:
        raise _malformed("a fragment in the target")
    path, _, query = target.partition("?")
    return path, query


def _learn(raw: bytes) -> str:
    """The name in lower case; remembered, as clients send the same few."""
    name = raw.decode("latin-1").lower()
    if len(_names) < _NAMES_MAX and len(raw) <= 64:
        _names[raw] = name
    return name


def _refusal(error: httptools.HttpParserError) -> AwsError:
    if isinstance(error.__context__, AwsError):
        return error.__context__
    if isinstance(error, httptools.HttpParserCallbackError):
        raise error
    reason = str(error)
    if "version" in reason or "PRI" in reason:
        return _unsupported_version()
    return _malformed(reason)


def _malformed(reason: str) -> AwsError:
    return AwsError(
        "BadRequestException", f"The request is not well-formed HTTP: {reason}", HTTPStatus.BAD_REQUEST
    )


def _unsupported_version() -> AwsError:
    return AwsError(
        "HttpVersionNotSupportedException", "The HTTP versions that are understood are 1.0 and 1.1", 505
    )


def _head_too_large() -> AwsError:
    return AwsError(
        "RequestHeaderFieldsTooLargeException", "The request's headers are too large or too many", 431
    )
