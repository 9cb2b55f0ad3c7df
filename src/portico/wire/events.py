"""Answers that are streams of events: each member of the stream's shape becomes a message."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from portico.wire import eventstream
from portico.wire.eventstream import HeaderValue
from portico.wire.http import Reply

if TYPE_CHECKING:
    from botocore.model import OperationModel

Structure = Callable[[Any, str], Callable[[Any], bytes]]
"""The protocol's writer of a whole body, by shape and name."""
Event = Mapping[str, Any]
"""An event: the one member of the stream's shape that it is, with its value."""
EncodeEvent = Callable[[Event], bytes]


def event_encoder(operation: "OperationModel", structure: Structure, content_type: str) -> EncodeEvent | None:
    """A function from an event of the operation's answer to its message, or None if the answer is no stream."""
    if not operation.has_event_stream_output:
        return None
    stream: Any = operation.get_event_stream_output()
    encoders = {
        name: _exception(name, member, structure, content_type)
        if member.metadata.get("exception")
        else _event(name, member, structure, content_type)
        for name, member in stream.members.items()
    }

    def encode(event: Event) -> bytes:
        ((name, value),) = event.items()
        return encoders[name](value)

    return encode


def _exception(name: str, shape: Any, structure: Structure, content_type: str) -> Callable[[Any], bytes]:
    headers = {":message-type": "exception", ":exception-type": name, ":content-type": content_type}
    write = structure(shape, shape.name)
    return lambda value: eventstream.encode(headers, write(value))


def _event(name: str, shape: Any, structure: Structure, content_type: str) -> Callable[[Any], bytes]:
    in_headers = [
        (key, member) for key, member in shape.members.items() if member.serialization.get("eventheader")
    ]
    in_payload = [key for key, member in shape.members.items() if member.serialization.get("eventpayload")]
    kind, write = _payload(shape, in_payload, structure, content_type)
    fixed: dict[str, HeaderValue] = {":message-type": "event", ":event-type": name, ":content-type": kind}

    def encode(value: Any) -> bytes:
        headers = dict(fixed)
        for key, member in in_headers:
            if value.get(key) is not None:
                headers[key] = float(value[key]) if member.type_name == "timestamp" else value[key]
        return eventstream.encode(headers, write(value))

    return encode


def _payload(
    shape: Any, in_payload: list[str], structure: Structure, content_type: str
) -> tuple[str, Callable[[Any], bytes]]:
    """The content type of an event's payload and its writer."""
    if not in_payload:
        return content_type, structure(shape, shape.name)
    name = in_payload[0]
    member = shape.members[name]
    if member.type_name == "blob":
        return "application/octet-stream", lambda value: bytes(value.get(name) or b"")
    if member.type_name == "string":
        return "text/plain", lambda value: str(value.get(name) or "").encode()
    write = structure(member, member.name)
    return content_type, lambda value: write(value.get(name) or {})


def stream_member(operation: "OperationModel") -> str:
    """The member of an operation's answer that is its stream of events."""
    output: Any = operation.output_shape
    return str(output.serialization.get("payload") or output.event_stream_name)


def stream_writer(
    operation: "OperationModel",
    write: Callable[[Mapping[str, Any], str], Reply],
    encode_event: EncodeEvent,
    initial_content_type: str,
) -> Callable[[Mapping[str, Any], str], Reply]:
    """A writer of the whole answer: the head, and the events that the stream's member already holds, if any.

    `initial_content_type` is "" for the rest protocols; the others begin with an `initial-response` that holds the members.
    """
    member = stream_member(operation)

    def encode(response: Mapping[str, Any], request_id: str) -> Reply:
        events = response.get(member) or ()
        reply = write({key: value for key, value in response.items() if key != member}, request_id)
        body = b"".join(encode_event(event) for event in events)
        if initial_content_type:
            first = {
                ":message-type": "event",
                ":event-type": "initial-response",
                ":content-type": initial_content_type,
            }
            body = eventstream.encode(first, reply.body) + body
        headers = tuple(pair for pair in reply.headers if pair[0] != "Content-Type")
        return Reply(reply.status, (*headers, ("Content-Type", eventstream.CONTENT_TYPE)), body)

    return encode
