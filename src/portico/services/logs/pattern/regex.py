"""`%regular expressions%` in time that grows with the message only.

What AWS allows has no groups, so an expression is alternatives of repeated characters. Python's own engine may need the message's
length to the power of the repetitions, and holds up the whole server meanwhile; so anything but the simplest runs as an automaton: a
state is the set of places in the expression that the text so far may stand at, and steps that were taken are kept.

Source: CloudWatch Logs User Guide, "Supported regular expression (regex) syntax"; Glushkov's construction.
"""

import re
from collections.abc import Callable

import msgspec

from portico.services.logs.pattern.lexer import PatternError, Token

_CHARS_MAX = 1024
_PLACES_MAX = 256
_STEPS_KEPT_MAX = 10_000
_EASY_CHARS_MAX = 512
_ALLOWED = re.compile(r"[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|\\*+. ]*").fullmatch
_ATOM = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\x[0-9A-Fa-f]{2}|\\[dDsSwW]|\\[^A-Za-z0-9]|[^\\*+?{^$|]")
_REPEAT = re.compile(r"(?:([*+?])|\{([0-9]{1,4})(,?)([0-9]{0,4})\})\??")
_BOUNDS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}

Test = Callable[[str], bool]


class _Place(msgspec.Struct, frozen=True, gc=False):
    """One character of an expression: what it may be, whether it may be left out, and whether it may be repeated."""

    matches: Callable[[str], object]
    optional: bool
    repeated: bool


class _Automaton:
    """One alternative. A state is a set of places, as bits: those that the last character may have been."""

    def __init__(self, places: list[_Place], *, from_start: bool, to_end: bool) -> None:
        self._places = places
        self._from_start = from_start
        self._to_end = to_end
        self._first = self._reachable(0)
        self._follow = [
            self._reachable(at + 1) | (1 << at if place.repeated else 0) for at, place in enumerate(places)
        ]
        self._last = sum(
            1 << at for at in range(len(places)) if all(place.optional for place in places[at + 1 :])
        )
        self._empty = all(place.optional for place in places)
        self._steps: dict[tuple[int, str], int] = {}

    def _reachable(self, start: int) -> int:
        """The places that may come next when everything before `start` is done with."""
        found = 0
        for at in range(start, len(self._places)):
            found |= 1 << at
            if not self._places[at].optional:
                break
        return found

    def found_in(self, text: str) -> bool:
        """Whether the alternative occurs in `text`."""
        if self._empty and not (self._from_start and self._to_end):
            return True
        body = text[:-1] if text.endswith("\n") else text
        if self._empty and not body:
            return True
        state = -1  # before the first character
        for char in body:
            state = self._step(state, char)
            if not self._to_end and state & self._last:
                return True
            if not state and self._from_start:
                return False
        if state > 0 and state & self._last:
            return True
        return len(body) < len(text) and bool(self._step(state, "\n") & self._last)

    def _step(self, state: int, char: str) -> int:
        key = (state, char)
        known = self._steps.get(key)
        if known is not None:
            return known
        reachable = self._first if state < 0 or not self._from_start else 0
        for at in range(len(self._places)) if state > 0 else ():
            if state >> at & 1:
                reachable |= self._follow[at]
        after = 0
        for at, place in enumerate(self._places):
            if reachable >> at & 1 and place.matches(char):
                after |= 1 << at
        if len(self._steps) >= _STEPS_KEPT_MAX:
            self._steps.clear()
        self._steps[key] = after
        return after


def regex(text: str) -> Test:
    """Whether the expression `text` occurs in a message.

    Raises:
        PatternError: it has what AWS does not allow, or is not a regular expression.
    """
    if not _ALLOWED(text) or len(text) > _CHARS_MAX:
        raise PatternError("invalid regular expression")
    try:
        search = re.compile(text, re.ASCII).search
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"invalid regular expression: {error}") from error
    automata = [_alternative(part) for part in _alternatives(text)]
    if len(re.findall(r"[*+?{]", text)) > 1:
        return lambda value: any(automaton.found_in(value) for automaton in automata)
    return lambda value: (
        search(value) is not None
        if len(value) <= _EASY_CHARS_MAX
        else any(automaton.found_in(value) for automaton in automata)
    )


def _alternatives(text: str) -> list[str]:
    """The parts between `|` that are neither escaped nor in a class."""
    parts, at = [""], 0
    while at < len(text):
        if text[at] == "|":
            parts.append("")
            at += 1
            continue
        match = _ATOM.match(text, at)
        piece = match.group() if match else text[at]
        parts[-1] += piece
        at += len(piece)
    return parts


def _alternative(text: str) -> _Automaton:
    from_start, at = text.startswith("^"), int(text.startswith("^"))
    places: list[_Place] = []
    while at < len(text) and not (text[at] == "$" and at == len(text) - 1):
        atom = _ATOM.match(text, at)
        if atom is None:
            raise PatternError(f"invalid regular expression: {text[at]!r} can't stand there")
        repeat = _REPEAT.match(text, atom.end())
        at = repeat.end() if repeat else atom.end()
        places += _repeated(re.compile(atom.group(), re.ASCII).fullmatch, repeat)
        if len(places) > _PLACES_MAX:
            raise PatternError("invalid regular expression: it repeats too much")
    return _Automaton(places, from_start=from_start, to_end=at < len(text))


def _repeated(matches: Callable[[str], object], repeat: re.Match[str] | None) -> list[_Place]:
    once = _Place(matches, optional=False, repeated=False)
    if repeat is None:
        return [once]
    least, most = _bounds(repeat)
    if most is not None:
        return [once] * least + [_Place(matches, optional=True, repeated=False)] * (most - least)
    if least == 0:
        return [_Place(matches, optional=True, repeated=True)]
    return [once] * (least - 1) + [_Place(matches, optional=False, repeated=True)]


def _bounds(repeat: re.Match[str]) -> tuple[int, int | None]:
    sign, least, comma, most = repeat.groups()
    if sign:
        return _BOUNDS[sign]
    if not comma:
        return int(least), int(least)
    return int(least), int(most) if most else None


def text_test(token: Token) -> Test:
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
