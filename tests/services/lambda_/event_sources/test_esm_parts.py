"""The pure parts: answers about items, batches, places, states, filters."""

import json
from typing import Any

import pytest

from portico.services.lambda_.event_sources import batches, filters, states
from portico.services.lambda_.event_sources.answers import failed_items
from portico.services.lambda_.event_sources.batches import Item, is_full, split
from portico.services.lambda_.event_sources.records import EventSourceMapping, Pollers
from portico.services.lambda_.event_sources.scale import Scale
from portico.services.lambda_.event_sources.sqs_event import record

KNOWN = {"a", "b", "c"}
NONE: set[str] = set()


def naming(*names: Any) -> bytes:
    return json.dumps({"batchItemFailures": [{"itemIdentifier": name} for name in names]}).encode()


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (b"", NONE),
        (b"null", NONE),
        (b"{}", NONE),
        (b'{"batchItemFailures": null}', NONE),
        (b'{"batchItemFailures": []}', NONE),
        (b'{"other": 1}', NONE),
        (naming("a"), {"a"}),
        (naming("a", "a", "c"), {"a", "c"}),
        (naming("a", "unknown"), KNOWN),
        (naming(""), KNOWN),
        (naming(None), KNOWN),
        (naming(7), KNOWN),
        (b'{"batchItemFailures": [{"id": "a"}]}', KNOWN),
        (b'{"batchItemFailures": ["a"]}', KNOWN),
        (b'{"batchItemFailures": {"itemIdentifier": "a"}}', KNOWN),
        (b'{"batchItemFailures": "a"}', KNOWN),
        (b'"text"', KNOWN),
        (b"[]", KNOWN),
        (b"not json", KNOWN),
        (b"[" * 100_000, KNOWN),
        (b"\xff", KNOWN),
    ],
)
def test_which_items_failed(answer: bytes, failed: set[str]) -> None:
    assert failed_items(answer, KNOWN) == failed


def item(size: int, name: str = "") -> Item:
    return Item(b"x" * size, name, "", 0.0)


def test_batches_have_at_most_their_size() -> None:
    items = [item(2, str(at)) for at in range(25)]
    found = split(items, 10)
    assert [len(batch.items) for batch in found] == [10, 10, 5]
    assert [each.identifier for batch in found for each in batch.items] == [str(at) for at in range(25)]


def test_batches_have_at_most_six_megabytes() -> None:
    third = item(batches.PAYLOAD_BYTES_MAX // 3)
    found = split([third] * 5, 10_000)
    assert [len(batch.items) for batch in found] == [2, 2, 1]
    assert all(len(batch.payload) <= batches.PAYLOAD_BYTES_MAX for batch in found)
    assert is_full([third] * 3, 10)
    assert not is_full([third] * 2, 10)


def test_the_event_of_a_batch() -> None:
    (batch,) = split([Item(b'{"a":1}', "a", "h", 7.0), Item(b'{"b":2}', "b", "h", 5.0)], 10)
    assert batch.payload == b'{"Records":[{"a":1},{"b":2}]}'
    assert batch.until == 5.0
    assert split([], 10) == []


def mapping(**changes: Any) -> EventSourceMapping:
    fields: dict[str, Any] = {
        "uuid": "u",
        "account": "123456789012",
        "region": "us-east-1",
        "source_arn": "arn:aws:sqs:us-east-1:123456789012:q",
        "function": "f",
        "qualifier": "",
        "state": "Enabled",
        "wanted": True,
        "modified_at": 0.0,
        "batch_size": 10,
        **changes,
    }
    return EventSourceMapping(**fields)


def grown(scale: Scale, seconds: float) -> str:
    scale.backlog(0.0)
    scale.backlog(seconds)
    return repr(scale)


def test_places_grow_with_the_backlog() -> None:
    scale = Scale(mapping())
    assert scale.places == 5
    assert grown(scale, 60.0) == "Scale(0/305 of 1250)"
    assert grown(scale, 3600.0) == "Scale(0/1250 of 1250)"


def test_places_are_given_up_when_nothing_runs() -> None:
    scale = Scale(mapping())
    grown(scale, 2.0)
    scale.running = 3
    scale.caught_up()
    assert scale.places == 12
    scale.running = 0
    scale.caught_up()
    assert scale.places == 5


def test_a_throttled_function_gets_fewer_but_one() -> None:
    scale = Scale(mapping())
    for _ in range(9):
        scale.throttled()
    assert scale.places == 1


@pytest.mark.parametrize(
    ("changes", "first", "later"),
    [
        ({"concurrency_max": 2}, 2, "Scale(0/2 of 2)"),
        ({"concurrency_max": 10}, 5, "Scale(0/10 of 10)"),
        ({"pollers": Pollers(2, 3)}, 20, "Scale(0/30 of 30)"),
        ({"pollers": Pollers(200, 10_000)}, 2_000, "Scale(0/3000 of 100000)"),
    ],
)
def test_limits_of_places(changes: dict[str, Any], first: int, later: str) -> None:
    scale = Scale(mapping(**changes))
    assert scale.places == first
    assert grown(scale, 60.0) == later


def test_states() -> None:
    assert states.after("Creating", "begun") == "Enabled"
    assert states.after("Disabled", "update") == "Updating"
    assert states.after("Updating", "ended") == "Disabled"
    for state in states.IN_PROGRESS:
        for event in ("update", "delete", "enable", "disable"):
            with pytest.raises(states.NotPossible, match=state):
                states.after(state, event)  # type: ignore[arg-type]


def passes(pattern: object, body: str, **members: Any) -> bool:
    return filters.passes((json.dumps(pattern),), {"body": body, **members}, "body")


@pytest.mark.parametrize(
    ("pattern", "body", "through"),
    [
        ({"body": {"key": ["value"]}}, '{"key": "value"}', True),
        ({"body": {"key": ["value"]}}, '{"key": "other"}', False),
        ({"body": {"key": ["value"]}}, "value", False),
        ({"body": {"key": ["value"]}}, "{broken", False),
        ({"body": ["text"]}, "text", True),
        ({"body": ["text"]}, '{"key": "text"}', False),
        ({"body": [{"prefix": "te"}]}, "text", True),
        ({"body": {"n": [{"numeric": [">=", 100, "<", 200]}]}}, '{"n": 100}', True),
        ({"body": {"n": [{"numeric": [">=", 100, "<", 200]}]}}, '{"n": 200}', False),
        ({"body": {"key": [{"exists": False}]}}, "{}", True),
        ({"body": {"key": [{"anything-but": ["a"]}]}}, '{"key": "b"}', True),
        ({"body": {"$or": [{"a": [1]}, {"b": [2]}]}}, '{"b": 2}', True),
        ({"body": {"$or": [{"a": [1]}, {"b": [2]}]}}, '{"b": 3}', False),
    ],
)
def test_filters_on_the_body(pattern: object, body: str, through: bool) -> None:
    assert passes(pattern, body) is through


def test_filters_on_other_members() -> None:
    attributes = {"kind": {"stringValue": "order"}}
    pattern = {"messageAttributes": {"kind": {"stringValue": ["order"]}}}
    assert passes(pattern, "x", messageAttributes=attributes)
    assert not passes(pattern, "x", messageAttributes={})


def test_one_of_the_filters_has_to_match() -> None:
    patterns = ('{"body": ["a"]}', '{"body": ["b"]}')
    assert [filters.passes(patterns, {"body": body}, "body") for body in "abc"] == [True, True, False]
    assert filters.passes((), {"body": "c"}, "body")


def test_a_body_that_is_nested_deeply_is_text() -> None:
    assert not passes({"body": {"a": [1]}}, "[" * 100_000)


def test_the_record_of_a_message() -> None:
    message = {
        "MessageId": "id",
        "ReceiptHandle": "handle",
        "MD5OfBody": "md5",
        "Body": "text",
        "MD5OfMessageAttributes": "md5 of attributes",
        "Attributes": {
            "SenderId": "AIDA",
            "MessageGroupId": "g",
            "SentTimestamp": "2",
            "SequenceNumber": "7",
            "AWSTraceHeader": "Root=1",
            "ApproximateReceiveCount": "1",
            "MessageDeduplicationId": "d",
            "ApproximateFirstReceiveTimestamp": "3",
        },
        "MessageAttributes": {
            "text": {"DataType": "String", "StringValue": "v"},
            "bytes": {"DataType": "Binary.png", "BinaryValue": b"\x00\xff"},
        },
    }
    empty: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    assert list(record(message, arn="arn", region="here", windowed=False).items()) == [
        ("messageId", "id"),
        ("receiptHandle", "handle"),
        ("body", "text"),
        (
            "attributes",
            {
                "ApproximateReceiveCount": "1",
                "AWSTraceHeader": "Root=1",
                "SentTimestamp": "2",
                "SequenceNumber": "7",
                "MessageGroupId": "g",
                "SenderId": "AIDA",
                "MessageDeduplicationId": "d",
                "ApproximateFirstReceiveTimestamp": "3",
            },
        ),
        (
            "messageAttributes",
            {
                "text": {"stringValue": "v", **empty, "dataType": "String"},
                "bytes": {"binaryValue": "AP8=", **empty, "dataType": "Binary.png"},
            },
        ),
        ("md5OfMessageAttributes", "md5 of attributes"),
        ("md5OfBody", "md5"),
        ("eventSource", "aws:sqs"),
        ("eventSourceARN", "arn"),
        ("awsRegion", "here"),
    ]
