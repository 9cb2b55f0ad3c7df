"""The forms in which a message reaches its subscribers: the envelope for queues, HTTP and mail, and the event for Lambda. Pure.

Source: SNS Developer Guide, "Parsing message formats in Amazon SNS", "Verifying the signatures of Amazon SNS messages"; Lambda Developer
Guide, "Using AWS Lambda with Amazon SNS" (event).
"""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from portico.services.sns.message import Attribute, Message

_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SIGNED_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
encode = msgspec.json.Encoder().encode


class Signature(msgspec.Struct, frozen=True, gc=False):
    """A signature in base64, its version (`1` or `2`), and where the certificate is."""

    version: str
    text: str
    certificate_url: str


Sign = Callable[[bytes, str], Signature]
"""Signs bytes in a version."""


class Letter(msgspec.Struct, frozen=True, gc=False):
    """A message to one topic, with what all its notifications have in common."""

    message: Message
    topic_arn: str
    timestamp: str
    origin: str
    version: str = "1"

    def members(self, protocol: str) -> dict[str, Any]:
        """The members of a notification that are signed, its sequence and that it is replayed, in AWS's order."""
        message = self.message
        members: dict[str, Any] = {"Type": "Notification", "MessageId": message.id}
        if message.sequence:
            members["SequenceNumber"] = message.sequence
        members["TopicArn"] = self.topic_arn
        if message.subject is not None:
            members["Subject"] = message.subject
        members["Message"] = message.body(protocol)
        members["Timestamp"] = self.timestamp
        if message.replayed:
            members["Replayed"] = True
        return members


def letter(message: Message, topic_arn: str, origin: str, version: str) -> Letter:
    """A message on its way from a topic; `origin` is where its links lead."""
    return Letter(message, topic_arn, timestamp(message.published_at), origin, version)


def timestamp(seconds: float) -> str:
    """An instant as SNS writes it."""
    return (
        datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.")
        + f"{int(seconds * 1000) % 1000:03d}Z"
    )


def signed_text(members: Mapping[str, Any]) -> bytes:
    """The text that a message's signature covers."""
    names = _SIGNED if members["Type"] == "Notification" else _SIGNED_CONFIRMATION
    return "".join(f"{name}\n{members[name]}\n" for name in names if name in members).encode()


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """A notification as JSON, but for the link in its middle, which is the subscription's own."""

    before: str
    after: str
    origin: str

    def to(self, subscription_arn: str) -> str:
        """The notification of one subscription."""
        return f"{self.before}{unsubscribe_url(self.origin, subscription_arn)}{self.after}"


def envelope(letter: Letter, protocol: str, signature: Signature | None) -> Envelope:
    """The notification of a message to the subscriptions of one protocol."""
    members = letter.members(protocol)
    if signature is not None:
        members["SignatureVersion"] = signature.version
        members["Signature"] = signature.text
        members["SigningCertURL"] = signature.certificate_url
    attributes = {} if letter.message.structured else letter.message.attributes
    more = f',"MessageAttributes":{encode(shown_attributes(attributes)).decode()}' if attributes else ""
    before = encode(members).decode().removesuffix("}") + ',"UnsubscribeURL":"'
    return Envelope(before, f'"{more}}}', letter.origin)


def lambda_event(letter: Letter, subscription_arn: str, signature: Signature) -> bytes:
    """The event of one notification."""
    message = letter.message
    notification = {
        "Type": "Notification",
        "MessageId": message.id,
        "TopicArn": letter.topic_arn,
        "Subject": message.subject,
        "Message": message.body("lambda"),
        "Timestamp": letter.timestamp,
        "SignatureVersion": signature.version,
        "Signature": signature.text,
        "SigningCertUrl": signature.certificate_url,
        "UnsubscribeUrl": unsubscribe_url(letter.origin, subscription_arn),
        "MessageAttributes": {} if message.structured else shown_attributes(message.attributes, arrays=False),
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
        "Sns": notification,
    }
    return encode({"Records": [record]})


def shown_attributes(
    attributes: Mapping[str, Attribute], *, arrays: bool = True
) -> dict[str, dict[str, str]]:
    """Message attributes as a notification has them; without `arrays`, and with labels, all but binary ones are `String`s."""
    return {
        name: {"Type": _type(each, arrays=arrays), "Value": _value(each)} for name, each in attributes.items()
    }


def _type(attribute: Attribute, *, arrays: bool) -> str:
    if arrays:
        return attribute.data_type
    return "Binary" if attribute.binary is not None else "String"


def _value(attribute: Attribute) -> str:
    if attribute.binary is not None:
        return base64.b64encode(attribute.binary).decode()
    return attribute.text or ""


def unsubscribe_url(origin: str, subscription_arn: str) -> str:
    """The link that ends a subscription."""
    return f"{origin}/?Action=Unsubscribe&SubscriptionArn={quote(subscription_arn, safe=':')}"


def confirm_url(origin: str, topic_arn: str, token: str) -> str:
    """The link that confirms a subscription."""
    return f"{origin}/?Action=ConfirmSubscription&TopicArn={quote(topic_arn, safe=':')}&Token={token}"


def confirmation(
    kind: str, arn: str, topic_arn: str, token: str, message_id: str, at: float, origin: str
) -> dict[str, Any]:
    """The members, without its signature, of a message that asks to confirm: of `kind` `SubscriptionConfirmation` to the topic `arn`, or
    `UnsubscribeConfirmation` of the subscription `arn`."""
    return {
        "Type": kind,
        "MessageId": message_id,
        "Token": token,
        "TopicArn": topic_arn,
        "Message": _CONFIRMATIONS[kind].format(arn),
        "SubscribeURL": confirm_url(origin, topic_arn, token),
        "Timestamp": timestamp(at),
    }


_CONFIRMATIONS = {
    "SubscriptionConfirmation": "You have chosen to subscribe to the topic {}.\n"
    "To confirm the subscription, visit the SubscribeURL included in this message.",
    "UnsubscribeConfirmation": "You have chosen to deactivate subscription {}.\n"
    "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message.",
}


def with_signature(members: Mapping[str, Any], signature: Signature) -> bytes:
    """A confirmation as JSON."""
    return encode(
        {
            **members,
            "SignatureVersion": signature.version,
            "Signature": signature.text,
            "SigningCertURL": signature.certificate_url,
        }
    )
