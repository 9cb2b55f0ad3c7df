"""Parameter mappings: where the values of parameters come from, compiled once. Pure.

Source: API Gateway Developer Guide, "Parameter mapping examples for REST APIs", "Request and response data mapping reference".
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from portico.doors.aside import aside
from portico.doors.jsonpath import MISSING, PathError, compiled, is_quick
from portico.services.apigateway.transform.context import at
from portico.services.apigateway.transform.seam import Pairs

_NO_DOCUMENT = object()
_LARGE_BYTES = 64 * 1024
_OF_BODY = re.compile(r"(?:method\.request|integration\.response)\.body(?=.)").match


class Values:
    """What mappings can name: of a request (`method.request.…`) or of a backend's answer (`integration.response.…`)."""

    __slots__ = ("_document", "_found", "body", "context", "headers", "path", "query", "stage_variables")

    def __init__(
        self,
        *,
        headers: Pairs,
        body: bytes,
        context: Mapping[str, Any],
        stage_variables: Mapping[str, str],
        query: Pairs = (),
        path: Mapping[str, str] | None = None,
    ) -> None:
        self.headers = headers
        self.query = query
        self.path: Mapping[str, str] = path or {}
        self.body = body
        self.context = context
        self.stage_variables = stage_variables
        self._document: Any = _NO_DOCUMENT
        self._found: dict[str, str | None] = {}

    async def prepare(self, sources: Iterable[str]) -> None:
        """Look up what these expressions ask of the body, aside where that may take long."""
        paths = [f"${expression[found.end() :]}" for expression in sources if (found := _OF_BODY(expression))]
        if paths and (len(self.body) > _LARGE_BYTES or not all(map(is_quick, paths))):
            self._found = await aside(lambda: {path: self._look_up(path) for path in paths})

    def _decode(self) -> None:
        try:
            self._document = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, RecursionError):
            self._document = None

    def of_body(self, path: str) -> str | None:
        """The part of the JSON body at a JSONPath as text; None if there is none, or the body is no JSON."""
        return self._found[path] if path in self._found else self._look_up(path)

    def _look_up(self, path: str) -> str | None:
        if self._document is _NO_DOCUMENT:
            self._decode()
        try:
            found = compiled(path).find(self._document)
        except PathError:
            return None
        return None if found is MISSING else as_text(found)


Source = Callable[[Values], tuple[str, ...]]
"""The values that an expression has: none, one, or many."""


def source(expression: str) -> Source:
    """What an expression names: `'text'`, `context.x`, `stageVariables.x`, `method.request.header.x`, `integration.response.body.x`, …
    An expression that is none has no value."""
    if expression[:1] == "'" and expression[-1:] == "'" and len(expression) > 1:
        text = (expression[1:-1],)
        return lambda values: text
    root, _, name = expression.partition(".")
    if root == "context":
        return lambda values: _one(as_text(at(values.context, name)))
    if root == "stageVariables":
        return lambda values: _one(values.stage_variables.get(name))
    if root in ("method", "integration"):
        return _placed(name.partition(".")[2])
    return lambda values: ()


def _placed(name: str) -> Source:
    if name.startswith("body"):
        path = f"${name[4:]}"
        if path == "$":
            return lambda values: (values.body.decode(errors="replace"),)
        return lambda values: _one(values.of_body(path))
    place, _, key = name.partition(".")
    return _PLACES[place](key) if place in _PLACES else lambda values: ()


def _header(key: str) -> Source:
    every = _headers(key)
    return lambda values: every(values)[-1:]


def _headers(key: str) -> Source:
    wanted = key.lower()
    return lambda values: tuple([value for name, value in values.headers if name.lower() == wanted])


def _query(key: str) -> Source:
    every = _queries(key)
    return lambda values: every(values)[-1:]


def _queries(key: str) -> Source:
    return lambda values: tuple([value for name, value in values.query if name == key])


def _path(key: str) -> Source:
    return lambda values: _one(values.path.get(key))


_PLACES: Mapping[str, Callable[[str], Source]] = {
    "header": _header,
    "multivalueheader": _headers,
    "querystring": _query,
    "multivaluequerystring": _queries,
    "path": _path,
}


def as_text(value: object) -> str | None:
    """A value as a parameter has it: texts as they are, objects and lists as JSON, null as nothing."""
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _one(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)
