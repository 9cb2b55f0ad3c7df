"""The filters of JSONPath: `?(@.price < 10 && @.tags in ['a'])`. Recursive descent, of bounded depth."""

import operator
import re
from collections.abc import Callable
from time import monotonic
from typing import Any

from portico.doors.java_regex import BadPattern, found_in

_DEPTH_MAX = 16
_NODES_MAX = 200_000
_PATTERNS_S = 1.0
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


class Looked:
    """How many nodes a path has looked at, with all that its filters ask of each, and how long its regular expressions have taken."""

    __slots__ = ("_left", "_left_s")

    def __init__(self) -> None:
        self._left, self._left_s = _NODES_MAX, _PATTERNS_S

    def at(self, nodes: int) -> None:
        """Count further nodes.

        Raises:
            PathError: these are too many.
        """
        self._left -= nodes
        if self._left < 0:
            raise PathError("the path finds too much")

    def matched(self, pattern: str, text: str) -> bool:
        """Whether the whole of a text is as a pattern says.

        Raises:
            PathError: it is no pattern, or patterns take too long.
        """
        began = monotonic()
        try:
            found = found_in(f"^(?:{pattern})$", text)
        except BadPattern as error:
            raise PathError(str(error)) from error
        self._left_s -= monotonic() - began
        if self._left_s < 0:
            raise PathError("the path's regular expressions take too long")
        return found


Filter = Callable[[Any, Looked], bool]
Operand = Callable[[Any, Looked], Any]


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
        wanted = [self._both(depth)]
        while self.has("||"):
            wanted.append(self._both(depth))
        return lambda node, looked: any(one(node, looked) for one in wanted)

    def _both(self, depth: int) -> Filter:
        wanted = [self._one(depth)]
        while self.has("&&"):
            wanted.append(self._one(depth))
        return lambda node, looked: all(one(node, looked) for one in wanted)

    def _one(self, depth: int) -> Filter:
        _check(depth)
        if self.has("!"):
            inner = self._one(depth + 1)
            return lambda node, looked: not inner(node, looked)
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
            return lambda node, looked: left(node, looked) not in (None, [])
        self.at = found.end()
        if found[0] == "=~":
            return self._regex(left)
        right, compare = self._operand(), _COMPARISONS[found[0]]
        return lambda node, looked: compare(left(node, looked), right(node, looked))

    def _regex(self, left: Operand) -> Filter:
        self._skip()
        found = _REGEX.match(self.text, self.at)
        if found is None:
            raise PathError("=~ needs a regular expression between slashes")
        self.at = found.end()
        pattern = f"(?i){found[1]}" if "i" in found[2] else found[1]

        def wanted(node: Any, looked: Looked) -> bool:
            value = left(node, looked)
            return isinstance(value, str) and looked.matched(pattern, value)

        return wanted

    def _operand(self, depth: int = 0) -> Operand:
        _check(depth)
        self._skip()
        literal = _LITERAL.match(self.text, self.at)
        if literal is not None:
            self.at = literal.end()
            value = _value(literal)
            return lambda node, looked: value
        if self.has("["):
            return self._list(depth)
        found = _PATH.match(self.text, self.at)
        if found is None:
            raise PathError(f"{self.text!r} is no JSONPath: {self.text[self.at :]!r} is not understood")
        self.at = found.end()
        return self._path(found[0])

    def _list(self, depth: int) -> Operand:
        items: list[Operand] = []
        while not self.has("]"):
            items.append(self._operand(depth + 1))
            self.has(",")
        return lambda node, looked: [item(node, looked) for item in items]

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at


def _check(depth: int) -> None:
    if depth > _DEPTH_MAX:
        raise PathError("the filter is nested too deeply")


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
