"""A reply's head is the same whether what it has in common with others is kept or not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portico.gateway.reply import encode, encode_again
from portico.wire.http import Head, Reply

DATE = "Sun, 22 Nov 2026 07:00:00 GMT"
_TEXT = st.text(st.characters(max_codepoint=300), max_size=8)


@given(
    status=st.sampled_from((200, 204, 299, 304, 404, 502)),
    headers=st.lists(
        st.tuples(st.sampled_from(("X-Id", "Content-Type", "Content-Length")), _TEXT), max_size=3
    ),
    body=st.binary(max_size=12),
    method=st.sampled_from(("GET", "POST", "HEAD")),
    version=st.sampled_from(("1.0", "1.1")),
    keep_alive=st.booleans(),
)
@example(200, [("X-Id", "a"), ("Other", "\0")], b"", "POST", "1.1", True)
@example(200, [("X-Id", "a\r\nSet-Cookie: b")], b"", "POST", "1.1", True)
@example(200, [("X-Id", "a"), ("Other", "b\r\nSet-Cookie: c")], b"", "POST", "1.1", True)
@example(200, [("X-Id", "\xe9")], b"", "POST", "1.1", True)
def test_replies_of_a_kind_are_encoded_as_any(
    status: int, headers: list[tuple[str, str]], body: bytes, method: str, version: str, keep_alive: bool
) -> None:
    head = Head(method, "/", "", (), version)
    reply = Reply(status, tuple(headers), body)
    told = encode(reply, head, DATE, keep_alive=keep_alive)
    if b" 500 " in told[0]:  # it can't be sent: the refusal has an id of its own
        assert b" 500 " in encode_again(reply, head, DATE, keep_alive=keep_alive)[0]
    else:
        assert encode_again(reply, head, DATE, keep_alive=keep_alive) == told


@pytest.mark.parametrize("length", [0, 1, 12_345])
def test_only_the_first_header_and_the_body_differ(length: int) -> None:
    head, others = Head("POST", "/", "", ()), (("Content-Type", "application/json"),)
    for name in ("one", "two", "three"):
        reply = Reply(200, (("X-Id", name), *others), b"x" * length)
        assert encode_again(reply, head, DATE, keep_alive=True) == encode(reply, head, DATE, keep_alive=True)
