"""Dead letters: redrive policies, who takes whose, and message move tasks."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from portico.base.tasks import Tasks
from portico.identity.principal import Principal
from portico.identity.records import Attached
from portico.services.sqs.tasks import TASKS
from portico.wire.errors import AwsError
from sqs_in_process import Queues, bodies, queues
from world import ACCOUNT

ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}"


@pytest.fixture
async def here() -> AsyncIterator[Queues]:
    async with queues() as made:
        yield made


def redrive(name: str = "dead", receives: object = 1) -> str:
    return json.dumps({"deadLetterTargetArn": f"{ARN}:{name}", "maxReceiveCount": receives})


async def with_dead_letters(here: Queues, *messages: str) -> tuple[str, str]:
    """A queue and its dead letter queue, which these messages have gone to; their URLs."""
    dead = await here.queue("dead")
    url = await here.queue("q", RedrivePolicy=redrive(), VisibilityTimeout=0)
    await here.send(url, *messages)
    for _ in range(2):
        while await here.take(url):
            pass
    return url, dead


async def ended(here: Queues, source: str = f"{ARN}:dead") -> dict[str, Any]:
    """The latest task of the source, once it has ended."""
    changed = here.sqs.bus.subscribe(("sqs.move_tasks.test",))
    here.world.store.on_commit(lambda keys: here.sqs.bus.publish(("sqs.move_tasks.test",)))
    async with here.running("sqs.moving"):
        while True:
            task: dict[str, Any] = (await here.call("ListMessageMoveTasks", SourceArn=source))["Results"][0]
            if task["Status"] not in ("RUNNING", "CANCELLING"):
                return task
            assert await changed.wait(10)


class TestRedrive:
    @pytest.mark.parametrize(
        ("policy", "reason"),
        [
            ("{}", "Redrive policy does not contain mandatory attribute: maxReceiveCount."),
            (
                '{"maxReceiveCount": 1}',
                "Redrive policy does not contain mandatory attribute: deadLetterTargetArn.",
            ),
            ("[1]", "Redrive policy is not a valid JSON map."),
            ("{", "Redrive policy is not a valid JSON map."),
            (redrive("none"), "Dead letter target does not exist."),
            (redrive("dead.fifo"), "Dead-letter queue must be same type of queue as the source."),
            (
                redrive(receives=0),
                "Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.",
            ),
            (
                redrive(receives=1001),
                "Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive.",
            ),
            (
                redrive(receives=True),
                "Invalid value for maxReceiveCount: True, valid values are from 1 to 1000 both inclusive.",
            ),
            (
                redrive(receives="x"),
                "Invalid value for maxReceiveCount: x, valid values are from 1 to 1000 both inclusive.",
            ),
            (redrive().replace(ACCOUNT, "222233334444"), "Dead letter target does not exist."),
            (redrive().replace("us-east-1", "us-west-2"), "Dead letter target does not exist."),
            (redrive().replace(":sqs:", ":sns:"), "Invalid value for deadLetterTargetArn."),
        ],
    )
    async def test_what_is_refused(self, here: Queues, policy: str, reason: str) -> None:
        await here.queue("dead")
        await here.queue("dead.fifo")
        with pytest.raises(AwsError) as caught:
            await here.queue("q", RedrivePolicy=policy)
        assert caught.value.code == "InvalidParameterValueException"
        assert (
            caught.value.message == f"Value {policy} for parameter RedrivePolicy is invalid. Reason: {reason}"
        )

    @pytest.mark.parametrize(
        ("allow", "taken"),
        [
            ({"redrivePermission": "allowAll"}, True),
            ({"redrivePermission": "denyAll"}, False),
            ({"redrivePermission": "byQueue", "sourceQueueArns": [f"{ARN}:q"]}, True),
            ({"redrivePermission": "byQueue", "sourceQueueArns": [f"{ARN}:p"]}, False),
        ],
    )
    async def test_a_queue_says_whose_dead_letters_it_takes(
        self, here: Queues, allow: dict[str, Any], taken: bool
    ) -> None:
        await here.queue("dead", RedriveAllowPolicy=json.dumps(allow))
        if taken:
            await here.queue("q", RedrivePolicy=redrive())
            return
        with pytest.raises(AwsError, match="redrive allow policy does not allow this queue"):
            await here.queue("q", RedrivePolicy=redrive())

    @pytest.mark.parametrize(
        "policy",
        [
            "{",
            "{}",
            "[]",
            '{"redrivePermission": "some"}',
            '{"redrivePermission": "byQueue"}',
            '{"redrivePermission": "byQueue", "sourceQueueArns": []}',
            '{"redrivePermission": "byQueue", "sourceQueueArns": ["q"]}',
            '{"redrivePermission": "denyAll", "sourceQueueArns": ["arn:aws:sqs:us-east-1:111122223333:q"]}',
            json.dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [f"{ARN}:{n}" for n in range(11)]}
            ),
        ],
    )
    async def test_allow_policies_that_are_none(self, here: Queues, policy: str) -> None:
        with pytest.raises(AwsError, match="Reason: Amazon SQS can't create the redrive allow policy"):
            await here.queue("dead", RedriveAllowPolicy=policy)

    async def test_a_message_goes_when_it_would_be_received_once_more(self, here: Queues) -> None:
        dead = await here.queue("dead")
        url = await here.queue("q", RedrivePolicy=redrive(receives=2), VisibilityTimeout=30)
        await here.send(url, "poison")
        for _ in range(2):
            assert bodies(await here.take(url)) == ["poison"]
            here.clock.advance(30)
        assert await here.take(dead) == []
        assert await here.take(url) == []
        assert bodies(await here.take(dead)) == ["poison"]

    async def test_it_stays_while_there_is_no_such_queue(self, here: Queues) -> None:
        dead = await here.queue("dead")
        url = await here.queue("q", RedrivePolicy=redrive(), VisibilityTimeout=0)
        await here.send(url, "poison")
        await here.call("DeleteQueue", QueueUrl=dead)
        for _ in range(3):
            assert bodies(await here.take(url)) == ["poison"]

    async def test_the_age_of_a_dead_letter_goes_on(self, here: Queues) -> None:
        dead = await here.queue("dead", MessageRetentionPeriod=60)
        url = await here.queue("q", RedrivePolicy=redrive(), VisibilityTimeout=0)
        await here.send(url, "poison")
        await here.take(url)
        here.clock.advance(50)
        await here.take(url)
        here.clock.advance(11)
        assert await here.take(dead) == []

    async def test_on_a_fifo_queue_it_begins_anew_and_its_id_deduplicates(self, here: Queues) -> None:
        dead = await here.queue("dead.fifo", MessageRetentionPeriod=60)
        url = await here.queue("q.fifo", RedrivePolicy=redrive("dead.fifo"), VisibilityTimeout=0)
        await here.send(url, "poison", MessageGroupId="g", MessageDeduplicationId="d")
        await here.take(url)
        here.clock.advance(100)
        await here.take(url)
        here.clock.advance(11)
        (message,) = await here.take(dead, AttributeNames=["MessageDeduplicationId", "MessageGroupId"])
        expected = {"MessageDeduplicationId": message["MessageId"], "MessageGroupId": "g"}
        assert message["Attributes"] == expected

    async def test_sources_are_listed_by_pages(self, here: Queues) -> None:
        dead = await here.queue("dead")
        urls = [await here.queue(f"q{n}", RedrivePolicy=redrive()) for n in range(3)]
        await here.queue("other")
        assert await here.call("ListDeadLetterSourceQueues", QueueUrl=dead) == {"queueUrls": urls}
        page = await here.call("ListDeadLetterSourceQueues", QueueUrl=dead, MaxResults=2)
        assert page["queueUrls"] == urls[:2]
        token = page["NextToken"]
        rest = await here.call("ListDeadLetterSourceQueues", QueueUrl=dead, MaxResults=2, NextToken=token)
        assert rest == {"queueUrls": urls[2:]}
        assert await here.call("ListDeadLetterSourceQueues", QueueUrl=urls[0]) == {"queueUrls": []}


class TestMoveTasks:
    async def test_messages_go_back_to_where_they_came_from(self, here: Queues) -> None:
        url, dead = await with_dead_letters(here, *map(str, range(25)))
        before = {message["MessageId"] for message in await here.take(dead, VisibilityTimeout=0)}
        handle = (await here.call("StartMessageMoveTask", SourceArn=f"{ARN}:dead"))["TaskHandle"]
        (running,) = (await here.call("ListMessageMoveTasks", SourceArn=f"{ARN}:dead"))["Results"]
        assert (running["Status"], running["TaskHandle"]) == ("RUNNING", handle)
        assert running["ApproximateNumberOfMessagesToMove"] == 25
        task = await ended(here)
        assert "TaskHandle" not in task
        assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 25)
        assert await here.take(dead) == []
        await here.call("SetQueueAttributes", QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
        found = [message for _ in range(3) for message in await here.take(url, AttributeNames=["All"])]
        assert sorted(bodies(found), key=int) == list(map(str, range(25)))
        assert {message["Attributes"]["ApproximateReceiveCount"] for message in found} == {"1"}
        assert not before & {message["MessageId"] for message in found}

    async def test_messages_go_where_they_are_sent(self, here: Queues) -> None:
        _, dead = await with_dead_letters(here, "a", "b")
        other = await here.queue("other")
        await here.call("StartMessageMoveTask", SourceArn=f"{ARN}:dead", DestinationArn=f"{ARN}:other")
        task = await ended(here)
        assert (task["Status"], task["DestinationArn"]) == ("COMPLETED", f"{ARN}:other")
        assert sorted(bodies(await here.take(other))) == ["a", "b"]
        assert await here.take(dead) == []

    async def test_a_cancelled_task_stops(self, here: Queues) -> None:
        _, dead = await with_dead_letters(here, "a")
        handle = (await here.call("StartMessageMoveTask", SourceArn=f"{ARN}:dead"))["TaskHandle"]
        answer = await here.call("CancelMessageMoveTask", TaskHandle=handle)
        assert answer == {"ApproximateNumberOfMessagesMoved": 0}
        assert (await ended(here))["Status"] == "CANCELLED"
        assert bodies(await here.take(dead)) == ["a"]
        with pytest.raises(AwsError) as caught:
            await here.call("CancelMessageMoveTask", TaskHandle=handle)
        assert (caught.value.code, caught.value.status) == ("ResourceNotFoundException", 404)

    async def test_a_destination_that_goes_away_ends_it(self, here: Queues) -> None:
        await with_dead_letters(here, "a")
        other = await here.queue("other")
        await here.call("StartMessageMoveTask", SourceArn=f"{ARN}:dead", DestinationArn=f"{ARN}:other")
        await here.call("DeleteQueue", QueueUrl=other)
        task = await ended(here)
        assert (task["Status"], task["FailureReason"]) == (
            "FAILED",
            "AWS.SimpleQueueService.NonExistentQueue",
        )

    async def test_a_message_that_came_from_nowhere_ends_it(self, here: Queues) -> None:
        _, dead = await with_dead_letters(here)
        await here.send(dead, "sent here")
        await here.call("StartMessageMoveTask", SourceArn=f"{ARN}:dead")
        task = await ended(here)
        assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")

    async def test_the_rate_is_kept(self, here: Queues) -> None:
        await with_dead_letters(here, *map(str, range(6)))
        await here.call("StartMessageMoveTask", SourceArn=f"{ARN}:dead", MaxNumberOfMessagesPerSecond=10)
        began = here.clock.monotonic()
        assert (await ended(here))["Status"] == "COMPLETED"
        assert here.clock.monotonic() - began >= 0.5

    async def test_one_task_at_a_time(self, here: Queues) -> None:
        await with_dead_letters(here, "a")
        await here.call("StartMessageMoveTask", SourceArn=f"{ARN}:dead")
        with pytest.raises(AwsError, match="Only one active task is allowed") as caught:
            await here.call("StartMessageMoveTask", SourceArn=f"{ARN}:dead")
        assert caught.value.code == "InvalidParameterValueException"

    async def test_the_newest_are_listed_first(self, here: Queues) -> None:
        await with_dead_letters(here, "a")
        for status in ("COMPLETED", "CANCELLED"):
            here.clock.advance(1)
            handle = (await here.call("StartMessageMoveTask", SourceArn=f"{ARN}:dead"))["TaskHandle"]
            if status == "CANCELLED":
                await here.call("CancelMessageMoveTask", TaskHandle=handle)
            await ended(here)
        tasks = (await here.call("ListMessageMoveTasks", SourceArn=f"{ARN}:dead", MaxResults=10))["Results"]
        assert [task["Status"] for task in tasks] == ["CANCELLED", "COMPLETED"]

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            ({"SourceArn": f"{ARN}:none"}, "ResourceNotFoundException"),
            ({"SourceArn": f"{ARN}:q"}, "InvalidParameterValueException"),
            ({"SourceArn": "nothing"}, "InvalidParameterValueException"),
            ({"SourceArn": f"{ARN}:dead", "DestinationArn": f"{ARN}:none"}, "ResourceNotFoundException"),
            ({"SourceArn": f"{ARN}:dead", "DestinationArn": f"{ARN}:dead"}, "InvalidParameterValueException"),
            (
                {"SourceArn": f"{ARN}:dead", "DestinationArn": f"{ARN}:x.fifo"},
                "InvalidParameterValueException",
            ),
            (
                {"SourceArn": f"{ARN}:dead", "MaxNumberOfMessagesPerSecond": 501},
                "InvalidParameterValueException",
            ),
            (
                {"SourceArn": f"{ARN}:dead", "MaxNumberOfMessagesPerSecond": 0},
                "InvalidParameterValueException",
            ),
        ],
    )
    async def test_what_is_refused(self, here: Queues, request_: dict[str, Any], code: str) -> None:
        await with_dead_letters(here)
        await here.queue("x.fifo")
        with pytest.raises(AwsError) as caught:
            await here.call("StartMessageMoveTask", **request_)
        assert caught.value.code == code

    @pytest.mark.parametrize("handle", ["", "x", "é", "e30=", "eyJ0YXNrSWQiOjF9"])
    async def test_handles_that_are_none(self, here: Queues, handle: str) -> None:
        with pytest.raises(AwsError) as caught:
            await here.call("CancelMessageMoveTask", TaskHandle=handle)
        assert caught.value.code == "InvalidParameterValueException"

    @pytest.mark.parametrize("results", [0, 11])
    async def test_bounds_of_a_list(self, here: Queues, results: int) -> None:
        await with_dead_letters(here)
        with pytest.raises(AwsError, match="Must be between 1 and 10"):
            await here.call("ListMessageMoveTasks", SourceArn=f"{ARN}:dead", MaxResults=results)

    @pytest.mark.parametrize(
        "lacking", ["StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "SendMessage"]
    )
    async def test_its_starter_needs_what_moving_comes_to(self, here: Queues, lacking: str) -> None:
        await with_dead_letters(here, "a")
        actions = {
            "StartMessageMoveTask",
            "ReceiveMessage",
            "DeleteMessage",
            "GetQueueAttributes",
            "SendMessage",
        }
        statement = {
            "Effect": "Allow",
            "Action": [f"sqs:{each}" for each in actions - {lacking}],
            "Resource": "*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        made = await here.world.user("mover", inline=(Attached("p", policy),))
        mover = here.of(
            Principal("user", ACCOUNT, made.arn, made.arn, made.unique_id, "mover", made.unique_id)
        )
        with pytest.raises(AwsError, match=f"sqs:{lacking.lower()} on resource"):
            await mover.call("sqs", "StartMessageMoveTask", SourceArn=f"{ARN}:dead")

    async def test_it_goes_on_after_a_restart(self, here: Queues) -> None:
        """What a server that died left: a task that runs, and messages that its worker had leased."""
        url, dead = await with_dead_letters(here, "a", "b")
        await here.call("StartMessageMoveTask", SourceArn=f"{ARN}:dead")
        tasks = Tasks()
        tasks.start("sqs.moving", here.loops["sqs.moving"])
        await tasks.close()
        rows = await here.world.store.scan(TASKS.key())
        assert [TASKS.decode(row.value).status for row in rows] == ["RUNNING"]
        assert (await ended(here))["Status"] == "COMPLETED"
        assert await here.take(dead) == []
        assert sorted(bodies(await here.take(url))) == ["a", "b"]
