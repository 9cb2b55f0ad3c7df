"""What is read in a mould is what a parser would have read; whatever else a head says is left to the parser."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portico.gateway.limits import Limits
from portico.gateway.mould import Mould, mould
from portico.gateway.parse import RequestParser
from portico.gateway.traffic import Traffic
from portico.wire.http import Head

FIRST = "POST /2015-03-31/functions/f/invocations?Qualifier=1 HTTP/1.1"
FIELDS = (
    "Host: localhost:4566",
    "X-Amz-Date: 20261122T062721Z",
    f"Authorization: AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host, Signature={'0a' * 32}",
    "amz-sdk-invocation-id:7c1228b2-fd13-4dcf-87f4-988306a07ab6",
    "amz-sdk-request: \tattempt=1; max=1",
    "X-Amzn-Trace-Id: Root=1-2-3",
    "Content-Length: 12",
)
BODY = b'{"n": "more"'


def written(first: str = FIRST, fields: tuple[str, ...] = FIELDS, body: bytes = BODY) -> bytes:
    return "\r\n".join((first, *fields, "", "")).encode("latin-1") + body


class Source:
    def more(self, body: object) -> None: ...
    def enough(self) -> None: ...


def parsed(data: bytes) -> list[tuple[Head, bytes | None]]:
    """What llhttp makes of it: each head, and its body if that is complete."""
    traffic = Traffic(None, Limits())  # type: ignore[arg-type]
    parser = RequestParser(traffic.limits, traffic, Source())
    parser.feed(data)
    return [(one.head, one.body.whole() if one.body.complete else None) for one in parser.queue]


def cast(data: bytes) -> Mould | None:
    return mould(data, parsed(data)[0][0])


def test_another_head_of_the_same_kind() -> None:
    made = cast(written())
    assert made is not None
    data = (
        written(body=b"[1, 2, 3, 4]").replace(b"20261122T062721Z", b"20261122T062722Z").replace(b"0a", b"1b")
    )
    read = made.read(data)
    assert read is not None
    values, body = read
    assert body == b"[1, 2, 3, 4]"
    assert (values["x-amz-date"], values["authorization"]) == ("20261122T062722Z", "1b" * 32)
    assert values["x-amzn-trace-id"] == "Root=1-2-3"


def test_a_head_without_a_body() -> None:
    made = cast(written("GET / HTTP/1.1", ("Host: localhost",), b""))
    assert made is not None
    assert made.read(written("GET / HTTP/1.1", ("Host: localhost",), b"")) == ({}, b"")
    assert made.read(written("GET / HTTP/1.1", ("Host: localhost",), b"GET / HTTP/1.1")) is None


@pytest.mark.parametrize(
    "fields",
    [
        ("Host: a", "Transfer-Encoding: chunked"),
        ("Host: a", "Expect: 100-continue", "Content-Length: 12"),
        ("Host: a", "Connection: close", "Content-Length: 12"),
        ("Host: a", "Connection: Upgrade", "Upgrade: h2c", "Content-Length: 12"),
        ("Host: a", "X-Amz-Date: 1", "X-Amz-Date: 2", "Content-Length: 12"),
    ],
)
def test_what_has_no_mould(fields: tuple[str, ...]) -> None:
    body = b"c\r\n" + BODY + b"\r\n0\r\n\r\n" if "Transfer-Encoding: chunked" in fields else BODY
    assert cast(written(fields=fields, body=body)) is None


def test_a_target_that_is_a_whole_url_and_an_older_version_have_none() -> None:
    assert cast(written("POST http://a/b HTTP/1.1", ("Host: a", "Content-Length: 12"))) is None
    assert cast(written("POST / HTTP/1.0", ("Host: a", "Content-Length: 12"))) is None


def test_a_connection_that_is_said_to_be_kept_has_one() -> None:
    assert cast(written(fields=("Host: a", "Connection: Keep-Alive", "Content-Length: 12"))) is not None


_CHARS = st.characters(max_codepoint=255)


@given(at=st.integers(0, len(written()) - 1), said=st.text(_CHARS, max_size=8), gone=st.integers(0, 8))
@example(written().index(b"7c12"), "a\r\nB: c", 8)
@example(written().index(b"7c12"), "\r\n\r\nGET ", 8)
@example(written().index(b"7c12"), "       ", 7)
@example(written().index(b"7c12"), "\x00", 1)
@example(written().index(b"12\r\n\r\n"), "+9", 2)
@example(written().index(b"12\r\n\r\n"), "1_", 2)
@example(written().index(b"12\r\n\r\n"), "\xb2\xb3", 2)
def test_whatever_is_read_is_what_a_parser_reads(at: int, said: str, gone: int) -> None:
    whole = written()
    data = whole[:at] + said.encode("latin-1") + whole[at + gone :]
    made = cast(whole)
    assert made is not None
    read = made.read(data)
    if read is None:
        return
    values, body = read
    (head, complete), *others = parsed(data)
    assert not others
    assert (complete, head.method, head.path, head.query) == (
        body,
        "POST",
        "/2015-03-31/functions/f/invocations",
        "Qualifier=1",
    )
    expected = {name: head.values[name] for name in values}
    assert values == {**expected, "authorization": expected["authorization"][-64:]}
    assert {name for name, _ in head.headers} == {re.split(": *", field)[0].lower() for field in FIELDS}


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(1, 40)), max_size=3))
def test_a_request_of_which_more_or_less_has_come_is_not_read(cuts: list[tuple[int, int]]) -> None:
    whole = written()
    made = cast(whole)
    assert made is not None
    for at, count in cuts:
        assert made.read(whole[: len(whole) - count]) is None
        assert made.read(whole + whole[at : at + count]) is None
