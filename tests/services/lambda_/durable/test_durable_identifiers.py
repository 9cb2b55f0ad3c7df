"""Ids, tokens and ARNs of durable executions."""

import base64
import re

import pytest

from portico.services.lambda_.durable import identifiers

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:f:$LATEST/durable-execution/my-order_1/0190-id"
OPAQUE = re.compile(r"[A-Za-z0-9]+={0,2}")


def test_ids_sort_by_time() -> None:
    ids = [identifiers.new_execution_id(1_700_000_000 + second) for second in range(5)]
    assert ids == sorted(ids)
    assert all(identifiers.is_execution_id(each) for each in ids)
    assert not identifiers.is_execution_id("x")


def test_an_arn_and_its_parts() -> None:
    found = identifiers.parsed(ARN)
    assert found is not None
    assert found.key == ("111122223333", "eu-west-1", "f", "0190-id")
    assert (found.version, found.name) == ("$LATEST", "my-order_1")


@pytest.mark.parametrize(
    "arn", ["", "f", ARN.replace(":$LATEST", ""), ARN.replace("$LATEST", "live"), ARN + "/more", ARN + "\n"]
)
def test_what_is_no_arn(arn: str) -> None:
    assert identifiers.parsed(arn) is None


def test_tokens_say_whose_they_are_and_are_never_the_same() -> None:
    first, second = identifiers.new_token("abc"), identifiers.new_token("abc")
    assert first != second
    assert OPAQUE.fullmatch(first)
    assert identifiers.execution_of_token(first) == "abc"


def test_callback_ids_can_stand_in_a_path() -> None:
    for number in range(300):
        made = identifiers.new_callback_id(ARN, number)
        assert OPAQUE.fullmatch(made)
        place = identifiers.callback_place(made)
        assert place is not None
        assert (place.arn, place.operation) == (ARN, number)


HUGE = base64.b64encode(f"{ARN}|{10**40}|x".encode()).decode()


@pytest.mark.parametrize("text", ["", "QUJD", "====", "\u00e4", "YXxifGM=", "f" * 1024, HUGE])
def test_ids_that_were_not_given_out(text: str) -> None:
    assert identifiers.callback_place(text) is None
    assert not identifiers.is_execution_id(identifiers.execution_of_token(text))
