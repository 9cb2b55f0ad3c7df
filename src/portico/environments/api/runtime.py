"""The Runtime API of one environment: a lane whose runtime asks over HTTP for invocations and posts answers.

Source: Lambda Developer Guide, "Lambda runtime API"; the Lambda runtime interface emulator for codes and words.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable

from portico.environments import framed
from portico.environments.api.exchange import Exchange, Gathered, Sink, then
from portico.environments.api.states import NotAllowed, RuntimeEvent, RuntimeState, runtime_after
from portico.environments.framed import CONTENT_BYTES_MAX, Frame
from portico.environments.lane import OnFrame
from portico.environments.work import Invocation

_MODE = b"lambda-runtime-function-response-mode"
_ERROR_TYPE = b"lambda-runtime-function-error-type"
_ERROR_BODY = b"lambda-runtime-function-error-body"
_ERROR_TYPES = re.compile(r"(Runtime|Function)\.[A-Z][a-zA-Z]+")
_UNKNOWN = "Runtime.Unknown"
_TRUNCATED = "Runtime.TruncatedResponse"


class RuntimeApi:
    """Implements `lane.Lane`. `on_frame` is told READY at the first `next`, what the runtime answers, and FREE at every later `next`."""

    def __init__(self, on_frame: OnFrame) -> None:
        self._on_frame = on_frame
        self._state = RuntimeState.STARTED
        self._waiting: Exchange | None = None  # the request for the next invocation
        self._invocation: Invocation | None = None
        self._deadline_ms = 0
        self._streaming: Exchange | None = None

    @property
    def attending(self) -> bool:
        """Whether the runtime has not come back yet for the next invocation."""
        return self._state is not RuntimeState.READY

    def deliver(self, invocation: Invocation, deadline_ms: int) -> None:
        """Answer the request that waits, or the one that comes."""
        self._advance(RuntimeEvent.DELIVERED)
        self._invocation, self._deadline_ms = invocation, deadline_ms
        self._hand_out()

    def hold(self) -> None:
        """Take nothing more of a streamed answer."""
        if self._streaming is not None:
            self._streaming.hold()

    def resume(self) -> None:
        """Go on."""
        if self._streaming is not None:
            self._streaming.resume()

    def close(self) -> None:
        """Nothing more is said to the environment."""
        self._on_frame = _nobody

    # Requests

    def next(self, exchange: Exchange) -> Sink:
        """GET /runtime/invocation/next: blocks until there is an invocation. Asked again, it gives the same one again."""
        return then(lambda: self._next(exchange))

    def response(self, exchange: Exchange, request_id: str) -> Sink:
        """POST /runtime/invocation/{id}/response: 202, 400 for another id or mode, 403 out of turn, 413."""
        refused = self._begin_answer(exchange, request_id, RuntimeEvent.RESPONSE)
        if refused is not None:
            return refused
        if _MODE in exchange.head.headers:
            return self._stream(exchange)
        return Gathered(
            lambda body, size: self._answer(exchange, body, size), CONTENT_BYTES_MAX, self._truncated
        )

    def error(self, exchange: Exchange, request_id: str) -> Sink:
        """POST /runtime/invocation/{id}/error: 202, 400, 403; the body is the document that the caller gets."""
        refused = self._begin_answer(exchange, request_id, RuntimeEvent.ERROR)
        if refused is not None:
            return refused

        def report(body: bytes, size: int) -> None:
            self._say(
                framed.ERROR, _document(exchange, body, size), _named(exchange.head.header(_ERROR_TYPE))
            )
            self._sent(exchange)

        return Gathered(report, CONTENT_BYTES_MAX, self._truncated)

    def init_error(self, exchange: Exchange) -> Sink:
        """POST /runtime/init/error: 202, 403 once an invocation was asked for."""
        return Gathered(lambda body, size: self._fail(exchange, RuntimeEvent.INIT_ERROR, body, size))

    def restore_next(self, exchange: Exchange) -> Sink:
        """GET /runtime/restore/next: a runtime is never snapshot in the middle of its life here, so it goes on at once."""
        return then(lambda: self._restore(exchange))

    def restore_error(self, exchange: Exchange) -> Sink:
        """POST /runtime/restore/error: 202, 403."""
        return Gathered(lambda body, size: self._fail(exchange, RuntimeEvent.RESTORE_ERROR, body, size))

    # What they do

    def _next(self, exchange: Exchange) -> None:
        before = self._state
        if not self._attempt(exchange, RuntimeEvent.NEXT):
            return
        self._waiting = exchange
        if self._state is RuntimeState.RUNNING:
            self._hand_out()
        elif before in (RuntimeState.STARTED, RuntimeState.RESTORING):
            self._say(framed.READY, b"")
        elif before is RuntimeState.RESPONSE_SENT:
            self._invocation = None
            self._say(framed.FREE, b"")

    def _hand_out(self) -> None:
        exchange, invocation = self._waiting, self._invocation
        if exchange is None or invocation is None or not exchange.open:
            return  # it will ask again
        self._waiting = None
        exchange.reply(200, invocation.payload, _headers(invocation, self._deadline_ms))

    def _begin_answer(self, exchange: Exchange, request_id: str, event: RuntimeEvent) -> Sink | None:
        """None if the answer may come, else what refuses it once all of it has been read."""
        if self._invocation is None or request_id != self._invocation.request_id:
            return then(lambda: exchange.refuse(400, "InvalidRequestID", "Invalid request ID"))
        if exchange.head.headers.get(_MODE, b"streaming") != b"streaming":
            words = "Invalid function response mode"
            return then(lambda: exchange.refuse(400, "InvalidFunctionResponseMode", words))
        try:
            self._advance(event)
        except NotAllowed as error:
            words = str(error)
            return then(lambda: exchange.refuse(403, "InvalidStateTransition", words))
        return None

    def _answer(self, exchange: Exchange, body: bytes, size: int) -> None:
        if size > CONTENT_BYTES_MAX:
            self._say(framed.TOO_LARGE, b"%d" % size)
            self._advance(RuntimeEvent.SENT)
            words = f"Exceeded maximum allowed payload size ({CONTENT_BYTES_MAX} bytes)."
            exchange.refuse(413, "RequestEntityTooLarge", words)
            return
        self._say(framed.ANSWER, body)
        self._sent(exchange)

    def _stream(self, exchange: Exchange) -> Sink:
        self._streaming = exchange
        about = {"contentType": exchange.head.header(b"content-type") or "application/octet-stream"}
        self._say(framed.BEGIN, json.dumps(about).encode())
        return _Streamed(self._part, lambda trailers: self._end_stream(exchange, trailers), self._cut_short)

    def _part(self, data: bytes) -> None:
        self._say(framed.PART, data)

    def _end_stream(self, exchange: Exchange, trailers: dict[bytes, bytes]) -> None:
        self._streaming = None
        kind = _named(trailers.get(_ERROR_TYPE, b"").decode("latin-1"))
        self._say(framed.END, _trailing_error(trailers), kind)
        self._sent(exchange)

    def _cut_short(self) -> None:
        self._streaming = None
        self._say(framed.END, _error_document(_TRUNCATED, "The streamed response was cut short"))
        self._advance(RuntimeEvent.SENT)

    def _truncated(self) -> None:
        self._say(framed.ERROR, _error_document(_TRUNCATED, "The response was cut short"))
        self._advance(RuntimeEvent.SENT)

    def _fail(self, exchange: Exchange, event: RuntimeEvent, body: bytes, size: int) -> None:
        if self._attempt(exchange, event):
            exchange.accept()
            kind = _named(exchange.head.header(_ERROR_TYPE))
            self._on_frame(Frame(framed.INIT_ERROR, 0, b"", _document(exchange, body, size), kind))

    def _restore(self, exchange: Exchange) -> None:
        if self._attempt(exchange, RuntimeEvent.RESTORE_NEXT):
            exchange.reply(200)

    def _sent(self, exchange: Exchange) -> None:
        self._advance(RuntimeEvent.SENT)
        exchange.accept()

    def _attempt(self, exchange: Exchange, event: RuntimeEvent) -> bool:
        try:
            self._advance(event)
        except NotAllowed as error:
            exchange.refuse(403, "InvalidStateTransition", str(error))
            return False
        return True

    def _advance(self, event: RuntimeEvent) -> None:
        self._state = runtime_after(self._state, event)

    def _say(self, kind: bytes, content: bytes, error_type: str = "") -> None:
        invocation = self._invocation
        request_id = b"" if invocation is None else invocation.request_id.encode()
        self._on_frame(Frame(kind, 0, request_id, content, error_type))


class _Streamed:
    """The sink of a streamed answer."""

    __slots__ = ("_end", "_lost", "_part")

    def __init__(
        self,
        part: Callable[[bytes], None],
        end: Callable[[dict[bytes, bytes]], None],
        lost: Callable[[], None],
    ) -> None:
        self._part, self._end, self._lost = part, end, lost

    def feed(self, data: bytes) -> None:
        self._part(data)

    def end(self, trailers: dict[bytes, bytes]) -> None:
        self._end(trailers)

    def lost(self) -> None:
        self._lost()


def _headers(invocation: Invocation, deadline_ms: int) -> bytes:
    """The head of an invocation; what is empty is left out."""
    lines = (
        f"Content-Type: application/json\r\n"
        f"Lambda-Runtime-Aws-Request-Id: {invocation.request_id}\r\n"
        f"Lambda-Runtime-Deadline-Ms: {deadline_ms}\r\n"
        f"Lambda-Runtime-Invoked-Function-Arn: {_one_line(invocation.invoked_arn)}\r\n"
    )
    if invocation.trace:
        lines += f"Lambda-Runtime-Trace-Id: {_one_line(invocation.trace)}\r\n"
    if invocation.client_context:
        lines += f"Lambda-Runtime-Client-Context: {_one_line(invocation.client_context)}\r\n"
    if invocation.cognito_identity_id or invocation.cognito_identity_pool_id:
        who = {
            "cognitoIdentityId": invocation.cognito_identity_id,
            "cognitoIdentityPoolId": invocation.cognito_identity_pool_id,
        }
        lines += f"Lambda-Runtime-Cognito-Identity: {json.dumps(who)}\r\n"
    return lines.encode("utf-8", "replace")


def _one_line(text: str) -> str:
    """What a header can carry. Line ends mean nothing between the tokens of JSON, and there are none inside its strings."""
    return " ".join(text.split()) if "\n" in text or "\r" in text else text


def _document(exchange: Exchange, body: bytes, size: int) -> bytes:
    """The error's document as the runtime gave it; one made of the error's type if it gave none, or one that is too large."""
    if body and size == len(body):
        return body
    return _error_document(_named(exchange.head.header(_ERROR_TYPE)) or _UNKNOWN, "")


def _named(kind: str) -> str:
    """The error's type as the header says it, which comes before what its document says; "" for what is no type of the platform's."""
    return kind if _ERROR_TYPES.fullmatch(kind) else ""


def _trailing_error(trailers: dict[bytes, bytes]) -> bytes:
    """The document of an error that a streamed answer ended with, b"" if it ended well."""
    kind, body = trailers.get(_ERROR_TYPE, b"").decode("latin-1"), trailers.get(_ERROR_BODY, b"")
    if not kind and not body:
        return b""
    try:
        document = base64.b64decode(body, validate=True)
    except binascii.Error:
        document = b""
    return document or _error_document(kind or _UNKNOWN, "")


def _error_document(kind: str, words: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": words}, separators=(",", ":")).encode()


def _nobody(_: Frame) -> None:
    """What a runtime says after its environment was closed."""
