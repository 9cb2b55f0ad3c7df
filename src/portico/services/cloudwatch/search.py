"""SEARCH: which metrics an expression's words mean.

    SEARCH('{AWS/Lambda,FunctionName} MetricName="Errors" orders', 'Sum', 60)

A schema in braces says namespace and names of dimensions, all of them. Words are looked for in every name and value, or in the
property before the `=`; in quotes they are a whole one. Words stand side by side (all of them hold), or with AND, OR, NOT and
parentheses between them.

Source: CloudWatch User Guide, "CloudWatch search expression syntax".
"""

import re
from collections.abc import Callable, Iterator

import msgspec

from portico.services.cloudwatch.expressions import Unreadable
from portico.store.metrics import Series

_WORDS_MAX = 100

Holds = Callable[[Series], bool]

_SCHEMA = re.compile(r"\s*\{([^{}]*)\}")
_TOKEN = re.compile(
    r"""\s*(?: (?P<sign>[()])
      | (?P<name>(?:"[^"]*"|[^\s()"=]+)) \s*=\s* (?P<value>"[^"]*"|[^\s()"=]+)
      | (?P<word>"[^"]*"|[^\s()"=]+) )""",
    re.X,
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Search(msgspec.Struct, frozen=True):
    """What is looked for: in `namespace` ("" for any), what `holds` for."""

    namespace: str
    holds: Holds


def parse_search(text: str) -> Search:
    """The search of an expression's first argument.

    Raises:
        Unreadable: it is none.
    """
    schema = _SCHEMA.match(text)
    conditions: list[Holds] = []
    namespace, rest = "", text
    if schema is not None:
        namespace, *dimensions = (part.strip().strip('"') for part in schema[1].split(","))
        wanted = sorted(dimensions)
        conditions.append(lambda series: [name for name, _ in series.dimensions] == wanted)
        rest = text[schema.end() :]
    tokens = list(_tokens(rest))
    if len(tokens) > 1:
        conditions.append(_Terms(tokens).whole())
    if not conditions:
        raise Unreadable("SEARCH needs something to look for")
    return Search(namespace, lambda series: all(holds(series) for holds in conditions))


def _tokens(text: str) -> Iterator[tuple[str, str, str]]:
    """(kind, property or "", text) of each."""
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise Unreadable(f"Unexpected '{text[at:].lstrip()[:1]}' in SEARCH")
        if found["sign"]:
            yield found["sign"], "", found["sign"]
        elif found["word"] in ("AND", "OR", "NOT"):
            yield found["word"], "", found["word"]
        else:
            yield "word", (found["name"] or "").strip('"'), found["word"] or found["value"]
        at = found.end()
    yield "end", "", ""


class _Terms:
    def __init__(self, tokens: list[tuple[str, str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._words = 0

    def whole(self) -> Holds:
        found = self._any()
        if self._tokens[self._at][0] != "end":
            raise Unreadable(f"Unexpected '{self._tokens[self._at][2]}' in SEARCH")
        return found

    def _takes(self, kind: str) -> bool:
        if self._tokens[self._at][0] == kind:
            self._at += 1
            return True
        return False

    def _any(self) -> Holds:
        found = [self._all()]
        while self._takes("OR"):
            found.append(self._all())
        return found[0] if len(found) == 1 else lambda series: any(holds(series) for holds in found)

    def _all(self) -> Holds:
        found = [self._one()]
        while self._takes("AND") or self._tokens[self._at][0] in ("word", "NOT", "("):
            found.append(self._one())
        return found[0] if len(found) == 1 else lambda series: all(holds(series) for holds in found)

    def _one(self) -> Holds:
        self._words += 1
        if self._words > _WORDS_MAX:
            raise Unreadable("There are too many words in SEARCH")
        if self._takes("NOT"):
            inner = self._one()
            return lambda series: not inner(series)
        if self._takes("("):
            inner = self._any()
            if not self._takes(")"):
                raise Unreadable("A closing parenthesis is missing in SEARCH")
            return inner
        kind, name, word = self._tokens[self._at]
        if kind != "word":
            raise Unreadable(f"Unexpected '{word}' in SEARCH" if word else "Unexpected end of SEARCH")
        self._at += 1
        return _word(name, word)


def _word(name: str, word: str) -> Holds:
    matches = _matcher(word)
    return lambda series: any(matches(text) for text in _texts(series, name))


def _texts(series: Series, name: str) -> Iterator[str]:
    if name in ("", "Namespace"):
        yield series.namespace
    if name in ("", "MetricName"):
        yield series.name
    for dimension, value in series.dimensions:
        if not name:
            yield dimension
        if name in ("", dimension):
            yield value


def _matcher(word: str) -> Callable[[str], bool]:
    if word.startswith('"'):
        exact = word.strip('"')
        return lambda text: text == exact
    whole, wanted = word.lower(), _parts(word)
    return lambda text: text.lower() == whole or (bool(wanted) and wanted <= _parts(text))


def _parts(text: str) -> frozenset[str]:
    """The words that a name consists of: `CPUUtilization` of `cpu` and `utilization`, and itself."""
    runs = re.findall(r"[A-Za-z0-9]+", text)
    return frozenset(part.lower() for run in runs for part in _PARTS.findall(run))
