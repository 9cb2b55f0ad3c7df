"""Metric math at work: what an expression's tree comes to, from what the other queries have come to.

Two series are put together where both have a value. What has no number (a division by zero, a logarithm of nothing) has no value.

Source: CloudWatch User Guide, "Use metric math" (data types, operators).
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence

import msgspec

from portico.services.cloudwatch.expressions import Array, Name, Node, Number, Text
from portico.services.cloudwatch.periods import Window

SERIES_MAX = 500


class Impossible(Exception):
    """An expression that can't be carried out; `str()` says why."""


class Line(msgspec.Struct, frozen=True):
    """A time series: values by when their period begins (seconds since the epoch), in order of time. `label` names it."""

    values: Mapping[int, float]
    window: Window
    label: str = ""


Value = float | str | Line | list[Line]


class Work:
    """How many values expressions may still be applied to."""

    __slots__ = ("left",)

    def __init__(self, most: int) -> None:
        self.left = most

    def spend(self, values: int) -> None:
        """Count so many.

        Raises:
            Impossible: it is too much.
        """
        self.left -= values
        if self.left < 0:
            raise Impossible("The expressions are about too many values")


class Known(msgspec.Struct, frozen=True):
    """What an expression may refer to: other queries by id, the ids of those that are metrics, what searches have found by their
    tree, the window that is filled where there is no series to say so, and how much work may be done."""

    values: Mapping[str, Value]
    metrics: Sequence[str]
    found: Mapping[Node, list[Line]]
    window: Window
    work: Work


Function = Callable[[Known, Sequence[Value]], Value]


def evaluate(node: Node, known: Known, functions: Mapping[str, Function]) -> Value:
    """What the tree comes to.

    Raises:
        Impossible: it names what there is not, or applies a function to what it does not take.
    """
    if isinstance(node, Number | Text):
        return node.value
    if isinstance(node, Name):
        return known.values.get(node.value, node.value)
    if isinstance(node, Array):
        return lines(evaluate(each, known, functions) for each in node.items)
    if node in known.found:
        return known.found[node]
    arguments = [evaluate(each, known, functions) for each in node.arguments]
    known.work.spend(sum(map(_size, arguments)))
    binary = OPERATORS.get(node.function)
    if binary is not None:
        return combined(binary, arguments[0], arguments[1])
    function = functions.get(node.function)
    if function is None:
        raise Impossible(f"Function {node.function} is not supported")
    return function(known, arguments)


def lines(values: object) -> list[Line]:
    """The series of several values as one array.

    Raises:
        Impossible: one of them is none; there are too many.
    """
    found: list[Line] = []
    for value in values:  # type: ignore[attr-defined]
        if isinstance(value, Line):
            found.append(value)
        elif isinstance(value, list):
            found += value
        else:
            raise Impossible(f"A time series is required, not {told(value)}")
    if len(found) > SERIES_MAX:
        raise Impossible(f"More than {SERIES_MAX} time series")
    return found


def _size(value: Value) -> int:
    if isinstance(value, Line):
        return len(value.values)
    return sum(len(line.values) for line in value) if isinstance(value, list) else 1


def told(value: object) -> str:
    """A value's type, in words."""
    if isinstance(value, str):
        return f"'{value[:80]}'"
    return (
        "a number" if isinstance(value, float) else "a time series" if isinstance(value, Line) else "an array"
    )


def each_value(change: Callable[[float], float], value: Value) -> Value:
    """The value with each of its numbers changed.

    Raises:
        Impossible: it has none.
    """
    if isinstance(value, float):
        return _number(change, value)
    if isinstance(value, Line):
        return _kept(value, {at: _number(change, each) for at, each in value.values.items()})
    if isinstance(value, list):
        return lines(each_value(change, line) for line in value)
    raise Impossible(f"A number or a time series is required, not {told(value)}")


def combined(change: Callable[[float, float], float], left: Value, right: Value) -> Value:
    """Two values put together, number by number.

    Raises:
        Impossible: one of them has none; two arrays are not of the same length.
    """
    if isinstance(left, str) or isinstance(right, str):
        raise Impossible(f"Unknown id {told(left if isinstance(left, str) else right)}")
    if isinstance(left, list) or isinstance(right, list):
        return lines(combined(change, one, other) for one, other in _pairs(left, right))
    if isinstance(left, float) and isinstance(right, float):
        return _number(lambda one: change(one, right), left)
    if isinstance(left, float):
        return each_value(lambda other: change(left, other), right)
    if isinstance(right, float):
        return each_value(lambda one: change(one, right), left)
    both = {
        at: _number(lambda one, other=right.values[at]: change(one, other), value)  # type: ignore[misc]
        for at, value in left.values.items()
        if at in right.values
    }
    return _kept(left, both)


def _pairs(left: Value, right: Value) -> list[tuple[Value, Value]]:
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            raise Impossible("Arrays of different lengths can't be put together")
        return list(zip(left, right, strict=True))
    if isinstance(left, list):
        return [(one, right) for one in left]
    return [(left, other) for other in right] if isinstance(right, list) else []


def _number(change: Callable[[float], float], value: float) -> float:
    """The changed number, NaN where there is none."""
    try:
        found = change(value)
    except (ArithmeticError, ValueError):
        return math.nan
    return math.nan if isinstance(found, complex) else float(found)


def _kept(line: Line, values: Mapping[int, float]) -> Line:
    there = {at: value for at, value in values.items() if math.isfinite(value)}
    return msgspec.structs.replace(line, values=there)


OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "AND": lambda one, other: bool(one) and bool(other),
    "OR": lambda one, other: bool(one) or bool(other),
}
