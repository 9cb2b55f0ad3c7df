"""Archives and replays over time: messages that have been kept for long enough, replays that are killed, what is counted."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness import REGION, running
from portico.services.sns.archives import place_before
from portico.services.sns.records import TOPICS, Archive
from portico.store.port import Append
from sns_in_process import Notifications, notifications
from world import ACCOUNT

DAY_S = 24 * 3600.0
ONE_DAY = '{"MessageRetentionPeriod": "1"}'


@pytest.fixture
async def here() -> AsyncIterator[Notifications]:
    async with notifications() as found:
        yield found


def since(seconds: float, end: float | None = None) -> str:
    """A replay policy from an instant on, up to another."""

    def at(instant: float) -> str:
        return datetime.fromtimestamp(instant, UTC).isoformat()

    ends = {} if end is None else {"EndingPoint": at(end)}
    return json.dumps({"PointType": "Timestamp", "StartingPoint": at(seconds), **ends})


async def said(here: Notifications, name: str) -> list[str]:
    """What the messages in a queue say, ten at most."""
    return [json.loads(body)["Message"] for body in await here.bodies(name)]


async def replay(here: Notifications) -> None:
    """Have all replays done that can be."""
    parts = here.loops["sns.replay"].__self__  # type: ignore[attr-defined]  # a bound method
    while await parts.take():
        pass


async def kept(here: Notifications) -> Archive:
    """The archive of the topic."""
    held = await here.world.cache.get(TOPICS, ACCOUNT, REGION, "t.fifo")
    assert held is not None
    assert held.value.archive is not None
    return held.value.archive


async def publish(here: Notifications, topic: str, message: str) -> None:
    await here.publish(topic, message, MessageGroupId="g", MessageDeduplicationId=message)


async def test_messages_leave_the_archive_after_their_time(here: Notifications) -> None:
    topic = await here.topic("t.fifo", ArchivePolicy=ONE_DAY)
    begun = here.clock.now()
    await publish(here, topic, "old")
    here.clock.advance(DAY_S / 2)
    await publish(here, topic, "young")
    here.clock.advance(DAY_S / 2 + 1)
    await here.subscribe(topic, "sqs", await here.queue("q.fifo"), ReplayPolicy=since(begun))
    await replay(here)
    assert await said(here, "q.fifo") == ["young"]  # before anything was removed
    archive = await kept(here)
    assert len(await here.world.store.read_log(archive.log)) == 2
    await here.end_what_is_due()
    assert len(await here.world.store.read_log(archive.log)) == 1
    here.clock.advance(DAY_S)
    await here.end_what_is_due()
    assert not await here.world.store.read_log(archive.log)
    shown = (await here.call("GetTopicAttributes", TopicArn=topic))["Attributes"]
    begins = datetime.fromisoformat(shown["BeginningArchiveTime"]).timestamp()
    assert begins == pytest.approx(here.clock.now() - DAY_S, abs=1)


async def test_an_archive_that_is_taken_away_is_emptied(here: Notifications) -> None:
    topic = await here.topic("t.fifo", ArchivePolicy=ONE_DAY)
    archive = await kept(here)
    entries = [Append(archive.log, b"{}", here.clock.now()) for _ in range(250)]
    await here.world.store.commit(entries)
    given = {"AttributeName": "ArchivePolicy", "AttributeValue": "{}"}
    await here.call("SetTopicAttributes", TopicArn=topic, **given)
    await here.call("DeleteTopic", TopicArn=topic)
    here.clock.advance(3601)
    await here.end_what_is_due()
    assert not await here.world.store.read_log(archive.log)
    here.clock.advance(30 * DAY_S)
    await here.end_what_is_due()
    assert await here.world.store.next_visible(("sns.due",)) is None


async def test_a_longer_period_brings_nothing_back(here: Notifications) -> None:
    topic = await here.topic("t.fifo", ArchivePolicy=ONE_DAY)
    here.clock.advance(3 * DAY_S)
    longer = '{"MessageRetentionPeriod": "30"}'
    given = {"AttributeName": "ArchivePolicy", "AttributeValue": longer}
    await here.call("SetTopicAttributes", TopicArn=topic, **given)
    assert (await kept(here)).begins(here.clock.now()) == pytest.approx(here.clock.now() - DAY_S, abs=1)
    here.clock.advance(DAY_S)
    assert (await kept(here)).begins(here.clock.now()) == pytest.approx(here.clock.now() - 2 * DAY_S, abs=1)


async def test_a_replay_fails_if_the_archive_is_taken_away(here: Notifications) -> None:
    topic = await here.topic("t.fifo", ArchivePolicy=ONE_DAY)
    await publish(here, topic, "a")
    queue = await here.queue("q.fifo")
    arn = await here.subscribe(topic, "sqs", queue, ReplayPolicy=since(here.clock.now() - 60))
    given = {"AttributeName": "ArchivePolicy", "AttributeValue": "{}"}
    await here.call("SetTopicAttributes", TopicArn=topic, **given)
    await publish(here, topic, "b")  # comes at once: nothing else would bring it
    await replay(here)
    assert (await here.stored(arn)).replay.status == "Failed"
    await publish(here, topic, "c")
    assert await said(here, "q.fifo") == ["b", "c"]


async def test_unsubscribing_ends_a_replay(here: Notifications) -> None:
    topic = await here.topic("t.fifo", ArchivePolicy=ONE_DAY)
    await publish(here, topic, "a")
    queue = await here.queue("q.fifo")
    arn = await here.subscribe(topic, "sqs", queue, ReplayPolicy=since(here.clock.now() - 60))
    await here.call("Unsubscribe", SubscriptionArn=arn)
    await replay(here)
    assert not await here.bodies("q.fifo")


async def test_another_policy_takes_the_place_of_a_replay(here: Notifications) -> None:
    topic = await here.topic("t.fifo", ArchivePolicy=ONE_DAY)
    await publish(here, topic, "a")
    here.clock.advance(60)
    between = here.clock.now() - 30
    await publish(here, topic, "b")
    queue = await here.queue("q.fifo")
    arn = await here.subscribe(topic, "sqs", queue, ReplayPolicy=since(here.clock.now() - 90))
    given = {"AttributeName": "ReplayPolicy", "AttributeValue": since(between)}
    await here.call("SetSubscriptionAttributes", SubscriptionArn=arn, **given)
    assert (await here.stored(arn)).replay.status == "Pending"
    await replay(here)
    assert await said(here, "q.fifo") == ["b"]


async def test_an_end_to_come_is_waited_for(here: Notifications) -> None:
    topic = await here.topic("t.fifo", ArchivePolicy=ONE_DAY)
    queue = await here.queue("q.fifo")
    begun = here.clock.now()
    policy = since(begun, begun + 3600)
    arn = await here.subscribe(topic, "sqs", queue, ReplayPolicy=policy)
    await replay(here)
    assert (await here.stored(arn)).replay.status == "In progress"
    await publish(here, topic, "a")
    here.clock.advance(10)
    await replay(here)
    assert await said(here, "q.fifo") == ["a"]
    here.clock.advance(3600)
    await publish(here, topic, "late")
    await replay(here)
    assert (await here.stored(arn)).replay.status == "Completed"
    assert await said(here, "q.fifo") == ["a"]  # again, as nobody has deleted it


async def test_what_is_archived_and_replayed_is_counted(here: Notifications) -> None:
    topic = await here.topic("t.fifo", ArchivePolicy=ONE_DAY)
    for message in "ab":
        await publish(here, topic, message)
    policy = since(here.clock.now() - 60)
    await here.subscribe(topic, "sqs", await here.queue("q"), ReplayPolicy=policy)
    missing = f"arn:aws:sqs:{REGION}:{ACCOUNT}:missing"
    await here.subscribe(topic, "sqs", missing, ReplayPolicy=policy)
    await replay(here)
    counts = here.counts(topic)
    assert (counts.archived, counts.replayed_delivered, counts.replayed_failed) == (2, 2, 2)
    assert counts.archived_bytes > 2


async def test_a_place_in_a_long_log_is_found_by_its_time(here: Notifications) -> None:
    store, log = here.world.store, ("sns.archive", "x")
    entries = [Append(log, b"%d" % n, 100.0 * n) for n in range(200)]
    for entry in entries:
        await store.commit([entry, Append(("other",), b"", 0.0)])
    for instant in (0.0, 5_000.0, 5_001.0, 19_900.0):
        (first,) = await store.read_log(log, after=await place_before(store, log, instant), limit=1)
        assert first.at == pytest.approx(instant, abs=100)
    last = await place_before(store, log, 1e9)
    assert not await store.read_log(log, after=last)


def test_a_replay_that_is_killed_goes_on(tmp_path: Path) -> None:
    """Each message comes once and in its place, however often the server is killed in the middle."""
    bodies = [f"{number}" for number in range(500)]

    def taken(sqs: Any, count: int) -> list[str]:
        found: list[str] = []
        while len(found) < count:
            answer = sqs.receive_message(QueueUrl="q.fifo", MaxNumberOfMessages=10, WaitTimeSeconds=10)
            assert answer.get("Messages"), f"only {len(found)} have come"
            found += [json.loads(message["Body"])["Message"] for message in answer["Messages"]]
            ended = [
                {"Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"]}
                for message in answer["Messages"]
            ]
            sqs.delete_message_batch(QueueUrl="q.fifo", Entries=ended)
        return found

    with running(tmp_path / "data") as server:
        sns, sqs = server.client("sns"), server.client("sqs")
        given = {"FifoTopic": "true", "ContentBasedDeduplication": "true", "ArchivePolicy": ONE_DAY}
        topic = sns.create_topic(Name="t.fifo", Attributes=given)["TopicArn"]
        for at in range(0, len(bodies), 10):
            entries = [{"Id": each, "Message": each, "MessageGroupId": "g"} for each in bodies[at : at + 10]]
            sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true", "Policy": policy})
        queue = f"arn:aws:sqs:{REGION}:000000000000:q.fifo"
        start = {"ReplayPolicy": since(0)}
        made = {"Protocol": "sqs", "Endpoint": queue, "Attributes": start, "ReturnSubscriptionArn": True}
        subscription = sns.subscribe(TopicArn=topic, **made)["SubscriptionArn"]
        found = taken(sqs, 1)
        server.kill()
    for _ in range(2):
        with running(tmp_path / "data") as server:
            found += taken(server.client("sqs"), 1)
            server.kill()
    with running(tmp_path / "data") as server:
        sns, sqs = server.client("sns"), server.client("sqs")
        found += taken(sqs, len(bodies) - len(found))
        sns.publish(TopicArn=topic, Message="new", MessageGroupId="g")
        found += taken(sqs, 1)
        shown = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
        assert shown["ReplayStatus"] == "Completed"
    assert found == [*bodies, "new"]
