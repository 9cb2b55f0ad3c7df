"""Queues as they are stored, and what is left of those that are gone. Their messages are in the store's queues.

A queue and its messages go by an `incarnation`: a purge gives the queue a new one, so that it is empty at once, and what was in the
old one is removed afterwards. Receipts, and deduplication, are of the queue's `identity`, which only its deletion ends.
"""

import secrets
from collections.abc import Mapping

import msgspec

from portico.store.port import Key
from portico.store.table import Table

_NONE: Mapping[str, str] = {}


class Queue(msgspec.Struct, frozen=True, gc=False):
    """A queue. `attributes` are those that were set, as AWS's text; times are seconds on the `now` clock."""

    account: str
    region: str
    name: str
    identity: str
    incarnation: str
    created_at: float
    modified_at: float
    attributes: Mapping[str, str] = _NONE
    tags: Mapping[str, str] = _NONE
    purged_at: float | None = None

    @property
    def arn(self) -> str:
        """Its ARN."""
        return queue_arn(self.account, self.region, self.name)

    @property
    def fifo(self) -> bool:
        """Whether it is a FIFO queue."""
        return self.name.endswith(".fifo")

    @property
    def key(self) -> tuple[str, str, str]:
        """What its record is kept by."""
        return self.account, self.region, self.name

    @property
    def messages(self) -> Key:
        """The store's queue that holds its messages; commits that change it wake who waits for this key."""
        return (MESSAGES, self.account, self.region, self.name, self.incarnation)

    @property
    def lifetime(self) -> Key:
        """Where its messages' deduplication names are seen, over purges."""
        return (MESSAGES, self.account, self.region, self.name, self.identity)

    def seconds(self, attribute: str) -> int:
        """The number that an attribute is."""
        return int(self.attributes.get(attribute) or NUMBERS[attribute])


MESSAGES = "sqs.messages"

NUMBERS: Mapping[str, int] = {
    "DelaySeconds": 0,
    "MaximumMessageSize": 1_048_576,
    "MessageRetentionPeriod": 345_600,
    "ReceiveMessageWaitTimeSeconds": 0,
    "VisibilityTimeout": 30,
}
"""The attributes that are numbers and always there, and their defaults."""


class Deleted(msgspec.Struct, frozen=True, gc=False):
    """A name that a queue had until `at` (seconds, `now` clock)."""

    at: float


class Leftover(msgspec.Struct, frozen=True, gc=False):
    """Messages that belong to no queue any more: those of the store's queue with this incarnation."""

    account: str
    region: str
    name: str
    incarnation: str

    @property
    def messages(self) -> Key:
        """The store's queue that holds them."""
        return (MESSAGES, self.account, self.region, self.name, self.incarnation)


QUEUES = Table("sqs.queues", Queue)
DELETED = Table("sqs.deleted", Deleted)
LEFTOVERS = Table("sqs.leftovers", Leftover)


def queue_arn(account: str, region: str, name: str) -> str:
    """The ARN of a queue, whether it exists or not."""
    return f"arn:aws:sqs:{region}:{account}:{name}"


def new_incarnation() -> str:
    """A name that no messages were ever kept under."""
    return secrets.token_hex(6)
