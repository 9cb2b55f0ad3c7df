"""What a topic does with a message: its confirmed subscriptions, made ready once and kept until one of them changes.

Every change of a subscription writes the topic's tally. Who publishes reads the tally in its transaction, so a plan made before a change
does not get past the commit: it conflicts, and is made again.
"""

import msgspec

from portico.base import arn
from portico.calls.call import Call, Scope
from portico.services.sns.filter_policy import Filter, compiled
from portico.services.sns.records import SUBSCRIPTIONS, TALLIES, Subscription, Tally, Topic
from portico.store.cache import RecordCache

_KEPT_MAX = 1_000
_SUBSCRIPTIONS_MAX = 100_000  # held over all plans


class Queue(msgspec.Struct, frozen=True, gc=False):
    """A queue as a client of SQS names it: where it is, and its URL's path."""

    scope: Scope
    url: str


class Route(msgspec.Struct, frozen=True):
    """A subscription at work. `queue` is the one that it delivers to, `dead_letters` the one that takes what it can't deliver."""

    subscription: Subscription
    arn: str
    filter: Filter | None
    queue: Queue | None
    dead_letters: Queue | None


class Plans:
    """The plans of one server."""

    def __init__(self, cache: RecordCache) -> None:
        self._cache = cache
        self._kept: dict[str, tuple[Tally, tuple[Route, ...]]] = {}
        self._held = 0

    async def of(self, call: Call, topic: Topic) -> tuple[Route, ...]:
        """The routes of a topic; that they are all of them is a condition of the call's commit."""
        tally = await call.tx.get(TALLIES, topic.identity)
        if tally is None:
            return ()
        kept = self._kept.get(topic.identity)
        if kept is not None and kept[0] is tally:
            return kept[1]
        routes = await self._make(topic)
        if kept is not None:
            self._held -= len(kept[1])
        if len(self._kept) >= _KEPT_MAX or self._held > _SUBSCRIPTIONS_MAX:
            self._kept.clear()
            self._held = 0
        self._kept[topic.identity] = (tally, routes)
        self._held += len(routes)
        return routes

    async def _make(self, topic: Topic) -> tuple[Route, ...]:
        rows = await self._cache.store.scan(SUBSCRIPTIONS.key(*topic.key))
        found = (SUBSCRIPTIONS.decode(row.value) for row in rows)
        return tuple(
            route_of(subscription)
            for subscription in found
            if subscription.identity == topic.identity and not subscription.pending
        )


def route_of(subscription: Subscription) -> Route:
    """A subscription made ready."""
    attributes = subscription.attributes
    policy = attributes.get("FilterPolicy")
    redrive = attributes.get("RedrivePolicy")
    return Route(
        subscription,
        subscription.arn,
        compiled(policy, attributes.get("FilterPolicyScope", "")) if policy else None,
        queue_at(subscription.endpoint) if subscription.protocol == "sqs" else None,
        queue_at(msgspec.json.decode(redrive)["deadLetterTargetArn"]) if redrive else None,
    )


def queue_at(text: str) -> Queue | None:
    """The queue of an ARN, or None when it is not one of a queue."""
    parts = arn.parse(text)
    if parts is None or parts.service != "sqs" or not parts.resource or ":" in parts.resource:
        return None
    return Queue(Scope(parts.account, parts.region), f"/{parts.account}/{parts.resource}")
