"""The models' regular expressions are Java's; here they become Python's, or are left out if they can't be, or must not.

A pattern is always matched against the whole value. `\\w`, `\\d` and `\\s` mean ASCII, as in Java. Categories (`\\p{L}`) are
written out as ranges. What could be made to run for minutes by its input is not run (`HOSTILE`), and a pattern that can take
quadratic time is not asked about values longer than `LENGTH_MAX`.
"""

import re
import unicodedata
import warnings
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from operator import itemgetter

LENGTH_MAX = 2048

HOSTILE = frozenset(
    {
        # Exponential: blanks belong both to the repeated group and to what it separates. (events, pipes: header values)
        r"^[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*$",
        r"^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$",
        r"[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*|(\$(\.[\w/_-]+(\[(\d+|\*)\])*)*)",
    }
)

_NAMED = {
    "ASCII": r"\x00-\x7f",
    "Print": r"\x20-\x7e",
    "Graph": r"\x21-\x7e",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Upper": "A-Z",
    "Lower": "a-z",
    "Space": r"\s",
    "XDigit": "0-9a-fA-F",
}
# What Java writes as a pair of UTF-16 surrogates: everything beyond the basic plane.
_SURROGATE_RANGE = r"\uD800\uDC00-\uDBFF\uDFFF"
_TOKEN = re.compile(r"\\p\{(?:Is)?(\w+)\}|\\P\{\w+\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|.", re.DOTALL)
_UNBOUNDED = re.compile(r"[*+]|\{\d+,\}")
_CODE_POINTS = 0x32400  # the last assigned letters are below it


class Untranslatable(Exception):
    """A pattern that has no equal in Python."""


@cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern as Python's, or None if it is not to be checked."""
    if pattern in HOSTILE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(_translate(pattern), re.ASCII)
    except (re.error, Untranslatable, OverflowError):
        return None


@cache
def is_linear(pattern: str) -> bool:
    """Whether the pattern repeats without bound at most once, so that its time grows with the value's length and no faster."""
    return len(_UNBOUNDED.findall(re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "x", pattern))) <= 1


def matches(pattern: str, value: str) -> bool:
    """Whether the whole of `value` is as `pattern` says; True where that can't be asked."""
    regex = compiled(pattern)
    if regex is None or (len(value) > LENGTH_MAX and not is_linear(pattern)):
        return True
    return regex.fullmatch(value) is not None


def _translate(pattern: str) -> str:
    out: list[str] = []
    in_class = False
    tokens = _TOKEN.finditer(
        pattern.replace(_SURROGATE_RANGE, r"\U00010000-\U0010FFFF").replace(r"\z", r"\Z")
    )
    for token in tokens:
        text = token[0]
        if text.startswith(r"\P{"):
            raise Untranslatable(pattern)
        if token[1]:
            ranges = _ranges(token[1])
            out.append(ranges if in_class else f"[{ranges}]")
        elif not in_class:
            in_class = text == "["
            out.append(text)
        else:
            in_class = _in_class(text, out)
    return "".join(out)


def _in_class(text: str, out: list[str]) -> bool:
    """One token within brackets; whether the brackets are still open after it."""
    if text == "]" and out[-1] not in ("[", "^"):
        out.append("]")
        return False
    if text == "&" and out[-1] == "&":
        raise Untranslatable("an intersection of classes")
    before = out[-1]
    after_kind = before in (r"\w", r"\d", r"\s", r"\W", r"\D", r"\S")
    out.append("\\" + text if text == "[" or (text == "-" and after_kind) else text)
    return True


def _ranges(name: str) -> str:
    if name in _NAMED:
        return _NAMED[name]
    runs = sorted(
        run for category, runs in _category_runs().items() if category.startswith(name) for run in runs
    )
    if not runs:
        raise Untranslatable(name)
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in _joined(runs))


def _joined(runs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of code points, those that touch made one: a class of fewer ranges compiles much faster."""
    first, last = runs[0]
    for start, end in runs[1:]:
        if start != last + 1:
            yield first, last
            first = start
        last = end
    yield first, last


@cache
def _category_runs() -> dict[str, list[tuple[int, int]]]:
    """The runs of code points (first, last) of each category of Unicode (`Lu`, `Nd`)."""
    out: dict[str, list[tuple[int, int]]] = {}
    categories = ((unicodedata.category(chr(point)), point) for point in range(_CODE_POINTS))
    for category, run in groupby(categories, key=itemgetter(0)):
        points = [point for _, point in run]
        out.setdefault(category, []).append((points[0], points[-1]))
    return out
