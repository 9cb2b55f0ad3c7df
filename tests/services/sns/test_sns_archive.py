"""Archives of FIFO topics and replays of them, with boto3 against a running server."""

import concurrent.futures
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import new_account

THIRTY = '{"MessageRetentionPeriod": "30"}'
Topic = Callable[..., str]
Subscribe = Callable[..., str]


def at(instant: datetime) -> str:
    """An instant as AWS writes it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def replay(start: datetime, end: datetime | None = None) -> str:
    """A replay policy."""
    ends = {} if end is None else {"EndingPoint": at(end)}
    return json.dumps({"PointType": "Timestamp", "StartingPoint": at(start), **ends})


def now() -> datetime:
    return datetime.now(UTC)


def an_hour_ago() -> datetime:
    return now() - timedelta(hours=1)


def told(operation: Callable[..., Any], **given: Any) -> tuple[int, str, str]:
    """The status, the code and the words of a refusal."""
    with pytest.raises(ClientError) as caught:
        operation(**given)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def publish(sns: Any, topic: str, *messages: str, group: str = "g", **more: Any) -> list[str]:
    """Publish messages of one group; their ids."""
    return [
        sns.publish(TopicArn=topic, Message=each, MessageGroupId=group, **more)["MessageId"]
        for each in messages
    ]


@pytest.fixture
def archived(topic: Topic) -> str:
    """The ARN of a topic that archives."""
    return topic("t.fifo", ContentBasedDeduplication="true", ArchivePolicy=THIRTY)


def messages(queues: Any, name: str, count: int) -> list[Any]:
    """The next so many messages of a queue, waited for."""
    found: list[Any] = []
    while len(found) < count:
        more = queues.take(name, 20)
        assert more, f"only {len(found)} of {count} messages have come"
        found += more
    return found


def texts(queues: Any, name: str, count: int) -> list[str]:
    """What the next so many messages of a queue say, in their order."""
    return [json.loads(each["Body"])["Message"] for each in messages(queues, name, count)]


def status(sns: Any, subscription: str) -> str | None:
    """How a subscription's replay stands."""
    found = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"].get("ReplayStatus")
    return None if found is None else str(found)


def ended(sns: Any, subscription: str) -> str | None:
    """How a replay has ended, asked again and again."""
    for _ in range(5_000):
        found = status(sns, subscription)
        if found not in ("Pending", "In progress"):
            return found
    raise AssertionError("the replay does not end")


# Archive policies --------------------------------------------------------------------------------------------------------


def test_an_archive_is_shown_with_its_beginning(sns: Any, topic: Topic) -> None:
    before = now()
    arn = topic("t.fifo")
    assert "BeginningArchiveTime" not in sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    sns.set_topic_attributes(TopicArn=arn, AttributeName="ArchivePolicy", AttributeValue=THIRTY)
    shown = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert json.loads(shown["ArchivePolicy"]) == {"MessageRetentionPeriod": "30"}
    begins = datetime.fromisoformat(shown["BeginningArchiveTime"])
    assert before - timedelta(seconds=1) <= begins <= now()
    sns.set_topic_attributes(TopicArn=arn, AttributeName="ArchivePolicy", AttributeValue="{}")
    shown = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert shown["ArchivePolicy"] == "{}"
    assert "BeginningArchiveTime" not in shown


@pytest.mark.parametrize("days", ["1", "365", 1, 365])
def test_periods_that_can_be(topic: Topic, days: str | int) -> None:
    assert topic("t.fifo", ArchivePolicy=json.dumps({"MessageRetentionPeriod": days}))


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "x",
        "[]",
        '"30"',
        '{"MessageRetentionPeriod": "0"}',
        '{"MessageRetentionPeriod": 0}',
        '{"MessageRetentionPeriod": "366"}',
        '{"MessageRetentionPeriod": -1}',
        '{"MessageRetentionPeriod": 1.5}',
        '{"MessageRetentionPeriod": NaN}',
        '{"MessageRetentionPeriod": ' + "1" * 5_000 + "}",
        '{"MessageRetentionPeriod": true}',
        '{"MessageRetentionPeriod": "\\u0663"}',
        '{"MessageRetentionPeriod": "30", "Else": 1}',
        '{"Else": 1}',
    ],
)
def test_archive_policies_that_can_not_be(sns: Any, topic: Topic, policy: str) -> None:
    arn = topic("t.fifo")
    given = {"TopicArn": arn, "AttributeName": "ArchivePolicy", "AttributeValue": policy}
    status, code, words = told(sns.set_topic_attributes, **given)
    assert (status, code) == (400, "InvalidParameter")
    assert words.startswith("Invalid parameter: ArchivePolicy: ")
    made = {"Name": "u.fifo", "Attributes": {"FifoTopic": "true", "ArchivePolicy": policy}}
    assert told(sns.create_topic, **made)[:2] == (400, "InvalidParameter")


def test_a_standard_topic_has_no_archive(sns: Any, topic: Topic) -> None:
    assert told(sns.create_topic, Name="s", Attributes={"ArchivePolicy": THIRTY})[:2] == (
        400,
        "InvalidParameter",
    )
    given = {"TopicArn": topic("s"), "AttributeName": "ArchivePolicy", "AttributeValue": THIRTY}
    assert told(sns.set_topic_attributes, **given)[:2] == (400, "InvalidParameter")


def test_a_topic_with_an_archive_is_not_deleted(sns: Any, archived: str) -> None:
    found = told(sns.delete_topic, TopicArn=archived)
    assert found == (400, "InvalidState", "Invalid state: Cannot delete a topic with an ArchivePolicy")
    sns.set_topic_attributes(TopicArn=archived, AttributeName="ArchivePolicy", AttributeValue="{}")
    sns.delete_topic(TopicArn=archived)
    assert told(sns.get_topic_attributes, TopicArn=archived)[1] == "NotFound"


# Replay policies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "policy",
    [
        "x",
        "[]",
        '{"PointType": "Timestamp"}',
        '{"StartingPoint": "2026-01-01T00:00:00Z"}',
        '{"PointType": "Sequence", "StartingPoint": "2026-01-01T00:00:00Z"}',
        '{"PointType": "Timestamp", "StartingPoint": "yesterday"}',
        '{"PointType": "Timestamp", "StartingPoint": 1}',
        '{"PointType": "Timestamp", "StartingPoint": null}',
        '{"PointType": "Timestamp", "StartingPoint": "2100-01-01T00:00:00Z"}',
        '{"PointType": "Timestamp", "StartingPoint": "2026-01-02T00:00:00Z", "EndingPoint": "2026-01-01T00:00:00Z"}',
        '{"PointType": "Timestamp", "StartingPoint": "2026-01-02T00:00:00Z", "EndingPoint": ""}',
        '{"PointType": "Timestamp", "StartingPoint": "2026-01-02T00:00:00Z", "Else": 1}',
    ],
)
def test_replay_policies_that_can_not_be(
    sns: Any, archived: str, queues: Any, subscribe: Subscribe, policy: str
) -> None:
    arn = subscribe(archived, "sqs", queues.make("q"))
    given = {"SubscriptionArn": arn, "AttributeName": "ReplayPolicy", "AttributeValue": policy}
    code, words = told(sns.set_subscription_attributes, **given)[1:]
    assert code == "InvalidParameter"
    assert words.startswith("Invalid parameter: ReplayPolicy: ")
    made = {"TopicArn": archived, "Protocol": "sqs", "Endpoint": queues.make("other")}
    code, words = told(sns.subscribe, **made, Attributes={"ReplayPolicy": policy})[1:]
    assert code == "InvalidParameter"
    assert words.startswith("Invalid parameter: Attributes Reason: ReplayPolicy: ")


@pytest.mark.parametrize("name", ["t.fifo", "t"])
def test_there_is_no_replay_without_an_archive(
    sns: Any, topic: Topic, queues: Any, subscribe: Subscribe, name: str
) -> None:
    arn = topic(name)
    given = {"AttributeName": "ReplayPolicy", "AttributeValue": replay(an_hour_ago())}
    subscription = subscribe(arn, "sqs", queues.make("q"))
    found = told(sns.set_subscription_attributes, SubscriptionArn=subscription, **given)
    assert found[:2] == (400, "InvalidParameter")


# Replays -----------------------------------------------------------------------------------------------------------------


def test_who_subscribes_gets_what_was_published_before(
    sns: Any, archived: str, queues: Any, subscribe: Subscribe
) -> None:
    ids = publish(sns, archived, *(f"{n}" for n in range(100)))
    arn = subscribe(archived, "sqs", queues.make("q.fifo"), ReplayPolicy=replay(an_hour_ago()))
    found = [json.loads(each["Body"]) for each in messages(queues, "q.fifo", 100)]
    assert [each["Message"] for each in found] == [f"{n}" for n in range(100)]
    assert [each["MessageId"] for each in found] == ids
    assert all(each["Replayed"] is True for each in found)
    assert ended(sns, arn) == "Completed"
    publish(sns, archived, "new")
    (new,) = [json.loads(each["Body"]) for each in messages(queues, "q.fifo", 1)]
    assert new["Message"] == "new"
    assert "Replayed" not in new


def test_a_replayed_message_is_as_it_was(sns: Any, archived: str, queues: Any, subscribe: Subscribe) -> None:
    subscribe(archived, "sqs", queues.make("live"))
    kind = {"kind": {"DataType": "String", "StringValue": "b"}}
    publish(sns, archived, "m", Subject="s", MessageAttributes=kind)
    (live,) = (json.loads(each["Body"]) for each in messages(queues, "live", 1))
    arn = subscribe(archived, "sqs", queues.make("q"), ReplayPolicy=replay(an_hour_ago()))
    (again,) = (json.loads(each["Body"]) for each in messages(queues, "q", 1))
    assert again.pop("Replayed") is True
    assert again.pop("UnsubscribeURL").endswith(arn)
    live.pop("UnsubscribeURL")
    assert again == live


def test_the_same_queue_gets_them_again_as_often_as_it_is_asked(
    sns: Any, archived: str, queues: Any, subscribe: Subscribe
) -> None:
    arn = subscribe(archived, "sqs", queues.make("q.fifo"))
    publish(sns, archived, "a", "b")
    assert texts(queues, "q.fifo", 2) == ["a", "b"]
    assert status(sns, arn) is None
    policy = replay(an_hour_ago())
    given = {"SubscriptionArn": arn, "AttributeName": "ReplayPolicy", "AttributeValue": policy}
    for _ in range(2):
        sns.set_subscription_attributes(**given)
        assert texts(queues, "q.fifo", 2) == ["a", "b"]
        assert ended(sns, arn) == "Completed"
    shown = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert json.loads(shown["ReplayPolicy"]) == json.loads(policy)
    sns.set_subscription_attributes(**{**given, "AttributeValue": "{}"})
    shown = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert shown.keys().isdisjoint({"ReplayPolicy", "ReplayStatus"})
    publish(sns, archived, "c")
    assert texts(queues, "q.fifo", 1) == ["c"]


def test_raw_messages_say_so_in_an_attribute(
    sns: Any, archived: str, queues: Any, subscribe: Subscribe
) -> None:
    ten = {f"a{n}": {"DataType": "String", "StringValue": "x"} for n in range(10)}
    publish(sns, archived, "few", MessageAttributes={"a": {"DataType": "Number", "StringValue": "1"}})
    publish(sns, archived, "ten", MessageAttributes=ten)
    subscribe(
        archived, "sqs", queues.make("q"), ReplayPolicy=replay(an_hour_ago()), RawMessageDelivery="true"
    )
    found = {each["Body"]: each["MessageAttributes"] for each in messages(queues, "q", 2)}
    assert found["few"] == {
        "a": {"DataType": "Number", "StringValue": "1"},
        "Replayed": {"DataType": "String", "StringValue": "true"},
    }
    assert found["ten"] == ten  # there is no room for an eleventh


def test_filters_hold_for_replays(sns: Any, archived: str, queues: Any, subscribe: Subscribe) -> None:
    for number in range(6):
        kind = {"kind": {"DataType": "String", "StringValue": "ab"[number % 2]}}
        publish(sns, archived, f"{number}", MessageAttributes=kind)
    policy = {"FilterPolicy": '{"kind": ["b"]}', "ReplayPolicy": replay(an_hour_ago())}
    arn = subscribe(archived, "sqs", queues.make("q.fifo"), **policy)
    assert texts(queues, "q.fifo", 3) == ["1", "3", "5"]
    assert ended(sns, arn) == "Completed"
    assert not queues.take("q.fifo")


def test_only_what_was_published_between_the_points(
    sns: Any, archived: str, queues: Any, subscribe: Subscribe
) -> None:
    publish(sns, archived, "before")
    queue = queues.make("live")
    live = subscribe(archived, "sqs", queue)
    publish(sns, archived, "a", "b")
    first, last = (
        datetime.fromisoformat(json.loads(each["Body"])["Timestamp"]) for each in messages(queues, "live", 2)
    )
    sns.unsubscribe(SubscriptionArn=live)
    publish(sns, archived, "after")
    millisecond = timedelta(milliseconds=1)
    policy = replay(first, last + millisecond)
    arn = subscribe(archived, "sqs", queues.make("q.fifo"), ReplayPolicy=policy)
    found = texts(queues, "q.fifo", 2)
    assert found == ["a", "b"]
    assert ended(sns, arn) == "Completed"


def test_an_ending_point_pauses_until_there_is_another_replay(
    sns: Any, archived: str, queues: Any, subscribe: Subscribe
) -> None:
    publish(sns, archived, "a")
    end = now() + timedelta(milliseconds=50)
    policy = replay(an_hour_ago(), end)
    arn = subscribe(archived, "sqs", queues.make("q.fifo"), ReplayPolicy=policy)
    assert texts(queues, "q.fifo", 1) == ["a"]
    assert ended(sns, arn) == "Completed"
    publish(sns, archived, "b")
    assert not queues.take("q.fifo")
    given = {"SubscriptionArn": arn, "AttributeName": "ReplayPolicy", "AttributeValue": replay(end)}
    sns.set_subscription_attributes(**given)
    assert texts(queues, "q.fifo", 1) == ["b"]
    assert ended(sns, arn) == "Completed"
    publish(sns, archived, "c")
    assert texts(queues, "q.fifo", 1) == ["c"]


def test_groups_keep_their_order_while_others_publish(
    sns: Any, archived: str, queues: Any, subscribe: Subscribe
) -> None:
    """What is published while a replay runs comes behind it, once, and none is left out where it ends."""
    wanted = [f"{n}" for n in range(40)]
    publish(sns, archived, *wanted)
    arn = subscribe(archived, "sqs", queues.make("q.fifo"), ReplayPolicy=replay(an_hour_ago()))
    while status(sns, arn) in ("Pending", "In progress") or len(wanted) < 60:
        wanted.append(f"{len(wanted)}")
        publish(sns, archived, wanted[-1])
    publish(sns, archived, "last")
    assert texts(queues, "q.fifo", len(wanted) + 1) == [*wanted, "last"]
    assert not queues.take("q.fifo")


def test_nothing_is_lost_where_a_replay_meets_those_who_publish(
    sns: Any, archived: str, queues: Any, subscribe: Subscribe, client: Callable[..., Any]
) -> None:
    """Four publish as fast as they can, each to a group of its own, while a replay catches up with them and gives way."""
    publish(sns, archived, *(f"old {n}" for n in range(100)), group="old")
    finished = threading.Event()

    def hurry(group: str) -> list[str]:
        mine, sent = client("sns"), list[str]()
        while not finished.is_set() or len(sent) % 10:
            sent.append(f"{group} {len(sent)}")
            publish(mine, archived, sent[-1], group=group)
        return sent

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        hurrying = {group: pool.submit(hurry, group) for group in "abcd"}
        arn = subscribe(archived, "sqs", queues.make("q.fifo"), ReplayPolicy=replay(an_hour_ago()))
        try:
            assert ended(sns, arn) == "Completed"
        finally:
            finished.set()
        sent = {group: found.result() for group, found in hurrying.items()}
    wanted = 100 + sum(map(len, sent.values()))
    found = texts(queues, "q.fifo", wanted)
    for group, those in sent.items():
        assert [each for each in found if each.startswith(group)] == those
    assert not queues.take("q.fifo")


def test_a_duplicate_is_archived_once(sns: Any, archived: str, queues: Any, subscribe: Subscribe) -> None:
    publish(sns, archived, "a", "a", "b")
    arn = subscribe(archived, "sqs", queues.make("q.fifo"), ReplayPolicy=replay(an_hour_ago()))
    assert texts(queues, "q.fifo", 2) == ["a", "b"]
    assert ended(sns, arn) == "Completed"
    assert not queues.take("q.fifo")


def test_what_can_not_be_delivered_goes_to_the_dead_letters(
    sns: Any, archived: str, queues: Any, subscribe: Subscribe
) -> None:
    publish(sns, archived, "a", "b")
    dead = queues.make("dead.fifo")
    policies = {
        "ReplayPolicy": replay(an_hour_ago()),
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead}),
    }
    arn = subscribe(archived, "sqs", queues.arn("missing.fifo"), **policies)
    assert texts(queues, "dead.fifo", 2) == ["a", "b"]
    assert ended(sns, arn) == "Completed"


def test_taking_the_archive_away_empties_it(
    sns: Any, archived: str, queues: Any, subscribe: Subscribe
) -> None:
    publish(sns, archived, "gone")
    for policy in ("{}", THIRTY):
        given = {"TopicArn": archived, "AttributeName": "ArchivePolicy", "AttributeValue": policy}
        sns.set_topic_attributes(**given)
    publish(sns, archived, "kept")
    arn = subscribe(archived, "sqs", queues.make("q.fifo"), ReplayPolicy=replay(an_hour_ago()))
    assert texts(queues, "q.fifo", 1) == ["kept"]
    assert ended(sns, arn) == "Completed"


def test_a_batch_is_archived_too(sns: Any, archived: str, queues: Any, subscribe: Subscribe) -> None:
    entries = [{"Id": f"{n}", "Message": f"{n}", "MessageGroupId": "g"} for n in range(10)]
    sns.publish_batch(TopicArn=archived, PublishBatchRequestEntries=entries)
    subscribe(archived, "sqs", queues.make("q.fifo"), ReplayPolicy=replay(an_hour_ago()))
    assert texts(queues, "q.fifo", 10) == [f"{n}" for n in range(10)]


def test_the_same_subscription_again_is_no_second_replay(
    sns: Any, archived: str, queues: Any, subscribe: Subscribe
) -> None:
    publish(sns, archived, "a")
    queue, policy = queues.make("q"), replay(an_hour_ago())
    arn = subscribe(archived, "sqs", queue, ReplayPolicy=policy)
    assert ended(sns, arn) == "Completed"
    assert subscribe(archived, "sqs", queue, ReplayPolicy=policy) == arn
    assert ended(sns, arn) == "Completed"
    assert len(messages(queues, "q", 1)) == 1
    assert not queues.take("q")


def test_a_replay_begins_when_the_queue_s_owner_agrees(
    client: Callable[..., Any], sns: Any, archived: str, queues: Any
) -> None:
    stranger = new_account()
    theirs = type(queues)(client("sqs", stranger), stranger)
    queue = theirs.make("q", archived)
    publish(sns, archived, "a")
    policy = {"ReplayPolicy": replay(an_hour_ago())}
    given = {"Protocol": "sqs", "Endpoint": queue, "Attributes": policy, "ReturnSubscriptionArn": True}
    arn = sns.subscribe(TopicArn=archived, **given)["SubscriptionArn"]
    again = {"AttributeName": "ReplayPolicy", "AttributeValue": policy["ReplayPolicy"]}
    sns.set_subscription_attributes(SubscriptionArn=arn, **again)
    assert status(sns, arn) is None
    (asked,) = theirs.bodies("q", 10)
    client("sns", stranger).confirm_subscription(TopicArn=archived, Token=asked["Token"])
    assert texts(theirs, "q", 1) == ["a"]
    assert ended(sns, arn) == "Completed"
