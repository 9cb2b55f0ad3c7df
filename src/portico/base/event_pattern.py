"""Event patterns: which events a filter lets through. One matcher for SNS filter policies, event source mappings and EventBridge. Pure.

A pattern is a JSON object with the shape of the events it lets through; its leaves are arrays of what a value may be: fields go together
(all must match), the members of an array are alternatives. `compile_pattern` checks a pattern once; `Pattern.matches` is asked for each
event.

- Where the event has an array, one of its elements has to match; of objects in an array, all fields that the pattern names below it have to
  match in the same element.
- `exists` is about leaves: an object, and an empty array, count as absent; so does everything below what is absent.
- Numbers match by value (`300`, `3.0e2`); strings by case. A string never matches a number.

Source: EventBridge User Guide, "Comparison operators for use in event patterns"; SNS Developer Guide, "Amazon SNS subscription filter
policies"; the words of the errors are those of aws/event-ruler.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from portico.base.event_operators import (
    ALL_OPERATORS,
    EXISTS,
    OPERATORS,
    PatternError,
    Scalar,
    Test,
    exact_key,
)

__all__ = ["ALL_OPERATORS", "Pattern", "PatternError", "compile_pattern", "parse_pattern"]

OR = "$or"
_DEPTH_MAX = 100
# An `$or` whose objects have one of these as a key is an ordinary field.
_RESERVED = frozenset({*ALL_OPERATORS, "=", "<", "<=", ">", ">=", "regex", "date-after", "date-before"})


class _Leaf(msgspec.Struct, frozen=True):
    """What the values at `path` may be: one of `exact`, or what passes one of `tests`; `absent`: that there may be none."""

    path: tuple[str, ...]
    exact: frozenset[object]
    tests: tuple[Test, ...]
    present: bool
    absent: bool

    def takes(self, values: Sequence[Scalar], event: Any) -> bool:
        """Whether one of the values will do; `event` is the whole of it, as absence is a matter of the whole."""
        if not values:
            return self.absent and not any(True for _ in _at(event, self.path))
        if self.present:
            return True
        if self.exact and any(exact_key(value) in self.exact for value in values):
            return True
        return any(test(value) for test in self.tests for value in values)


class _Node(msgspec.Struct, frozen=True):
    """An object of a pattern: its fields, and for each of its `$or`s the alternatives."""

    fields: tuple[tuple[str, "_Node | _Leaf"], ...]
    choices: tuple[tuple["_Node", ...], ...]

    def takes(self, value: Any, event: Any) -> bool:
        """Whether `value`, a part of `event`, matches."""
        return any(self._takes_object(each, event) for each in _objects(value))

    def _takes_object(self, value: Mapping[str, Any], event: Any) -> bool:
        for name, wanted in self.fields:
            found = value.get(name)
            if isinstance(wanted, _Leaf):
                if not wanted.takes(_scalars(found) if name in value else (), event):
                    return False
            elif not wanted.takes(found, event):
                return False
        return all(any(each.takes(value, event) for each in choice) for choice in self.choices)


class Pattern(msgspec.Struct, frozen=True):
    """A compiled pattern.

    `leaves` are its arrays: for each the depth (1 for a top-level field) and how many members it has, for who limits them. `top` are
    the names of its top-level fields.
    """

    leaves: tuple[tuple[int, int], ...]
    top: tuple[str, ...]
    _root: _Node

    def matches(self, event: Any) -> bool:
        """Whether the pattern lets `event` (decoded JSON) through."""
        return isinstance(event, dict) and self._root.takes(event, event)


def parse_pattern(text: str | bytes, operators: frozenset[str] = ALL_OPERATORS) -> Pattern:
    """The pattern of a JSON text.

    Raises:
        PatternError: it is no pattern. json.JSONDecodeError: it is no JSON.
    """
    try:
        loaded = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        raise PatternError("Filter is nested too deeply") from None
    return compile_pattern(loaded, operators)


def compile_pattern(pattern: Any, operators: frozenset[str] = ALL_OPERATORS) -> Pattern:
    """The pattern of decoded JSON, of which only `operators` may be used.

    Raises:
        PatternError: it is no pattern; in the words of AWS's engine.
    """
    if not isinstance(pattern, dict):
        raise PatternError("Filter is not an object")
    compiler = _Compiler(operators)
    root = compiler.node(pattern, ())
    return Pattern(tuple(compiler.leaves), tuple(pattern), root)


class _Compiler:
    """Compiles one pattern."""

    def __init__(self, operators: frozenset[str]) -> None:
        self._operators = operators
        self.leaves: list[tuple[int, int]] = []

    def node(self, pattern: dict[str, Any], path: tuple[str, ...]) -> _Node:
        if not pattern:
            raise PatternError("Empty objects are not allowed")
        if len(path) >= _DEPTH_MAX:
            raise PatternError("Filter is nested too deeply")
        fields: list[tuple[str, _Node | _Leaf]] = []
        choices: list[tuple[_Node, ...]] = []
        for name, wanted in pattern.items():
            if name == OR and _is_choice(wanted):
                choices.append(tuple(self.node(each, path) for each in wanted))
            elif isinstance(wanted, dict):
                fields.append((name, self.node(wanted, (*path, name))))
            elif isinstance(wanted, list):
                fields.append((name, self._leaf(wanted, (*path, name))))
            else:
                raise PatternError(f'"{name}" must be an object or an array')
        return _Node(tuple(fields), tuple(choices))

    def _leaf(self, alternatives: list[Any], path: tuple[str, ...]) -> _Leaf:
        if not alternatives:
            raise PatternError("Empty arrays are not allowed")
        exact: set[object] = set()
        tests: list[Test] = []
        exists: set[bool] = set()
        for each in alternatives:
            if isinstance(each, list):
                raise PatternError("Match value must be String, number, true, false, or null")
            if not isinstance(each, dict):
                exact.add(exact_key(each))
                continue
            name, given = self._expression(each)
            if name == EXISTS:
                exists.add(_exists(given))
            else:
                tests.append(OPERATORS[name](given))
        self.leaves.append((len(path), len(alternatives)))
        return _Leaf(path, frozenset(exact), tuple(tests), True in exists, False in exists)

    def _expression(self, given: dict[str, Any]) -> tuple[str, Any]:
        if len(given) != 1:
            raise PatternError("Only one key allowed in match expression")
        ((name, value),) = given.items()
        if name not in self._operators:
            raise PatternError(f"Unrecognized match type {name}")
        return name, value


def _exists(given: Any) -> bool:
    if not isinstance(given, bool):
        raise PatternError("exists match pattern must be either true or false.")
    return given


def _is_choice(wanted: Any) -> bool:
    """Whether the value of an `$or` makes it one."""
    if not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted):
        return False
    if any(_RESERVED & each.keys() for each in wanted):
        return False
    if len(wanted) < 2:
        raise PatternError("There must have at least 2 Objects in $or relationship.")
    return True


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects that a value is or has as elements; an empty one if there is none: everything below it is absent."""
    if isinstance(value, dict):
        yield value
        return
    found = False
    for each in _elements(value):
        if isinstance(each, dict):
            found = True
            yield each
    if not found:
        yield {}


def _scalars(value: Any) -> tuple[Scalar, ...]:
    """The leaves that a value is or has as elements."""
    if not isinstance(value, (list, dict)):
        return (value,)
    return tuple(each for each in _elements(value) if not isinstance(each, dict))


def _elements(value: Any) -> Iterator[Any]:
    """The elements of an array and of the arrays in it."""
    if not isinstance(value, list):
        return
    for each in value:
        if isinstance(each, list):
            yield from _elements(each)
        else:
            yield each


def _at(value: Any, path: tuple[str, ...]) -> Iterator[Scalar]:
    """Every leaf at `path`, whichever elements of arrays it is in."""
    if not path:
        yield from _scalars(value)
        return
    for each in _objects(value):
        if path[0] in each:
            yield from _at(each[path[0]], path[1:])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise PatternError(f"Path `{name}` cannot be allowed multiple times")
        members[name] = value
    return members


def _no_constant(name: str) -> Any:
    raise PatternError("Match value must be String, number, true, false, or null")
