"""Every condition operator, with values, without them, and with many.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context keys".
"""

import base64
import time

import pytest

from portico.identity.policy.conditions import OPERATORS, condition

ROLE = "arn:aws:iam::111122223333:role/team/x"
TOPIC = "arn:aws:sns:us-east-1:111122223333:news"
YES, NO = True, False
ABSENT = None
CAT = base64.b64encode(b"cat").decode()

# fmt: off
SINGLE = [
    # operator, the policy's values, the request's value, whether the condition holds
    ("StringEquals", ["a"], "a", YES),
    ("StringEquals", ["a"], "A", NO),
    ("StringEquals", ["a", "b"], "b", YES),
    ("StringEquals", ["a*"], "ab", NO),
    ("StringEquals", ["a*"], "a*", YES),
    ("StringEquals", [""], "", YES),
    ("StringEquals", [], "a", NO),
    ("stringequals", ["a"], "a", YES),
    ("StringNotEquals", ["a"], "a", NO),
    ("StringNotEquals", ["a"], "b", YES),
    ("StringNotEquals", ["a", "b"], "b", NO),
    ("StringNotEquals", ["a", "b"], "c", YES),
    ("StringEqualsIgnoreCase", ["Ab"], "aB", YES),
    ("StringEqualsIgnoreCase", ["Ab"], "abc", NO),
    ("StringNotEqualsIgnoreCase", ["Ab"], "aB", NO),
    ("StringNotEqualsIgnoreCase", ["Ab"], "c", YES),
    ("StringLike", ["a*c"], "abbc", YES),
    ("StringLike", ["a*c"], "ac", YES),
    ("StringLike", ["a?c"], "abc", YES),
    ("StringLike", ["a?c"], "ac", NO),
    ("StringLike", ["A*"], "abc", NO),
    ("StringLike", ["*"], "", YES),
    ("StringLike", ["x", "a*"], "abc", YES),
    ("StringNotLike", ["a*"], "abc", NO),
    ("StringNotLike", ["a*"], "xbc", YES),
    ("NumericEquals", ["10"], "10.0", YES),
    ("NumericEquals", ["10"], "11", NO),
    ("NumericEquals", ["10", "11"], "11", YES),
    ("NumericEquals", ["ten"], "10", NO),
    ("NumericEquals", ["10"], "ten", NO),
    ("NumericNotEquals", ["10"], "11", YES),
    ("NumericNotEquals", ["10"], "10", NO),
    ("NumericNotEquals", ["10"], "ten", YES),
    ("NumericLessThan", ["10"], "9.9", YES),
    ("NumericLessThan", ["10"], "10", NO),
    ("NumericLessThanEquals", ["10"], "10", YES),
    ("NumericLessThanEquals", ["10"], "10.01", NO),
    ("NumericGreaterThan", ["-1"], "0", YES),
    ("NumericGreaterThan", ["10"], "10", NO),
    ("NumericGreaterThanEquals", ["10"], "10", YES),
    ("NumericGreaterThanEquals", ["10"], "9", NO),
    ("NumericLessThan", ["100"], "20", YES),
    ("DateEquals", ["2026-01-01T00:00:00Z"], "2026-01-01T01:00:00+01:00", YES),
    ("DateEquals", ["2026-01-01"], "2026-01-01T00:00:00Z", YES),
    ("DateEquals", ["2026"], "2026-01-01T00:00:00Z", YES),
    ("DateEquals", ["2026-02"], "2026-02-01T00:00:00Z", YES),
    ("DateEquals", ["1767225600"], "2026-01-01T00:00:00Z", YES),
    ("DateNotEquals", ["2026-01-01"], "2026-01-01T00:00:01Z", YES),
    ("DateNotEquals", ["2026-01-01"], "2026-01-01T00:00:00Z", NO),
    ("DateLessThan", ["2026-01-01"], "2025-12-31T23:59:59Z", YES),
    ("DateLessThan", ["2026-01-01"], "2026-01-01T00:00:00Z", NO),
    ("DateLessThanEquals", ["2026-01-01"], "2026-01-01T00:00:00Z", YES),
    ("DateGreaterThan", ["2026-01-01"], "1767225601", YES),
    ("DateGreaterThan", ["2026-01-01"], "2026-01-01", NO),
    ("DateGreaterThanEquals", ["2026-01-01"], "2026-01-01", YES),
    ("DateGreaterThan", ["yesterday"], "2026-01-01", NO),
    ("DateGreaterThan", ["2026-01-01"], "tomorrow", NO),
    ("Bool", ["true"], "true", YES),
    ("Bool", ["TRUE"], "true", YES),
    ("Bool", ["true"], "false", NO),
    ("Bool", ["false"], "false", YES),
    ("Bool", ["yes"], "yes", NO),
    ("BinaryEquals", [CAT], CAT, YES),
    ("BinaryEquals", [CAT], base64.b64encode(b"dog").decode(), NO),
    ("BinaryEquals", ["not base64!"], "not base64!", NO),
    ("IpAddress", ["203.0.113.0/24"], "203.0.113.9", YES),
    ("IpAddress", ["203.0.113.0/24"], "203.0.114.9", NO),
    ("IpAddress", ["203.0.113.9"], "203.0.113.9", YES),
    ("IpAddress", ["203.0.113.77/24"], "203.0.113.9", YES),
    ("IpAddress", ["10.0.0.0/8", "203.0.113.0/24"], "203.0.113.9", YES),
    ("IpAddress", ["2001:db8::/32"], "2001:db8::1", YES),
    ("IpAddress", ["2001:db8::/32"], "2001:db9::1", NO),
    ("IpAddress", ["0.0.0.0/0"], "2001:db8::1", NO),
    ("IpAddress", ["203.0.113.0/99"], "203.0.113.9", NO),
    ("IpAddress", ["203.0.113.0/24"], "somewhere", NO),
    ("NotIpAddress", ["203.0.113.0/24"], "203.0.113.9", NO),
    ("NotIpAddress", ["203.0.113.0/24"], "198.51.100.1", YES),
    ("NotIpAddress", ["203.0.113.0/24"], "2001:db8::1", YES),
    ("NotIpAddress", ["10.0.0.0/8", "203.0.113.0/24"], "203.0.113.9", NO),
    ("ArnEquals", [ROLE], ROLE, YES),
    ("ArnEquals", ["arn:aws:iam::*:role/team/*"], ROLE, YES),
    ("ArnLike", [TOPIC], TOPIC, YES),
    ("ArnLike", ["arn:aws:sns:*:111122223333:*"], TOPIC, YES),
    ("ArnLike", ["arn:aws:sns:us-east-?:111122223333:ne?s"], TOPIC, YES),
    ("ArnLike", ["arn:aws:sns:*:news"], TOPIC, NO),
    ("ArnLike", ["arn:aws:sns:*"], TOPIC, NO),
    ("ArnLike", ["arn:aws:sqs:*:*:*"], TOPIC, NO),
    ("ArnLike", ["*"], TOPIC, YES),
    ("ArnLike", ["*"], "not an arn", NO),
    ("ArnLike", ["arn:aws:lambda:*:*:function:*"], "arn:aws:lambda:us-east-1:1:function:a:b", YES),
    ("ArnLike", ["arn:aws:lambda:*:*:function:a"], "arn:aws:lambda:us-east-1:1:function:a:b", NO),
    ("ArnNotEquals", [TOPIC], TOPIC, NO),
    ("ArnNotEquals", [TOPIC], ROLE, YES),
    ("ArnNotLike", ["arn:aws:sns:*:*:*"], TOPIC, NO),
    ("ArnNotLike", ["arn:aws:sqs:*:*:*"], TOPIC, YES),
    ("Null", ["true"], "x", NO),
    ("Null", ["false"], "x", YES),
    # keys that the request does not have
    ("Null", ["true"], ABSENT, YES),
    ("Null", ["false"], ABSENT, NO),
    ("Null", ["TRUE"], ABSENT, YES),
    ("StringEquals", ["a"], ABSENT, NO),
    ("StringNotEquals", ["a"], ABSENT, YES),
    ("StringEqualsIgnoreCase", ["a"], ABSENT, NO),
    ("StringNotEqualsIgnoreCase", ["a"], ABSENT, YES),
    ("StringLike", ["*"], ABSENT, NO),
    ("StringNotLike", ["*"], ABSENT, YES),
    ("NumericEquals", ["1"], ABSENT, NO),
    ("NumericNotEquals", ["1"], ABSENT, YES),
    ("NumericLessThan", ["1"], ABSENT, NO),
    ("DateLessThan", ["2026"], ABSENT, NO),
    ("DateNotEquals", ["2026"], ABSENT, YES),
    ("Bool", ["false"], ABSENT, NO),
    ("BinaryEquals", [CAT], ABSENT, NO),
    ("IpAddress", ["0.0.0.0/0"], ABSENT, NO),
    ("NotIpAddress", ["0.0.0.0/0"], ABSENT, YES),
    ("ArnLike", ["*"], ABSENT, NO),
    ("ArnNotLike", ["*"], ABSENT, YES),
    # IfExists
    ("StringEqualsIfExists", ["a"], ABSENT, YES),
    ("StringEqualsIfExists", ["a"], "b", NO),
    ("StringEqualsIfExists", ["a"], "a", YES),
    ("StringNotEqualsIfExists", ["a"], ABSENT, YES),
    ("StringNotEqualsIfExists", ["a"], "a", NO),
    ("NumericLessThanIfExists", ["1"], ABSENT, YES),
    ("DateLessThanIfExists", ["2026"], ABSENT, YES),
    ("BoolIfExists", ["true"], ABSENT, YES),
    ("BoolIfExists", ["true"], "false", NO),
    ("IpAddressIfExists", ["10.0.0.0/8"], ABSENT, YES),
    ("ArnLikeIfExists", [TOPIC], ABSENT, YES),
    ("BinaryEqualsIfExists", [CAT], ABSENT, YES),
]

MANY = [
    # operator, the policy's values, the request's values, whether the condition holds
    ("ForAllValues:StringEquals", ["a", "b"], ("a",), YES),
    ("ForAllValues:StringEquals", ["a", "b"], ("a", "b"), YES),
    ("ForAllValues:StringEquals", ["a", "b"], ("a", "c"), NO),
    ("ForAllValues:StringEquals", ["a", "b"], (), YES),
    ("ForAllValues:StringEquals", ["a", "b"], ABSENT, YES),
    ("ForAllValues:StringEquals", ["a", "b"], "", YES),
    ("ForAllValues:StringEquals", ["a", "b"], "a", YES),
    ("ForAllValues:StringEquals", ["a", "b"], "c", NO),
    ("ForAllValues:StringNotEquals", ["a", "b"], ("c", "d"), YES),
    ("ForAllValues:StringNotEquals", ["a", "b"], ("a", "d"), NO),
    ("ForAllValues:StringNotEquals", ["a"], ABSENT, YES),
    ("ForAllValues:StringLike", ["a*", "b"], ("ax", "b"), YES),
    ("ForAllValues:ArnLike", ["arn:aws:sns:*:*:*"], (TOPIC,), YES),
    ("ForAllValues:ArnLike", ["arn:aws:sns:*:*:*"], (TOPIC, ROLE), NO),
    ("ForAnyValue:StringEquals", ["a", "b"], ("x", "b"), YES),
    ("ForAnyValue:StringEquals", ["a", "b"], ("x", "y"), NO),
    ("ForAnyValue:StringEquals", ["a", "b"], (), NO),
    ("ForAnyValue:StringEquals", ["a", "b"], ABSENT, NO),
    ("ForAnyValue:StringEquals", ["a", "b"], "a", YES),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ("a", "c"), YES),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ("a", "b"), NO),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ABSENT, NO),
    ("ForAnyValue:StringLike", ["a*"], ("x", "ab"), YES),
    ("ForAnyValue:StringEqualsIfExists", ["a"], ABSENT, YES),
    ("ForAnyValue:StringEqualsIfExists", ["a"], ("b",), NO),
    ("ForAllValues:StringEqualsIfExists", ["a"], ABSENT, YES),
    ("ForAnyValue:IpAddress", ["10.0.0.0/8"], ("192.0.2.1", "10.1.1.1"), YES),
    ("FORANYVALUE:stringequals", ["a"], ("a",), YES),
    # a key with many values needs a set operator
    ("StringEquals", ["a"], ("a",), NO),
    ("StringNotEquals", ["b"], ("a",), NO),
    ("StringEqualsIfExists", ["a"], ("a",), NO),
    ("StringEqualsIfExists", ["a"], (), YES),
    ("StringNotEquals", ["b"], (), YES),
    ("Null", ["true"], (), YES),
    ("Null", ["false"], ("a",), YES),
]

VARIABLES = [
    # operator, the policy's value, the request's value of the key, ann's name, whether the condition holds
    ("StringEquals", "${aws:username}", "ann", "ann", YES),
    ("StringEquals", "${aws:username}", "bob", "ann", NO),
    ("StringEquals", "${aws:username}", "${aws:username}", "ann", NO),
    ("StringEquals", "x-${aws:username}-y", "x-ann-y", "ann", YES),
    ("StringEquals", "${aws:username, 'none'}", "none", ABSENT, YES),
    ("StringEquals", "${aws:username,'none'}", "none", ABSENT, YES),
    ("StringEquals", "${aws:username, 'none'}", "none", "ann", NO),
    ("StringEquals", "${aws:username}", "", ABSENT, NO),
    ("StringNotEquals", "${aws:username}", "ann", ABSENT, YES),
    ("StringNotEquals", "${aws:username}", "ann", "ann", NO),
    ("StringEqualsIgnoreCase", "${aws:username}", "ANN", "Ann", YES),
    ("StringLike", "${aws:username}/*", "ann/x", "ann", YES),
    ("StringLike", "${aws:username}/*", "bob/x", "*", NO),
    ("StringLike", "${aws:username}/*", "*/x", "*", YES),
    ("StringLike", "a${*}c", "a*c", "ann", YES),
    ("StringLike", "a${*}c", "abc", "ann", NO),
    ("StringLike", "a${?}c", "a?c", "ann", YES),
    ("StringLike", "${$}{x}", "${x}", "ann", YES),
    ("StringEquals", "${*}", "*", "ann", YES),
    ("ArnLike", "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::1:user/ann", "ann", YES),
    ("ArnLike", "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::1:user/bob", "ann", NO),
    ("ArnEquals", "${aws:username}", TOPIC, TOPIC, YES),
    ("NumericEquals", "${aws:username}", "1", "1", NO),
    ("DateEquals", "${aws:username}", "2026", "2026", NO),
    ("IpAddress", "${aws:username}", "10.0.0.1", "10.0.0.1", NO),
    ("StringEquals", "${unclosed", "${unclosed", "ann", YES),
    ("StringEquals", "${}", "${}", "ann", YES),
]
# fmt: on


@pytest.mark.parametrize(("label", "wanted", "value", "holds"), SINGLE + MANY)
def test_operator(label: str, wanted: list[str], value: str | tuple[str, ...] | None, holds: bool) -> None:
    """Each row of the tables of operators."""
    context = {} if value is None else {"my:key": value}
    assert condition(label, "My:Key", wanted, variables=True).holds(context) is holds


@pytest.mark.parametrize(("label", "wanted", "value", "name", "holds"), VARIABLES)
def test_variable(label: str, wanted: str, value: str, name: str | None, holds: bool) -> None:
    """Each row of the table of variables."""
    context = {"my:key": value} if name is None else {"my:key": value, "aws:username": name}
    assert condition(label, "my:key", [wanted], variables=True).holds(context) is holds


def test_without_variables_their_text_is_literal() -> None:
    """As in version 2008-10-17."""
    literal = condition("StringEquals", "my:key", ["${aws:username}"], variables=False)
    assert literal.holds({"my:key": "${aws:username}", "aws:username": "ann"})
    assert not literal.holds({"my:key": "ann", "aws:username": "ann"})


def test_every_operator_is_in_the_tables() -> None:
    """No operator without a row, and no row for one that is not there."""
    told = {label.lower().removesuffix("ifexists") for label, *_ in SINGLE}
    assert told == OPERATORS.keys()


def test_a_lazy_value_may_turn_out_to_be_absent() -> None:
    """A callable that returns None is a missing key."""
    assert condition("Null", "my:key", ["true"], variables=True).holds({"my:key": lambda: None})
    assert condition("StringEquals", "my:key", ["a"], variables=True).holds({"my:key": lambda: "a"})


@pytest.mark.parametrize(
    "label",
    ["Equals", "", "StringEqual", "ForSomeValues:StringEquals", "NullIfExists", "ForAnyValue:Null", ":Bool"],
)
def test_unknown_operators_are_refused(label: str) -> None:
    """A condition that can't be understood is no condition."""
    with pytest.raises(LookupError):
        condition(label, "my:key", ["a"], variables=True)


@pytest.mark.parametrize(
    ("label", "wanted", "value"),
    [
        ("StringLike", ["*a" * 2500 + "b"], "a" * 8000),
        ("StringLike", ["*" + "?" * 2500 + "b*"], "a" * 8000),
        ("StringLike", ["*" + "a?" * 1200 + "b*"], "a" * 8000),
        ("StringLike", ["${my:long}?" * 500], "a" * 8000),
        ("ArnLike", ["arn:aws:s3:::" + "${my:long}?" * 500], "arn:aws:s3:::" + "a" * 8000),
        ("ForAllValues:StringLike", ["*b"] * 500, ("a",) * 1000),
    ],
)
def test_hostile_conditions_are_cheap(label: str, wanted: list[str], value: str | tuple[str, ...]) -> None:
    """Whatever the policy and the request hold; processor time, so that a busy machine does not matter."""
    hostile = condition(label, "my:key", wanted, variables=True)
    started = time.process_time()
    assert not hostile.holds({"my:key": value, "my:long": "a" * 8000})
    assert time.process_time() - started < 0.25
