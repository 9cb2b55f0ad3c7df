"""What a message is in a queue: an envelope or, raw, itself; and its place among the others. Pure.

Source: SNS Developer Guide, "Amazon SNS raw message delivery", "Message ordering and deduplication for FIFO topics".
"""

import hashlib
from collections.abc import Callable
from typing import Any

from portico.services.sns.message import Attribute, Message
from portico.services.sns.notification import Envelope, Letter
from portico.services.sns.plans import Queue, Route
from portico.services.sns.records import Topic
from portico.wire.errors import AwsError

_ATTRIBUTES_MAX = 10  # SQS takes no more; a raw message with more can't be delivered

Enveloped = Callable[[str], Envelope]
"""The envelope of a message for a protocol."""


def queue_request(
    letter: Letter, route: Route, enveloped: Enveloped, *, dead: bool = False
) -> dict[str, Any]:
    """What a message is in a queue: itself and its attributes if raw, else its envelope; the latter also as a `dead` letter that can't be
    raw.

    Raises:
        AwsError: it is raw and has more attributes than a message of SQS may have.
    """
    protocol, message = route.subscription.protocol, letter.message
    attributes = {} if message.structured else message.attributes
    fits = len(attributes) <= _ATTRIBUTES_MAX
    if not route.subscription.raw or (dead and not fits):
        return {"MessageBody": enveloped(protocol).to(route.arn)}
    if not fits:
        words = f"A raw message can't have more than {_ATTRIBUTES_MAX} attributes"
        raise AwsError("InvalidParameterValue", words)
    request: dict[str, Any] = {"MessageBody": message.body(protocol)}
    sent = {name: _for_queue(each) for name, each in attributes.items()}
    if message.replayed and len(sent) < _ATTRIBUTES_MAX:
        sent.setdefault("Replayed", {"DataType": "String", "StringValue": "true"})
    if sent:
        request["MessageAttributes"] = sent
    return request


def _for_queue(attribute: Attribute) -> dict[str, Any]:
    if attribute.binary is not None:
        return {"DataType": attribute.data_type, "BinaryValue": attribute.binary}
    return {"DataType": attribute.data_type, "StringValue": attribute.text}


def ordering(queue: Queue, topic: Topic, message: Message) -> dict[str, str]:
    """Group and deduplication of a message for a queue: a FIFO queue gets both, a standard one the group of a standard topic's. One that
    is replayed is no duplicate of itself."""
    if queue.url.endswith(".fifo"):
        deduplication = message.deduplication
        if message.replayed:
            deduplication = hashlib.sha256(f"{message.replayed}:{deduplication}".encode()).hexdigest()
        return {"MessageGroupId": message.group, "MessageDeduplicationId": deduplication}
    return {"MessageGroupId": message.group} if message.group and not topic.fifo else {}
