"""What SNS's operations get, and how they find the topic or subscription that a request names."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.calls.call import Call
from portico.calls.clients import Clients
from portico.identity.sealing import Sealer
from portico.mail.mailbox import Mailbox
from portico.services.sns import errors
from portico.services.sns.counters import Counts
from portico.services.sns.plans import Plans
from portico.services.sns.records import (
    ENDPOINTS,
    OWNED,
    SUBSCRIPTIONS,
    TALLIES,
    TOPICS,
    Pointer,
    Subscription,
    Tally,
    Topic,
    topic_arn,
)
from portico.services.sns.sequences import Sequences
from portico.services.sns.signing import Signer
from portico.services.sns.status_log import StatusLog
from portico.store.cache import RecordCache
from portico.store.metrics.counters import Counters
from portico.store.port import Store

_SUBSCRIPTION_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch


class Sns(msgspec.Struct, frozen=True):
    """The service's dependencies. `origin` is the server's own address, which confirmation and unsubscription links lead to."""

    store: Store
    cache: RecordCache
    clock: Clock
    clients: Clients
    plans: Plans
    counters: Counters[Counts]
    signer: Signer
    sequences: Sequences
    status: StatusLog
    mailbox: Mailbox
    sealer: Sealer
    origin: str


class Address(msgspec.Struct, frozen=True, gc=False):
    """The topic that an ARN names, and the subscription's id if it names one (`""` otherwise)."""

    account: str
    region: str
    name: str
    id: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What the topic's record is kept by."""
        return self.account, self.region, self.name

    @property
    def topic_arn(self) -> str:
        """The topic's ARN."""
        return topic_arn(self.account, self.region, self.name)


def elements(text: str, parameter: str) -> list[str]:
    """The elements of an ARN, at least six.

    Raises:
        AwsError: InvalidParameter, there are fewer.
    """
    parts = text.split(":")
    if len(parts) < 6:
        raise errors.invalid_because(parameter, f"An ARN must have at least 6 elements, not {len(parts)}")
    return parts


def topic_of(call: Call, text: str, parameter: str = "TopicArn") -> Address:
    """The topic that an ARN names, in the region of the call.

    Raises:
        AwsError: InvalidParameter, it is no ARN, or one of another service or region.
    """
    parts = elements(text, parameter)
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "sns" or not parts[5] or _elsewhere(call, parts):
        raise errors.invalid(parameter)
    return Address(parts[4], parts[3], parts[5])


def subscription_of(call: Call, text: str) -> Address:
    """The subscription that an ARN names, in the region of the call.

    Raises:
        AwsError: InvalidParameter, it is no ARN of a subscription.
    """
    if not text:
        raise errors.invalid_because("SubscriptionArn", "no value for required parameter")
    parts = elements(text, "SubscriptionArn")
    if len(parts) != 7 or parts[0] != "arn" or parts[2] != "sns" or not _SUBSCRIPTION_ID(parts[6]):
        raise errors.invalid("SubscriptionId")
    if _elsewhere(call, parts):
        raise errors.invalid("SubscriptionArn")
    return Address(parts[4], parts[3], parts[5], parts[6])


def _elsewhere(call: Call, parts: list[str]) -> bool:
    """Whether an ARN is of another region than the call; one that is not signed is about the ARN's own."""
    return call.principal.kind != "anonymous" and parts[3] != call.scope.region


async def existing(call: Call, address: Address) -> Topic:
    """The topic at an address; that it is there is a condition of the call's commit.

    Raises:
        AwsError: NotFound.
    """
    found = await call.tx.get(TOPICS, *address.key)
    if found is None:
        raise errors.no_topic()
    return found


async def requested(call: Call, request: Mapping[str, Any], parameter: str = "TopicArn") -> Topic:
    """The topic that a request names; errors as `topic_of`'s and `existing`'s."""
    return await existing(call, topic_of(call, request[parameter], parameter))


async def subscription_at(call: Call, address: Address) -> Subscription | None:
    """The subscription at an address."""
    return await call.tx.get(SUBSCRIPTIONS, *address.key, address.id)


async def tally_of(call: Call, identity: str) -> Tally:
    """How many subscriptions the topic of an identity has."""
    return await call.tx.get(TALLIES, identity) or Tally()


async def count(call: Call, identity: str, **changed: int) -> None:
    """Note that subscriptions of a topic have changed: `changed` are the members of its tally that have grown or shrunk, none if only
    attributes have changed."""
    before = await tally_of(call, identity)
    after = {name: max(getattr(before, name) + by, 0) for name, by in changed.items()}
    call.tx.put(TALLIES, msgspec.structs.replace(before, **after), identity)


def put_subscription(call: Call, subscription: Subscription) -> None:
    """Store a subscription, and what it is found by."""
    pointer = Pointer(*subscription.key)
    call.tx.put(SUBSCRIPTIONS, subscription, *subscription.key)
    call.tx.put(ENDPOINTS, pointer, *subscription.endpoint_key)
    call.tx.put(OWNED, pointer, subscription.owner, subscription.region, subscription.arn)


def delete_subscription(call: Call, subscription: Subscription) -> None:
    """Remove a subscription, and what it is found by."""
    call.tx.delete(SUBSCRIPTIONS, *subscription.key)
    call.tx.delete(ENDPOINTS, *subscription.endpoint_key)
    call.tx.delete(OWNED, subscription.owner, subscription.region, subscription.arn)
