"""Answers of the query protocol in JSON, as API Gateway gets them from SQS, SNS, IAM, … : with null for what is not there.

    {"SendMessageResponse": {"SendMessageResult": {"MessageId": "…", "SequenceNumber": null, …}, "ResponseMetadata": {"RequestId": "…"}}}

Source: answers seen; API Gateway Developer Guide, tutorials with `Action=` integrations.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.wire.http import Reply
from portico.wire.model import output_shape

if TYPE_CHECKING:
    from botocore.model import Shape

_TYPE = ("Content-Type", "application/json")
_NAMES = {("sqs", "ReceiveMessage"): {"Messages": "messages"}}


def answer(service: str, operation: str, given: Mapping[str, Any] | None, request_id: str) -> Reply:
    """An operation's answer in JSON."""
    shape = output_shape(service, operation)
    said: dict[str, Any] = {"ResponseMetadata": {"RequestId": request_id}}
    if shape is not None:
        names = _NAMES.get((service, operation), {})
        members = _shown(shape, given or {})
        said = {
            f"{operation}Result": {names.get(name, name): value for name, value in members.items()},
            **said,
        }
    body = msgspec.json.encode({f"{operation}Response": said})
    return Reply(200, (_TYPE, ("x-amzn-RequestId", request_id)), body)


def refusal(reply: Reply, request_id: str) -> Reply:
    """An error, which `reply` has in XML, in JSON."""
    from xml.etree import ElementTree

    root = ElementTree.fromstring(reply.body)  # of what has just been encoded  # noqa: S314
    found = {element.tag.rpartition("}")[2]: element.text for element in root.iter()}
    error = {name: found.get(name) for name in ("Code", "Message", "Type")}
    body = msgspec.json.encode({"Error": error, "RequestId": request_id})
    return Reply(reply.status, (_TYPE, ("x-amzn-RequestId", request_id)), body)


def _shown(shape: "Shape", value: Any) -> Any:
    """A value with every member of its shape."""
    kind = shape.type_name
    if kind == "structure":
        members: Mapping[str, Any] = getattr(shape, "members", {})
        return {
            name: None if value.get(name) is None else _shown(below, value[name])
            for name, below in members.items()
        }
    if kind == "list":
        below: Any = getattr(shape, "member", None)
        return [_shown(below, item) for item in value]
    if kind == "map":
        below = getattr(shape, "value", None)
        return {key: _shown(below, item) for key, item in value.items()}
    return value
