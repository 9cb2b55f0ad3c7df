"""Replies whose head is filled in are, byte for byte, those whose head is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.gateway.pattern import Patterned, encode_any, pattern
from portico.gateway.reply import encode
from portico.wire.http import Head, Reply

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


def reply(body: bytes, request_id: str) -> Reply:
    return Reply(200, (("x-amzn-RequestId", request_id), ("X-Amz-Executed-Version", "ä 3")), body)


def head(version: str = "1.1", method: str = "POST") -> Head:
    return Head(method, "/", "", (), version)


@given(body=st.binary(max_size=300), request_id=st.uuids().map(str))
@pytest.mark.parametrize(
    ("asked", "keep_alive"),
    [(head(), True), (head(), False), (head("1.0"), True), (head("1.0"), False), (head(method="HEAD"), True)],
    ids=["usual", "closing", "old", "old and closing", "of its head only"],
)
def test_it_is_the_reply_that_would_be_written(
    body: bytes, request_id: str, asked: Head, *, keep_alive: bool
) -> None:
    made = pattern(reply)
    assert made is not None
    given_reply = encode_any(Patterned(made, request_id, body), asked, DATE, keep_alive=keep_alive)
    assert given_reply == encode(reply(body, request_id), asked, DATE, keep_alive=keep_alive)


@pytest.mark.parametrize(
    "other",
    [
        lambda body, request_id: Reply(200, (), body),
        lambda body, request_id: Reply(200, (("id", request_id), ("also", request_id)), body),
        lambda body, request_id: Reply(200, (("id", request_id), ("size", str(len(body)))), body),
        lambda body, request_id: Reply(200 + len(body), (("id", request_id),), body),
        lambda body, request_id: Reply(200, (("id", request_id),), body + b"\n"),
        lambda body, request_id: Reply(200, (("id", request_id),), request_id.encode()),
        lambda body, request_id: Reply(200, (("id", request_id), ("bad", "a\r\nb: c")), body),
        lambda body, request_id: Reply(200, (("id", request_id), ("bad", "\u20ac")), body),
        lambda body, request_id: Reply(204, (("id", request_id),), body),
    ],
    ids=[
        *("no id", "twice", "a header of the body", "a status of it", "more than the body", "not the body"),
        *("a line break", "not latin-1", "no body allowed"),
    ],
)
def test_what_depends_on_more_has_no_pattern(other: object) -> None:
    assert pattern(other) is None  # type: ignore[arg-type]
