"""Archives of FIFO topics: every message that is published goes into the topic's log, in the publisher's commit, until it has been kept
for long enough or the policy is taken away; and the replays of it that subscriptions begin.
"""

import secrets
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from portico.calls.call import Call
from portico.services.sns import due
from portico.services.sns.archive_policies import days_of, points_of
from portico.services.sns.message import Message
from portico.services.sns.records import ARRIVALS, Archive, Arrival, Replay, Subscription, Topic, deliveries
from portico.services.sns.service import Sns
from portico.store.port import Append, Key, Send, Store

REPLAY = "replay"
_TIME_TO_COMMIT_S = (
    60.0  # entries are in the order of commits, which that of their instants may differ from by less
)
_SEQUENCE_MAX = 1 << 62


class Course(msgspec.Struct, frozen=True, gc=False):
    """How far a replay (its id, and the key of its subscription's record) has come: `after` is the last entry of the log that it is done
    with, None before it has begun."""

    subscription: tuple[str, str, str, str]
    replay: str
    after: int | None = None


def archive_after(call: Call, topic: Topic, attributes: Mapping[str, str]) -> Archive | None:
    """The archive of a topic that now has these attributes. One that it had and has no more is read by nobody, and emptied when it is
    looked at next; what a longer period would have kept is gone already."""
    days, before = days_of(attributes.get("ArchivePolicy", "")), topic.archive
    if not days:
        if before is not None:
            call.tx.delete(ARRIVALS, before.id)
        return None
    if before is not None:
        return Archive(before.id, before.begins(call.now), days)
    made = Archive(secrets.token_hex(8), call.now, days)
    call.tx.add(due.at(call.now + due.ARCHIVE_LOOK_S, "archive", topic.key, made.id))
    return made


def archive(
    sns: Sns, call: Call, topic: Topic, kept: Archive, messages: Sequence[Message], *, followed: bool
) -> None:
    """Put messages into a topic's archive; `followed` says that a replay is to bring them to somebody."""
    for message in messages:
        body = msgspec.json.encode(message)
        call.tx.add(Append(kept.log, body, message.published_at))
        call.tx.then(partial(_count, sns, topic, len(body)))
    if followed and messages:
        call.tx.put(ARRIVALS, Arrival(messages[-1].id), kept.id)


def _count(sns: Sns, topic: Topic, size: int) -> None:
    counts = sns.counters.of(topic.key)
    counts.archived += 1
    counts.archived_bytes += size


def begun(call: Call, subscription: Subscription, topic: Topic) -> Subscription:
    """The subscription with the replay begun that its policy asks for, in place of any before; with none while it has no policy, or is not
    confirmed."""
    policy, kept = subscription.attributes.get("ReplayPolicy"), topic.archive
    if not policy or subscription.pending:
        return msgspec.structs.replace(subscription, replay=None)
    start, end = points_of(policy)
    if kept is None:
        failed = Replay("", "", start, end, "Failed")
        return msgspec.structs.replace(subscription, replay=failed)
    replay = Replay(secrets.token_hex(8), kept.id, start, end)
    call.tx.add(Send(deliveries(REPLAY), msgspec.json.encode(Course(subscription.key, replay.id))))
    return msgspec.structs.replace(subscription, replay=replay)


async def place_before(store: Store, log: Key, at: float) -> int:
    """A place in a log that all entries of `at` (seconds, `now` clock) and later are behind, found without reading those before."""
    low, high = 0, _SEQUENCE_MAX
    while low < high:
        middle = (low + high) // 2
        found = await store.read_log(log, after=middle, limit=1)
        if found and found[0].at < at - _TIME_TO_COMMIT_S:
            low = found[0].sequence
        else:
            high = middle
    return low
