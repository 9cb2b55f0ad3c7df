"""Where the statements of a policy stand in its text. Pure.

A position is the line, from 1, and the column after the brace, counted from 1: that of the reader once it has read the brace.
Source: IAM API Reference, Position; positions as SimulateCustomPolicy answers with.
"""

import functools
import json
import re
from collections.abc import Iterator

import msgspec

_decode = json.JSONDecoder().raw_decode
_space = re.compile(r"[ \t\n\r]*").match


class Position(msgspec.Struct, frozen=True, gc=False):
    """A place in a text."""

    line: int
    column: int


Span = tuple[Position, Position]


@functools.lru_cache(maxsize=256)
def of_statements(document: str) -> tuple[Span, ...]:
    """The beginning and end of each statement, in order, of a document that is a policy."""
    for key, start in _members(document):
        if key != "Statement":
            continue
        if document[start] == "{":
            return (_span(document, start, _decode(document, start)[1]),)
        return tuple(_span(document, begin, end) for begin, end in _elements(document, start))
    return ()


def _members(document: str) -> Iterator[tuple[str, int]]:
    """The keys of the outermost object, each with the place of its value."""
    at = _skip(document, _skip(document, 0) + 1)
    while document[at] == '"':
        key, at = _decode(document, at)
        start = _skip(document, _skip(document, at) + 1)
        yield key, start
        at = _skip(document, _decode(document, start)[1])
        if document[at] != ",":
            return
        at = _skip(document, at + 1)


def _elements(document: str, start: int) -> Iterator[tuple[int, int]]:
    """The beginning and end of each element of the list at `start`."""
    at = _skip(document, start + 1)
    while document[at] != "]":
        end = _decode(document, at)[1]
        yield at, end
        at = _skip(document, end)
        if document[at] == ",":
            at = _skip(document, at + 1)


def _skip(document: str, at: int) -> int:
    found = _space(document, at)
    return at if found is None else found.end()


def _span(document: str, begin: int, end: int) -> Span:
    return _position(document, begin), _position(document, end - 1)


def _position(document: str, brace: int) -> Position:
    line_start = document.rfind("\n", 0, brace) + 1
    return Position(document.count("\n", 0, brace) + 1, brace - line_start + 2)
