"""Regular expressions as those who configure APIs write them (Java's), asked of text that any caller may have written.

An expression that would take long gives up: `regex` stops after a time, and lets other threads run meanwhile, which `re` does not.
Source: java.util.regex.Pattern.
"""

import re
from functools import lru_cache
from typing import Any

from portico.doors.aside import aside

_SECONDS = 0.25
_INLINE_CHARS = 4_096
_PATTERN_CHARS_MAX = 8_192
_PATTERN_INLINE_CHARS = 256  # compiling costs as well
_OPTIONAL_AS_REPEATED = 8
_REPLACED_CHARS_MAX = 10 * 1024 * 1024
_QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.S)
_ESCAPED_OR_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.S)
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_OTHER_GROUP = re.compile(r"\(\?(?![imsux-]*[:)])")  # looks around, or calls itself
_UNBOUNDED = re.compile(r"[*+]|\{\d+,\d*\}")
_NAMED_AGAIN = re.compile(r"\\k<(\w+)>")
_GROUP = re.compile(r"\\(.)|\$(?:\{(\w+)\}|(\d))", re.S)


class BadPattern(Exception):
    """Not a regular expression, or one that takes too long on this text."""


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    import regex

    if len(pattern) > _PATTERN_CHARS_MAX:
        raise BadPattern(f"a pattern of {len(pattern)} characters is too long")
    literal = _QUOTED.sub(lambda found: regex.escape(found[1]), pattern)
    text = _NAMED_AGAIN.sub(r"(?P=\1)", literal).replace(r"\z", r"\Z")
    try:
        return regex.compile(text, regex.V1 | regex.ASCII)
    except (regex.error, RecursionError, OverflowError) as error:
        raise BadPattern(f"{pattern!r} is no regular expression: {error}") from error


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of `text` is as `pattern` says.

    Raises:
        BadPattern: see there.
    """
    return bool(_bounded(_compiled(pattern).fullmatch, pattern, text))


def found_in(pattern: str, text: str) -> bool:
    """Whether a part of `text` is as `pattern` says.

    Raises:
        BadPattern: see there.
    """
    return bool(_bounded(_compiled(pattern).search, pattern, text))


def is_quick(pattern: str, text: str) -> bool:
    """Whether asking takes no time worth speaking of: the pattern is short, no group is repeated, and little else for a text of this
    length."""
    repeats = _repeats(pattern)
    return repeats is not None and len(text) <= (
        _INLINE_CHARS if repeats <= 1 else _INLINE_CHARS // 16 if repeats == 2 else 16
    )


@lru_cache(maxsize=512)
def _repeats(pattern: str) -> int | None:
    """How often a pattern repeats something; None if that may be a group, or if it is not a plain pattern."""
    plain = _ESCAPED_OR_CLASS.sub("x", pattern)
    if len(pattern) > _PATTERN_INLINE_CHARS or _REPEATED_GROUP.search(plain) or _OTHER_GROUP.search(plain):
        return None
    return len(_UNBOUNDED.findall(plain)) + plain.count("?") // _OPTIONAL_AS_REPEATED


async def matches_aside(pattern: str, text: str) -> bool:
    """Like `matches`, in another thread where it may take long.

    Raises:
        BadPattern: see there.
    """
    return matches(pattern, text) if is_quick(pattern, text) else await aside(matches, pattern, text)


def replaced(pattern: str, replacement: str, text: str, *, all_of_them: bool = True) -> str:
    """`text` with what `pattern` finds replaced, as `String.replaceAll`: `$1` and `${name}` are groups, a backslash takes the next
    character as it is.

    Raises:
        BadPattern: see there; or the replacement names a group that there is not.
    """

    room = [_REPLACED_CHARS_MAX]

    def expand(match: Any) -> str:
        made = _GROUP.sub(lambda part: part[1] or match[part[2] or int(part[3])] or "", replacement)
        room[0] -= len(made)
        if room[0] < 0:
            raise BadPattern(f"what {pattern!r} finds is replaced by too much")
        return made

    try:
        made: str = _bounded(_compiled(pattern).sub, pattern, text, before=expand, count=int(not all_of_them))
    except (IndexError, LookupError) as error:
        raise BadPattern(f"{replacement!r} names a group that {pattern!r} has not") from error
    return made


def split(pattern: str, text: str, limit: int = 0) -> list[str]:
    """The parts of `text` between what `pattern` finds, as `String.split`: without empty ones at the end, unless a limit is given.

    Raises:
        BadPattern: see there.
    """
    if limit == 1:
        return [text]
    parts: list[str] = _bounded(_compiled(pattern).split, pattern, text, maxsplit=max(0, limit - 1))
    if len(parts) > 1 and parts[0] == "" and _compiled(pattern).match("") is not None:
        parts = parts[1:]
    while limit == 0 and len(parts) > 1 and parts[-1] == "":
        parts.pop()
    return parts


def _bounded(act: Any, pattern: str, text: str, *, before: Any = None, **options: Any) -> Any:
    given = (text,) if before is None else (before, text)
    try:
        return act(*given, timeout=_SECONDS, concurrent=True, **options)
    except TimeoutError as error:
        raise BadPattern(f"{pattern!r} takes too long") from error
