"""What becomes of messages: one in each subscribed queue, and a delivery for every other subscription, in the publisher's commit."""

from collections.abc import Sequence

import msgspec

from portico.calls.call import Call
from portico.services.sns.archives import archive
from portico.services.sns.message import Message
from portico.services.sns.plans import Route
from portico.services.sns.publication import Publication
from portico.services.sns.records import Subscription, Topic, deliveries
from portico.services.sns.service import Sns
from portico.store.port import Send

REST = "rest"
_PART_MAX = 1_000
_PART_BYTES_MAX = 32 * 1024 * 1024


class Rest(msgspec.Struct, frozen=True, gc=False):
    """A message of the topic (key, identity) that is still to go to the subscriptions after one of an id."""

    topic: tuple[str, str, str]
    identity: str
    message: Message
    after: str


async def fan_out(sns: Sns, call: Call, topic: Topic, messages: Sequence[Message]) -> None:
    """Put the deliveries of messages into the call's transaction; of very many those that one commit can hold, and a note to go on."""
    routes: Sequence[Route] = await sns.plans.of(call, topic)
    if topic.fifo:
        if topic.archive is not None:
            followed = any(route.subscription.follows(topic.archive) for route in routes)
            archive(sns, call, topic, topic.archive, messages, followed=followed)
        routes = [route for route in routes if not _held(route.subscription, topic)]
    if not routes:
        return
    await sns.signer.ready()
    for message in messages:
        after = await _part(sns, call, topic, message, routes)
        if after:
            rest = Rest(topic.key, topic.identity, message, after)
            call.tx.add(Send(deliveries(REST), msgspec.json.encode(rest)))


def _held(subscription: Subscription, topic: Topic) -> bool:
    """Whether a subscription gets nothing as it is published: it is paused, or a replay brings it in its turn."""
    return subscription.paused or subscription.follows(topic.archive)


async def go_on(sns: Sns, call: Call, topic: Topic, rest: Rest) -> Rest | None:
    """Put the next deliveries of a message into the call's transaction; what is left after them."""
    routes = await sns.plans.of(call, topic)
    await sns.signer.ready()
    # Ids tell nothing of age: one that came after the message is not to have it.
    later = [
        route
        for route in routes
        if route.subscription.id > rest.after and route.subscription.created_at <= rest.message.published_at
    ]
    after = await _part(sns, call, topic, rest.message, later)
    return msgspec.structs.replace(rest, after=after) if after else None


async def _part(sns: Sns, call: Call, topic: Topic, message: Message, routes: Sequence[Route]) -> str:
    """Deliver to as many subscriptions as one commit can hold; the id of the last, `""` if that were all. The queues of a FIFO topic, of
    which there are few, all get their messages in one order."""
    share = len(routes) if topic.fifo else max(min(_PART_MAX, _PART_BYTES_MAX // message.bytes_about), 1)
    await Publication(sns, call, topic, message).to(routes[:share])
    return routes[share - 1].subscription.id if share < len(routes) else ""
