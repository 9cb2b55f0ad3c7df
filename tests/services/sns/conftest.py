"""Topics and queues of a fresh account, and what the tests of SNS ask of them again and again."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness import REGION


class Queues:
    """Queues of one account that take messages of topics."""

    def __init__(self, sqs: Any, account: str) -> None:
        self.sqs = sqs
        self.account = account

    def arn(self, name: str) -> str:
        """The ARN of a queue."""
        return f"arn:aws:sqs:{REGION}:{self.account}:{name}"

    def make(self, name: str, topic: str = "", **attributes: str) -> str:
        """A new queue that `topic` may send to (any, if none is given); its ARN."""
        condition = {"Condition": {"ArnEquals": {"aws:SourceArn": topic}}} if topic else {}
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": self.arn(name),
            **condition,
        }
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
        self.sqs.create_queue(QueueName=name, Attributes={**policy, **fifo, **attributes})
        return self.arn(name)

    def take(self, name: str, wait_s: int = 0) -> list[dict[str, Any]]:
        """What is in a queue, at most ten messages, with all attributes; received and deleted."""
        answer = self.sqs.receive_message(
            QueueUrl=name,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=wait_s,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        for message in found:
            self.sqs.delete_message(QueueUrl=name, ReceiptHandle=message["ReceiptHandle"])
        return found

    def bodies(self, name: str, wait_s: int = 0) -> list[Any]:
        """The bodies of what is in a queue, decoded if they are JSON objects."""
        bodies = [message["Body"] for message in self.take(name, wait_s)]
        return [json.loads(body) if body.startswith("{") else body for body in bodies]


@pytest.fixture
def sns(client: Callable[..., Any]) -> Any:
    """SNS as the root of this test's account."""
    return client("sns")


@pytest.fixture
def queues(client: Callable[..., Any], account: str) -> Queues:
    """Queues of this test's account."""
    return Queues(client("sqs"), account)


@pytest.fixture
def topic(sns: Any) -> Callable[..., str]:
    """`topic(name, **attributes)`: the ARN of a new topic; a FIFO one if its name says so."""

    def make(name: str = "t", **attributes: str) -> str:
        fifo = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
        arn: str = sns.create_topic(Name=name, Attributes={**fifo, **attributes})["TopicArn"]
        return arn

    return make


@pytest.fixture
def subscribe(sns: Any) -> Callable[..., str]:
    """`subscribe(topic, protocol, endpoint, **attributes)`: the ARN of a new subscription."""

    def make(topic: str, protocol: str, endpoint: str, **attributes: str) -> str:
        answer = sns.subscribe(
            TopicArn=topic,
            Protocol=protocol,
            Endpoint=endpoint,
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )
        arn: str = answer["SubscriptionArn"]
        return arn

    return make
