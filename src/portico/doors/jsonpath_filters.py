"""The filters of JSONPath: `?(@.price < 10 && @.tags in ['a'])`. Recursive descent, of bounded depth."""

import operator
import re
from collections.abc import Callable
from typing import Any

from portico.doors.java_regex import BadPattern, found_in

Filter = Callable[[Any], bool]
Operand = Callable[[Any], Any]

_DEPTH_MAX = 16
_SPACE = re.compile(r"\s*")
_OPERATOR = re.compile(r"==|!=|<=|>=|=~|<|>|in\b|nin\b")
_LITERAL = re.compile(
    r"(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>true|false|null)\b"
)
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/([a-z]*)")
_PATH = re.compile(r"[@$](?:\.?[^\s.\[\]()'\",=!<>&|]+|\.\*|\[[^\]]*\])*")
_WORDS = {"true": True, "false": False, "null": None}


class PathError(Exception):
    """Not a JSONPath, or one that finds too much in this document."""


def filter_of(text: str, at: int, path: Callable[[str], Operand]) -> tuple[Filter, int]:
    """The filter that begins at the parenthesis at `at`, and where it ends, after its bracket. `path` compiles a path.

    Raises:
        PathError: it is none.
    """
    reader = _Reader(text, at, path)
    reader.take("(")
    wanted = reader.either(0)
    reader.take(")")
    reader.take("]")
    return wanted, reader.at


class _Reader:
    def __init__(self, text: str, at: int, path: Callable[[str], Operand]) -> None:
        self.text, self.at, self._path = text, at, path

    def take(self, token: str) -> None:
        if not self.has(token):
            raise PathError(f"{self.text!r} is no JSONPath: {token!r} is missing in a filter")

    def has(self, token: str) -> bool:
        self._skip()
        found = self.text.startswith(token, self.at)
        self.at += len(token) * found
        return found

    def either(self, depth: int) -> Filter:
        if depth > _DEPTH_MAX:
            raise PathError("the filter is nested too deeply")
        wanted = [self._both(depth)]
        while self.has("||"):
            wanted.append(self._both(depth))
        return lambda node: any(one(node) for one in wanted)

    def _both(self, depth: int) -> Filter:
        wanted = [self._one(depth)]
        while self.has("&&"):
            wanted.append(self._one(depth))
        return lambda node: all(one(node) for one in wanted)

    def _one(self, depth: int) -> Filter:
        if self.has("!"):
            inner = self._one(depth + 1)
            return lambda node: not inner(node)
        if self.has("("):
            inner = self.either(depth + 1)
            self.take(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Filter:
        left = self._operand()
        self._skip()
        found = _OPERATOR.match(self.text, self.at)
        if found is None:
            return lambda node: left(node) not in (None, [])
        self.at = found.end()
        if found[0] == "=~":
            return self._regex(left)
        right, compare = self._operand(), _COMPARISONS[found[0]]
        return lambda node: compare(left(node), right(node))

    def _regex(self, left: Operand) -> Filter:
        self._skip()
        found = _REGEX.match(self.text, self.at)
        if found is None:
            raise PathError("=~ needs a regular expression between slashes")
        self.at = found.end()
        pattern = f"(?i){found[1]}" if "i" in found[2] else found[1]

        def wanted(node: Any) -> bool:
            value = left(node)
            try:
                return isinstance(value, str) and found_in(f"^(?:{pattern})$", value)
            except BadPattern as error:
                raise PathError(str(error)) from error

        return wanted

    def _operand(self) -> Operand:
        self._skip()
        literal = _LITERAL.match(self.text, self.at)
        if literal is not None:
            self.at = literal.end()
            value = _value(literal)
            return lambda _: value
        if self.has("["):
            return self._list()
        found = _PATH.match(self.text, self.at)
        if found is None:
            raise PathError(f"{self.text!r} is no JSONPath: {self.text[self.at :]!r} is not understood")
        self.at = found.end()
        return self._path(found[0])

    def _list(self) -> Operand:
        items: list[Operand] = []
        while not self.has("]"):
            items.append(self._operand())
            self.has(",")
        return lambda node: [item(node) for item in items]

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at


def _value(literal: re.Match[str]) -> Any:
    if literal["text"] is not None:
        return re.sub(r"\\(.)", r"\1", literal["text"][1:-1], flags=re.S)
    if literal["number"] is not None:
        number = float(literal["number"])
        return int(number) if number.is_integer() else number
    return _WORDS[literal["word"]]


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison that is false between things of different kinds."""

    def ask(left: Any, right: Any) -> bool:
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        return (numbers or (isinstance(left, str) and isinstance(right, str))) and compare(left, right)

    return ask


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "in": lambda left, right: isinstance(right, list) and left in right,
    "nin": lambda left, right: isinstance(right, list) and left not in right,
}
