"""What a document says about itself, for the simulator: the condition keys that it uses and where its statements stand."""

import json
from collections.abc import Iterable, Iterator

import msgspec

from portico.identity.policy.document import Policy
from portico.identity.policy.variables import Template, Variable

_SPACE = " \t\r\n"
_decode = json.JSONDecoder().raw_decode


class Span(msgspec.Struct, frozen=True, gc=False):
    """Where a statement stands in its document: lines and columns from 1, the last column included."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


def context_keys(policy: Policy) -> tuple[str, ...]:
    """The condition keys that the policy's outcome depends on, in conditions and as variables, each once (by any case)."""
    found: dict[str, str] = {}
    for statement in policy.statements:
        for condition in statement.conditions:
            found.setdefault(condition.key, condition.name)
            for name in _variables(condition.templates):
                found.setdefault(name.lower(), name)
        for name in _variables(statement.resources.templates if statement.resources else ()):
            found.setdefault(name.lower(), name)
    return tuple(found.values())


def statement_spans(document: str) -> tuple[Span, ...]:
    """Where each statement of a policy that `parse` has taken stands, in order."""
    spans: list[Span] = []
    for name, start, end in _members(document):
        if name == "Statement":
            within = _elements(document, start) if document[start] == "[" else [(start, end)]
            spans.extend(_span(document, *each) for each in within)
    return tuple(spans)


def _variables(templates: Iterable[Template]) -> Iterator[str]:
    for parts in templates:
        for part in parts:
            if isinstance(part, Variable):
                yield part.name


def _members(document: str) -> Iterator[tuple[str, int, int]]:
    """The names of the top object's members, with the start and end of each value."""
    at = _skip(document, document.index("{") + 1)
    while document[at] != "}":
        name, at = _decode(document, at)
        start = _skip(document, _skip(document, at) + 1)  # past the colon
        _, at = _decode(document, start)
        yield name, start, at
        at = _skip_comma(document, at)


def _elements(document: str, start: int) -> Iterator[tuple[int, int]]:
    """The start and end of each element of the list at `start`."""
    at = _skip(document, start + 1)
    while document[at] != "]":
        _, end = _decode(document, at)
        yield at, end
        at = _skip_comma(document, end)


def _skip(document: str, at: int) -> int:
    while document[at] in _SPACE:
        at += 1
    return at


def _skip_comma(document: str, at: int) -> int:
    at = _skip(document, at)
    return _skip(document, at + 1) if document[at] == "," else at


def _span(document: str, start: int, end: int) -> Span:
    return Span(
        document.count("\n", 0, start) + 1,
        start - document.rfind("\n", 0, start),
        document.count("\n", 0, end) + 1,
        end - 1 - document.rfind("\n", 0, end),
    )
