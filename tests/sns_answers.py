"""Whole answers of SNS as boto3 shows them, and the messages that it delivers, to be compared with what AWS answered.

Everything counts, and so does what is not there. Only what differs from run to run is replaced by its kind, after its form has been
checked: ids, sequence numbers, times, signatures, links.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TOPIC = r"arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?"
_KINDS = {
    "MessageId": _UUID,
    "SequenceNumber": r"[0-9]{20}",
    "SubscriptionArn": rf"{_TOPIC}:{_UUID}",
    "Timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "Signature": r"[A-Za-z0-9+/]{342}==",
    "SigningCertURL": r"http://.+/_portico/sns/SimpleNotificationService-[0-9a-f]{32}\.pem",
    "UnsubscribeURL": rf"http://.+/\?Action=Unsubscribe&SubscriptionArn={_TOPIC}:{_UUID}",
    "SubscribeURL": rf"http://.+/\?Action=ConfirmSubscription&TopicArn={_TOPIC}&Token=[0-9a-f]+",
    "Token": r"[0-9a-f]{200,}",
}
_KINDS |= {"SigningCertUrl": _KINDS["SigningCertURL"], "UnsubscribeUrl": _KINDS["UnsubscribeURL"]}
RETRY = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
PLAIN_TEXT = {"headerContentType": "text/plain; charset=UTF-8"}
DEFAULT_DELIVERY = {
    "http": {
        "defaultHealthyRetryPolicy": RETRY,
        "disableSubscriptionOverrides": False,
        "defaultRequestPolicy": PLAIN_TEXT,
    }
}
_JSON = frozenset({"Policy", "EffectiveDeliveryPolicy", "DeliveryPolicy", "RedrivePolicy", "FilterPolicy"})


def shown(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer without headers: its members, what varies by its kind."""
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    return replaced({name: value for name, value in answer.items() if name != "ResponseMetadata"})


def replaced(value: Any) -> Any:
    """A value with what varies by its kind."""
    if isinstance(value, list):
        return [replaced(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _kind(name, inner) for name, inner in value.items()}


def _kind(name: str, value: Any) -> Any:
    if name not in _KINDS or value in ("PendingConfirmation", "pending confirmation"):
        return replaced(value)
    assert re.fullmatch(_KINDS[name], value), (name, value)
    return f"<{name}>"


def attributes(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a topic or a subscription, those that are JSON decoded."""
    found = answer["Attributes"]
    return {name: json.loads(value) if name in _JSON else value for name, value in found.items()}


def told(call: Callable[..., Any], **request: Any) -> tuple[int, str, str]:
    """Status, code and words of the error that a call is answered with."""
    try:
        answer = call(**request)
    except ClientError as error:
        return (
            error.response["ResponseMetadata"]["HTTPStatusCode"],
            error.response["Error"]["Code"],
            error.response["Error"]["Message"],
        )
    raise AssertionError(f"it was not refused: {answer}")


def invalid(words: str) -> tuple[int, str, str]:
    """InvalidParameter."""
    return 400, "InvalidParameter", f"Invalid parameter: {words}"


def value_invalid(words: str) -> tuple[int, str, str]:
    """ParameterValueInvalid."""
    return 400, "ParameterValueInvalid", words


NO_TOPIC = (404, "NotFound", "Topic does not exist")
NO_SUBSCRIPTION = (404, "NotFound", "Subscription does not exist")


def default_policy(arn: str, account: str) -> dict[str, Any]:
    """The policy of a topic that was given none."""
    actions = (
        *("GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic"),
        *("Subscribe", "ListSubscriptionsByTopic", "Publish"),
    )
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in actions],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}


def notification(topic: str, message: str, **more: Any) -> dict[str, Any]:
    """A notification of a standard topic, what varies by its kind."""
    return {
        "Type": "Notification",
        "MessageId": "<MessageId>",
        "TopicArn": topic,
        "Message": message,
        "Timestamp": "<Timestamp>",
        "SignatureVersion": "1",
        "Signature": "<Signature>",
        "SigningCertURL": "<SigningCertURL>",
        "UnsubscribeURL": "<UnsubscribeURL>",
        **more,
    }
