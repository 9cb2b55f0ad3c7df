"""JSONPath as AWS's services have it, which is Jayway's: compiled once, asked of documents that any caller may have written.

Understood: `$`, `.name`, `['name']`, `['a','b']`, `[0]`, `[-1]`, `[0,1]`, `[1:3]`, `[:2]`, `.*`, `[*]`, `..name`, `..*`, filters
`[?(@.price < 10 && @.name == 'x')]` (with `=~ /…/i`, `in`, existence), and the functions `.length()`, `.size()`, `.keys()`, `.min()`,
`.max()`, `.sum()`, `.avg()`, `.first()`, `.last()`. A path without wildcards, lists of indexes, slices, filters and `..` is definite: it
has one value, or none. What any other finds is a list.

Source: the Jayway JsonPath README; Goessner, "JSONPath - XPath for JSON".
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from portico.doors.jsonpath_filters import Filter, Looked, PathError, filter_of

__all__ = ["MISSING", "Path", "PathError", "compiled", "is_quick", "is_wide"]

_PATH_CHARS_MAX = 4_096
_STEPS_MAX = 64
_NAME = re.compile(r"[^\s.\[\]()'\",@$?*]+")
_FUNCTION = re.compile(r"\.(length|size|keys|min|max|sum|avg|first|last)\(\s*\)$")
_BRACKET = re.compile(
    r"\[\s*(?:(?P<all>\*)|(?P<slice>-?\d*\s*:\s*-?\d*)|(?P<indexes>-?\d+(?:\s*,\s*-?\d+)*)"
    r"|(?P<names>(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))*))\s*\]"
)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")

_WIDE = re.compile(r"\.\.|\*|\[\?")
_AGAIN = re.compile(r"\.\.|\[\?|,|=~")

Step = Callable[[Any, Looked], Sequence[Any]]


class _Missing:
    """No value (which null is)."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()


class Path(msgspec.Struct, frozen=True):
    """A compiled path."""

    steps: tuple[Step, ...]
    definite: bool
    function: str = ""

    def find(self, document: Any, looked: Looked | None = None) -> Any:
        """The value of a definite path (`MISSING` without one), the list of those that any other finds. `looked` counts for a path that
        this one is a part of.

        Raises:
            PathError: it would look at too many nodes.
        """
        looked = looked or Looked()
        found: list[Any] = [document]
        for step in self.steps:
            below: list[Any] = []
            for node in found:
                children = step(node, looked)
                looked.at(len(children))
                below.extend(children)
            found = below
        value = (found[0] if found else MISSING) if self.definite else found
        return _FUNCTIONS[self.function](value) if self.function else value


def is_wide(text: str) -> bool:
    """Whether a path may look at all of a document."""
    return _WIDE.search(text) is not None


def is_quick(text: str) -> bool:
    """Whether a path looks at no part of a document much more than once, and asks no regular expression."""
    found = _AGAIN.findall(text)
    return len(found) <= 1 and "=~" not in found


@lru_cache(maxsize=1024)
def compiled(text: str) -> Path:
    """The path that `text` says.

    Raises:
        PathError: it is none.
    """
    text = text.strip()
    if not text.startswith(("$", "@")) or len(text) > _PATH_CHARS_MAX:
        raise PathError(f"{text[:80]!r} is no JSONPath: it begins with $")
    function = _FUNCTION.search(text)
    body = text[1 : function.start()] if function else text[1:]
    steps: list[Step] = []
    definite, at = True, 0
    while at < len(body):
        step, one, at = _step(body, at)
        steps.append(step)
        definite = definite and one
    if len(steps) > _STEPS_MAX:
        raise PathError("the path has too many steps")
    return Path(tuple(steps), definite, function[1] if function else "")


def _step(text: str, at: int) -> tuple[Step, bool, int]:
    """The step at a place, whether it has at most one value, and where it ends."""
    if text.startswith("..", at):
        return _descent(text, at + 2)
    if text[at] == ".":
        return _named(text, at + 1)
    if text[at] == "[":
        return _bracketed(text, at)
    raise PathError(f"{text!r} is no JSONPath: {text[at:]!r} is not understood")


def _descent(text: str, at: int) -> tuple[Step, bool, int]:
    inner, _, end = _bracketed(text, at) if text[at : at + 1] == "[" else _named(text, at)

    def step(node: Any, looked: Looked) -> Sequence[Any]:
        return [found for below in _all_of(node, looked) for found in inner(below, looked)]

    return step, False, end


def _named(text: str, at: int) -> tuple[Step, bool, int]:
    if text[at : at + 1] == "*":
        return _children, False, at + 1
    name = _NAME.match(text, at)
    if name is None:
        raise PathError(f"{text!r} is no JSONPath: a name is missing")
    return _member(name[0]), True, name.end()


def _bracketed(text: str, at: int) -> tuple[Step, bool, int]:
    if text.startswith("[?", at):
        return _filtered(text, at)
    found = _BRACKET.match(text, at)
    if found is None:
        raise PathError(f"{text!r} is no JSONPath: {text[at:]!r} is not understood")
    if found["all"]:
        return _children, False, found.end()
    if found["slice"] is not None:
        first, last = (int(end) if end.strip() else None for end in found["slice"].split(":"))
        return (lambda node, _: node[first:last] if isinstance(node, list) else ()), False, found.end()
    if found["indexes"] is not None:
        indexes = [int(index) for index in found["indexes"].split(",")]
        return _items(indexes), len(indexes) == 1, found.end()
    names = [_unquoted(name) for name in _QUOTED.finditer(found["names"])]
    if len(names) == 1:
        return _member(names[0]), True, found.end()
    return _members(names), True, found.end()


def _filtered(text: str, at: int) -> tuple[Step, bool, int]:
    wanted, end = filter_of(text, at + 2, _definite)
    return _those(wanted), False, end


def _definite(text: str) -> Callable[[Any, Looked], Any]:
    path = compiled(text)
    return lambda node, looked: None if (value := path.find(node, looked)) is MISSING else value


def _those(wanted: Filter) -> Step:
    def step(node: Any, looked: Looked) -> Sequence[Any]:
        items = node if isinstance(node, list) else [node] if isinstance(node, dict) else ()
        looked.at(len(items))
        return [item for item in items if wanted(item, looked)]

    return step


def _member(name: str) -> Step:
    return lambda node, _: (node[name],) if isinstance(node, dict) and name in node else ()


def _members(names: list[str]) -> Step:
    """Several names: one object with those that there are, as Jayway answers."""
    return lambda node, _: (
        ({name: node[name] for name in names if name in node},) if isinstance(node, dict) else ()
    )


def _items(indexes: list[int]) -> Step:
    def step(node: Any, _: Looked) -> Sequence[Any]:
        if not isinstance(node, list):
            return ()
        return [node[index] for index in indexes if -len(node) <= index < len(node)]

    return step


def _below(node: Any) -> Sequence[Any]:
    return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else ()


def _children(node: Any, _: Looked) -> Sequence[Any]:
    return _below(node)


def _all_of(node: Any, looked: Looked) -> Iterator[Any]:
    """A node and everything below it, parents first."""
    waiting = [node]
    while waiting:
        looked.at(1)
        found = waiting.pop()
        yield found
        waiting.extend(reversed(_below(found)))


def _unquoted(found: re.Match[str]) -> str:
    return re.sub(r"\\(.)", r"\1", found[1] if found[1] is not None else found[2], flags=re.S)


def _numbers(value: Any) -> list[float]:
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, int | float) and not isinstance(item, bool)]


_FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "length": lambda value: len(value) if isinstance(value, list | dict | str) else MISSING,
    "size": lambda value: len(value) if isinstance(value, list | dict | str) else MISSING,
    "keys": lambda value: list(value) if isinstance(value, dict) else MISSING,
    "min": lambda value: min(_numbers(value), default=MISSING),
    "max": lambda value: max(_numbers(value), default=MISSING),
    "sum": lambda value: sum(_numbers(value)),
    "avg": lambda value: sum(found) / len(found) if (found := _numbers(value)) else MISSING,
    "first": lambda value: value[0] if isinstance(value, list) and value else MISSING,
    "last": lambda value: value[-1] if isinstance(value, list) and value else MISSING,
}
