"""Java's regular expressions, and those that would take for ever."""

import time

import pytest

from portico.doors import java_regex
from portico.doors.java_regex import BadPattern, is_quick, matches


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("4\\d{2}", "404", True),
        ("4\\d{2}", "4040", False),
        ("[a-z&&[^x]]+", "abc", True),
        ("[a-z&&[^x]]+", "axc", False),
        ("\\Qa.b\\E", "a.b", True),
        ("\\Qa.b\\E", "axb", False),
        ("\\p{Alpha}++\\z", "abc", True),
        ("(?i)error.*", "ERROR: x", True),
        ("(?<name>a)\\k<name>", "aa", True),
        (".*", "two\nlines", False),
        ("(?s).*", "two\nlines", True),
        ("\\d", "٣", False),
        ("", "", True),
    ],
)
def test_the_whole_text(pattern: str, text: str, fits: bool) -> None:
    assert java_regex.matches(pattern, text) is fits


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "(?<1>a)", "a{9999999999}"])
def test_what_is_none(pattern: str) -> None:
    with pytest.raises(BadPattern):
        java_regex.matches(pattern, "a")


async def test_what_takes_too_long() -> None:
    began = time.monotonic()
    with pytest.raises(BadPattern):
        await java_regex.matches_aside("(a|aa)+b", "a" * 80)
    with pytest.raises(BadPattern):
        java_regex.replaced("(a|aa)+b", "x", "a" * 80)
    assert time.monotonic() - began < 5
    assert await java_regex.matches_aside("a+", "a" * 100_000)


def test_replacing_and_splitting() -> None:
    assert java_regex.replaced("(\\w)(\\w)", "$2$1", "abcd") == "badc"
    assert java_regex.replaced("(?<x>b)", "${x}${x}\\$", "abc") == "abb$c"
    assert java_regex.replaced("b", "", "abab", all_of_them=False) == "aab"
    assert java_regex.split(",", "a,b,,") == ["a", "b"]
    assert java_regex.split(",", "a,b,,", 2) == ["a", "b,,"]
    assert java_regex.split(",", "a,b", 1) == ["a,b"]
    assert java_regex.split("", "abc") == ["a", "b", "c"]
    with pytest.raises(BadPattern):
        java_regex.replaced("a", "$7", "a")
    with pytest.raises(BadPattern):
        java_regex.replaced("a", "x" * 100_000, "a" * 100_000)


@pytest.mark.parametrize(
    ("pattern", "text", "quick"),
    [
        (r"\w+", "a" * 4_000, True),
        (r"(?:a|b)c", "ac", True),
        (r"(?i)not found.*", "Not Found", True),
        ("(a+)+", "a", False),
        ("(?R)?a", "a" * 30, False),
        ("(a(?1)?)b", "a", False),
        ("(?<=a{0,9})b", "ab", False),
        ("a?" * 30 + "a" * 30, "a" * 30, False),
        ("a" * 300, "a", False),
    ],
)
def test_what_is_asked_on_the_loop(pattern: str, text: str, quick: bool) -> None:
    assert is_quick(pattern, text) is quick


def test_patterns_that_are_too_long() -> None:
    with pytest.raises(BadPattern, match="too long"):
        matches("(" + "|".join("a" * length for length in range(1, 200)) + ")*", "b")
