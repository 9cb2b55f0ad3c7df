"""Space-delimited patterns: `[ip, user, ..., status = 4* || status = 5*, bytes > 1000]`."""

import re
from collections.abc import Callable

from portico.services.logs.pattern.lexer import ORDERINGS, PatternError, Token, number, tokens
from portico.services.logs.pattern.regex import text_test

Row = dict[str, str]
Test = Callable[[Row], bool]

_WORD = re.compile(r"\S+")
_CLOSING = {'"': '"', "[": "]"}


def columns(text: str) -> Callable[[str], bool]:
    """Names of the event's fields in order, any of them with conditions; `...` stands for any number of fields. A field is a word,
    or what stands in quotes or square brackets.

    Raises:
        PatternError: the pattern can't be read.
    """
    if not text.endswith("]"):
        raise PatternError("a space-delimited pattern ends with ]")
    names: list[str] = []
    tests: list[Test] = []
    for cell in _cells(tokens(text[1:-1])):
        names.append(cell[0].text)
        if len(cell) > 1:
            tests.append(_alternatives(cell))
    if names.count("...") > 1:
        raise PatternError("... may stand once only")

    def matches(message: str) -> bool:
        row = _row(names, _fields(message))
        return row is not None and all(test(row) for test in tests)

    return matches


def _fields(message: str) -> list[str]:
    """The words of a message, and what stands in quotes or brackets. What is never closed is looked for once only."""
    fields: list[str] = []
    unclosed: set[str] = set()
    at = 0
    while (match := _WORD.search(message, at)) is not None:
        at = match.start()
        closing = _CLOSING.get(message[at])
        end = message.find(closing, at + 1) if closing and closing not in unclosed else -1
        if end >= 0:
            fields.append(message[at + 1 : end])
            at = end + 1
            continue
        if closing:
            unclosed.add(closing)
        fields.append(match.group())
        at = match.end()
    return fields


def _cells(found: list[Token]) -> list[list[Token]]:
    cells: list[list[Token]] = [[]]
    for token in found:
        if token.kind == ",":
            cells.append([])
        elif token.kind not in ("(", ")"):
            cells[-1].append(token)
    if not all(cells):
        raise PatternError("a field without a name")
    return cells


def _row(names: list[str], fields: list[str]) -> Row | None:
    if "..." not in names:
        return dict(zip(names, fields, strict=True)) if len(names) == len(fields) else None
    at = names.index("...")
    behind = len(names) - at - 1
    if len(fields) < len(names) - 1:
        return None
    tail = fields[len(fields) - behind :] if behind else []
    return dict(zip([*names[:at], *names[at + 1 :]], [*fields[:at], *tail], strict=True))


def _alternatives(cell: list[Token]) -> Test:
    either: list[list[Test]] = [[]]
    rest = list(cell)
    while rest:
        if len(rest) < 3:
            raise PatternError("a condition has a name, an operator and a value")
        name, operator, value = rest[:3]
        either[-1].append(_condition(name.text, operator.text, value))
        del rest[:3]
        if rest:
            joint = rest.pop(0).text
            if joint == "||":
                either.append([])
            elif joint != "&&":
                raise PatternError(f"expected && or ||, not {joint!r}")
    return lambda row: any(all(test(row) for test in tests) for tests in either)


def _condition(name: str, operator: str, value: Token) -> Test:
    if operator in ORDERINGS:
        limit, compare = number(value.text), ORDERINGS[operator]
        if limit is None:
            raise PatternError(f"{operator} compares with a number, not {value.text!r}")
        return lambda row: (given := number(row.get(name, ""))) is not None and compare(given, limit)
    test, wanted = text_test(value), number(value.text) if value.kind == "word" else None

    def equal(row: Row) -> bool:
        given = row.get(name, "")
        return test(given) or (wanted is not None and number(given) == wanted)

    if operator == "=":
        return equal
    if operator == "!=":
        return lambda row: not equal(row)
    raise PatternError(f"unknown operator {operator!r}")
