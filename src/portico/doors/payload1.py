"""Payload format 1.0: a request as REST APIs hand it to a function (HTTP APIs can, too), and the answer that they take. Pure.

Source: API Gateway Developer Guide, "Input format of a Lambda function for proxy integration", "Output format"; events seen.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from portico.doors.payload2 import Answer, Malformed, of_base64
from portico.wire.http import Headers

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*").fullmatch
_JSON = "application/json"
_PIECE_BYTES = 128 * 1024
_MEMBERS = frozenset(("statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"))
_WORDS = {
    word.lower(): word
    for word in (
        "CloudFront",
        "MD5",
        "TE",
        "DNT",
        "WWW",
        "ETag",
        "XSS",
        "GPC",
        "UA",
        "SOAPAction",
        "WebSocket",
    )
}
_LOWER = ("sec-ch-", "x-amzn-vpc", "x-api-key")  # as all that send them write them


class Request(msgspec.Struct, frozen=True, gc=False):
    """What an event tells of the request itself. `path` is the event's own; `query` is decoded, in order, with every repetition, and so
    are `headers`, whose names are as they are to be shown; `binary`: the body travels in base64."""

    method: str
    path: str
    resource: str
    headers: Headers
    query: Headers
    path_parameters: Mapping[str, str]
    stage_variables: Mapping[str, str]
    body: bytes
    binary: bool = False


def event(request: Request, context: Mapping[str, Any]) -> dict[str, Any]:
    """The event of a request; `context` is its `requestContext`. What is empty is null; a body that travels in base64 is in it as bytes:
    encoders of JSON write it so."""
    headers, many_headers = both(request.headers)
    query, many_query = both(request.query)
    body, encoded = _body_of(request.body, binary=request.binary)
    return {
        "resource": request.resource,
        "path": request.path,
        "httpMethod": request.method,
        "headers": headers or None,
        "multiValueHeaders": many_headers or None,
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": many_query or None,
        "pathParameters": request.path_parameters or None,
        "stageVariables": request.stage_variables or None,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": encoded,
    }


def both(pairs: Headers) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The last value of each name, and all of them. Names of headers differ in case as their senders write them; the first stands."""
    last: dict[str, str] = {}
    every: dict[str, list[str]] = {}
    for name, value in pairs:
        last[name] = value
        every.setdefault(name, []).append(value)
    return last, every


def _body_of(body: bytes, *, binary: bool) -> tuple[str | bytes | None, bool]:
    """A body as an event has it: None when there is none; and whether it is to be in base64. Bytes that are no text are lost where the API
    does not say that they are binary, as on AWS."""
    if not body:
        return None, False
    return (body, True) if binary else (_text(body), False)


def _text(body: bytes) -> str:
    """A body as text, piece by piece: what is none takes long to replace, and other threads run in between."""
    if len(body) <= _PIECE_BYTES:
        return body.decode(errors="replace")
    decoder = getincrementaldecoder("utf-8")("replace")
    pieces = [decoder.decode(body[at : at + _PIECE_BYTES]) for at in range(0, len(body), _PIECE_BYTES)]
    return "".join((*pieces, decoder.decode(b"", final=True)))


def shown_name(name: str) -> str:
    """A header's name as HTTP/1.1 clients write it (`Content-Type`), from lower case."""
    if name.startswith(_LOWER):
        return name
    return "-".join(_WORDS.get(word) or word.capitalize() for word in name.split("-"))


def received(
    headers: Headers,
    *,
    source_ip: str,
    port: str,
    secure: bool,
    trace: str = "",
    spelled: Sequence[bytes] = (),
) -> Headers:
    """The headers of a request as everything behind the door sees them: with names as they are shown, or as they were sent (`spelled`, one
    for each), and those that the door adds (`X-Forwarded-For`, `-Port`, `-Proto`, `X-Amzn-Trace-Id`), whatever the client claimed."""
    found: list[tuple[str, str]] = []
    forwarded = ""
    names = (
        [name.decode("latin-1") for name in spelled]
        if spelled
        else [_shown.get(name) or _learn(name) for name, _ in headers]
    )
    for (name, value), shown in zip(headers, names, strict=True):
        if name == "x-forwarded-for":
            forwarded = f"{forwarded}{value}, "
        elif name not in ("x-forwarded-port", "x-forwarded-proto", "x-amzn-trace-id"):
            found.append((shown, value))
    if trace:
        found.append(("X-Amzn-Trace-Id", trace))
    found += (
        ("X-Forwarded-For", forwarded + source_ip),
        ("X-Forwarded-Port", port),
        ("X-Forwarded-Proto", "https" if secure else "http"),
    )
    return tuple(found)


_shown: dict[str, str] = {}
_SHOWN_MAX = 2_000


def _learn(name: str) -> str:
    shown = shown_name(name)
    if len(_shown) < _SHOWN_MAX and len(name) <= 64:
        _shown[name] = shown
    return shown


def answer(payload: bytes, *, decode: bool, strict: bool = True) -> Answer:
    """The HTTP answer that a function's payload means. `decode`: a body in base64 becomes bytes (else it goes out as the text that it
    is). `strict`: members that AWS does not know make it malformed.

    Raises:
        Malformed: it has no status, a member of the wrong kind, or would break the answer's framing.
    """
    try:
        given = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed(f"the answer is not JSON: {error}") from error
    return read(given, decode=decode, strict=strict)


def read(given: object, *, decode: bool, strict: bool = True) -> Answer:
    """Like `answer`, from the decoded payload.

    Raises:
        Malformed: see there.
    """
    if not isinstance(given, dict):
        raise Malformed("the answer is not an object")
    unknown = given.keys() - _MEMBERS
    if strict and unknown:
        raise Malformed(f"the answer has the unknown member {min(unknown)!r}")
    headers = headers_of(given)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (("Content-Type", _JSON), *headers)
    return Answer(status_of(given.get("statusCode")), headers, _body(given, decode=decode))


def status_of(value: object) -> int:
    """The status of an answer, which may be in a string.

    Raises:
        Malformed: it is none that can be sent.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 200 <= value <= 599:
        raise Malformed(f"statusCode is {value!r}")
    return value


def headers_of(given: Mapping[str, Any]) -> Headers:
    """The headers of an answer: those of `headers` whose value is not among those of the same name in `multiValueHeaders`, and these.

    Raises:
        Malformed: a member of the wrong kind, or a name or value that no header can have.
    """
    single, many = given.get("headers"), given.get("multiValueHeaders")
    if single is None and many is None:
        return ()
    single, many = {} if single is None else single, {} if many is None else many
    if not isinstance(single, dict) or not isinstance(many, dict):
        raise Malformed("headers and multiValueHeaders must be objects")
    listed: list[tuple[str, str]] = []
    for name, values in many.items():
        if not isinstance(values, list):
            raise Malformed(f"the values of the header {name!r} are no list")
        listed += ((name, header_text(value)) for value in values if value is not None)
    known = {(name.lower(), value) for name, value in listed}
    found = [(name, header_text(value)) for name, value in single.items() if value is not None]
    found = [pair for pair in found if (pair[0].lower(), pair[1]) not in known] + listed
    for name, value in found:
        if not can_be_sent(name, value):
            raise Malformed(f"the header {name!r} can't be sent")
    return tuple(found)


def can_be_sent(name: str, value: str) -> bool:
    """Whether a header would stay one header on the wire."""
    return _TOKEN(name) is not None and _VALUE(value) is not None


def header_text(value: object) -> str:
    """A header's value, which may be a number or a boolean.

    Raises:
        Malformed: it is a list or an object.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value).strip()
    raise Malformed(f"a header's value is {type(value).__name__}")


def _body(given: Mapping[str, Any], *, decode: bool) -> bytes:
    encoded = given.get("isBase64Encoded")
    if encoded not in (None, True, False, "true", "false"):
        raise Malformed("isBase64Encoded is not a boolean")
    body = given.get("body")
    if body is None:
        return b""
    if isinstance(body, bool | int | float):
        body = header_text(body)
    if not isinstance(body, str):
        raise Malformed("body is not a string")
    if encoded not in (True, "true") or not decode:
        return body.encode(errors="surrogatepass")
    return of_base64(body)
