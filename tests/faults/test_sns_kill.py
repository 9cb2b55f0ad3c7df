"""The server, killed while messages are published: each acknowledged one is once in both queues, and reaches HTTP at least once."""

import json
import queue
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness import REGION, Server
from receiver import Receiver, receiving

ACCOUNT = "000000000000"
ROUNDS = 3
PUBLISHERS = 4


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def subscribed(server: Server, receiver: Receiver, name: str) -> str:
    """A topic with two queues and an HTTP endpoint; its ARN."""
    sns, sqs = server.client("sns"), server.client("sqs")
    topic: str = sns.create_topic(Name=name)["TopicArn"]
    for end in ("a", "b"):
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        sqs.create_queue(QueueName=f"{name}-{end}", Attributes={"Policy": policy})
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", f"{name}-{end}"), Attributes=raw)
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=receiver.url, Attributes=raw)
    sns.confirm_subscription(TopicArn=topic, Token=receiver.take().json["Token"])
    return topic


class Publishers:
    """Clients that publish until the server is gone; what was acknowledged to them."""

    def __init__(self, server: Server, topic: str) -> None:
        self._server = server
        self._topic = topic
        self.published: set[str] = set()
        self.under_way = threading.Barrier(PUBLISHERS + 1)

    def run(self, number: int) -> None:
        sns = self._server.client("sns")
        try:
            for at in range(1_000_000):
                message = f"{number}-{at}"
                sns.publish(TopicArn=self._topic, Message=message)
                self.published.add(message)
                if at == 3:
                    self.under_way.wait(60)
        except (BotoCoreError, ClientError, OSError):
            return


def drained(sqs: Any, name: str) -> list[str]:
    """Everything in a queue."""
    found: list[str] = []
    while True:
        messages = sqs.receive_message(QueueUrl=name, MaxNumberOfMessages=10).get("Messages", [])
        if not messages:
            return found
        found += [message["Body"] for message in messages]
        entries = [
            {"Id": str(at), "ReceiptHandle": message["ReceiptHandle"]} for at, message in enumerate(messages)
        ]
        sqs.delete_message_batch(QueueUrl=name, Entries=entries)


def test_publications_survive_sigkill(tmp_path: Path) -> None:
    patience = random.Random(7)
    with receiving() as receiver:
        server = Server(tmp_path / "data")
        for round_ in range(ROUNDS):
            name = f"r{round_}"
            publishers = Publishers(server, subscribed(server, receiver, name))
            with ThreadPoolExecutor(PUBLISHERS) as pool:
                running = [pool.submit(publishers.run, number) for number in range(PUBLISHERS)]
                publishers.under_way.wait(60)
                for _ in range(patience.randrange(1_000_000)):  # kill somewhere, not always at the same step
                    pass
                server.kill()
                for each in running:
                    each.result(60)
            server = Server(tmp_path / "data")
            sqs = server.client("sqs")
            one, other = drained(sqs, f"{name}-a"), drained(sqs, f"{name}-b")
            assert len(one) == len(set(one))
            assert sorted(one) == sorted(other), "a publication is in one queue only"
            assert publishers.published <= set(one)
            missing = set(one)
            while missing:  # what was delivered before the kill, and what is delivered now
                try:
                    missing.discard(receiver.take(20).body.decode())
                except queue.Empty:
                    raise AssertionError(f"never delivered over HTTP: {missing}") from None
            while not receiver.has_none():
                receiver.take()
        server.stop()
