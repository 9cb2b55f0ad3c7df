"""Trying a method from its page: the call goes through the door that any client's goes through, with what the visitor has typed and nothing
else. Neither the portal nor the visitor's session adds anything to it, so whoever tries may do what they could do without the portal.

Source: API Gateway Developer Guide, "Enable try it for an API Gateway product REST endpoint" (3 requests a second, 29 s, 6 MB).
"""

import asyncio
import re
from collections.abc import Mapping
from html import escape
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from portico.base.clock import Clock
from portico.base.ids import request_id
from portico.doors import address as addresses
from portico.doors.aside import aside
from portico.doors.buckets import Buckets, Limit
from portico.doors.port import Arrival, Door, Doors
from portico.doors.public import Public
from portico.services.apigatewayv2.portal_records import Endpoint
from portico.services.apigatewayv2.site import pages
from portico.services.apigatewayv2.site.body import Ready
from portico.services.apigatewayv2.site.html import note
from portico.services.apigatewayv2.site.visit import Visit, fields
from portico.wire.errors import AwsError
from portico.wire.http import Head, Headers, Reply, StreamReply
from portico.wire.model import error_reply

_RATE = 3
_TIMEOUT_S = 29.0
_ANSWER_BYTES_MAX = 6 * 1024 * 1024
_FORM_BYTES_MAX = 1024 * 1024
_VARIABLE = re.compile(r"\{([^{}+]+)(\+?)\}")
_METHOD = re.compile(r"DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT").fullmatch
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+").fullmatch
_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*").fullmatch
_FRAMING = frozenset(
    ("connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade")
)  # fmt: skip


class _Unfit(Exception):
    """What was typed can't be sent."""


class Trials:
    """Calls methods for visitors."""

    def __init__(self, *, doors: Doors, public: Public, buckets: Buckets, clock: Clock) -> None:
        self._doors = doors
        self._public = public
        self._buckets = buckets
        self._clock = clock

    async def __call__(self, visit: Visit, product_id: str, page_id: str) -> Reply:
        """The page with what the API has answered."""
        of, page = pages.endpoint_of(visit, product_id, page_id)
        if of is None or page is None or not page.tryable or visit.is_preview:
            return pages.missing(visit)
        if not visit.came_from_here():
            return pages.told(visit, "Try it", "The form was not sent from this page.", 403)
        given = fields((await visit.arrival.body.read(_FORM_BYTES_MAX)).decode("latin-1"))
        status, answer = 200, ""
        if self._buckets.take([Limit(("portal-try", page.api_id), _RATE, _RATE)], self._clock.monotonic()):
            status, answer = 429, note("error", "There are too many requests. Try again in a second.")
        else:
            try:
                answer = await self._answer(visit, page, given)
            except _Unfit as error:
                status, answer = 400, note("error", str(error))
        return await aside(pages.endpoint_page, visit, of, page, given=given, answer=answer, status=status)

    async def _answer(self, visit: Visit, page: Endpoint, given: Mapping[str, str]) -> str:
        """What the API answers, as HTML."""
        arrival = self._arrival(visit, page, given)
        door = self._doors.find("rest")
        assert door is not None  # it was registered when the server was put together
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                reply = await _replied(door, arrival)
        except AwsError as error:
            reply = error_reply("rest-json", error, arrival.request_id)
        except TimeoutError:
            return note("error", "The API has not answered in 29 seconds.")
        if len(reply.body) > _ANSWER_BYTES_MAX:
            return note("error", "The API has answered with more than 6 MB.")
        headers = "\n".join(f"{name}: {value}" for name, value in reply.headers)
        body = reply.body.decode("utf-8", "replace")
        return f"<h2>Answer {reply.status}</h2><pre>{escape(headers)}</pre><pre>{escape(body)}</pre>"

    def _arrival(self, visit: Visit, page: Endpoint, given: Mapping[str, str]) -> Arrival:
        """The request as a client of the API would send it, from where the visitor is."""
        parts = urlsplit(self._public.api(page.api_id, visit.site.region))
        path = f"{parts.path}/{page.stage}{_path(page.path, given)}"
        address = addresses.of_host(parts.hostname or "", path) or addresses.of_path(path)
        method = given.get("method", "GET") if page.method == "ANY" else page.method
        if address is None or not _METHOD(method):
            raise _Unfit("There is no such method.")
        body = given.get("body", "").replace("\r\n", "\n").encode()
        spelled = (("Host", parts.netloc), ("Content-Length", str(len(body))), *_headers(given))
        headers = tuple((name.lower(), value) for name, value in spelled)
        names = tuple(name.encode() for name, _ in spelled)
        head = Head(method, path, _query(given), headers, spelled=names)
        host = parts.hostname or ""
        return msgspec.structs.replace(
            visit.arrival, head=head, body=Ready(body), address=address, host=host, request_id=request_id()
        )


async def _replied(door: Door, arrival: Arrival) -> Reply:
    """The door's answer, of one that is streamed no more than it takes to know that it is too long."""
    answer = await door(arrival)
    if isinstance(answer, Reply):
        return answer
    assert isinstance(answer, StreamReply)  # nobody asks for an upgrade: what frames a request is not sent
    found = bytearray()
    try:
        async for chunk in answer.chunks:
            found += chunk
            if len(found) > _ANSWER_BYTES_MAX:
                break
    finally:
        close = getattr(answer.chunks, "aclose", None)
        if close is not None:
            await close()
    return Reply(answer.status, answer.headers, bytes(found))


def _path(template: str, given: Mapping[str, str]) -> str:
    def value(label: "re.Match[str]") -> str:
        found = given.get(f"path.{label[1]}", "")
        if not found or any(part in (".", "..") for part in found.split("/")):
            raise _Unfit(f"Fill in {label[1]}.")
        return quote(found, safe="/" if label[2] else "")

    return quote(_VARIABLE.sub(value, template), safe="/%:@!$&'()*+,;=~-._")


def _query(given: Mapping[str, str]) -> str:
    named = [
        (name.removeprefix("query."), value) for name, value in given.items() if name.startswith("query.")
    ]
    more = fields(given.get("query", ""))
    return urlencode([(name, value) for name, value in (*named, *more.items()) if value or name in more])


def _headers(given: Mapping[str, str]) -> Headers:
    pairs = [
        (name.removeprefix("header."), value) for name, value in given.items() if name.startswith("header.")
    ]
    lines = [line.partition(":") for line in given.get("headers", "").splitlines() if line.strip()]
    found = [*pairs, *((name, value) for name, _, value in lines)]
    sent = [(name.strip(), value.strip()) for name, value in found if value.strip()]
    for name, value in sent:
        if not _NAME(name) or not _VALUE(value) or name.lower() in _FRAMING:
            raise _Unfit(f"The header {name} can't be sent.")
    return tuple(sent)
