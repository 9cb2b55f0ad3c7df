"""Integration subtypes: which operation a service integration calls, and what it can be given. A new one is a new row. Pure.

Source: API Gateway Developer Guide, "Integration subtype reference".
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

import msgspec


class Unusable(Exception):
    """A value can't be what its parameter is."""


def _text(value: str) -> Any:
    return value


def _number(value: str) -> Any:
    try:
        return int(value)
    except ValueError as error:
        raise Unusable(f"{value!r} is no number") from error


def _json(value: str) -> Any:
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unusable(f"{value!r} is not JSON") from error


def _list(value: str) -> Any:
    return _json(value) if value.startswith("[") else [one.strip() for one in value.split(",")]


def _bytes(value: str) -> Any:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unusable("the data is not base64") from error


def _instant(value: str) -> Any:
    try:
        return float(value)
    except ValueError as error:
        raise Unusable(f"{value!r} is no time") from error


Read = Callable[[str], Any]


class Subtype(msgspec.Struct, frozen=True):
    """An operation: its service, the protocol that its answer is told in, how each parameter is read, whether the API's own names of them
    begin with a small letter, and which must be there. `entries`: the parameters are the only entry of this list."""

    service: str
    operation: str
    protocol: str
    parameters: Mapping[str, Read]
    required: tuple[str, ...]
    small: bool = False
    entries: str = ""


def _texts(*names: str) -> dict[str, Read]:
    return dict.fromkeys(names, _text)


_QUEUE = _texts("QueueUrl")
SUBTYPES: Mapping[str, Subtype] = {
    "EventBridge-PutEvents": Subtype(
        *("events", "PutEvents", "json"),
        {
            **_texts("Detail", "DetailType", "Source", "EventBusName", "TraceHeader"),
            "Time": _instant,
            "Resources": _list,
        },
        ("Detail", "DetailType", "Source"),
        entries="Entries",
    ),
    "SQS-SendMessage": Subtype(
        *("sqs", "SendMessage", "query"),
        {
            **_QUEUE,
            **_texts("MessageBody", "MessageDeduplicationId", "MessageGroupId"),
            "DelaySeconds": _number,
            "MessageAttributes": _json,
            "MessageSystemAttributes": _json,
        },
        ("QueueUrl", "MessageBody"),
    ),
    "SQS-ReceiveMessage": Subtype(
        *("sqs", "ReceiveMessage", "query"),
        {
            **_QUEUE,
            **_texts("ReceiveRequestAttemptId"),
            "AttributeNames": _list,
            "MessageAttributeNames": _list,
            "MaxNumberOfMessages": _number,
            "VisibilityTimeout": _number,
            "WaitTimeSeconds": _number,
        },
        ("QueueUrl",),
    ),
    "SQS-DeleteMessage": Subtype(
        "sqs", "DeleteMessage", "query", {**_QUEUE, **_texts("ReceiptHandle")}, ("QueueUrl", "ReceiptHandle")
    ),
    "SQS-PurgeQueue": Subtype("sqs", "PurgeQueue", "query", _QUEUE, ("QueueUrl",)),
    "AppConfig-GetConfiguration": Subtype(
        *("appconfig", "GetConfiguration", "rest-json"),
        _texts("Application", "Environment", "Configuration", "ClientId", "ClientConfigurationVersion"),
        ("Application", "Environment", "Configuration", "ClientId"),
    ),
    "Kinesis-PutRecord": Subtype(
        *("kinesis", "PutRecord", "json"),
        {
            **_texts("StreamName", "PartitionKey", "SequenceNumberForOrdering", "ExplicitHashKey"),
            "Data": _bytes,
        },
        ("StreamName", "Data", "PartitionKey"),
    ),
    "StepFunctions-StartExecution": Subtype(
        *("stepfunctions", "StartExecution", "json"),
        _texts("StateMachineArn", "Name", "Input"),
        ("StateMachineArn",),
        small=True,
    ),
    "StepFunctions-StartSyncExecution": Subtype(
        *("stepfunctions", "StartSyncExecution", "json"),
        _texts("StateMachineArn", "Name", "Input", "TraceHeader"),
        ("StateMachineArn",),
        small=True,
    ),
    "StepFunctions-StopExecution": Subtype(
        *("stepfunctions", "StopExecution", "json"),
        _texts("ExecutionArn", "Cause", "Error"),
        ("ExecutionArn",),
        small=True,
    ),
}


def request_of(subtype: Subtype, given: Mapping[str, str]) -> dict[str, Any]:
    """The request of an operation, from the texts of its parameters.

    Raises:
        Unusable: one is missing, or can't be read, or is none of the operation's.
    """
    missing = [name for name in subtype.required if name not in given]
    if missing:
        raise Unusable(f"the parameter {missing[0]} has no value")
    request: dict[str, Any] = {}
    for name, text in given.items():
        read = subtype.parameters.get(name)
        if read is None:
            raise Unusable(f"{subtype.operation} has no parameter {name}")
        request[f"{name[0].lower()}{name[1:]}" if subtype.small else name] = read(text)
    return {subtype.entries: [request]} if subtype.entries else request
