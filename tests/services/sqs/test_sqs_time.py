"""What happens at queues as time goes by: visibility, delays, retention, deduplication, names, attempts. The clock is moved."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from portico.services.sqs.records import LEFTOVERS
from portico.services.sqs.upkeep import Upkeep
from portico.wire.errors import AwsError
from sqs_in_process import Queues, bodies, queues


@pytest.fixture
async def here() -> AsyncIterator[Queues]:
    async with queues() as made:
        yield made


async def test_a_message_is_visible_again_when_its_timeout_is_over(here: Queues) -> None:
    url = await here.queue(VisibilityTimeout=30)
    await here.send(url, "a")
    assert bodies(await here.take(url)) == ["a"]
    here.clock.advance(29)
    assert await here.take(url) == []
    here.clock.advance(1)
    (again,) = await here.take(url, AttributeNames=["ApproximateReceiveCount"])
    assert again["Attributes"] == {"ApproximateReceiveCount": "2"}


async def test_visibility_can_be_12_hours_and_not_more_in_total(here: Queues) -> None:
    url = await here.queue()
    await here.send(url, "a")
    (message,) = await here.take(url, VisibilityTimeout=43_200)
    handle = message["ReceiptHandle"]
    here.clock.advance(3600)
    with pytest.raises(AwsError, match=r"beyond the limit \[43200 seconds\]"):
        await here.call(
            "ChangeMessageVisibility", QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=43_200
        )
    await here.call("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=39_000)
    here.clock.advance(38_999)
    assert await here.take(url) == []
    here.clock.advance(2)
    assert len(await here.take(url)) == 1


async def test_delays_of_queue_and_message(here: Queues) -> None:
    url = await here.queue(DelaySeconds=10)
    await here.send(url, "by the queue")
    await here.send(url, "at once", DelaySeconds=0)
    await here.send(url, "late", DelaySeconds=900)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    answer = await here.call("GetQueueAttributes", QueueUrl=url, AttributeNames=names)
    assert answer["Attributes"] == dict(zip(names, ("1", "2"), strict=True))
    assert bodies(await here.take(url)) == ["at once"]
    here.clock.advance(10)
    assert bodies(await here.take(url)) == ["by the queue"]
    here.clock.advance(890)
    assert "late" in bodies(await here.take(url))


async def test_expired_messages_are_not_received_and_removed(here: Queues) -> None:
    url = await here.queue(MessageRetentionPeriod=60)
    await here.send(url, "old")
    here.clock.advance(61)
    await here.send(url, "new")
    upkeep = Upkeep(here.world.store, here.clock)
    await upkeep.expire()
    answer = await here.call(
        "GetQueueAttributes", QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert answer["Attributes"] == {"ApproximateNumberOfMessages": "1"}
    assert bodies(await here.take(url)) == ["new"]


async def test_a_shorter_retention_expires_what_is_there(here: Queues) -> None:
    url = await here.queue()
    await here.send(url, "old")
    here.clock.advance(100)
    await here.call("SetQueueAttributes", QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    assert await here.take(url) == []


async def test_deduplication_ends_after_five_minutes(here: Queues) -> None:
    url = await here.queue("q.fifo", ContentBasedDeduplication="true")
    first = await here.call("SendMessage", QueueUrl=url, MessageBody="a", MessageGroupId="g")
    here.clock.advance(299)
    second = await here.call("SendMessage", QueueUrl=url, MessageBody="a", MessageGroupId="g")
    assert second == first
    here.clock.advance(2)
    third = await here.call("SendMessage", QueueUrl=url, MessageBody="a", MessageGroupId="g")
    assert third["MessageId"] != first["MessageId"]
    assert third["SequenceNumber"] > first["SequenceNumber"]
    assert bodies(await here.take(url)) == ["a", "a"]


async def test_deduplication_goes_on_over_a_purge_and_ends_with_the_queue(here: Queues) -> None:
    url = await here.queue("q.fifo", ContentBasedDeduplication="true")
    first = await here.call("SendMessage", QueueUrl=url, MessageBody="a", MessageGroupId="g")
    await here.call("PurgeQueue", QueueUrl=url)
    assert await here.call("SendMessage", QueueUrl=url, MessageBody="a", MessageGroupId="g") == first
    assert await here.take(url) == []
    await here.call("DeleteQueue", QueueUrl=url)
    here.clock.advance(60)
    url = await here.queue("q.fifo", ContentBasedDeduplication="true")
    await here.send(url, "a", MessageGroupId="g")
    assert bodies(await here.take(url)) == ["a"]


async def test_an_explicit_id_and_the_hash_of_a_body_are_one_name(here: Queues) -> None:
    url = await here.queue("q.fifo", ContentBasedDeduplication="true")
    digest = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    await here.send(url, "a", MessageGroupId="g")
    await here.send(url, "other", MessageGroupId="g", MessageDeduplicationId=digest)
    await here.send(url, "a", MessageGroupId="g", MessageDeduplicationId="explicit")
    assert bodies(await here.take(url)) == ["a", "a"]


async def test_the_name_of_a_deleted_queue_rests_for_60_seconds(here: Queues) -> None:
    url = await here.queue(VisibilityTimeout=5)
    await here.send(url, "gone")
    await here.call("DeleteQueue", QueueUrl=url)
    with pytest.raises(AwsError, match="You must wait 60 seconds"):
        await here.queue()
    here.clock.advance(60)
    await here.queue()
    assert await here.take(url) == []


async def test_a_purge_is_at_once_and_once_in_60_seconds(here: Queues) -> None:
    url = await here.queue()
    await here.send(url, "a", "b")
    (held,) = await here.take(url, limit=1)
    await here.call("PurgeQueue", QueueUrl=url)
    assert await here.take(url) == []
    await here.call("DeleteMessage", QueueUrl=url, ReceiptHandle=held["ReceiptHandle"])
    await here.send(url, "c")
    with pytest.raises(AwsError, match="Only one PurgeQueue operation on q"):
        await here.call("PurgeQueue", QueueUrl=url)
    here.clock.advance(60)
    await here.call("PurgeQueue", QueueUrl=url)
    here.clock.advance(100)
    assert await here.take(url) == []


async def test_what_is_left_of_purged_and_deleted_queues_is_removed(here: Queues) -> None:
    store = here.world.store
    url = await here.queue()
    await here.send(url, *map(str, range(5)))
    await here.call("PurgeQueue", QueueUrl=url)
    await here.send(url, "a")
    await here.call("DeleteQueue", QueueUrl=url)
    left = [LEFTOVERS.decode(row.value).messages for row in await store.scan(LEFTOVERS.key())]
    assert len(left) == 2
    await Upkeep(store, here.clock).remove_leftovers()
    assert await store.scan(LEFTOVERS.key()) == []
    assert [await store.oldest(each) for each in left] == [None, None]


async def test_leftovers_are_removed_in_the_background(here: Queues) -> None:
    store = here.world.store
    url = await here.queue()
    changed = asyncio.Event()
    store.on_commit(lambda keys: changed.set())
    async with here.running("sqs.upkeep"):
        await here.send(url, "a")
        await here.call("DeleteQueue", QueueUrl=url)
        while await store.scan(LEFTOVERS.key()):
            changed.clear()
            await asyncio.wait_for(changed.wait(), 10)


async def test_an_attempt_repeats_for_five_minutes(here: Queues) -> None:
    url = await here.queue("q.fifo", ContentBasedDeduplication="true", VisibilityTimeout=1000)
    await here.send(url, "a", "b", MessageGroupId="g")
    first = await here.take(url, limit=1, ReceiveRequestAttemptId="try")
    here.clock.advance(200)
    again = await here.take(url, limit=1, ReceiveRequestAttemptId="try")
    assert bodies(again) == bodies(first) == ["a"]
    await here.call("DeleteMessage", QueueUrl=url, ReceiptHandle=first[0]["ReceiptHandle"])
    assert bodies(await here.take(url, ReceiveRequestAttemptId="try")) == ["b"]
    here.clock.advance(301)
    assert await here.take(url, ReceiveRequestAttemptId="try") == []


async def test_a_long_poll_is_woken_by_a_send(here: Queues) -> None:
    url = await here.queue()
    waiting = asyncio.ensure_future(here.take(url, WaitTimeSeconds=20))
    await asyncio.sleep(0)
    began = here.clock.monotonic()
    await here.send(url, "a")
    assert bodies(await waiting) == ["a"]
    assert here.clock.monotonic() - began < 0.5


async def test_a_long_poll_goes_on_over_a_purge_and_ends_with_its_queue(here: Queues) -> None:
    url = await here.queue()
    waiting = asyncio.ensure_future(here.take(url, WaitTimeSeconds=20))
    await asyncio.sleep(0)
    await here.call("PurgeQueue", QueueUrl=url)
    await here.send(url, "a")
    assert bodies(await waiting) == ["a"]
    waiting = asyncio.ensure_future(here.take(url, WaitTimeSeconds=20))
    await asyncio.sleep(0)
    await here.call("DeleteQueue", QueueUrl=url)
    with pytest.raises(AwsError) as refused:
        await waiting
    assert refused.value.code == "QueueDoesNotExist"


async def test_the_queue_says_how_long_to_wait(here: Queues) -> None:
    url = await here.queue(ReceiveMessageWaitTimeSeconds=20)
    waiting = asyncio.ensure_future(here.take(url))
    await asyncio.sleep(0)
    await here.send(url, "a")
    assert bodies(await waiting) == ["a"]
    assert await here.take(url, WaitTimeSeconds=0) == []


async def test_only_so_many_messages_are_in_flight(here: Queues) -> None:
    here.sqs.in_flight.limit = 3
    url = await here.queue()
    await here.send(url, *"abcde")
    assert bodies(await here.take(url)) == ["a", "b", "c"]
    with pytest.raises(AwsError) as refused:
        await here.take(url)
    assert (refused.value.code, refused.value.status) == ("OverLimit", 403)
    assert await here.take(url, WaitTimeSeconds=1) == []
    here.clock.advance(30)
    assert bodies(await here.take(url, limit=2)) == ["d", "e"]


async def test_a_fifo_queue_gives_out_fewer_instead(here: Queues) -> None:
    here.sqs.in_flight.limit = 2
    url = await here.queue("q.fifo", ContentBasedDeduplication="true")
    await here.send(url, *"abc", MessageGroupId="g")
    assert bodies(await here.take(url)) == ["a", "b"]
    assert await here.take(url) == []


async def test_what_happens_is_counted(here: Queues) -> None:
    url = await here.queue("q.fifo", ContentBasedDeduplication="true")
    await here.send(url, "a", "a", "bc", MessageGroupId="g")
    messages = await here.take(url)
    await here.take(url)
    for message in messages:
        await here.call("DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    ((key, counts),) = here.sqs.counters.read()
    assert key == ("111122223333", "us-east-1", "q.fifo")
    assert (counts.sent, counts.sent_bytes, counts.deduplicated) == (2, 3, 1)
    assert (counts.received, counts.empty_receives, counts.deleted) == (2, 1, 2)


async def test_who_waits_when_the_server_ends_is_answered(here: Queues) -> None:
    url = await here.queue()
    waiting = asyncio.ensure_future(here.take(url, WaitTimeSeconds=20))
    await asyncio.sleep(0)
    here.sqs.bus.close()
    began = here.clock.monotonic()
    assert await waiting == []
    assert await here.take(url, WaitTimeSeconds=20) == []
    assert here.clock.monotonic() - began < 1


async def test_a_tenant_with_much_in_flight_waits_for_the_others(here: Queues) -> None:
    url = await here.queue()
    for at in range(100):
        await here.send(url, f"loud {at}", MessageGroupId="loud")
    for _ in range(3):
        await here.take(url)
    await here.send(url, "quiet", MessageGroupId="quiet")
    await here.send(url, "alone")
    assert bodies(await here.take(url, limit=3)) == ["quiet", "alone", "loud 30"]
    here.clock.advance(31)
    await here.send(url, "quiet again", MessageGroupId="quiet")
    assert all("loud" in body for body in bodies(await here.take(url, limit=3)))
