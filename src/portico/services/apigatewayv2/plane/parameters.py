"""Parameter mapping: what is added to, changed in or removed from a request on its way, and from an answer on its way back. Pure.

Source: API Gateway Developer Guide, "Transform API requests and responses for HTTP APIs".
"""

import re
from urllib.parse import quote, urlencode

import msgspec

from portico.services.apigatewayv2.plane.asked import Asked
from portico.services.apigatewayv2.plane.changes import Change, Changes
from portico.services.apigatewayv2.plane.expressions import Response
from portico.services.apigatewayv2.plane.paths import encoded
from portico.wire.http import Head, Headers

_CONTROL = re.compile(r"[\x00-\x1f\x7f]").search
Pairs = list[tuple[str, str]]


def changed_request(asked: Asked, mapped: Changes) -> Asked:
    """The request as its integration gets it."""
    head = asked.arrival.head
    headers, query = list(head.headers), asked.query()
    for change in mapped.changes:
        target = headers if change.part == "header" else query
        _change(target, change, change.value(asked, None))
    path = mapped.path(asked, None) if mapped.path is not None else None
    after = Head(
        head.method,
        head.path,
        urlencode(query, quote_via=quote)
        if any(one.part == "querystring" for one in mapped.changes)
        else head.query,
        tuple(headers),
        head.http_version,
    )
    arrival = msgspec.structs.replace(asked.arrival, head=after)
    return msgspec.structs.replace(
        asked, arrival=arrival, path=_raw(path) if path is not None else asked.path
    )


def changed_response(asked: Asked, mapped: Changes, response: Response) -> Response:
    """The answer as the client gets it."""
    headers: Pairs = [(name, value) for name, value in response.headers]
    for change in mapped.changes:
        _change(headers, change, change.value(asked, response))
    status = mapped.status(asked, response) if mapped.status is not None else None
    valid = status is not None and status.isascii() and status.isdecimal() and 200 <= int(status) <= 599
    return Response(int(status or 0) if valid else response.status, tuple(headers), response.body)


def _change(pairs: Pairs, change: Change, value: str | None) -> None:
    """Change the pairs in place. A value that is not there, or would break a header, changes nothing."""
    wanted = change.name
    if change.action == "remove":
        pairs[:] = [pair for pair in pairs if _name(pair[0], change) != wanted]
    elif value is not None and not (change.part == "header" and _CONTROL(value)):
        if change.action == "overwrite":
            pairs[:] = [pair for pair in pairs if _name(pair[0], change) != wanted]
        pairs.append((wanted, _latin(value) if change.part == "header" else value))


def _name(given: str, change: Change) -> str:
    return given.lower() if change.part == "header" else given


def _latin(value: str) -> str:
    """A header's value as heads keep it: UTF-8 bytes as latin-1."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode("latin-1")


def _raw(path: str) -> str:
    """A path that can be sent."""
    return encoded(path if path.startswith("/") else f"/{path}")


def flattened(headers: Headers) -> dict[str, str]:
    """Headers by name in lower case, repetitions joined by commas."""
    found: dict[str, str] = {}
    for name, value in headers:
        lowered = name.lower()
        found[lowered] = f"{found[lowered]},{value}" if lowered in found else value
    return found
