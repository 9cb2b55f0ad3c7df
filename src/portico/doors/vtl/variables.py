"""`$input` and `$util` of mapping templates.

Source: API Gateway Developer Guide, "Variables for data transformations for API Gateway"; answers seen.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus

import msgspec

from portico.doors.jsonpath import MISSING, PathError, compiled, is_quick, is_wide
from portico.doors.vtl.values import Failed, Methods, json_text, text

_SMALL_CHARS = 64 * 1024
_WIDE_STEPS_MAX = 5_000
_EMPTY = "{}"


class Parameters(msgspec.Struct, frozen=True, gc=False):
    """A request's parameters as `$input.params()` has them: the last value of each name."""

    path: Mapping[str, str] = {}
    querystring: Mapping[str, str] = {}
    header: Mapping[str, str] = {}


class NotJson(Failed):
    """The body is asked for as JSON, and is none."""


class Input(Methods):
    """`$input`: a body (which counts as `{}` when there is none) and the request's parameters."""

    def __init__(self, body: str, parameters: Parameters) -> None:
        self._body = body or _EMPTY
        self._parameters = parameters
        self._document: Any = MISSING
        self.methods: Mapping[str, Callable[..., Any]] = {
            "json": self.json,
            "path": self.path,
            "params": self.params,
        }

    def member(self, name: str) -> Any:
        """`$input.body`."""
        return self._body if name == "body" else None

    def is_quick(self, arguments: list[Any]) -> bool:
        """Whether the body is soon searched for these paths."""
        return len(self._body) <= _SMALL_CHARS and all(
            is_quick(one) for one in arguments if isinstance(one, str)
        )

    def cost(self, arguments: list[Any]) -> int:
        """The steps that a search counts for: more where it looks at all of the body."""
        chars = len(self._body)
        wide = any(is_wide(one) for one in arguments if isinstance(one, str))
        return chars // 10_000 + (min(chars // 200, _WIDE_STEPS_MAX) if wide else 0)

    def path(self, path: str = "$") -> Any:
        """The value at a JSONPath; null where there is none.

        Raises:
            Failed: no JSONPath, no JSON.
        """
        found = self._at(path)
        return None if found is MISSING else found

    def json(self, path: str = "$") -> str:
        """The value at a JSONPath as JSON; an empty text's where there is none.

        Raises:
            Failed: no JSONPath, no JSON.
        """
        found = self._at(path)
        return json_text("" if found is MISSING else found)

    def params(self, name: str | None = None) -> Any:
        """A parameter of the path, else of the query, else a header (in any case); an empty text if there is none. Without a name, all."""
        places = self._parameters
        if name is None:
            return {
                "path": dict(places.path),
                "querystring": dict(places.querystring),
                "header": dict(places.header),
            }
        for place in (places.path, places.querystring, places.header):
            if name in place:
                return place[name]
        wanted = str(name).lower()
        return next((value for key, value in places.header.items() if key.lower() == wanted), "")

    def _at(self, path: str) -> Any:
        if self._document is MISSING:
            try:
                self._document = msgspec.json.decode(self._body)
            except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
                raise NotJson(f"the body is not JSON: {error}") from error
        try:
            return compiled(text(path)).find(self._document)
        except PathError as error:
            raise Failed(str(error)) from error


def escape_javascript(value: str) -> str:
    """A text as it can stand in a JavaScript string, in ASCII; the escaped quote `'` is not one of JSON's."""
    return "".join(_ESCAPES.get(character) or _escaped(character) for character in value)


_ESCAPES = {
    "'": "\\'",
    '"': '\\"',
    "\\": "\\\\",
    "/": "\\/",
    "\b": "\\b",
    "\n": "\\n",
    "\t": "\\t",
    "\f": "\\f",
    "\r": "\\r",
}


def _escaped(character: str) -> str:
    if " " <= character <= "~":
        return character
    units = character.encode("utf-16-be", errors="surrogatepass")
    return "".join(f"\\u{units[at]:02X}{units[at + 1]:02X}" for at in range(0, len(units), 2))


def _parse_json(value: Any) -> Any:
    try:
        return msgspec.json.decode(text(value))
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise Failed(f"parseJson: {error}") from error


def _base64_decode(value: Any) -> str:
    given = text(value)
    try:
        return b64decode(given + "=" * (-len(given) % 4)).decode(errors="replace")
    except (Base64Error, ValueError) as error:
        raise Failed(f"base64Decode: {error}") from error


def _nothing_for_null(act: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else act(text(value))


class _Util(Methods):
    """`$util`."""

    methods: Mapping[str, Callable[..., Any]] = {
        "escapeJavaScript": _nothing_for_null(escape_javascript),
        "parseJson": _nothing_for_null(_parse_json),
        "urlEncode": _nothing_for_null(lambda value: quote_plus(value, safe="*").replace("~", "%7E")),
        "urlDecode": _nothing_for_null(unquote_plus),
        "base64Encode": _nothing_for_null(
            lambda value: b64encode(value.encode(errors="surrogatepass")).decode()
        ),
        "base64Decode": _nothing_for_null(_base64_decode),
    }


UTIL = _Util()
