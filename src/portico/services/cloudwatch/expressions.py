"""Expressions of metric math as they are written, read into a tree.

Source: CloudWatch User Guide, "Use metric math" (syntax, operators, functions).
"""

import re
from collections.abc import Iterator

import msgspec

DEPTH_MAX = 40
_TOKENS_MAX = 500  # a row of operators is a tree as deep as it is long

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<text>'[^']*'|"[^"]*")
      | (?P<sign>==|!=|<=|>=|&&|\|\||[-+*/^<>(),\[\]])
    )""",
    re.X,
)
# How strongly an operator binds.
_BINARY = {
    **dict.fromkeys(("OR",), 1),
    **dict.fromkeys(("AND",), 2),
    **dict.fromkeys(("==", "!=", "<", ">", "<=", ">="), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/"), 5),
    "^": 7,
}
_UNARY = 6
_SAME = {"&&": "AND", "||": "OR"}


class Unreadable(Exception):
    """An expression that is none; `str()` says why."""


class Number(msgspec.Struct, frozen=True, gc=False):
    """A number."""

    value: float


class Text(msgspec.Struct, frozen=True, gc=False):
    """A text between quotes."""

    value: str


class Name(msgspec.Struct, frozen=True, gc=False):
    """The id of another query, or a word that a function takes (`REPEAT`)."""

    value: str


class Array(msgspec.Struct, frozen=True, gc=False):
    """Several series: `[m1, m2]`."""

    items: tuple["Node", ...]


class Apply(msgspec.Struct, frozen=True, gc=False):
    """A function (in capitals) or an operator (`+`), with what it is applied to."""

    function: str
    arguments: tuple["Node", ...]


Node = Number | Text | Name | Array | Apply


def parse(expression: str) -> Node:
    """The tree of an expression.

    Raises:
        Unreadable: it is none.
    """
    return _Parser(expression).whole()


def within(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    below = node.arguments if isinstance(node, Apply) else node.items if isinstance(node, Array) else ()
    for each in below:
        yield from within(each)


def names(node: Node) -> set[str]:
    """The names in it."""
    return {each.value for each in within(node) if isinstance(each, Name)}


class _Parser:
    def __init__(self, expression: str) -> None:
        self._tokens = list(_tokens(expression))
        if len(self._tokens) > _TOKENS_MAX:
            raise Unreadable("The expression is too long")
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._expression(0)
        kind, text = self._tokens[self._at]
        if kind != "end":
            raise Unreadable(f"Unexpected '{text}'")
        return node

    def _next(self) -> tuple[str, str]:
        self._at += 1
        return self._tokens[self._at - 1]

    def _takes(self, sign: str) -> bool:
        if self._tokens[self._at] == ("sign", sign):
            self._at += 1
            return True
        return False

    def _expression(self, strength: int) -> Node:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise Unreadable("The expression is nested too deeply")
        left = self._operand()
        while True:
            kind, text = self._tokens[self._at]
            operator = _SAME.get(text, text.upper() if kind == "name" else text)
            binds = _BINARY.get(operator, 0) if kind in ("sign", "name") else 0
            if binds <= strength:
                break
            self._at += 1
            left = Apply(operator, (left, self._expression(binds)))
        self._depth -= 1
        return left

    def _operand(self) -> Node:
        kind, text = self._next()
        if kind == "number":
            return Number(float(text))
        if kind == "text":
            return Text(text[1:-1])
        if kind == "name":
            return Apply(text.upper(), self._list(")")) if self._takes("(") else Name(text)
        if text == "-":
            return Apply("-", (Number(0.0), self._expression(_UNARY)))
        if text == "(":
            inner = self._expression(0)
            if not self._takes(")"):
                raise Unreadable("A closing parenthesis is missing")
            return inner
        if text == "[":
            return Array(self._list("]"))
        raise Unreadable(f"Unexpected '{text}'" if text else "Unexpected end of the expression")

    def _list(self, end: str) -> tuple[Node, ...]:
        found: list[Node] = []
        if self._takes(end):
            return ()
        while True:
            found.append(self._expression(0))
            if self._takes(end):
                return tuple(found)
            if not self._takes(","):
                raise Unreadable(f"Expected ',' or '{end}'")


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(expression.rstrip())
    while at < end:
        found = _TOKEN.match(expression, at)
        if found is None:
            raise Unreadable(f"Unexpected '{expression[at:].lstrip()[:1]}'")
        yield found.lastgroup or "", found[found.lastgroup or 0]
        at = found.end()
    yield "end", ""
