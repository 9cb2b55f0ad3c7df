"""Wildcard patterns: `*` is any run of characters, `?` any one of them.

A pattern is a sequence of tokens (literal text, `ANY`, `ONE`) rather than text, because a policy variable's value is literal:
a `*` in it is no wildcard. Matching takes the leftmost place for each stretch between two `*`, which never has to be taken
back, so hostile patterns cost no more than length times length.
"""

import enum
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec


class Wild(enum.Enum):
    """The two wildcards."""

    ANY = "*"
    ONE = "?"


ANY = Wild.ANY
ONE = Wild.ONE
Token = str | Wild


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """What stands between two `*`: literal `text`, or a `shape` when there are `?` in it (fixed width: nothing to backtrack)."""

    text: str
    width: int
    shape: re.Pattern[str] | None = None

    def starts_at(self, text: str, at: int) -> bool:
        """Whether `text` has this stretch at `at`."""
        if self.shape is None:
            return text.startswith(self.text, at)
        return self.shape.match(text, at) is not None

    def find(self, text: str, start: int, end: int) -> int:
        """Where this stretch first begins in `text[start:end]`, or -1."""
        if self.shape is None:
            return text.find(self.text, start, end)
        found = self.shape.search(text, start, end)
        return -1 if found is None else found.start()


class Glob(msgspec.Struct, frozen=True, gc=False):
    """A compiled pattern. `exact` is the one text that matches, if there are no wildcards; with no `*` there is only `head`."""

    exact: str | None
    head: Stretch
    middle: tuple[Stretch, ...] = ()
    tail: Stretch | None = None
    width_min: int = 0

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` matches; case matters."""
        if self.exact is not None:
            return text == self.exact
        size = len(text)
        if size < self.width_min or not self.head.starts_at(text, 0):
            return False
        if self.tail is None:
            return size == self.width_min
        end = size - self.tail.width
        if not self.tail.starts_at(text, end):
            return False
        at = self.head.width
        for stretch in self.middle:
            at = stretch.find(text, at, end)
            if at < 0:
                return False
            at += stretch.width
        return True


def tokens(pattern: str) -> tuple[Token, ...]:
    """The tokens of a pattern without variables."""
    return tuple(_WILDCARDS.get(part, part) for part in _split(pattern) if part)


def plain(parts: Iterable[Token]) -> str:
    """The text of tokens, wildcards as they are written."""
    return "".join(part if isinstance(part, str) else part.value for part in parts)


def fits(parts: Iterable[Token], text: str) -> bool:
    """Whether `text` is long enough for these tokens: asked before a pattern is compiled for one request, whose values may make
    it very long."""
    return sum(len(part) if isinstance(part, str) else part is ONE for part in parts) <= len(text)


def glob(parts: Sequence[Token]) -> Glob:
    """The compiled pattern of these tokens."""
    if all(isinstance(part, str) for part in parts):
        text = plain(parts)
        return Glob(text, Stretch(text, len(text)))
    stars = [-1, *(at for at, part in enumerate(parts) if part is ANY), len(parts)]
    stretches = [_stretch(parts[start + 1 : end]) for start, end in pairwise(stars)]
    width = sum(stretch.width for stretch in stretches)
    if len(stretches) == 1:
        return Glob(None, stretches[0], width_min=width)
    middle = tuple(stretch for stretch in stretches[1:-1] if stretch.width)
    return Glob(None, stretches[0], middle, stretches[-1], width)


def wildcard(pattern: str) -> Glob:
    """The compiled form of a pattern without variables."""
    return glob(tokens(pattern))


def _stretch(parts: Sequence[Token]) -> Stretch:
    text = plain(parts)
    if ONE not in parts:
        return Stretch(text, len(text))
    shape = "".join(re.escape(part) if isinstance(part, str) else "." for part in parts)
    return Stretch(text, len(text), re.compile(shape, re.DOTALL))


_split = re.compile(r"([*?])").split
_WILDCARDS: dict[str, Token] = {"*": ANY, "?": ONE}
