"""Values of parameter mappings and identity sources: `$request.header.h`, `${request.path.id}`, `$context.requestId`, static text,
or a mix. Pure.

Source: API Gateway Developer Guide, "Transform API requests and responses for HTTP APIs".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from portico.doors.port import Arrival
from portico.wire.http import Headers

_VARIABLE = re.compile(
    r"\$\{([^}]+)\}|\$((?:request|response|context|stageVariables)(?:\.[A-Za-z0-9_.\[\]*@:!#%&'+^`|~-]+)?)"
)
_BODY_BYTES_MAX = 100 * 1024


class Request(Protocol):
    """What an expression can name parts of (see `asked.Asked`). `variables` are the stage's, `parameters` the path's."""

    @property
    def arrival(self) -> Arrival: ...

    @property
    def route_path(self) -> str: ...

    @property
    def parameters(self) -> Mapping[str, str]: ...

    @property
    def variables(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...

    def query(self) -> list[tuple[str, str]]: ...

    def context(self, name: str) -> Any: ...


class Response(msgspec.Struct, frozen=True, gc=False):
    """An integration's answer, which response mappings can name parts of."""

    status: int
    headers: Headers
    body: bytes


Value = Callable[[Request, Response | None], str | None]
"""What an expression comes to for a request (and its answer); None if a variable has no value."""


def compiled(text: str) -> Value:
    """The compiled form of an expression."""
    found = list(_VARIABLE.finditer(text))
    if not found:
        return lambda asked, response: text
    if len(found) == 1 and found[0].span() == (0, len(text)):
        return _variable(found[0][1] or found[0][2])
    parts: list[str | Value] = []
    at = 0
    for one in found:
        parts += (text[at : one.start()], _variable(one[1] or one[2]))
        at = one.end()
    parts.append(text[at:])

    def mixed(asked: Request, response: Response | None) -> str | None:
        values = [part if isinstance(part, str) else part(asked, response) for part in parts]
        return None if None in values else "".join(value for value in values if value is not None)

    return mixed


def _variable(name: str) -> Value:
    root, _, rest = name.partition(".")
    if root == "context":
        return lambda asked, response: text_of(asked.context(rest))
    if root == "stageVariables":
        return lambda asked, response: asked.variables.get(rest)
    part, _, rest = rest.partition(".")
    made = _PARTS.get((root, part))
    return made(rest) if made is not None else lambda asked, response: None


def text_of(value: Any) -> str | None:
    """A value as text; JSON for lists and objects."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return msgspec.json.encode(value).decode()
    return str(value)


def _joined(pairs: list[tuple[str, str]], name: str) -> str | None:
    values = [value for key, value in pairs if key == name]
    return ",".join(values) if values else None


def _request_header(name: str) -> Value:
    lowered = name.lower()
    return lambda asked, response: _joined(list(asked.arrival.head.headers), lowered)


def _request_query(name: str) -> Value:
    return lambda asked, response: _joined(asked.query(), name)


def _request_path(name: str) -> Value:
    return lambda asked, response: asked.parameters.get(name) if name else asked.route_path


def _request_body(path: str) -> Value:
    return lambda asked, response: _of_json(asked.body, path)


def _response_header(name: str) -> Value:
    lowered = name.lower()

    def read(asked: Request, response: Response | None) -> str | None:
        if response is None:
            return None
        return _joined([(key.lower(), value) for key, value in response.headers], lowered)

    return read


def _response_body(path: str) -> Value:
    return lambda asked, response: None if response is None else _of_json(response.body, path)


def _status(name: str) -> Value:
    return lambda asked, response: None if response is None else str(response.status)


def _of_json(body: bytes, path: str) -> str | None:
    """A value of a JSON body: all of it, or what a path leads to."""
    if len(body) > _BODY_BYTES_MAX:
        return None
    if not path:
        return body.decode(errors="replace")
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return text_of(value)


_PARTS: Mapping[tuple[str, str], Callable[[str], Value]] = {
    ("request", "header"): _request_header,
    ("request", "querystring"): _request_query,
    ("request", "path"): _request_path,
    ("request", "body"): _request_body,
    ("response", "header"): _response_header,
    ("response", "body"): _response_body,
    ("response", "statuscode"): _status,
}
