"""Patterns of terms: `ERROR "two words" -exclude ?either ?or %regex%`, case-sensitive."""

import re
from collections.abc import Callable

from portico.services.logs.pattern.lexer import PatternError
from portico.services.logs.pattern.regex import regex

Test = Callable[[str], bool]

_TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|(\S+))')


def terms(text: str) -> Test:
    """All plain terms must be there, none of the excluded ones, and at least one of the `?` ones. With plain terms beside them the
    `?` ones are ignored, as AWS does.

    Raises:
        PatternError: an open quote.
    """
    required: list[Test] = []
    excluded: list[Test] = []
    either: list[Test] = []
    for sign, quoted, expression, word in _TERM.findall(text):
        if word.startswith('"'):
            raise PatternError("a quote is not closed")
        test = regex(expression) if expression else _contains(re.sub(r"\\(.)", r"\1", quoted) or word)
        {"": required, "-": excluded, "?": either}[sign].append(test)

    def matches(message: str) -> bool:
        if any(test(message) for test in excluded):
            return False
        if required:
            return all(test(message) for test in required)
        return not either or any(test(message) for test in either)

    return matches


def _contains(term: str) -> Test:
    return lambda message: term in message
