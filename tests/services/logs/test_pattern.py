"""Filter patterns. Cases drawn from the CloudWatch Logs User Guide, "Filter pattern syntax"."""

import re

import pytest

from portico.services.logs.pattern import PatternError, compiled
from portico.services.logs.pattern.regex import regex

EVENT = (
    '{"eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another value"],'
    ' "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "SomeObject": null, "ThisFlag": true,'
    ' "errorCode": "AccessDenied", "bandwidth": 76.5, "cluster.name": "c"}'
)
ACCESS = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("", "anything", True),
        ("ERROR", "[ERROR 400] BAD REQUEST", True),
        ("ERROR", "[error 400] bad request", False),
        ("ERROR ARGUMENTS", "ERROR: MISSING ARGUMENTS", True),
        ("ERROR ARGUMENTS", "ERROR: MISSING", False),
        ('"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR", True),
        ('"INTERNAL SERVER ERROR"', "INTERNAL ERROR SERVER", False),
        ("?ERROR ?ARGUMENTS", "[WARN] bad ARGUMENTS", True),
        ("?ERROR ?ARGUMENTS", "fine", False),
        ("ERROR ?ARGUMENTS", "ERROR", True),  # with plain terms beside them the optional ones are ignored
        ("ERROR -ARGUMENTS", "ERROR: MISSING ARGUMENTS", False),
        ("ERROR -ARGUMENTS", "ERROR 400", True),
        ('-"two words"', "no two words", False),
        ("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", True),
        (r"%\d{1,3}\.\d{1,3}%", "from 10.7", True),
        ("%^[hc]at%", "a hat", False),
        ('{ $.eventType = "UpdateTrail" }', EVENT, True),
        ("{ $.eventType = Update* }", EVENT, True),
        ('{ $.sourceIPAddress != "123.123.*" }', EVENT, True),
        ('{ $.arrayKey[0] = "value" }', EVENT, True),
        ('{ $.arrayKey[*] = "another value" }', EVENT, True),
        ("{ $.objectList[1].id = 2 }", EVENT, True),
        ("{ $.objectList[0].id = 2 }", EVENT, False),
        ("{ $.SomeObject IS NULL }", EVENT, True),
        ("{ $.SomeOtherObject NOT EXISTS }", EVENT, True),
        ("{ $.eventType NOT EXISTS }", EVENT, False),
        ("{ $.ThisFlag IS TRUE }", EVENT, True),
        ("{ $.ThisFlag IS FALSE }", EVENT, False),
        ("{ $.bandwidth > 75 }", EVENT, True),
        ("{ $.bandwidth <= 75 }", EVENT, False),
        ("{ $.bandwidth = 76.5 }", EVENT, True),
        ("{ $.['cluster.name'] = \"c\" }", EVENT, True),
        ('{ ($.eventType = "x") || ($.bandwidth >= 76 && $.errorCode = Access*) }', EVENT, True),
        ('{ $.eventType = "UpdateTrail" && $.bandwidth < 10 }', EVENT, False),
        ("{ $.eventType = %Trail$% }", EVENT, True),
        ("{ $.missing != 1 }", EVENT, False),
        ('{ $.eventType = "UpdateTrail" }', "not json", False),
        ("[ip, id, user, timestamp, request, status_code=404, size]", ACCESS, True),
        ("[ip, id, user, timestamp, request, status_code=4*, size > 1000]", ACCESS, True),
        ("[ip, id, user, timestamp, request, status_code=5* || status_code=404, size]", ACCESS, True),
        ("[..., status_code=404, size]", ACCESS, True),
        ("[ip, ...]", ACCESS, True),
        ("[ip=10.*, ...]", ACCESS, False),
        ("[ip, id]", ACCESS, False),
        ("[ip, ..., size < 1000]", ACCESS, False),
        ("[w1=%^127%, ...]", ACCESS, True),
        ("[ip, id != Prod, ...]", ACCESS, False),
    ],
)
def test_pattern(pattern: str, message: str, matches: bool) -> None:
    assert compiled(pattern)(message) is matches


@pytest.mark.parametrize(
    "pattern",
    [
        "{ $.a = 1",
        "{ $.a }",
        "{ a = 1 }",
        "{ $.a > x }",
        "{ ($.a = 1 }",
        "{ $.a = 1 $.b = 2 }",
        "[a, b",
        "[a, , b]",
        "[..., a, ...]",
        "[a =]",
        "[a > x]",
        '"open',
        "%(a)%",
        "%a**%",
        "%[%",
        "{" + "(" * 200 + "$.a = 1" + ")" * 200 + "}",
    ],
)
def test_patterns_that_cannot_be_read(pattern: str) -> None:
    with pytest.raises(PatternError):
        compiled(pattern)


REGEXES = [
    "a", "^a", "a$", "^a$", "", "^$", "a|b$", "[a-c]+", "[^a]", r"\d{2,3}", r"\w+\.\w+", "a?b*c+", "x{2}", "x{2,}",
    "a*?b", r"\[a\]", "[]a]", "[a|b]c", "a.c", r"\x61b", "^a*$", "ab?$", r"\s", r"a\|b", ".", "a+|^b",
]  # fmt: skip
TEXTS = [
    "",
    "a",
    "b",
    "ab",
    "abc",
    "aab",
    "xx",
    "xxx",
    "12",
    "a12b",
    "x.y",
    "[a]",
    "]",
    "|c",
    "a|b",
    "c\n",
    "a\n",
    "\n",
    "a\nb",
    "b a",
]


@pytest.mark.parametrize("expression", REGEXES)
def test_regular_expressions_find_what_pythons_do(expression: str) -> None:
    """The automaton against the engine of the standard library, on long messages (which it is for) and short ones."""
    found = regex(expression)
    for text in TEXTS:
        for message in (text, text + " " * 600, "z" * 600 + text):
            assert found(message) is bool(re.search(expression, message, re.ASCII)), (expression, message)


@pytest.mark.parametrize(
    "expression", [".*.*.*.*.*=", "a?" * 200 + "b", "[a-z]*[a-z]*[a-z]*1", "a{0,99}a{0,99}b", ".*b"]
)
def test_a_hostile_expression_takes_no_longer(expression: str) -> None:
    """Each of these keeps a backtracking engine busy for longer than anybody waits."""
    assert not regex(expression)("a" * 20_000)


@pytest.mark.parametrize(
    "expression", ["(a)", "a**", "[", r"\1", r"\b", "a^b", "a$b", "*", "a{5,2}", "x" * 1025, "a{999}", "é"]
)
def test_expressions_that_aws_does_not_take(expression: str) -> None:
    with pytest.raises(PatternError):
        regex(expression)


def test_a_message_of_open_brackets_is_read_once() -> None:
    assert not compiled("[a, b = 1]")("[ " * 200_000)
    assert compiled("[a, b = 1]")('"x y" 1')
    assert compiled("[a, b = 1]")("[open 1")
