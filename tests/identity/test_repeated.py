"""Heads of one form: what is verified after the first one is what would be verified of any."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.identity import sigv4
from portico.identity.repeated import Signer, form_of, is_usual
from portico.wire.http import Head
from signing import NOW, SECRET, replaced, signed

BODY = b'{"n": 1}'


def signer(head: Head) -> Signer:
    claim = sigv4.claim(head)
    assert claim is not None
    assert is_usual(claim, head)
    return Signer(claim, head, SECRET)


@pytest.mark.parametrize("params", [{}, {"Qualifier": "a b", "X": ""}])
@pytest.mark.parametrize("name", ["hello", "arn:aws:lambda:us-east-1:123456789012:function:hello"])
def test_the_next_ones_of_a_form_are_verified(name: str, params: dict[str, str]) -> None:
    url = f"http://localhost:4566/2015-03-31/functions/{name}/invocations"
    first = signed(url, body=b"{}", params=params)
    verifies = signer(first)
    for seconds in (0, 1, 60, 899, -899):
        head = signed(url, body=BODY, params=params, at=NOW + seconds)
        assert form_of(head) == form_of(first)
        assert verifies.has_signed(head.values, BODY, NOW)
        assert not verifies.has_signed(head.values, BODY + b" ", NOW)
    for seconds in (901, -901):
        assert not verifies.has_signed(
            signed(url, body=BODY, params=params, at=NOW + seconds).values, BODY, NOW
        )


def test_a_hash_in_the_head_is_held_against_the_body() -> None:
    headers = {"x-amz-content-sha256": "will be replaced"}
    first = signed(body=b"{}", headers=headers)
    head = replaced(signed(body=BODY), "x-amz-content-sha256", "0" * 64)
    assert not signer(first).has_signed(head.values, BODY, NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "elsewhere"),
        ("user-agent", "another"),
        ("x-amz-invocation-type", "Event"),
        ("x-amz-security-token", "token"),
        ("origin", "https://page.example"),
        ("x-forwarded-for", "10.0.0.1"),
    ],
)
def test_whatever_else_is_said_makes_another_form(name: str, value: str) -> None:
    head = signed()
    assert form_of(replaced(head, name, value)) != form_of(head)


def test_another_scope_or_other_signed_headers_make_another_form() -> None:
    head = signed()
    for other in (
        signed(key_id="AKIDOTHER"),
        signed(region="eu-west-1"),
        signed(service="sqs"),
        signed(at=NOW + 86_400),
        signed(headers={"x-amz-log-type": "Tail"}),
        signed(method="GET"),
        signed(params={"Qualifier": "1"}),
    ):
        assert form_of(other) != form_of(head)


def test_what_has_no_form() -> None:
    head = signed()
    assert form_of(replaced(head, "authorization", None)) is None
    twice = Head(head.method, head.path, head.query, (*head.headers, ("x-amz-date", "20260921T141320Z")))
    assert form_of(twice) is None


def test_kinds_of_signatures_that_are_looked_at_each_time() -> None:
    for head in (
        signed(service="s3"),
        replaced(signed(), "authorization", signed().header("authorization").replace(", ", " ,  ")),
    ):
        claim = sigv4.claim(head)
        assert claim is not None
        assert not is_usual(claim, head)


@given(at=st.integers(0, 63), digit=st.sampled_from("0123456789abcdefABCDEF\xe9 "))
def test_no_other_signature_is_taken(at: int, digit: str) -> None:
    first = signed(body=BODY)
    right = first.header("authorization")
    position = len(right) - 64 + at
    wrong = right[:position] + digit + right[position + 1 :]
    taken = signer(first).has_signed(replaced(first, "authorization", wrong).values, BODY, NOW)
    assert taken == (wrong == right)


@given(date=st.text(st.characters(max_codepoint=255), max_size=20))
def test_any_date_is_judged(date: str) -> None:
    first = signed(body=BODY)
    assert re.fullmatch(r"\d{8}T\d{6}Z", first.header("x-amz-date"))
    if date != first.header("x-amz-date"):
        assert not signer(first).has_signed(replaced(first, "x-amz-date", date).values, BODY, NOW)
