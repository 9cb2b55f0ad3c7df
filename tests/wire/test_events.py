"""Event streams against botocore's decoder, and our own against hostile bytes."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from botocore.eventstream import EventStream, EventStreamBuffer
from botocore.exceptions import EventStreamError
from botocore.parsers import create_parser
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.wire import eventstream
from portico.wire.model import codec
from portico.wire.scalars import Malformed
from wire import oracle

HEADERS: dict[str, Any] = {
    ":message-type": "event",
    "flag": True,
    "off": False,
    "int": -5,
    "long": 2**40,
    "bytes": b"\x00\xff",
    "text": "ünï",
}


class Raw:
    """What botocore reads a stream from."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def stream(self) -> Iterator[bytes]:
        yield from (self.data[at : at + 7] for at in range(0, len(self.data), 7))


def read(service: str, operation: str, data: bytes, protocol: str) -> EventStream:
    shape = oracle.model(service).operation_model(operation).get_event_stream_output()
    return EventStream(Raw(data), shape, create_parser(protocol)._event_stream_parser, operation)


def test_botocore_reads_our_messages() -> None:
    buffer = EventStreamBuffer()
    buffer.add_data(eventstream.encode(HEADERS, b"payload") + eventstream.encode({}, b""))
    first, second = list(buffer)
    assert (first.headers, first.payload) == (HEADERS, b"payload")
    assert (second.headers, second.payload) == ({}, b"")


def test_we_read_our_own_messages() -> None:
    headers = HEADERS | {"id": UUID(int=7), "when": 1700000000.123}
    data = eventstream.encode(headers, b"x" * 1000)
    assert eventstream.decode(data + b"more") == (eventstream.Message(headers, b"x" * 1000), len(data))
    assert all(eventstream.decode(data[:cut]) is None for cut in range(len(data)))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_a_flipped_byte_is_noticed(data: st.DataObject) -> None:
    message = bytearray(eventstream.encode(HEADERS, b"payload"))
    message[data.draw(st.integers(0, len(message) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Malformed):
        eventstream.decode(bytes(message))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(headers=st.binary(max_size=60))
def test_headers_of_any_bytes_are_read_or_refused(headers: bytes) -> None:
    lengths = (16 + len(headers)).to_bytes(4, "big") + len(headers).to_bytes(4, "big")
    start = lengths + eventstream.crc32(lengths).to_bytes(4, "big") + headers
    try:
        found = eventstream.decode(start + eventstream.crc32(start).to_bytes(4, "big"))
    except Malformed:
        return
    assert found is not None
    assert found[1] == 16 + len(headers)


@pytest.mark.parametrize(
    "prelude",
    [(2**31, 0), (16, 2**20), (20, 10), (0, 0)],
    ids=["huge", "headers", "contradiction", "nothing"],
)
def test_lengths_are_judged_before_anything_is_kept(prelude: tuple[int, int]) -> None:
    lengths = b"".join(number.to_bytes(4, "big") for number in prelude)
    with pytest.raises(Malformed):
        eventstream.decode(lengths + eventstream.crc32(lengths).to_bytes(4, "big"))


@pytest.mark.parametrize(
    "headers", [{"": "x"}, {"n" * 256: "x"}, {"n": "x" * 40_000}], ids=["empty", "name", "value"]
)
def test_headers_that_do_not_fit_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="header"):
        eventstream.encode(headers, b"")


def test_lambda_streams_its_response() -> None:
    invoke = codec("lambda", "InvokeWithResponseStream")
    events = [
        {"PayloadChunk": {"Payload": b"hello \xff"}},
        {"InvokeComplete": {"ErrorCode": "Unhandled", "ErrorDetails": "oh", "LogResult": "bG9n"}},
    ]
    reply = invoke.encode({"StatusCode": 200, "ExecutedVersion": "$LATEST", "EventStream": events}, "id")
    assert dict(reply.headers)["Content-Type"] == eventstream.CONTENT_TYPE
    assert dict(reply.headers)["X-Amz-Executed-Version"] == "$LATEST"
    assert list(read("lambda", "InvokeWithResponseStream", reply.body, "rest-json")) == events
    assert invoke.encode({"StatusCode": 200}, "id").body == b""


def test_one_event_at_a_time() -> None:
    encode = codec("lambda", "InvokeWithResponseStream").encode_event
    assert encode is not None
    assert codec("lambda", "Invoke").encode_event is None
    chunk: dict[str, Any] = {"PayloadChunk": {"Payload": b"one"}}
    assert list(read("lambda", "InvokeWithResponseStream", encode(chunk), "rest-json")) == [chunk]


def test_s3_select_has_events_in_xml() -> None:
    events: list[dict[str, Any]] = [
        {"Records": {"Payload": b"a,b\n"}},
        {"Stats": {"Details": {"BytesScanned": 4, "BytesProcessed": 4, "BytesReturned": 4}}},
        {"End": {}},
    ]
    reply = codec("s3", "SelectObjectContent").encode({"Payload": events}, "id")
    assert list(read("s3", "SelectObjectContent", reply.body, "rest-xml")) == events


def test_logs_begin_with_an_initial_response() -> None:
    update: dict[str, Any] = {
        "sessionUpdate": {
            "sessionMetadata": {"sampled": False},
            "sessionResults": [{"message": "hi", "timestamp": 1700000000000}],
        }
    }
    reply = codec("logs", "StartLiveTail").encode({"responseStream": [update]}, "id")
    stream = read("logs", "StartLiveTail", reply.body, "json")
    assert stream.get_initial_response().payload == b"{}"
    assert list(stream) == [update]


def test_a_stream_ends_by_an_exception_of_its_shape() -> None:
    encode = codec("logs", "StartLiveTail").encode_event
    assert encode is not None
    known = encode({"SessionTimeoutException": {"message": "over"}})
    with pytest.raises(EventStreamError, match="over"):
        list(read("logs", "StartLiveTail", known, "json"))
