"""Patterns over JSON events: `{ ($.level = "ERROR" || $.code >= 500) && $.user.id NOT EXISTS }`."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from portico.services.logs.pattern.lexer import ORDERINGS, PatternError, Token, number, tokens
from portico.services.logs.pattern.regex import text_test

Test = Callable[[Any], bool]
Path = tuple[str | int, ...]

_ABSENT = object()
_DEPTH_MAX = 50
_STEP = re.compile(r"""\.?(?:\[['"]([^'"]+)['"]\]|\[(\d+|\*)\]|([^.\[\]]+))""")


def json_pattern(text: str) -> Callable[[str], bool]:
    """A JSON pattern. Messages that are no JSON objects or arrays never match.

    Raises:
        PatternError: the pattern can't be read.
    """
    if not text.endswith("}"):
        raise PatternError("a JSON pattern ends with }")
    parser = _Parser(_selectors_as_words(text[1:-1]))
    test = parser.expression(0)
    if parser.rest:
        raise PatternError(f"unexpected {parser.rest[0].text!r}")

    def matches(message: str) -> bool:
        try:
            document = msgspec.json.decode(message)
        except (msgspec.DecodeError, RecursionError):
            return False
        return isinstance(document, dict | list) and test(document)

    return matches


def _selectors_as_words(text: str) -> list[Token]:
    """`$['a b']` holds quotes, which would end a word: such selectors are joined again."""
    quoted: list[str] = []

    def keep(match: re.Match[str]) -> str:
        quoted.append(match.group(0))
        return f"$\0{len(quoted) - 1}"

    held = re.sub(r"""\$(?:\.?\[['"][^'"]+['"]\]|\[(?:\d+|\*)\]|\.[^\s"=<>!(){}&|,\[\]]+)+""", keep, text)
    return [
        Token("selector", quoted[int(t.text[2:])]) if t.text.startswith("$\0") else t for t in tokens(held)
    ]


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self.rest = found

    def _next(self) -> Token:
        if not self.rest:
            raise PatternError("the pattern ends too early")
        return self.rest.pop(0)

    def _take(self, *words: str) -> bool:
        if [t.text.upper() for t in self.rest[: len(words)]] == list(words):
            del self.rest[: len(words)]
            return True
        return False

    def expression(self, depth: int) -> Test:
        found = [self._conjunction(depth)]
        while self._take("||"):
            found.append(self._conjunction(depth))
        return found[0] if len(found) == 1 else lambda d: any(t(d) for t in found)

    def _conjunction(self, depth: int) -> Test:
        found = [self._condition(depth)]
        while self._take("&&"):
            found.append(self._condition(depth))
        return found[0] if len(found) == 1 else lambda d: all(t(d) for t in found)

    def _condition(self, depth: int) -> Test:
        if depth > _DEPTH_MAX:
            raise PatternError("too many parentheses")
        if self._take("("):
            inner = self.expression(depth + 1)
            if not self._take(")"):
                raise PatternError("a parenthesis is not closed")
            return inner
        selector = self._next()
        if selector.kind != "selector":
            raise PatternError(f"expected a selector such as $.field, not {selector.text!r}")
        return _any_value(_path(selector.text), self._comparison())

    def _comparison(self) -> Test:
        for words, test in _STATES.items():
            if self._take(*words.split()):
                return test
        operator, value = self._next(), self._next()
        if value.kind not in ("word", "string", "regex"):
            raise PatternError(f"expected a value, not {value.text!r}")
        if operator.text in ORDERINGS:
            return _ordering(operator.text, value)
        equal = _equality(value)
        if operator.text == "=":
            return equal
        if operator.text == "!=":
            return lambda v: v is not _ABSENT and not equal(v)
        raise PatternError(f"unknown operator {operator.text!r}")


_STATES: dict[str, Test] = {
    "NOT EXISTS": lambda v: v is _ABSENT,
    "EXISTS": lambda v: v is not _ABSENT,
    "IS NULL": lambda v: v is None,
    "IS TRUE": lambda v: v is True,
    "IS FALSE": lambda v: v is False,
}


def _ordering(operator: str, value: Token) -> Test:
    limit = number(value.text)
    if limit is None:
        raise PatternError(f"{operator} compares with a number, not {value.text!r}")
    compare = ORDERINGS[operator]
    return lambda v: isinstance(v, int | float) and not isinstance(v, bool) and compare(v, limit)


def _equality(value: Token) -> Test:
    text, wanted = text_test(value), number(value.text) if value.kind == "word" else None

    def test(v: Any) -> bool:
        if isinstance(v, str):
            return text(v)
        if isinstance(v, bool):
            return value.text == str(v).lower()
        if isinstance(v, int | float):
            return v == wanted if wanted is not None else text(f"{v:g}" if isinstance(v, float) else str(v))
        return False

    return test


def _path(selector: str) -> Path:
    steps: list[str | int] = []
    for name, index, word in _STEP.findall(selector[1:]):
        steps.append(name or word or (index if index == "*" else int(index)))
    return tuple(steps)


def _any_value(path: Path, test: Test) -> Test:
    def matches(document: Any) -> bool:
        values = [document]
        for step in path:
            values = [found for value in values for found in _step(value, step)]
        return any(test(value) for value in values) if values else test(_ABSENT)

    return matches


def _step(value: Any, step: str | int) -> list[Any]:
    if isinstance(value, list):
        if step == "*":
            return value
        return [value[step]] if isinstance(step, int) and step < len(value) else []
    if isinstance(value, dict):
        if step == "*":
            return list(value.values())
        return [value[step]] if step in value else []
    return []
