"""What a model says of a request's values, all violations at once, in AWS's words.

`2 validation errors detected: Value 'x' at 'functionName' failed to satisfy constraint: Member must ...; Value null at ...`
Paths are in lower camel case; a list's element is `tags.1.member`, a map's value `attributes.key.member`. A list or map of
scalars is reported as a whole.

Source: errors recorded from Lambda, EventBridge, API Gateway, DynamoDB, IAM, SNS and CloudWatch Logs.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from portico.wire.constraints import NOT_NULL, Constraint, java_text, lower_camel, of_length, of_scalar
from portico.wire.dialects import Dialect
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from botocore.model import OperationModel

VIOLATIONS_MAX = 100


class Violation(msgspec.Struct, frozen=True, gc=False):
    """A value that is not as it must be: its path, itself in text (None if it must not be shown), and the constraint."""

    path: str
    value: str | None
    words: str

    def __str__(self) -> str:
        shown = "Value" if self.value is None else f"Value {self.value}"
        return f"{shown} at '{self.path}' failed to satisfy constraint: {self.words}"


Found = list[Violation]
Check = Callable[[Any, str, Found], None]
"""Append the violations of a value at a path."""


class Validator:
    """The checks of one service in one protocol, a closure per shape."""

    def __init__(self, dialect: Dialect, protocol: str) -> None:
        self._dialect = dialect
        self._code = dialect.invalid_code or (
            "ValidationError" if protocol == "query" else "ValidationException"
        )
        self._done: dict[str, Check | None] = {}
        self._open: set[str] = set()

    def request(self, operation: "OperationModel") -> Callable[[dict[str, Any]], None]:
        """A function that raises an AwsError for parameters that are not as the operation's model says."""
        shape = operation.input_shape
        if shape is None:
            return lambda params: None
        members = self._members(shape)
        if self._dialect.input_prefixed:
            members = _prefixed(members, shape, lower_camel(operation.name))

        def check(params: dict[str, Any]) -> None:
            found: Found = []
            _check_members(members, params, "", found)
            if found:
                raise self._error(found)

        return check

    def _error(self, found: Found) -> AwsError:
        missing = next((one for one in found if one.words == NOT_NULL), None)
        if missing is not None and self._dialect.missing_code:
            name = missing.path[:1].upper() + missing.path[1:]
            return AwsError(self._dialect.missing_code, self._dialect.missing_words.format(name))
        plural = "s" if len(found) > 1 else ""
        words = "; ".join(str(one) for one in found)
        return AwsError(self._code, f"{len(found)} validation error{plural} detected: {words}")

    def _members(self, shape: Any) -> list["_Member"]:
        required = frozenset(shape.required_members)
        first = self._dialect.reported_first
        found = []
        for name, member in shape.members.items():
            left = f"{shape.name}.{name}" in self._dialect.left_to_service
            check = None if left else self._compile(member)
            if check is not None or name in required:
                found.append(_Member(name, lower_camel(name), name in required, check))
        return sorted(found, key=lambda one: one.name not in first)

    def _compile(self, shape: Any) -> Check | None:
        name = shape.name
        if name in self._done:
            return self._done[name]
        if name in self._open:
            return self._later(name)
        self._open.add(name)
        self._done[name] = self._make(shape)
        return self._done[name]

    def _later(self, name: str) -> Check:
        def check(value: Any, path: str, found: Found) -> None:
            real = self._done[name]
            if real is not None:
                real(value, path, found)

        return check

    def _make(self, shape: Any) -> Check | None:
        kind = shape.type_name
        if kind == "structure":
            return None if shape.is_document_type else self._structure(shape)
        if self._dialect.only_required:
            return self._elements(shape) if kind in ("list", "map") else None
        if kind in ("list", "map"):
            size = self._whole(shape, of_length(shape.metadata))
            return _both(size, self._elements(shape))
        return self._whole(shape, of_scalar(shape, self._dialect))

    def _structure(self, shape: Any) -> Check | None:
        members = self._members(shape)
        if not members:
            return None
        return lambda value, path, found: _check_members(members, value, path + ".", found)

    def _whole(self, shape: Any, constraints: list[Constraint]) -> Check | None:
        """Each constraint that the value itself breaks, as a violation of its own."""
        tests = [
            (constraint.passes, constraint.words) for constraint in constraints if not constraint.vacuous
        ]
        if not tests:
            return None
        show = self._shower(shape)

        def check(value: Any, path: str, found: Found) -> None:
            for passes, words in tests:
                if not passes(value):
                    _add(found, path, show(value), words)

        return check

    def _shower(self, shape: Any) -> Callable[[Any], str | None]:
        if self._dialect.values_hidden or _is_sensitive(shape):
            return lambda value: None
        return lambda value: f"'{java_text(value, shape)}'"

    def _elements(self, shape: Any) -> Check | None:
        inner = shape.member if shape.type_name == "list" else shape.value
        if inner.type_name in ("structure", "list", "map"):
            return self._each(shape, inner)
        return _both(self._keys(shape), self._scalars(shape, inner))

    def _each(self, shape: Any, inner: Any) -> Check:
        """Elements that have paths of their own."""
        check = self._compile(inner)
        is_list = shape.type_name == "list"

        def each(value: Any, path: str, found: Found) -> None:
            pairs: Iterable[tuple[object, Any]] = enumerate(value, 1) if is_list else value.items()
            for key, item in pairs:
                if item is None:
                    _add(found, f"{path}.{key}.member", "null", NOT_NULL)
                elif check is not None:
                    check(item, f"{path}.{key}.member", found)

        return each

    def _keys(self, shape: Any) -> Check | None:
        if shape.type_name != "map" or self._dialect.only_required:
            return None
        constraints = of_scalar(shape.key, self._dialect)
        if not constraints:
            return None
        words = f"Map keys must satisfy constraint: [{', '.join(_listed(constraints))}]"
        return self._any_fails(shape, constraints, words, lambda value: value)

    def _scalars(self, shape: Any, inner: Any) -> Check:
        """The elements of a list or the values of a map, reported together. A null among them is always wrong."""
        constraints = [] if self._dialect.only_required else of_scalar(inner, self._dialect)
        listed = _listed(constraints)
        if shape.type_name == "list" and shape.name in self._dialect.unwrapped_lists:
            return self._any_fails(shape, constraints, listed[0], lambda value: value)
        if not listed or (
            self._dialect.list_members_required and shape.name not in self._dialect.not_null_unsaid
        ):
            listed.append(NOT_NULL)
        start = "Member" if shape.type_name == "list" else "Map value"
        words = f"{start} must satisfy constraint: [{', '.join(listed)}]"
        values = (lambda value: value) if shape.type_name == "list" else (lambda value: value.values())
        return self._any_fails(shape, constraints, words, values)

    def _any_fails(
        self, shape: Any, constraints: list[Constraint], words: str, items: Callable[[Any], Iterable[Any]]
    ) -> Check:
        show = self._shower(shape)
        tests = [constraint.passes for constraint in constraints]

        def check(value: Any, path: str, found: Found) -> None:
            for item in items(value):
                if item is None or not all(passes(item) for passes in tests):
                    _add(found, path, show(value), words)
                    return

        return check


class _Member(msgspec.Struct, frozen=True, gc=False):
    name: str
    path: str
    required: bool
    check: Check | None


def _check_members(members: list[_Member], value: dict[str, Any], prefix: str, found: Found) -> None:
    for member in members:
        item = value.get(member.name)
        if item is not None:
            if member.check is not None:
                member.check(item, prefix + member.path, found)
        elif member.required:
            _add(found, prefix + member.path, "null", NOT_NULL)


def _prefixed(members: list[_Member], shape: Any, operation: str) -> list[_Member]:
    """API Gateway reports what is in the body first, below the name of its input."""

    def in_body(member: _Member) -> bool:
        return "location" not in shape.members[member.name].serialization

    body = [
        _Member(one.name, f"{operation}Input.{one.path}", one.required, one.check)
        for one in members
        if in_body(one)
    ]
    return body + [one for one in members if not in_body(one)]


def _add(found: Found, path: str, value: str | None, words: str) -> None:
    if len(found) < VIOLATIONS_MAX:
        found.append(Violation(path, value, words))


def _both(first: Check | None, second: Check | None) -> Check | None:
    if first is None or second is None:
        return first or second

    def check(value: Any, path: str, found: Found) -> None:
        first(value, path, found)
        second(value, path, found)

    return check


def _is_sensitive(shape: Any) -> bool:
    if shape.metadata.get("sensitive"):
        return True
    if shape.type_name == "list":
        return _is_sensitive(shape.member)
    return shape.type_name == "map" and _is_sensitive(shape.value)


def _listed(constraints: list[Constraint]) -> list[str]:
    """The words of all constraints of an element in the order that AWS lists them: upper bound, lower bound, pattern, enum."""

    def rank(words: str) -> int:
        starts = ("less than", "greater than", "pattern", "enum")
        return next((at for at, start in enumerate(starts) if start in words[:60]), len(starts))

    return sorted((constraint.words for constraint in constraints), key=rank)
