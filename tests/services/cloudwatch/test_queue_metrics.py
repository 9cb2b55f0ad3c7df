"""AWS/SQS and AWS/SNS: what happens at queues and topics, and how they stand."""

from collections.abc import Callable
from typing import Any

import pytest

Datapoints = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def told(datapoints: Datapoints) -> Callable[..., float | None]:
    def ask(metric: str, statistic: str = "Sum", **dimension: str) -> float | None:
        namespace = "AWS/SNS" if "TopicName" in dimension else "AWS/SQS"
        found = datapoints(metric, statistic, namespace=namespace, dimensions=list(dimension.items()))
        return found[0][statistic] if found else None

    return ask


def test_a_queue(client: Callable[..., Any], told: Callable[..., float | None]) -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a" * 10)
    sqs.send_message(QueueUrl=url, MessageBody="b" * 30)
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=600)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    (other,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=other["ReceiptHandle"])
    sqs.receive_message(QueueUrl=url)
    sent = {"QueueName": "jobs"}
    assert told("NumberOfMessagesSent", **sent) == 3
    assert told("NumberOfMessagesReceived", **sent) == 2
    assert told("NumberOfMessagesDeleted", **sent) == 1
    assert told("NumberOfEmptyReceives", **sent) == 1
    assert [told("SentMessageSize", name, **sent) for name in ("Minimum", "Maximum", "Average")] == [
        5,
        30,
        15,
    ]
    assert told("ApproximateNumberOfMessagesVisible", "Maximum", **sent) == 0
    assert told("ApproximateNumberOfMessagesNotVisible", "Maximum", **sent) == 1
    assert told("ApproximateNumberOfMessagesDelayed", "Maximum", **sent) == 1
    assert told("ApproximateAgeOfOldestMessage", "Minimum", **sent) in (0, 1)
    assert message["Body"]


def test_what_was_told_is_not_told_again(
    client: Callable[..., Any], told: Callable[..., float | None]
) -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a")
    assert [told("NumberOfMessagesSent", QueueName="jobs") for _ in range(3)] == [1, 1, 1]


def test_a_fifo_queue(client: Callable[..., Any], told: Callable[..., float | None]) -> None:
    sqs = client("sqs")
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName="jobs.fifo", Attributes=attributes)["QueueUrl"]
    for body, group in (("a", "1"), ("a", "1"), ("b", "2")):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    assert told("NumberOfDeduplicatedSentMessages", QueueName="jobs.fifo") == 1
    assert told("ApproximateNumberOfGroupsWithInflightMessages", "Maximum", QueueName="jobs.fifo") == 2


def test_a_topic(client: Callable[..., Any], told: Callable[..., float | None]) -> None:
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sqs.create_queue(QueueName="inbox")
    sns.publish(TopicArn=topic, Message="hello")
    sns.publish(TopicArn=topic, Message="hello again")
    assert told("NumberOfMessagesPublished", TopicName="news") == 2
    assert [told("PublishSize", name, TopicName="news") for name in ("Sum", "Minimum", "Maximum")] == [
        16,
        5,
        11,
    ]


def test_queues_of_others_are_not_told_of(client: Callable[..., Any]) -> None:
    client("sqs").create_queue(QueueName="mine")
    client("sqs").send_message(
        QueueUrl=client("sqs").get_queue_url(QueueName="mine")["QueueUrl"], MessageBody="a"
    )
    names = {
        dimension["Value"]
        for metric in client("cloudwatch").list_metrics(Namespace="AWS/SQS")["Metrics"]
        for dimension in metric["Dimensions"]
    }
    assert names == {"mine"}
