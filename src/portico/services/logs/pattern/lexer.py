"""Tokens of filter patterns, and the comparisons that their conditions share."""

import re
from collections.abc import Callable

import msgspec


class PatternError(ValueError):
    """The filter pattern can't be read; the message says where."""


class Token(msgspec.Struct, frozen=True, gc=False):
    """`kind` is word, string, regex or the symbol itself; `text` without quotes and percent signs."""

    kind: str
    text: str


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<regex>%(?:[^%\\]|\\.)*%)
      | (?P<symbol>&&|\|\||<=|>=|!=|\.\.\.|[(){}=<>,])
      | (?P<word>[^\s"%(){}=<>!,&|]+)
    )""",
    re.VERBOSE,
)


def tokens(text: str) -> list[Token]:
    """The tokens of a JSON or space-delimited pattern.

    Raises:
        PatternError: a character that begins no token.
    """
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise PatternError(f"unexpected {text[at:].strip()[:1]!r}")
        kind = match.lastgroup or ""
        value = match.group(kind)
        if kind == "string":
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        elif kind == "regex":
            value = value[1:-1]
        found.append(Token(value if kind == "symbol" else kind, value))
        at = match.end()
    return found


def number(text: str) -> float | None:
    """The number that `text` is, if it is one."""
    try:
        return float(text)
    except ValueError:
        return None


ORDERINGS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}
