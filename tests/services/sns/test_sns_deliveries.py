"""Deliveries and what time does to them: retries, dead letters, pace, mails, status, expiry. The clock is moved, nothing waits."""

import asyncio
import hashlib
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from mail_server import MailServer
from portico.identity.principal import service
from portico.services.sns import fan_out
from portico.services.sns.delivery_policy import http_policy
from portico.services.sns.retries import AWS_ENDPOINTS, CUSTOMER_ENDPOINTS
from portico.services.sns.worker import Job, Tried
from portico.wire.errors import AwsError
from receiver import Receiver, receiving
from sns_in_process import OWN_PORT, REGION, Notifications, notifications
from world import ACCOUNT

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)


@pytest.fixture
async def here() -> AsyncIterator[Notifications]:
    async with notifications() as found:
        yield found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


# Retries ---------------------------------------------------------------------------------------------------------------


async def test_a_failed_try_is_repeated_as_the_policy_says(here: Notifications, receiver: Receiver) -> None:
    topic = await here.topic()
    await here.confirmed(topic, "http", receiver.url)
    receiver.statuses += [500, 429, 200]
    await here.publish(topic)
    assert await here.deliver("http") == 1
    first = receiver.take()
    assert await here.deliver("http") == 0
    here.clock.advance(19.5)
    assert await here.deliver("http") == 0
    here.clock.advance(1)
    assert await here.deliver("http") == 1
    here.clock.advance(20.5)
    assert await here.deliver("http") == 1
    assert [receiver.take().body, receiver.take().body] == [first.body] * 2
    here.clock.advance(100)
    assert await here.deliver("http") == 0
    counts = here.counts(topic)
    assert (counts.delivered, counts.failed) == (1, 2)


async def test_the_last_try_ends_in_the_dead_letters(here: Notifications, receiver: Receiver) -> None:
    topic, dead = await here.topic(), await here.queue("dead")
    policy = {"healthyRetryPolicy": {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 1}}
    await here.confirmed(
        topic,
        "http",
        receiver.url,
        RedrivePolicy=json.dumps({"deadLetterTargetArn": dead}),
        DeliveryPolicy=json.dumps(policy),
    )
    receiver.statuses += [503, 503]
    published = await here.publish(topic, "lost")
    assert await here.deliver("http") == 1
    here.clock.advance(1.1)
    assert await here.deliver("http") == 1
    (body,) = await here.bodies("dead")
    assert (json.loads(body)["Message"], json.loads(body)["MessageId"]) == ("lost", published)
    counts = here.counts(topic)
    assert (counts.failed, counts.redriven, counts.delivered) == (2, 1, 0)


@pytest.mark.parametrize("status", [400, 404, 302])
async def test_a_refusal_is_final(here: Notifications, receiver: Receiver, status: int) -> None:
    topic, dead = await here.topic(), await here.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": dead})
    await here.confirmed(topic, "http", receiver.url, RawMessageDelivery="true", RedrivePolicy=policy)
    receiver.statuses.append(status)
    await here.publish(topic, "refused")
    assert await here.deliver("http") == 1
    assert await here.bodies("dead") == ["refused"]
    here.clock.advance(1_000)
    assert await here.deliver("http") == 0


async def test_nobody_listens(here: Notifications) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    topic = await here.topic()
    await here.confirmed(topic, "http", url)
    await here.publish(topic)
    assert await here.deliver("http") == 1
    here.clock.advance(20.5)
    assert await here.deliver("http") == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        f"http://127.0.0.1:{OWN_PORT}/_portico/reset",
        f"http://localhost:{OWN_PORT}/_portico/reset",
        f"http://[::ffff:127.0.0.1]:{OWN_PORT}/",
        f"http://0.0.0.0:{OWN_PORT}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[fd00::1]/",
        "http://2130706433:4566/",
    ],
)
async def test_addresses_that_are_nobodys_business(here: Notifications, endpoint: str) -> None:
    """Neither the message that asks to confirm nor any other goes there, and none is tried again."""
    topic, dead = await here.topic(), await here.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": dead})
    await here.subscribe(topic, "http", endpoint, RedrivePolicy=policy)
    assert await here.deliver("http") == 1
    await here.confirmed(topic, "http", endpoint)
    await here.publish(topic, "kept")
    assert await here.deliver("http") == 1
    assert json.loads((await here.bodies("dead"))[0])["Message"] == "kept"
    here.clock.advance(1_000)
    assert await here.deliver("http") == 0


async def test_what_a_subscription_missed_when_it_ended(here: Notifications, receiver: Receiver) -> None:
    topic = await here.topic()
    arn = await here.confirmed(topic, "http", receiver.url)
    await here.publish(topic)
    await here.call("Unsubscribe", SubscriptionArn=arn)
    await here.deliver("http")
    assert receiver.has_none()


async def test_a_name_and_a_password_in_the_address(here: Notifications, receiver: Receiver) -> None:
    topic = await here.topic()
    endpoint = receiver.url.replace("://", "://ada:p%40ss@") + "/a?b=c"
    arn = await here.confirmed(topic, "http", endpoint)
    await here.publish(topic)
    await here.deliver("http")
    delivered = receiver.take()
    assert (delivered.path, delivered.headers["authorization"]) == ("/a?b=c", "Basic YWRhOnBAc3M=")
    attributes = (await here.call("GetSubscriptionAttributes", SubscriptionArn=arn))["Attributes"]
    assert attributes["Endpoint"] == endpoint.replace("p%40ss", "****")


class Gate:
    """Endpoints of which some do not answer before they are let."""

    def __init__(self, slow: str) -> None:
        self.slow = slow
        self.open = asyncio.Event()
        self.reached: asyncio.Queue[str] = asyncio.Queue()

    async def deliver(self, job: Job) -> Tried:
        if job.subscription.arn == self.slow:
            await self.open.wait()
        self.reached.put_nowait(job.subscription.arn)
        return Tried("delivered")

    def phases(self, job: Job) -> Any:
        return AWS_ENDPOINTS


async def test_a_slow_endpoint_holds_up_no_other(here: Notifications) -> None:
    topic = await here.topic()
    slow = await here.confirmed(topic, "http", "http://slow.example/")
    other = await here.topic("other")
    fast = await here.confirmed(other, "http", "http://fast.example/")
    for _ in range(100):
        await here.publish(topic)
    gate, worker = Gate(slow), here.worker("http")
    worker._endpoints = gate
    while await worker.take():
        continue
    await here.publish(other)
    await worker.take()
    assert await gate.reached.get() == fast
    gate.open.set()
    found = 0
    while found < 100:
        here.clock.advance(2)
        await worker.take()
        while not gate.reached.empty():
            found += gate.reached.get_nowait() == slow
    await worker.drain()
    assert here.counts(topic).delivered == 100


async def test_the_pace_of_an_endpoint(here: Notifications, receiver: Receiver) -> None:
    topic = await here.topic()
    policy = {"throttlePolicy": {"maxReceivesPerSecond": 2}}
    await here.confirmed(topic, "http", receiver.url, DeliveryPolicy=json.dumps(policy))
    for _ in range(3):
        await here.publish(topic)
    assert await here.deliver("http") == 3
    receiver.take(), receiver.take()
    assert receiver.has_none()
    assert here.counts(topic).delivered == 2


@pytest.mark.parametrize(
    ("function", "delays"),
    [
        ("linear", [25.0, 40.0, 55.0, 70.0]),
        ("arithmetic", [16.0, 28.0, 46.0, 70.0]),
        ("geometric", [13.75, 25.0, 43.75, 70.0]),
        ("exponential", [16.27, 26.46, 43.04, 70.0]),
    ],
)
def test_back_off(function: str, delays: list[float]) -> None:
    policy = {
        "minDelayTarget": 10,
        "maxDelayTarget": 70,
        "numRetries": 9,
        "numNoDelayRetries": 1,
        "numMinDelayRetries": 2,
        "numMaxDelayRetries": 2,
        "backoffFunction": function,
    }
    phases = http_policy(json.dumps({"healthyRetryPolicy": policy}), None).phases
    found = [phases.delay_s(failures) for failures in range(1, 11)]
    assert found[:3] == [0.0, 10.0, 10.0]
    assert [round(delay or 0, 2) for delay in found[3:7]] == delays
    assert found[7:] == [70.0, 70.0, None]


@pytest.mark.parametrize(
    ("phases", "tries", "total_s"),
    [(AWS_ENDPOINTS, 100_015, 23 * 86_400), (CUSTOMER_ENDPOINTS, 50, 6 * 3_600)],
)
def test_how_long_others_are_tried(phases: Any, tries: int, total_s: float) -> None:
    delays = []
    while (delay := phases.delay_s(len(delays) + 1)) is not None:
        delays.append(delay)
    assert len(delays) == tries
    assert total_s * 0.9 < sum(delays) < total_s * 1.2


# Mails -----------------------------------------------------------------------------------------------------------------


async def test_mails_in_the_mailbox(here: Notifications) -> None:
    topic = await here.topic(DisplayName="Orders")
    await here.subscribe(topic, "email", "ada@example.com")
    await here.deliver("email")
    (asked,) = await here.sns.mailbox.newest("ada@example.com")
    token = asked.text.rpartition("Token=")[2].strip()
    assert asked.subject == "AWS Notification - Subscription Confirmation"
    arn = (await here.call("ConfirmSubscription", TopicArn=topic, Token=token))["SubscriptionArn"]
    await here.publish(topic, "<b>hello</b>", Subject="greeting")
    await here.deliver("email")
    (mail, _) = await here.sns.mailbox.newest()
    assert (mail.to, mail.subject, mail.sender) == (
        "ada@example.com",
        "greeting",
        "Orders <no-reply@sns.amazonaws.com>",
    )
    assert mail.text.startswith("<b>hello</b>\n")
    assert f"Action=Unsubscribe&SubscriptionArn={arn}" in mail.text


async def test_mails_as_json(here: Notifications) -> None:
    topic = await here.topic()
    await here.confirmed(topic, "email-json", "ada@example.com")
    await here.publish(topic, json.dumps({"default": "d", "email-json": "e"}), MessageStructure="json")
    await here.deliver("email")
    (mail,) = await here.sns.mailbox.newest()
    assert (json.loads(mail.text)["Message"], mail.subject) == ("e", "AWS Notification Message")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()


async def test_mails_through_a_server(mail_server: MailServer) -> None:
    async with notifications(f"smtp://127.0.0.1:{mail_server.port}") as here:
        topic = await here.topic()
        await here.confirmed(topic, "email", "ada@example.com")
        await here.publish(topic, "through", Subject="a subject")
        await here.deliver("email")
        assert here.counts(topic).delivered == 1
        assert await here.sns.mailbox.newest() == []
    (message,) = mail_server.messages
    assert "Subject: a subject\r\n" in message
    assert "To: ada@example.com\r\n" in message
    assert "through\r\n" in message


async def test_recipients_that_a_server_refuses(mail_server: MailServer) -> None:
    async with notifications(f"smtp://127.0.0.1:{mail_server.port}") as here:
        topic = await here.topic()
        await here.confirmed(topic, "email", "x@nobody.test")
        await here.publish(topic)
        assert await here.deliver("email") == 1
        here.clock.advance(600)
        assert await here.deliver("email") == 0
        assert here.counts(topic).failed == 1


async def test_a_server_that_is_busy(mail_server: MailServer) -> None:
    mail_server.greeting = b"421 later\r\n"
    async with notifications(f"smtp://127.0.0.1:{mail_server.port}") as here:
        topic = await here.topic()
        await here.confirmed(topic, "email", "ada@example.com")
        await here.publish(topic)
        assert await here.deliver("email") == 1
        here.clock.advance(10.5)
        mail_server.greeting = b"220 ready\r\n"
        assert await here.deliver("email") == 1
        assert here.counts(topic).delivered == 1


# What is not delivered ---------------------------------------------------------------------------------------------------


async def test_protocols_that_are_never_delivered(here: Notifications) -> None:
    topic, dead = await here.topic(), await here.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": dead})
    device = f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/GCM/app/00000000-0000-0000-0000-000000000000"
    await here.subscribe(topic, "application", device, RedrivePolicy=policy)
    stream = f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/s"
    await here.subscribe(topic, "firehose", stream, RedrivePolicy=policy, RawMessageDelivery="true")
    await here.publish(topic, "x")
    found = await here.bodies("dead")
    assert sorted(body if body == "x" else json.loads(body)["Message"] for body in found) == ["x", "x"]
    assert (here.counts(topic).failed, here.counts(topic).redriven) == (2, 2)


async def test_what_is_counted(here: Notifications) -> None:
    topic, queue = await here.topic(), await here.queue()
    await here.subscribe(topic, "sqs", queue, FilterPolicy='{"kind": ["a"]}')
    attributes = {"kind": {"DataType": "String", "StringValue": "b"}}
    await here.publish(topic, "1234")
    await here.publish(topic, "1234", MessageAttributes=attributes)
    await here.publish(topic, "1234", MessageAttributes={"kind": {**attributes["kind"], "StringValue": "a"}})
    counts = here.counts(topic)
    assert (counts.published, counts.published_bytes, counts.delivered) == (3, 12 + 2 * (4 + 6 + 1), 1)
    assert (counts.filtered_out, counts.filtered_out_no_attributes, counts.filtered_out_attributes) == (
        2,
        1,
        1,
    )


async def test_a_topic_with_very_many_subscriptions(
    here: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The publisher's commit holds a part, the loop the rest; one that subscribes in between gets nothing of it."""
    monkeypatch.setattr(fan_out, "_PART_MAX", 3)
    topic = await here.topic()
    queues = [await here.queue(f"q{number}") for number in range(10)]
    for queue in queues[:9]:
        await here.subscribe(topic, "sqs", queue, RawMessageDelivery="true")
    await here.publish(topic, "wide")

    async def reached() -> list[int]:
        return [len(await here.bodies(f"q{number}")) for number in range(10)]

    assert sum(await reached()) == 3
    here.clock.advance(31)
    await here.subscribe(topic, "sqs", queues[9], RawMessageDelivery="true")
    await here.go_on()
    assert sorted(await reached()) == [0] + [1] * 9
    assert here.counts(topic).delivered == 9


async def test_a_topic_that_is_gone_before_it_has_told_all(
    here: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "_PART_MAX", 1)
    topic = await here.topic()
    for number in range(2):
        await here.subscribe(topic, "sqs", await here.queue(f"q{number}"))
    await here.publish(topic)
    await here.call("DeleteTopic", TopicArn=topic)
    await here.go_on()
    assert sum([len(await here.bodies(f"q{number}")) for number in range(2)]) == 1


# Delivery status ---------------------------------------------------------------------------------------------------------


async def logged(here: Notifications, group: str) -> list[dict[str, Any]]:
    await here.sns.status.write()
    try:
        streams = await here.client.call("logs", "DescribeLogStreams", logGroupName=group)
    except AwsError:
        return []
    found: list[dict[str, Any]] = []
    for stream in streams["logStreams"]:
        events = await here.client.call(
            "logs", "GetLogEvents", logGroupName=group, logStreamName=stream["logStreamName"]
        )
        found += [json.loads(event["message"]) for event in events["events"]]
    return found


async def feedback_role(here: Notifications, trust: str = TRUST, allowed: str = "logs:*") -> str:
    from portico.identity.records import Attached

    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": allowed, "Resource": "*"}}
    role = await here.world.role("feedback", trust, inline=(Attached("p", json.dumps(policy)),))
    return role.arn


async def test_delivery_status_of_queues(here: Notifications) -> None:
    role = await feedback_role(here)
    topic = await here.topic(SQSSuccessFeedbackRoleArn=role, SQSFailureFeedbackRoleArn=role)
    queue = await here.queue()
    await here.subscribe(topic, "sqs", queue)
    gone = f"arn:aws:sqs:{REGION}:{ACCOUNT}:gone"
    await here.subscribe(topic, "sqs", gone)
    published = await here.publish(topic, "logged")
    group = f"sns/{REGION}/{ACCOUNT}/t"
    (success,) = await logged(here, group)
    notification = success["notification"]
    assert notification["messageMD5Sum"] == hashlib.md5(b"logged").hexdigest()
    assert (notification["messageId"], notification["topicArn"]) == (published, topic)
    assert success["status"] == "SUCCESS"
    assert set(success["delivery"]) == {
        "deliveryId",
        "destination",
        "providerResponse",
        "dwellTimeMs",
        "statusCode",
    }
    assert (success["delivery"]["destination"], success["delivery"]["statusCode"]) == (queue, 200)
    (failure,) = await logged(here, f"{group}/Failure")
    assert (failure["status"], failure["delivery"]["destination"]) == ("FAILURE", gone)
    said = json.loads(failure["delivery"]["providerResponse"])
    assert said["ErrorMessage"]
    assert failure["delivery"]["statusCode"] in (400, 403)


async def test_delivery_status_over_http(here: Notifications, receiver: Receiver) -> None:
    role = await feedback_role(here)
    topic = await here.topic(HTTPSuccessFeedbackRoleArn=role)
    await here.confirmed(topic, "http", receiver.url)
    receiver.statuses.append(500)
    await here.publish(topic)
    await here.deliver("http")
    here.clock.advance(21)
    await here.deliver("http")
    (success,) = await logged(here, f"sns/{REGION}/{ACCOUNT}/t")
    delivery = success["delivery"]
    assert (delivery["attempts"], delivery["statusCode"], delivery["providerResponse"]) == (2, 200, "OK")
    assert delivery["dwellTimeMs"] >= 21_000


@pytest.mark.parametrize("lacking", ["trust", "permission"])
async def test_roles_that_may_not_log(here: Notifications, lacking: str) -> None:
    foreign = TRUST.replace("sns.", "lambda.")
    role = await feedback_role(
        here, foreign if lacking == "trust" else TRUST, "s3:*" if lacking == "permission" else "logs:*"
    )
    topic = await here.topic(SQSSuccessFeedbackRoleArn=role)
    await here.subscribe(topic, "sqs", await here.queue())
    await here.publish(topic)
    assert await logged(here, f"sns/{REGION}/{ACCOUNT}/t") == []
    assert here.decisions.refused_total >= 1
    assert len(await here.bodies()) == 1


async def test_a_share_of_successes(here: Notifications) -> None:
    role = await feedback_role(here)
    topic = await here.topic(SQSSuccessFeedbackRoleArn=role, SQSSuccessFeedbackSampleRate="0")
    await here.subscribe(topic, "sqs", await here.queue())
    await here.publish(topic)
    assert await logged(here, f"sns/{REGION}/{ACCOUNT}/t") == []


# What ends by itself -----------------------------------------------------------------------------------------------------


async def test_a_subscription_that_nobody_confirms(here: Notifications) -> None:
    topic = await here.topic()
    arn = await here.subscribe(topic, "http", "http://127.0.0.1:9/")
    token = (await here.stored(arn)).token
    here.clock.advance(2 * 86_400 + 1)
    with pytest.raises(AwsError, match="Invalid token"):
        await here.call("ConfirmSubscription", TopicArn=topic, Token=token)
    await here.end_what_is_due()
    assert await here.stored(arn) is not None
    here.clock.advance(86_400)
    await here.end_what_is_due()
    assert await here.stored(arn) is None
    attributes = (await here.call("GetTopicAttributes", TopicArn=topic))["Attributes"]
    assert attributes["SubscriptionsPending"] == "0"
    assert (await here.call("ListSubscriptions"))["Subscriptions"] == []


async def test_a_subscription_that_is_asked_again(here: Notifications) -> None:
    topic = await here.topic()
    arn = await here.subscribe(topic, "http", "http://127.0.0.1:9/")
    here.clock.advance(2 * 86_400)
    await here.subscribe(topic, "http", "http://127.0.0.1:9/")
    here.clock.advance(86_400 + 1)
    await here.end_what_is_due()
    assert await here.stored(arn) is not None


async def test_subscriptions_of_a_deleted_topic(here: Notifications) -> None:
    topic = await here.topic()
    old = [await here.subscribe(topic, "sms", f"+1555000{number:04d}") for number in range(230)]
    await here.call("DeleteTopic", TopicArn=topic)
    await here.topic()
    new = await here.subscribe(topic, "sqs", await here.queue())
    await here.publish(topic)
    assert len(await here.bodies()) == 1
    here.clock.advance(61)
    await here.end_what_is_due()
    assert [await here.stored(arn) for arn in old] == [None] * 230
    assert [each["SubscriptionArn"] for each in (await here.call("ListSubscriptions"))["Subscriptions"]] == [
        new
    ]


@pytest.mark.parametrize("scope", ["Topic", "MessageGroup"])
async def test_how_long_and_where_a_message_is_remembered(here: Notifications, scope: str) -> None:
    topic = await here.topic("t.fifo", FifoThroughputScope=scope)
    await here.subscribe(topic, "sqs", await here.queue())

    async def publish(group: str) -> str:
        return await here.publish(topic, MessageGroupId=group, MessageDeduplicationId="d")

    first = await publish("g")
    assert await publish("g") == first
    assert (await publish("h") == first) is (scope == "Topic")
    here.clock.advance(299)
    assert await publish("g") == first
    here.clock.advance(2)
    await here.end_what_is_due()
    assert await publish("g") != first
    assert len(await here.bodies()) == (2 if scope == "Topic" else 3)


# Who may ---------------------------------------------------------------------------------------------------------------


async def test_services_that_act_for_the_owner(here: Notifications) -> None:
    topic, queue = await here.topic(), await here.queue()
    await here.subscribe(topic, "sqs", queue)

    def alarm(account: str) -> Any:
        return here.of(service("cloudwatch.amazonaws.com", source_arn="arn:x", source_account=account))

    await alarm(ACCOUNT).call("sns", "Publish", TopicArn=topic, Message="x")
    for account in ("999988887777", ""):
        with pytest.raises(AwsError, match="not authorized"):
            await alarm(account).call("sns", "Publish", TopicArn=topic, Message="x")
    assert len(await here.bodies()) == 1


async def test_the_policy_of_a_queue_counts_at_once(here: Notifications) -> None:
    topic, queue = await here.topic(), await here.queue()
    await here.subscribe(topic, "sqs", queue)
    await here.publish(topic, "one")
    url = f"/{ACCOUNT}/q"
    for policy, more in (("", 0), (None, 1)):
        if policy is None:
            await here.client.call("sqs", "DeleteQueue", QueueUrl=url)
            here.clock.advance(61)
            await here.queue()
        else:
            await here.client.call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy})
        before = here.counts(topic).delivered
        await here.publish(topic, "two")
        assert here.counts(topic).delivered == before + more


async def test_a_condition_on_the_time_is_asked_each_time(here: Notifications) -> None:
    topic, queue = await here.topic(), await here.queue()
    await here.subscribe(topic, "sqs", queue)
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(here.clock.now() + 3_600))
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}, "DateLessThan": {"aws:CurrentTime": until}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    await here.client.call(
        "sqs", "SetQueueAttributes", QueueUrl=f"/{ACCOUNT}/q", Attributes={"Policy": policy}
    )
    for delivered, failed in ((1, 0), (2, 0), (2, 1)):
        await here.publish(topic)
        counts = here.counts(topic)
        assert (counts.delivered, counts.failed) == (delivered, failed)
        here.clock.advance(2_000)


async def test_a_condition_on_the_topic_counts_for_each_topic(here: Notifications) -> None:
    one, other = await here.topic("one"), await here.topic("other")
    queue = await here.queue()
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": one}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    await here.client.call(
        "sqs", "SetQueueAttributes", QueueUrl=f"/{ACCOUNT}/q", Attributes={"Policy": policy}
    )
    for topic in (one, other):
        await here.subscribe(topic, "sqs", queue, RawMessageDelivery="true")
    for _ in range(2):
        await here.publish(one, "allowed")
        await here.publish(other, "refused")
    assert await here.bodies() == ["allowed", "allowed"]
    assert here.counts(other).failed == 2
