"""The operators of event patterns: for each the test that its operand makes, or the words in which the operand is refused. Pure.

Source: as `event_pattern`; the operands' forms and the words are those of aws/event-ruler.
"""

import ipaddress
import operator
from collections.abc import Callable, Mapping
from typing import Any

Scalar = str | int | float | bool | None
Test = Callable[[Scalar], bool]

EXISTS = "exists"
_IGNORE_CASE = "equals-ignore-case"


class PatternError(ValueError):
    """A pattern that AWS would refuse; the message is the reason in its words."""


def exact_key(value: Scalar) -> object:
    """What equal values have in common: numbers by value, never mixed up with strings, booleans or null."""
    if isinstance(value, str) or value is None:
        return value
    return ("boolean", value) if isinstance(value, bool) else ("number", float(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise PatternError(f"{name} match pattern must be a string")
    return value


def _on_text(test: Callable[[str], bool]) -> Test:
    return lambda value: isinstance(value, str) and test(value)


def _prefix(given: Any) -> Test:
    if isinstance(given, dict):
        lowered = _ignoring_case(given, "prefix")
        return _on_text(lambda value: value.lower().startswith(lowered))
    wanted = _text(given, "prefix")
    return _on_text(lambda value: value.startswith(wanted))


def _suffix(given: Any) -> Test:
    if isinstance(given, dict):
        lowered = _ignoring_case(given, "suffix")
        return _on_text(lambda value: value.lower().endswith(lowered))
    wanted = _text(given, "suffix")
    return _on_text(lambda value: value.endswith(wanted))


def _ignoring_case(given: dict[str, Any], name: str) -> str:
    if given.keys() != {_IGNORE_CASE}:
        raise PatternError(f"{name} match pattern must be a string")
    return _text(given[_IGNORE_CASE], _IGNORE_CASE).lower()


def _equals_ignore_case(given: Any) -> Test:
    wanted = _text(given, _IGNORE_CASE).lower()
    return _on_text(lambda value: value.lower() == wanted)


def _wildcard(given: Any) -> Test:
    pieces = _pieces(_text(given, "wildcard"))
    if len(pieces) == 1:
        return _on_text(lambda value: value == pieces[0])
    return _on_text(lambda value: _fits(pieces, value))


def _pieces(pattern: str) -> list[str]:
    """The texts between the `*`s of a wildcard pattern, unescaped."""
    pieces, at = [""], 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            if pattern[at + 1 : at + 2] not in ("*", "\\"):
                raise PatternError(f"Invalid escape character at pos {at}")
            pieces[-1] += pattern[at + 1]
            at += 2
            continue
        if sign == "*":
            if pattern[at + 1 : at + 2] == "*":
                raise PatternError(f"Consecutive wildcard characters at pos {at}")
            pieces.append("")
        else:
            pieces[-1] += sign
        at += 1
    return pieces


def _fits(pieces: list[str], value: str) -> bool:
    """Whether the pieces stand in the value in order, the first at its start and the last at its end; linear in the value's length."""
    first, last = pieces[0], pieces[-1]
    if len(value) < len(first) + len(last) or not (value.startswith(first) and value.endswith(last)):
        return False
    at, end = len(first), len(value) - len(last)
    for piece in pieces[1:-1]:
        found = value.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _cidr(given: Any) -> Test:
    text = _text(given, "prefix")
    if text.count("/") != 1:
        raise PatternError("Malformed CIDR, one '/' required")
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise PatternError(f"Malformed CIDR, {text} is no network") from None

    def within(value: str) -> bool:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return False
        return address.version == network.version and address in network

    return _on_text(within)


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LOWER, _UPPER = (">", ">="), ("<", "<=")


def _numeric(given: Any) -> Test:
    if not isinstance(given, list):
        raise PatternError("Value of numeric must be an array.")
    if not given or given[0] not in _COMPARISONS:
        raise PatternError(f"Unrecognized numeric range operator: {given[0] if given else ''}")
    first = given[0]
    bounds = [(first, _bound(given, 0))]
    if len(given) > 2:
        if first not in _LOWER:
            raise PatternError("Too many terms in numeric range expression")
        if given[2] not in _UPPER:
            raise PatternError(f"Bad numeric range operator: {given[2]}")
        if len(given) > 4:
            raise PatternError("Too many terms in numeric range expression")
        bounds.append((given[2], _bound(given, 2)))
        if not bounds[0][1] < bounds[1][1]:
            raise PatternError("Bottom must be less than top")
    tests = [(_COMPARISONS[sign], bound) for sign, bound in bounds]

    def within(value: Scalar) -> bool:
        return (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and all(compare(value, bound) for compare, bound in tests)
        )

    return within


def _bound(given: list[Any], at: int) -> float:
    sign = "equals" if given[at] == "=" else given[at]
    if len(given) <= at + 1 or not _is_number(given[at + 1]):
        raise PatternError(f"Value of {sign} must be numeric")
    return float(given[at + 1])


def _anything_but(given: Any) -> Test:
    if isinstance(given, dict):
        return _anything_but_like(given)
    values = given if isinstance(given, list) else [given]
    if isinstance(given, bool) or given is None:
        raise PatternError("Value of anything-but must be an array or single string/number value.")
    if not values:
        raise PatternError("Empty arrays are not allowed")
    if any(isinstance(each, (list, dict, bool)) or each is None for each in values):
        raise PatternError("Inside anything but list, start|null|boolean is not supported.")
    if len({_is_number(each) for each in values}) != 1:
        raise PatternError(
            "Inside anything but list, either all values are number or string, mixed type is not supported"
        )
    wanted = frozenset(exact_key(each) for each in values)
    return lambda value: exact_key(value) not in wanted


def _anything_but_like(given: dict[str, Any]) -> Test:
    """`anything-but` of an operator on texts, with one operand or a list of them."""
    if len(given) != 1:
        raise PatternError("Only one key allowed in match expression")
    ((name, operands),) = given.items()
    if name not in _NEGATABLE:
        raise PatternError(f"Unsupported anything-but pattern: {name}")
    listed = operands if isinstance(operands, list) else [operands]
    if not listed or "" in listed:
        raise PatternError(f"{name} match pattern must be a string")
    tests = [_NEGATABLE[name](each) for each in listed]
    return lambda value: not any(test(value) for test in tests)


_NEGATABLE: Mapping[str, Callable[[Any], Test]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    _IGNORE_CASE: _equals_ignore_case,
    "wildcard": _wildcard,
}

OPERATORS: Mapping[str, Callable[[Any], Test]] = {
    **_NEGATABLE,
    "cidr": _cidr,
    "numeric": _numeric,
    "anything-but": _anything_but,
}
"""What makes a test of each operator's operand; `exists` is not about a value, but about whether there is one."""

ALL_OPERATORS = frozenset({*OPERATORS, EXISTS})
"""Every operator's name."""
