"""The models' patterns: Java's meaning, and no input that could hold up the server."""

import re
import time

import pytest

from portico.wire import patterns
from wire import oracle

LATER = [
    "apigatewayv2",
    "cloudwatch",
    "cognito-identity",
    "elbv2",
    "kinesis",
    "pipes",
    "scheduler",
    "secretsmanager",
    "stepfunctions",
]
MODELS = oracle.SERVICES + LATER


def said_by(service: str) -> list[tuple[str, int]]:
    """Each pattern of a model, and how long a value may be."""
    shapes = oracle.model(service)._shape_resolver._shape_map.values()
    found = {shape["pattern"]: shape.get("max", 4096) for shape in shapes if shape.get("pattern")}
    return sorted(found.items())


@pytest.mark.parametrize("service", MODELS)
def test_every_pattern_is_checked_but_for_those_that_are_listed(service: str) -> None:
    unchecked = {pattern for pattern, _ in said_by(service) if patterns.compiled(pattern) is None}
    assert unchecked <= patterns.HOSTILE


@pytest.mark.parametrize("service", oracle.SERVICES)
def test_no_pattern_is_slow(service: str) -> None:
    starts = ["", "a", "$.", "/", "arn:aws:lambda:us-east-1:123456789012:function:", "https://"]
    units = ["a", "0", ".", "-", "/", ":", " ", "a-", "a.", "/a", "a ", "a,"]
    for pattern, longest in said_by(service):
        size = min(longest, 8192)
        began = time.process_time()
        for start in starts:
            for unit in units:
                patterns.matches(pattern, (start + unit * size)[: size - 1] + "\0")
        assert time.process_time() - began < 2.0, pattern


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", ["", "ünï 漢 1", "a=b"], ["a\n", "💡", "a,b"]),
        (r"[\w-_]*", ["a-_"], ["a b"]),
        (r"\p{ASCII}*", ["abc"], ["ü"]),
        (r"\d{3}", ["123"], ["١٢٣", "123\n"]),
        (r"\w+", ["abc"], ["ü"]),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", ["a\n", "💡"], ["\x00"]),
        (r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)", ["v1"], ["2024"]),
        (r"abc", ["abc"], ["xabc", "abcd"]),
        (r"[]a]", ["]"], ["b"]),
        (r"[[a]", ["["], ["b"]),
    ],
)
def test_meaning(pattern: str, right: list[str], wrong: list[str]) -> None:
    assert all(patterns.matches(pattern, value) for value in right)
    assert not any(patterns.matches(pattern, value) for value in wrong)


@pytest.mark.parametrize("pattern", [r"[a-z&&[^b]]", r"\P{L}", r"\p{Nonsense}", "(", r"a{999999999999}"])
def test_what_can_not_be_translated_is_not_checked(pattern: str) -> None:
    assert patterns.compiled(pattern) is None
    assert patterns.matches(pattern, "anything")


def test_every_letter_is_in_its_category() -> None:
    letters = re.compile(f"[{patterns._ranges('L')}]")
    assert all(letters.fullmatch(char) for char in "aZéßΩя漢ا한ʰ𝒜")
    assert not any(letters.fullmatch(char) for char in "0 _.-💡\n")
