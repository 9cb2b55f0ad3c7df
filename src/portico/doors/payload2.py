"""Payload format 2.0: a request as HTTP APIs and function URLs hand it to a function, and the answer that they take. Pure.

Source: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs"; Lambda Developer Guide, "Invoking function
URLs"; events and answers seen.
"""

import re
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from portico.wire.http import Head, Headers

_TEXT = re.compile(r"(?:text/|application/(?:json|xml|javascript|[a-z0-9.+-]*\+(?:json|xml))\b)", re.I).match
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*").fullmatch
_OURS = frozenset(
    ("connection", "content-length", "date", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade")
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_JSON = "application/json"


class Malformed(Exception):
    """The function's answer is no HTTP answer; the message says why."""


class Around(msgspec.Struct, frozen=True, gc=False):
    """What an event says beside the request itself. `raw_path` and `path` are the request's as the event shows them, `at` is when it came
    (epoch, seconds), `port` and `secure` how. `cookie_header`: the header is shown beside the cookies. Members that are None are left
    out of the event."""

    account: str
    api: str
    domain: str
    prefix: str
    request_id: str
    raw_path: str
    path: str
    source_ip: str
    at: float
    port: str
    secure: bool
    trace: str = ""
    route_key: str = "$default"
    stage: str = "$default"
    authorizer: Mapping[str, Any] | None = None
    authentication: Mapping[str, Any] | None = None
    path_parameters: Mapping[str, str] | None = None
    stage_variables: Mapping[str, str] | None = None
    cookie_header: bool = False


class Answer(msgspec.Struct, frozen=True, gc=False):
    """An HTTP answer that a function has given."""

    status: int
    headers: Headers
    body: bytes


def event(head: Head, body: bytes, around: Around) -> dict[str, Any]:
    """The event of a request. A body that travels in base64 is in it as bytes: encoders of JSON write it so."""
    headers, cookies = _headers(head, around)
    context: dict[str, Any] = {
        "accountId": around.account,
        "apiId": around.api,
        "domainName": around.domain,
        "domainPrefix": around.prefix,
        "http": {
            "method": head.method,
            "path": around.path,
            "protocol": f"HTTP/{head.http_version}",
            "sourceIp": around.source_ip,
            "userAgent": head.header("user-agent"),
        },
        "requestId": around.request_id,
        "routeKey": around.route_key,
        "stage": around.stage,
        "time": clf(around.at),
        "timeEpoch": int(around.at * 1000),
    }
    for name, value in (("authentication", around.authentication), ("authorizer", around.authorizer)):
        if value is not None:
            context[name] = value
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": around.route_key,
        "rawPath": around.raw_path,
        "rawQueryString": head.query,
        "headers": headers,
        "requestContext": context,
        "isBase64Encoded": False,
    }
    if cookies:
        made["cookies"] = cookies
    if head.query:
        made["queryStringParameters"] = joined(parse_qsl(head.query, keep_blank_values=True))
    if around.path_parameters:
        made["pathParameters"] = around.path_parameters
    if around.stage_variables:
        made["stageVariables"] = around.stage_variables
    if body:
        text = text_of(body, head.header("content-type"))
        made["isBase64Encoded"] = text is None
        made["body"] = body if text is None else text
    return made


def text_of(body: bytes, content_type: str) -> str | None:
    """A body as text, if its type is one of text and it is; None for one that travels in base64."""
    if not _TEXT(content_type):
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Values by name, those of a repeated name joined by commas."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def clf(at: float) -> str:
    """A time (epoch, seconds) as access logs have it: `12/Mar/2020:19:03:58 +0000`."""
    return _clf(int(at))


@lru_cache(maxsize=64)
def _clf(at: int) -> str:
    t = time.gmtime(at)
    return f"{t.tm_mday:02d}/{_MONTHS[t.tm_mon - 1]}/{t.tm_year}:{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d} +0000"


def answer(payload: bytes, *, default_type: str = _JSON) -> Answer:
    """The HTTP answer that a function's payload means: all of it as JSON where it has no `statusCode`.

    Raises:
        Malformed: it has a member of the wrong kind, or would break the answer's framing.
    """
    try:
        given = msgspec.json.decode(payload) if payload else None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed(f"the answer is not JSON: {error}") from error
    if not isinstance(given, dict) or "statusCode" not in given:
        return Answer(200, (("content-type", _JSON),), payload or b"null")
    headers = answer_headers(given)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("content-type", default_type))
    return Answer(status_of(given["statusCode"]), headers, _body(given))


def status_of(value: object) -> int:
    """The status code of an answer, which may be a number in a string.

    Raises:
        Malformed: it is none that can be sent.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 200 <= value <= 599:
        raise Malformed(f"statusCode is {value!r}")
    return value


def answer_headers(given: Mapping[str, Any]) -> Headers:
    """The headers and cookies of an answer, without those that are the server's own.

    Raises:
        Malformed: a name or value that no header can have.
    """
    headers, cookies = given.get("headers"), given.get("cookies")
    headers = {} if headers is None else headers
    cookies = [] if cookies is None else cookies
    if not isinstance(headers, dict) or not isinstance(cookies, list):
        raise Malformed("headers must be an object and cookies a list")
    found = [(name, header_text(value)) for name, value in headers.items() if name.lower() not in _OURS]
    found += [("set-cookie", header_text(value)) for value in cookies]
    for name, value in found:
        if not _TOKEN(name) or not _VALUE(value):
            raise Malformed(f"the header {name!r} can't be sent")
    return tuple(found)


def header_text(value: object) -> str:
    """A header's value, which may be a number or a boolean.

    Raises:
        Malformed: it is a list, an object or nothing.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value).strip()
    raise Malformed(f"a header's value is {value!r}")


def _body(given: Mapping[str, Any]) -> bytes:
    body = given.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise Malformed("body is not a string")
    if not given.get("isBase64Encoded"):
        return body.encode(errors="surrogatepass")
    return of_base64(body)


def of_base64(text: str) -> bytes:
    """The bytes that a body in base64 stands for. (`b64decode` takes six times as long.)

    Raises:
        Malformed: it is none.
    """
    try:
        return msgspec.convert(text, bytes)
    except msgspec.ValidationError as error:
        raise Malformed("body is not base64") from error


def _headers(head: Head, around: Around) -> tuple[dict[str, str], list[str]]:
    found: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in head.headers:
        if name == "cookie":
            cookies += [part for part in (p.strip() for p in value.split(";")) if part]
        elif name in found:
            found[name] = f"{found[name]},{value}"
        else:
            found[name] = value
    if cookies and around.cookie_header:
        found["cookie"] = "; ".join(cookies)
    seen = found.get("x-forwarded-for")
    found["x-forwarded-for"] = f"{seen}, {around.source_ip}" if seen else around.source_ip
    found["x-forwarded-port"] = around.port
    found["x-forwarded-proto"] = "https" if around.secure else "http"
    if around.trace:
        found["x-amzn-trace-id"] = around.trace
    return found, cookies
