"""Tokens of filter patterns, and the comparisons that their conditions share."""

import re
from collections.abc import Callable

import msgspec

REGEX_CHARS_MAX = 1024
_ALLOWED_REGEX = re.compile(r"[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|\\*+. ]*").fullmatch
_NESTED_REPEAT = re.compile(r"[*+?}][*+]").search


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


def regex(text: str) -> Callable[[str], bool]:
    """A `%regex%` as a search. Only what AWS allows: no groups, hence no nested repetition and no catastrophe.

    Raises:
        PatternError: characters that AWS does not allow, or not a regular expression.
    """
    if not _ALLOWED_REGEX(text) or len(text) > REGEX_CHARS_MAX or _NESTED_REPEAT(text):
        raise PatternError("invalid regular expression")
    try:
        search = re.compile(text, re.ASCII).search
    except re.error as error:
        raise PatternError(f"invalid regular expression: {error}") from error
    return lambda value: search(value[:65_536]) is not None


def text_test(token: Token) -> Callable[[str], bool]:
    """Whether a string equals the value of a condition: a regular expression, or text in which `*` stands for anything."""
    if token.kind == "regex":
        return regex(token.text)
    if "*" not in token.text:
        return lambda value: value == token.text
    pieces = token.text.split("*")

    def test(value: str) -> bool:
        if not value.startswith(pieces[0]) or not value.endswith(pieces[-1]):
            return False
        at, end = len(pieces[0]), len(value) - len(pieces[-1])
        for piece in pieces[1:-1]:
            at = value.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return at <= end

    return test


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
