"""Event patterns: operators, arrays, absence, `$or`, refusals in the engine's words; and against a slow matcher on generated ones."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.base.event_pattern import PatternError, compile_pattern, parse_pattern

EVENT = {
    "source": "aws.ec2",
    "empty": "",
    "nothing": None,
    "on": True,
    "n": 300,
    "price": 3.5,
    "ip": "10.0.0.7",
    "tags": ["red", "Blue"],
    "none": [],
    "deep": {"a": {"b": "x"}, "list": [1, [2, "three"]]},
    "items": [{"id": 1, "kind": "a"}, {"id": 2, "kind": "b", "extra": 1}],
    "a.b": "dotted",
}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        # exact values
        ({"source": ["aws.ec2"]}, True),
        ({"source": ["AWS.EC2"]}, False),
        ({"source": ["x", "aws.ec2"]}, True),
        ({"source": ["aws.ec2"], "n": [1]}, False),
        ({"n": [300]}, True),
        ({"n": [3.0e2]}, True),
        ({"n": ["300"]}, False),
        ({"on": [True]}, True),
        ({"on": [1]}, False),
        ({"n": [True]}, False),
        ({"nothing": [None]}, True),
        ({"empty": [None]}, False),
        ({"empty": [""]}, True),
        ({"absent": [None]}, False),
        ({"absent": [""]}, False),
        ({"a.b": ["dotted"]}, True),
        # texts
        ({"source": [{"prefix": "aws."}]}, True),
        ({"source": [{"prefix": "AWS."}]}, False),
        ({"source": [{"prefix": {"equals-ignore-case": "AWS."}}]}, True),
        ({"n": [{"prefix": "3"}]}, False),
        ({"source": [{"suffix": ".ec2"}]}, True),
        ({"source": [{"suffix": {"equals-ignore-case": ".EC2"}}]}, True),
        ({"source": [{"equals-ignore-case": "AWS.ec2"}]}, True),
        ({"source": [{"wildcard": "aws.*"}]}, True),
        ({"source": [{"wildcard": "*.ec*2"}]}, True),
        ({"source": [{"wildcard": "a*s*e*2"}]}, True),
        ({"source": [{"wildcard": "a*s*x*2"}]}, False),
        ({"source": [{"wildcard": "aws\\*"}]}, False),
        ({"source": [{"wildcard": "aws.ec2*aws.ec2"}]}, False),
        ({"empty": [{"wildcard": "*"}]}, True),
        # anything-but
        ({"source": [{"anything-but": "aws.s3"}]}, True),
        ({"source": [{"anything-but": ["aws.s3", "aws.ec2"]}]}, False),
        ({"n": [{"anything-but": [1, 300]}]}, False),
        ({"n": [{"anything-but": "300"}]}, True),
        ({"absent": [{"anything-but": "x"}]}, False),
        ({"source": [{"anything-but": {"prefix": "aws."}}]}, False),
        ({"source": [{"anything-but": {"prefix": ["a.", "b."]}}]}, True),
        ({"source": [{"anything-but": {"suffix": ".s3"}}]}, True),
        ({"source": [{"anything-but": {"wildcard": "*ec2"}}]}, False),
        ({"source": [{"anything-but": {"equals-ignore-case": ["AWS.EC2"]}}]}, False),
        ({"tags": [{"anything-but": ["red"]}]}, True),
        ({"tags": [{"anything-but": ["red", "Blue"]}]}, False),
        # numbers
        ({"n": [{"numeric": ["=", 300]}]}, True),
        ({"n": [{"numeric": [">", 0, "<=", 300]}]}, True),
        ({"n": [{"numeric": [">", 0, "<", 300]}]}, False),
        ({"price": [{"numeric": [">=", 3.5]}]}, True),
        ({"source": [{"numeric": [">", 0]}]}, False),
        ({"on": [{"numeric": [">=", 1]}]}, False),
        # networks
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"ip": [{"cidr": "10.0.1.0/24"}]}, False),
        ({"ip": [{"cidr": "::/0"}]}, False),
        ({"source": [{"cidr": "0.0.0.0/0"}]}, False),
        # absence
        ({"source": [{"exists": True}]}, True),
        ({"nothing": [{"exists": True}]}, True),
        ({"absent": [{"exists": False}]}, True),
        ({"source": [{"exists": False}]}, False),
        ({"none": [{"exists": False}]}, True),
        ({"deep": [{"exists": True}]}, False),
        ({"absent": {"deeper": [{"exists": False}]}}, True),
        ({"source": [{"exists": False}, "aws.ec2"]}, True),
        ({"items": {"extra": [{"exists": False}]}}, False),
        ({"items": {"never": [{"exists": False}]}}, True),
        # arrays
        ({"tags": ["red"]}, True),
        ({"tags": ["green"]}, False),
        ({"deep": {"list": ["three"]}}, True),
        ({"deep": {"list": [2]}}, True),
        ({"items": {"id": [1], "kind": ["a"]}}, True),
        ({"items": {"id": [1], "kind": ["b"]}}, False),
        # nesting and $or
        ({"deep": {"a": {"b": ["x"]}}}, True),
        ({"deep": {"a": ["x"]}}, False),
        ({"source": {"a": ["x"]}}, False),
        ({"$or": [{"n": [1]}, {"source": ["aws.ec2"]}]}, True),
        ({"$or": [{"n": [1]}, {"source": ["x"]}]}, False),
        ({"n": [1], "$or": [{"on": [True]}, {"source": ["x"]}]}, False),
        ({"$or": [{"n": [1]}, {"$or": [{"n": [2]}, {"n": [300]}]}]}, True),
        ({"deep": {"$or": [{"a": {"b": ["x"]}}, {"c": [1]}]}}, True),
        ({"$or": [{"prefix": "x"}, "y"]}, False),
    ],
)
def test_matching(pattern: Any, matches: bool) -> None:
    assert compile_pattern(pattern).matches(EVENT) is matches
    assert parse_pattern(json.dumps(pattern)).matches(EVENT) is matches


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ([], "Filter is not an object"),
        ({"a": "x"}, '"a" must be an object or an array'),
        ({"a": {}}, "Empty objects are not allowed"),
        ({"a": []}, "Empty arrays are not allowed"),
        ({"a": [["x"]]}, "Match value must be String, number, true, false, or null"),
        ({"a": [{"prefix": "x", "suffix": "y"}]}, "Only one key allowed in match expression"),
        ({"a": [{"matches": "x"}]}, "Unrecognized match type matches"),
        ({"a": [{"prefix": 1}]}, "prefix match pattern must be a string"),
        ({"a": [{"suffix": {"prefix": "x"}}]}, "suffix match pattern must be a string"),
        ({"a": [{"equals-ignore-case": 1}]}, "equals-ignore-case match pattern must be a string"),
        ({"a": [{"wildcard": None}]}, "wildcard match pattern must be a string"),
        ({"a": [{"wildcard": "a**b"}]}, "Consecutive wildcard characters at pos 1"),
        ({"a": [{"exists": "true"}]}, "exists match pattern must be either true or false."),
        ({"a": [{"numeric": ">"}]}, "Value of numeric must be an array."),
        ({"a": [{"numeric": ["<", "1"]}]}, "Value of < must be numeric"),
        ({"a": [{"numeric": ["=", True]}]}, "Value of equals must be numeric"),
        ({"a": [{"numeric": ["!", 1]}]}, "Unrecognized numeric range operator: !"),
        ({"a": [{"numeric": []}]}, "Unrecognized numeric range operator: "),
        ({"a": [{"numeric": ["=", 1, "<", 2]}]}, "Too many terms in numeric range expression"),
        ({"a": [{"numeric": [">", 1, "<", 2, "=", 3]}]}, "Too many terms in numeric range expression"),
        ({"a": [{"numeric": [">", 2, "<", 1]}]}, "Bottom must be less than top"),
        (
            {"a": [{"anything-but": True}]},
            "Value of anything-but must be an array or single string/number value.",
        ),
        (
            {"a": [{"anything-but": ["x", None]}]},
            "Inside anything but list, start|null|boolean is not supported.",
        ),
        (
            {"a": [{"anything-but": ["x", 1]}]},
            "Inside anything but list, either all values are number or string, mixed type is not supported",
        ),
        ({"a": [{"anything-but": {"numeric": ["=", 1]}}]}, "Unsupported anything-but pattern: numeric"),
        ({"a": [{"cidr": "10.0.0.1"}]}, "Malformed CIDR, one '/' required"),
        ({"$or": [{"a": [1]}]}, "There must have at least 2 Objects in $or relationship."),
    ],
)
def test_refusals(pattern: Any, words: str) -> None:
    with pytest.raises(PatternError) as refused:
        compile_pattern(pattern)
    assert str(refused.value) == words


def test_what_only_a_text_can_have() -> None:
    with pytest.raises(PatternError, match="Path `a` cannot be allowed multiple times"):
        parse_pattern('{"a": ["x"], "a": ["y"]}')
    with pytest.raises(PatternError):
        parse_pattern('{"a": [NaN]}')
    with pytest.raises(PatternError, match="nested too deeply"):
        parse_pattern('{"a":' * 5_000 + "1" + "}" * 5_000)
    with pytest.raises(json.JSONDecodeError):
        parse_pattern("{")


def test_only_some_operators() -> None:
    with pytest.raises(PatternError, match="Unrecognized match type wildcard"):
        compile_pattern({"a": [{"wildcard": "x*"}]}, frozenset({"prefix"}))


def test_what_may_be_limited() -> None:
    pattern = compile_pattern({"a": ["x", "y"], "b": {"c": [1]}, "$or": [{"d": [1, 2, 3]}, {"e": [1]}]})
    assert sorted(pattern.leaves) == [(1, 1), (1, 2), (1, 3), (2, 1)]
    assert pattern.top == ("a", "b", "$or")


@pytest.mark.parametrize("event", [None, [], "x", 1])
def test_an_event_is_an_object(event: Any) -> None:
    assert not compile_pattern({"a": [{"exists": False}]}).matches(event)


_SCALARS = st.one_of(
    st.sampled_from(["", "a", "b", "ab"]), st.sampled_from([0, 1, 2.5]), st.booleans(), st.none()
)
_NAMES = st.sampled_from(["a", "b", "c"])
_EVENTS = st.recursive(
    _SCALARS | st.lists(_SCALARS, max_size=3),
    lambda inner: st.dictionaries(_NAMES, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
)
_PATTERNS = st.dictionaries(
    _NAMES,
    st.recursive(
        st.lists(_SCALARS, min_size=1, max_size=3),
        lambda inner: st.dictionaries(_NAMES, inner, min_size=1, max_size=2),
        max_leaves=4,
    ),
    min_size=1,
    max_size=3,
)


def _same(left: Any, right: Any) -> bool:
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _slowly(pattern: Any, value: Any) -> bool:
    """What the documentation says, word for word."""
    if isinstance(value, list):
        return any(_slowly(pattern, each) for each in value)
    if isinstance(pattern, list):
        return not isinstance(value, dict) and any(_same(value, each) for each in pattern)
    if not isinstance(value, dict):
        return False
    return all(name in value and _slowly(inner, value[name]) for name, inner in pattern.items())


@given(_PATTERNS, st.dictionaries(_NAMES, _EVENTS, max_size=3))
def test_as_documented(pattern: Any, event: Any) -> None:
    assert compile_pattern(pattern).matches(event) is _slowly(pattern, event)


@given(st.text("ab*", max_size=8).filter(lambda text: "**" not in text), st.text("ab", max_size=8))
def test_wildcards_as_documented(pattern: str, value: str) -> None:
    def fits(wanted: str, given_text: str) -> bool:
        if not wanted:
            return not given_text
        if wanted[0] == "*":
            return any(fits(wanted[1:], given_text[at:]) for at in range(len(given_text) + 1))
        return bool(given_text) and given_text[0] == wanted[0] and fits(wanted[1:], given_text[1:])

    assert compile_pattern({"a": [{"wildcard": pattern}]}).matches({"a": value}) is fits(pattern, value)


@given(_PATTERNS, st.dictionaries(_NAMES, _EVENTS, max_size=3))
def test_absence_is_the_opposite_of_existence(pattern: Any, event: Any) -> None:
    def with_expression(inner: Any, expression: Any) -> Any:
        if isinstance(inner, list):
            return [expression]
        return {name: with_expression(each, expression) for name, each in inner.items()}

    one = dict([next(iter(pattern.items()))])
    while isinstance(inner := next(iter(one.values())), dict) and len(inner) > 1:
        one = {next(iter(one)): dict([next(iter(inner.items()))])}
    only = {name: inner for name, inner in one.items() if _is_path(inner)}
    if only:
        there = compile_pattern(with_expression(only, {"exists": True})).matches(event)
        absent = compile_pattern(with_expression(only, {"exists": False})).matches(event)
        assert there is not absent


def _is_path(inner: Any) -> bool:
    while isinstance(inner, dict):
        if len(inner) != 1:
            return False
        inner = next(iter(inner.values()))
    return True
