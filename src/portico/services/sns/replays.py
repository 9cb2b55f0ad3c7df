"""Replays: a subscription gets what its topic's archive has, in the archive's order, and from then on, unless an end was set, what is
published.

While a replay runs, what is published reaches the subscription out of the archive only, so nothing overtakes. The change back is a commit
that fails if the archive has got anything since it was last read: whoever publishes while a replay runs writes a record that this commit
has read, and whoever publishes later has read the topic's tally, which it writes.

Source: SNS Developer Guide, "Amazon SNS message replay for FIFO topic subscribers".
"""

from typing import Literal

import msgspec

from portico.calls.call import Call, Origin, Scope
from portico.services.sns.archives import Course, place_before
from portico.services.sns.caller import principal_of
from portico.services.sns.message import Message as Published
from portico.services.sns.plans import route_of
from portico.services.sns.publication import Publication
from portico.services.sns.records import ARRIVALS, SUBSCRIPTIONS, TOPICS, Archive, Replay, Subscription, Topic
from portico.services.sns.service import Sns, count, put_subscription
from portico.store.port import Ack, ChangeVisibility, Entry, Message
from portico.store.transaction import Transaction

_PART_MAX = 32  # messages of up to 1 MiB
_TIME_TO_COMMIT_S = 1.0  # so long after the end of a replay messages of before may still arrive
_LOOK_S = 1.0

_decode = msgspec.json.Decoder(Published).decode


async def replay_part(sns: Sns, tx: Transaction, message: Message, now: float) -> Ack | ChangeVisibility:
    """Deliver the next part of a replay, or end it."""
    course = msgspec.json.decode(message.body, type=Course)
    subscription = await tx.get(SUBSCRIPTIONS, *course.subscription)
    topic = await tx.get(TOPICS, *course.subscription[:3])
    done = Ack(message.queue, message.receipt)
    if subscription is None or topic is None or topic.identity != subscription.identity:
        return done
    replay, archive = subscription.replay, topic.archive
    if replay is None or replay.id != course.replay:
        return done
    step = _Step(sns, tx, topic, subscription, now)
    if archive is None or archive.id != replay.archive:
        await step.became("Failed")
        return done
    if course.after is None:
        await step.became("In progress")
        after: int | None = await place_before(sns.store, archive.log, replay.start)
    else:
        after = await step.deliver(archive, replay, course.after)
        if after is None:
            await step.became("Completed")
            return done
    body = msgspec.json.encode(msgspec.structs.replace(course, after=after))
    visible_at = now + _LOOK_S if after == course.after else now
    return ChangeVisibility(message.queue, message.receipt, visible_at, body)


class _Step:
    """One part of a replay, in one transaction."""

    def __init__(
        self, sns: Sns, tx: Transaction, topic: Topic, subscription: Subscription, now: float
    ) -> None:
        self._sns = sns
        self._tx = tx
        self._topic = topic
        self._subscription = subscription
        self._now = now

    async def became(self, status: Literal["In progress", "Completed", "Failed"]) -> None:
        """Note how the replay stands, and that who publishes has to look at the subscription again."""
        replay = self._subscription.replay
        assert replay is not None
        changed = msgspec.structs.replace(replay, status=status)
        call = self._call(replay.id)
        put_subscription(call, msgspec.structs.replace(self._subscription, replay=changed))
        await count(call, self._subscription.identity)

    async def deliver(self, archive: Archive, replay: Replay, after: int) -> int | None:
        """Deliver what comes after a place of the archive; the place that it has come to, None when nothing is left to come."""
        store = self._sns.store
        entries = await store.read_log(archive.log, after=after, limit=_PART_MAX)
        if not entries and replay.end is not None:
            return None if self._now > replay.end + _TIME_TO_COMMIT_S else after
        if not entries:
            await self._tx.get(ARRIVALS, archive.id)
            entries = await store.read_log(archive.log, after=after, limit=_PART_MAX)
        if not entries:
            return None
        for entry in entries:
            if self._asked_for(entry, archive, replay):
                await self._publish(_decode(entry.value), replay)
        if replay.end is not None and entries[-1].at > replay.end + _TIME_TO_COMMIT_S:
            return None
        return entries[-1].sequence

    def _asked_for(self, entry: Entry, archive: Archive, replay: Replay) -> bool:
        if entry.at < max(replay.start, archive.begins(self._now)):
            return False
        return replay.end is None or entry.at <= replay.end

    async def _publish(self, message: Published, replay: Replay) -> None:
        again = msgspec.structs.replace(message, replayed=replay.id)
        call = self._call(message.id, message.trace)
        await Publication(self._sns, call, self._topic, again).to([route_of(self._subscription)])

    def _call(self, request_id: str, trace: str = "") -> Call:
        topic = self._topic
        principal = principal_of(topic.arn, topic.account)
        origin = Origin(principal, Scope(topic.account, topic.region), request_id, trace=trace)
        return Call(origin, "sns", "Publish", self._tx, self._now)
