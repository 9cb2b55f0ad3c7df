"""Wildcard patterns against a slow and obvious reference, and against hostile ones."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.identity.policy.match import glob, wildcard

PATTERNS = st.text(alphabet="ab*?", max_size=12)
TEXTS = st.text(alphabet="ab*?\n", max_size=12)


def reference(pattern: str, text: str) -> bool:
    """By the definition: `*` takes nothing, or one character and stays."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return reference(pattern[1:], text) or (bool(text) and reference(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and reference(pattern[1:], text[1:])


@given(PATTERNS, TEXTS)
def test_agrees_with_the_reference(pattern: str, text: str) -> None:
    """For any pattern and text."""
    assert wildcard(pattern).matches(text) is reference(pattern, text)


@given(st.text(max_size=20))
def test_text_matches_itself_when_it_is_literal(text: str) -> None:
    """Tokens of text are literal whatever they hold."""
    assert glob([text]).matches(text)
    assert not glob([text]).matches(text + "x")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("*a" * 2000 + "b", "a" * 4000),
        ("a*" * 2000 + "b", "a" * 4000),
        ("*?" * 2000 + "b", "a" * 4000),
        ("?" * 2000 + "*b" + "?" * 1999, "a" * 8000),
        ("*" * 4000 + "b", "a" * 4000),
        ("*" + "a?" * 1000 + "b*", "a" * 4000),
    ],
)
def test_hostile_patterns_are_cheap(pattern: str, text: str) -> None:
    """No pattern makes the server think for long: processor time, so that a busy machine does not matter."""
    compiled = wildcard(pattern)
    started = time.process_time()
    compiled.matches(text)
    assert time.process_time() - started < 0.25
