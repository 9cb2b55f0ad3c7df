"""The values of mapping templates: how Java prints and compares them.

An object of JSON prints as a Java map (`{a=1, b=[{"c":2}]}`), a list of JSON as JSON, a list that a template made as a Java list. A
template can put the same list into a list many times over, so that whatever walks through a value counts.

Source: java.lang.Double, java.util.AbstractMap; Velocity 1.7 user guide; answers seen.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

CHARS_MAX = 10 * 1024 * 1024
NODES_MAX = 1_000_000
_PRINTED_NODES_MAX = 200_000


class Failed(Exception):
    """What a template asks for can't be done; the message goes to the execution log."""


class Listed(list[Any]):
    """A list that a template made (`[1, 2]`)."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An entry of a map (`entrySet()`)."""

    key: Any
    value: Any


class Methods:
    """An object with methods, by their names: `$input`, `$util`."""

    methods: Mapping[str, Callable[..., Any]] = {}

    def member(self, name: str) -> Any:
        """What `$object.name` is; None if nothing."""

    def is_quick(self, arguments: list[Any]) -> bool:
        """Whether its methods take no time worth speaking of, called with these."""
        return True

    def cost(self, arguments: list[Any]) -> int:
        """The steps that a call of its methods counts for, beside those that any call does."""
        return 0


def text(value: Any) -> str:
    """A value as Java's `toString` has it.

    Raises:
        Failed: it is too long.
    """
    return value if isinstance(value, str) else _Printer().text(value)


class _Printer:
    """Prints one value, of bounded length."""

    def __init__(self) -> None:
        self._left, self._nodes = CHARS_MAX, _PRINTED_NODES_MAX

    def text(self, value: Any) -> str:
        made = self._container(value) if isinstance(value, dict | list | range | Entry) else _scalar(value)
        self._left -= len(made)
        self._nodes -= 1
        if self._left < 0 or self._nodes < 0:
            raise Failed("a value is too long to be printed")
        return made

    def _container(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join([f"{key}={self.text(item)}" for key, item in value.items()]) + "}"
        if isinstance(value, Entry):
            return f"{self.text(value.key)}={self.text(value.value)}"
        if isinstance(value, Listed | range):
            return "[" + ", ".join([self.text(item) for item in value]) + "]"
        return json_text(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _double(value)
    return str(value) if isinstance(value, int | str) else ""


def json_text(value: Any) -> str:
    """A value as JSON without blanks.

    Raises:
        Failed: it is too large, or holds what JSON can't.
    """
    if isinstance(value, list | dict):
        _count(value)
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, msgspec.MsgspecError, RecursionError) as error:
        raise Failed(f"this can't be JSON: {error}") from error


def _count(value: Any) -> None:
    waiting, seen = [value], 0
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        seen += 1
        if seen > NODES_MAX:
            raise Failed("a value has too many parts")


def _double(value: float) -> str:
    """As `Double.toString`: with a fraction, and an exponent from 10,000,000 and below 0.001."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    digits, _, exponent = f"{value:.{_digits(value)}e}".partition("e")
    return f"{digits if '.' in digits else digits + '.0'}E{int(exponent)}"


def _digits(value: float) -> int:
    """How many digits after the first say exactly this value."""
    return next((count for count in range(17) if float(f"{value:.{count}e}") == value), 17)


def is_true(value: Any) -> bool:
    """Whether a condition holds: what there is, unless it is `false` or an empty text."""
    return value is not None and value is not False and value != ""


def equal(left: Any, right: Any) -> bool:
    """`==`: numbers by value, things of different kinds by their text; what there is not equals an empty text."""
    if left is None or right is None:
        return left in (None, "") and right in (None, "")
    if is_number(left) and is_number(right):
        return bool(left == right)
    return same(left, right) or (type(left) is not type(right) and text(left) == text(right))


def same(left: Any, right: Any) -> bool:
    """Java's `equals`, but that numbers of all kinds are compared by value."""
    if isinstance(left, dict | list) and isinstance(right, dict | list):
        return left is right or (type(left) is type(right) and json_text(left) == json_text(right))
    return type(left) is type(right) and bool(left == right)


def is_number(value: Any) -> bool:
    """Whether a value can be counted with."""
    return isinstance(value, int | float) and not isinstance(value, bool)
