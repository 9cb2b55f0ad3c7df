"""Topics with more subscriptions than one commit can hold: what goes on where the publisher's commit has ended."""

import msgspec

from portico.calls.call import Call, Origin, Scope
from portico.services.sns.caller import principal_of
from portico.services.sns.fan_out import Rest, go_on
from portico.services.sns.records import TOPICS
from portico.services.sns.service import Sns
from portico.store.port import Ack, ChangeVisibility, Message
from portico.store.transaction import Transaction


async def rest_part(sns: Sns, tx: Transaction, message: Message, now: float) -> Ack | ChangeVisibility:
    """Fan out the next part of what is left of a publication."""
    rest = msgspec.json.decode(message.body, type=Rest)
    topic = await tx.get(TOPICS, *rest.topic)
    left = None
    if topic is not None and topic.identity == rest.identity:
        principal = principal_of(topic.arn, topic.account)
        scope = Scope(topic.account, topic.region)
        origin = Origin(principal, scope, rest.message.id, trace=rest.message.trace)
        left = await go_on(sns, Call(origin, "sns", "Publish", tx, now), topic, rest)
    if left is None:
        return Ack(message.queue, message.receipt)
    return ChangeVisibility(message.queue, message.receipt, now, msgspec.json.encode(left))
