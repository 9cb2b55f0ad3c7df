"""A delivery that waits: one message for one subscription, in a durable queue until it has reached the endpoint or is given up."""

import msgspec

from portico.services.sns.message import Message
from portico.services.sns.records import Subscription, deliveries
from portico.store.port import Send

KINDS = {"lambda": "lambda", "http": "http", "https": "http", "email": "email", "email-json": "email"}
"""The protocols that a worker delivers, and the kind of worker that does."""


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """`message` is what is delivered, or `confirmation` (JSON without signature) for one that asks to confirm. The subscription is
    named by its record's key. `failures` counts the tries that failed."""

    subscription: tuple[str, str, str, str]
    identity: str
    message: Message | None = None
    confirmation: bytes = b""
    failures: int = 0


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Delivery).decode


def of_message(subscription: Subscription, message: Message) -> Send:
    """The operation that makes a delivery durable."""
    delivery = Delivery(subscription.key, subscription.identity, message)
    return _send(subscription, delivery)


def of_confirmation(subscription: Subscription, confirmation: bytes) -> Send:
    """The operation that makes the delivery of a confirmation durable."""
    return _send(subscription, Delivery(subscription.key, subscription.identity, confirmation=confirmation))


def _send(subscription: Subscription, delivery: Delivery) -> Send:
    return Send(
        deliveries(KINDS[subscription.protocol]), encode(delivery), group=subscription.arn, ordered=False
    )
