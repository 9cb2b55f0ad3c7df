"""Payloads and client contexts."""

import base64

import pytest

from portico.services.lambda_.payload import client_context, queued_event, sync_event, why_not_json
from portico.wire.errors import AwsError

PREFIX = "Could not parse request body into json: Could not parse payload into json: "
VALUE = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


@pytest.mark.parametrize("payload", [b"{}", b'"text"', b"1.5", b"null", b" [1, 2] ", '{"ä": "€"}'.encode()])
def test_any_json_value_is_an_event_as_it_is(payload: bytes) -> None:
    assert sync_event(payload) is payload


def test_nothing_is_an_empty_object() -> None:
    assert sync_event(b"") == b"{}"


@pytest.mark.parametrize(
    ("payload", "reason", "place"),
    [
        (b"test data", f"Unrecognized token 'test': was expecting {VALUE}", "line: 1, column: 6"),
        (b"a", f"Unrecognized token 'a': was expecting {VALUE}", "line: 1, column: 2"),
        (
            b'{"a":',
            "Unexpected end-of-input: expected close marker for Object (start marker at line: 1, column: 1)",
            "line: 1, column: 6",
        ),
        (
            b'{"]": [1, [2],\n',
            "Unexpected end-of-input: expected close marker for Array (start marker at line: 1, column: 7)",
            "line: 2, column: 1",
        ),
        (
            b'{\n  "a": }',
            f"Unexpected character ('}}' (code 125)): expected a valid value {VALUE}",
            "line: 2, column: 9",
        ),
        (b"[" * 100_000, "Document nesting depth exceeds the maximum allowed", "line: 1, column: 1"),
        (b"\x97", "Invalid UTF-8 start byte 0x97", "line: 1, column: 2"),
    ],
)
def test_why_a_payload_is_no_json(payload: bytes, reason: str, place: str) -> None:
    with pytest.raises(AwsError) as refused:
        sync_event(payload)
    assert (refused.value.code, refused.value.status) == ("InvalidRequestContentException", 400)
    message = refused.value.message or ""
    assert message.startswith(f"{PREFIX}{reason}\n at [Source: (byte[])")
    assert message.endswith(f"; {place}]")


@pytest.mark.parametrize("payload", [b"NaN", b"[" * 100_000, b'{"a": 1} x', b"\xff" * 2000, b"01", b"'a'"])
def test_every_refusal_has_words(payload: bytes) -> None:
    with pytest.raises(AwsError) as refused:
        sync_event(payload)
    assert (refused.value.message or "").startswith(PREFIX)
    assert len(refused.value.message or "") < 1000


def test_only_the_beginning_of_a_long_payload_is_shown() -> None:
    assert '"[truncated 1500 bytes]; line: 1' in why_not_json(b"x" * 2000)


def test_the_limit_of_an_event() -> None:
    with pytest.raises(AwsError) as refused:
        queued_event(b'"' + b"x" * 1024 * 1024 + b'"')
    assert (refused.value.status, refused.value.message) == (
        413,
        "1048578 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
    )


def test_a_client_context() -> None:
    assert client_context(base64.b64encode(b'{"custom": {"a": 1}}').decode()) == '{"custom": {"a": 1}}'


@pytest.mark.parametrize(
    "text", ["%%%", base64.b64encode(b"[1]").decode(), base64.b64encode(b"x").decode(), "A" * 3584]
)
def test_a_broken_client_context(text: str) -> None:
    with pytest.raises(AwsError) as refused:
        client_context(text)
    assert (refused.value.code, refused.value.status) == ("InvalidRequestContentException", 400)
