"""A message as a function gets it. Pure.

Source: Developer Guide, "Using Lambda with Amazon SQS", example events; recorded events.
"""

import base64
from collections.abc import Mapping
from typing import Any

DATA = "body"
TRACE = "AWSTraceHeader"
# AWS's order of them.
_ATTRIBUTES = (
    "ApproximateReceiveCount",
    TRACE,
    "SentTimestamp",
    "SequenceNumber",
    "MessageGroupId",
    "SenderId",
    "MessageDeduplicationId",
    "ApproximateFirstReceiveTimestamp",
    "DeadLetterQueueSourceArn",
)


def record(message: Mapping[str, Any], *, arn: str, region: str, windowed: bool) -> dict[str, Any]:
    """The record of a message as ReceiveMessage answers it.

    `windowed`: the mapping has a batching window; AWS then says that there is no checksum of attributes where there are none, and
    otherwise says nothing.
    """
    system = message.get("Attributes") or {}
    own = message.get("MessageAttributes") or {}
    found: dict[str, Any] = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        DATA: message["Body"],
        "attributes": {name: system[name] for name in _ATTRIBUTES if name in system},
        "messageAttributes": {name: _attribute(value) for name, value in own.items()},
    }
    checksum = message.get("MD5OfMessageAttributes")
    if checksum is not None or windowed:
        found["md5OfMessageAttributes"] = checksum
    found["md5OfBody"] = message["MD5OfBody"]
    found |= {"eventSource": "aws:sqs", "eventSourceARN": arn, "awsRegion": region}
    return found


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if value.get("StringValue") is not None:
        found["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        found["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return found | {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
