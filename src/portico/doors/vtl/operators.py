"""Arithmetic, comparisons and logic: Java's, by Velocity's rules.

Source: Velocity 1.7 user guide, "Conditionals", "Math"; VTL reference.
"""

import operator
import re
from collections.abc import Callable
from typing import Any

from portico.doors.vtl import values
from portico.doors.vtl.engine import OverBudget, Run, airspeed, replace


def _plus(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        made = values.text(left) + values.text(right)
        if len(made) > values.CHARS_MAX:
            raise OverBudget("a text becomes too long")
        return made
    return _counted(operator.add)(left, right)


def _counted(act: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Arithmetic: null with anything but numbers, and by zero."""

    def calculate(left: Any, right: Any) -> Any:
        if not (values.is_number(left) and values.is_number(right)):
            return None
        try:
            made = act(left, right)
        except (ZeroDivisionError, OverflowError):
            return None
        if isinstance(made, int) and made.bit_length() > 256:
            raise OverBudget("a number is too large")
        return made

    return calculate


def _divided(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        whole = abs(left) // abs(right)
        return whole if (left < 0) == (right < 0) else -whole
    return left / right


def _remainder(left: Any, right: Any) -> Any:
    return (
        left - right * int(left / right)
        if isinstance(left + right, float)
        else left - right * _divided(left, right)
    )


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def ask(left: Any, right: Any) -> bool:
        texts = isinstance(left, str) and isinstance(right, str)
        return (texts or (values.is_number(left) and values.is_number(right))) and compare(left, right)

    return ask


_OPERATORS: dict[str, tuple[int, Callable[[Any, Any], Any]]] = {
    "*": (4, _counted(operator.mul)),
    "/": (4, _counted(_divided)),
    "%": (4, _counted(_remainder)),
    "+": (5, _plus),
    "-": (5, _counted(operator.sub)),
    **dict.fromkeys((">", "gt"), (7, _compared(operator.gt))),
    **dict.fromkeys((">=", "ge"), (7, _compared(operator.ge))),
    **dict.fromkeys(("<", "lt"), (7, _compared(operator.lt))),
    **dict.fromkeys(("<=", "le"), (7, _compared(operator.le))),
    **dict.fromkeys(("==", "eq"), (8, values.equal)),
    **dict.fromkeys(("!=", "ne"), (8, lambda left, right: not values.equal(left, right))),
    **dict.fromkeys(("&&", "and"), (12, lambda left, right: left)),
    **dict.fromkeys(("||", "or"), (13, lambda left, right: left)),
}


@replace
class BinaryOperator(airspeed.BinaryOperator):  # type: ignore[misc]
    """An operator; the words are words of their own."""

    BINARY_OP = re.compile(
        r"\s*(>=|<=|==|!=|\|\||&&|<|>|%|\+|-|\*|/|(?:or|and|gt|lt|ne|eq|ge|le)\b)\s*", re.S
    )

    def parse(self) -> None:
        (self.sign,) = self.identity_match(self.BINARY_OP)
        self.precedence, self.apply_to = _OPERATORS[self.sign]


@replace
class UnaryOperatorValue(airspeed.UnaryOperatorValue):  # type: ignore[misc]
    """`!` and `not`."""

    def calculate(self, namespace: Any, run: Run) -> bool:
        return not values.is_true(self.value.calculate(namespace, run))


@replace
class Expression(airspeed.Expression):  # type: ignore[misc]
    """Values and operators; made a tree once, by precedence."""

    def parse(self) -> None:
        super().parse()
        self.tree, rest = _tree(self.expression[0], self.expression[1:], 99)
        if rest:
            raise self.syntax_error("an operator")

    def calculate(self, namespace: Any, run: Run) -> Any:
        return _solved(self.tree, namespace, run)


def _tree(left: Any, rest: list[Any], loosest: int) -> tuple[Any, list[Any]]:
    while rest and rest[0].precedence <= loosest:
        sign, right, rest = rest[0], rest[1], rest[2:]
        while rest and rest[0].precedence < sign.precedence:
            right, rest = _tree(right, rest, sign.precedence - 1)
        left = (sign, left, right)
    return left, rest


def _solved(tree: Any, namespace: Any, run: Run) -> Any:
    if not isinstance(tree, tuple):
        return tree.calculate(namespace, run)
    run.step()
    sign, left, right = tree
    if sign.precedence >= 12:
        first = values.is_true(_solved(left, namespace, run))
        decided = first if sign.precedence == 13 else not first
        return first if decided else values.is_true(_solved(right, namespace, run))
    made = sign.apply_to(_solved(left, namespace, run), _solved(right, namespace, run))
    if isinstance(made, str):
        run.step(len(made) // 1_000)
    return made
