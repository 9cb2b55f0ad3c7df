"""Parameters of a request to a backend, from what has happened: `integration.request.header.id` from `context.connectionId`. Pure.

Source: API Gateway Developer Guide, "Set up data mapping for WebSocket APIs".
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.doors.payload1 import can_be_sent
from portico.services.apigatewayv2.sockets.exchange import Exchange, context
from portico.services.apigatewayv2.sockets.expressions import member
from portico.wire.http import Headers

_TARGET = re.compile(r"integration\.request\.(header|querystring|path)\.(.+)").fullmatch
_REQUEST = re.compile(r"route\.request\.(multivalue)?(header|querystring)\.(.+)").fullmatch
_BODY = re.compile(r"route\.request\.body(?:\.(.+))?").fullmatch


class Mapped(msgspec.Struct, frozen=True, gc=False):
    """What parameters a request has, beside its body."""

    headers: Headers = ()
    query: Headers = ()
    path: Mapping[str, str] = {}


def mapped(exchange: Exchange, parameters: Mapping[str, str] | None) -> Mapped:
    """The parameters that an integration maps; one without a value is left out, and so is a header that can't be sent."""
    places: dict[str, list[tuple[str, str]]] = {"header": [], "querystring": [], "path": []}
    for target, source in (parameters or {}).items():
        found = _TARGET(target)
        value = _value(exchange, source) if found else ""
        if found and value:
            places[found[1]].append((found[2], value))
    headers = tuple(pair for pair in places["header"] if can_be_sent(*pair))
    return Mapped(headers, tuple(places["querystring"]), dict(places["path"]))


def _value(exchange: Exchange, source: str) -> str:
    if len(source) > 1 and source[0] == source[-1] == "'":
        return source[1:-1]
    root, _, rest = source.partition(".")
    if root == "context":
        return _text(member(context(exchange), rest))
    if root == "stageVariables":
        return exchange.stage.stage_variables.get(rest, "")
    request, body = _REQUEST(source), _BODY(source)
    if request is not None:
        return _of_handshake(exchange, request[2], request[3], every=bool(request[1]))
    return _of_body(exchange.body, body[1]) if body is not None else ""


def _of_handshake(exchange: Exchange, place: str, name: str, *, every: bool) -> str:
    pairs = exchange.headers if place == "header" else exchange.query
    wanted = name.lower() if place == "header" else name
    values = [value for key, value in pairs if (key.lower() if place == "header" else key) == wanted]
    return ",".join(values) if every else (values[-1] if values else "")


def _of_body(body: str, path: str | None) -> str:
    if path is None:
        return body
    try:
        return _text(member(msgspec.json.decode(body), path))
    except (msgspec.DecodeError, RecursionError):
        return ""


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
