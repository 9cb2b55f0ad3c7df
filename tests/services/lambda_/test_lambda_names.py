"""Names and ARNs in all their forms; the answers are those that AWS gave."""

import pytest

from portico.calls.call import Scope
from portico.services.lambda_.names import Name, parse
from portico.wire.errors import AwsError

HERE = Scope("111111111111", "us-east-1")
ARN = "arn:aws:lambda:us-east-1:111111111111:function:hello"


@pytest.mark.parametrize(
    ("text", "qualifier", "meant"),
    [
        ("hello", "", Name("111111111111", "us-east-1", "hello")),
        ("hello", "7", Name("111111111111", "us-east-1", "hello", "7")),
        ("hello:prod", "", Name("111111111111", "us-east-1", "hello", "prod")),
        ("hello:$LATEST", "$LATEST", Name("111111111111", "us-east-1", "hello", "$LATEST")),
        (ARN, "", Name("111111111111", "us-east-1", "hello")),
        (f"{ARN}:prod", "", Name("111111111111", "us-east-1", "hello", "prod")),
        ("222222222222:function:hello", "", Name("222222222222", "us-east-1", "hello")),
        ("222222222222:hello", "", Name("222222222222", "us-east-1", "hello")),
        ("function:hello", "", Name("111111111111", "us-east-1", "hello")),
        ("us-east-1:222222222222:function:hello:3", "", Name("222222222222", "us-east-1", "hello", "3")),
        ("arn:aws:lambda:us-east-1:111111111111:function", "", Name("111111111111", "us-east-1", "function")),
    ],
)
def test_what_a_name_means(text: str, qualifier: str, meant: Name) -> None:
    assert parse(HERE, text, qualifier) == meant


def test_arns() -> None:
    name = parse(HERE, "hello")
    assert (name.arn, name.asked_arn, name.executed_arn) == (ARN, ARN, f"{ARN}:$LATEST")
    assert parse(HERE, "hello", "prod").asked_arn == f"{ARN}:prod"


def test_another_region_is_not_reachable() -> None:
    with pytest.raises(AwsError) as refused:
        parse(HERE, "arn:aws:lambda:eu-west-1:111111111111:function:hello")
    assert (refused.value.code, refused.value.message, refused.value.status) == (
        "ResourceNotFoundException",
        "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
        404,
    )


def test_two_qualifiers_that_differ() -> None:
    with pytest.raises(AwsError) as refused:
        parse(HERE, f"{ARN}:$LATEST", "1")
    assert refused.value.message == (
        "The derived qualifier from the function name does not match the specified qualifier."
    )


@pytest.mark.parametrize("text", ["invalid:function:name:x:y", "arn:aws:lambda:us-east-1::function:hello"])
def test_what_has_none_of_the_forms(text: str) -> None:
    with pytest.raises(AwsError) as refused:
        parse(HERE, text)
    assert refused.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("qualifier", "alias"), [("prod", True), ("7", False), ("7a", True), ("$latest", False), ("", False)]
)
def test_which_qualifiers_are_aliases(qualifier: str, alias: bool) -> None:
    assert parse(HERE, "hello", qualifier).names_alias is alias
