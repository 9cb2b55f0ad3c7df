"""The whole server, killed while messages are sent, received, moved and deleted: none that was acknowledged is lost, none comes twice."""

import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness import Server

ROUNDS = 4
LEASE_S = 2
GROUPS = 3


class Traffic:
    """Clients at one FIFO queue and one standard queue with dead letters, until the server is gone; what was acknowledged to them."""

    def __init__(self, server: Server, name: str) -> None:
        sqs = server.client("sqs")
        self.dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        policy = {
            "deadLetterTargetArn": f"arn:aws:sqs:us-east-1:000000000000:{name}-dead",
            "maxReceiveCount": 1,
        }
        given = {"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": "0"}
        self.standard = sqs.create_queue(QueueName=name, Attributes=given)["QueueUrl"]
        given = {"FifoQueue": "true", "VisibilityTimeout": str(LEASE_S)}
        self.fifo = sqs.create_queue(QueueName=f"{name}.fifo", Attributes=given)["QueueUrl"]
        self._server = server
        self.sent: set[str] = set()
        self.ordered: list[str] = []
        self.deleted: set[str] = set()
        self.maybe_deleted: set[str] = set()
        self.under_way = threading.Barrier(5)

    def run(self, work: str) -> None:
        """Do one kind of work, a method below, until it fails."""
        steps = getattr(self, work)(self._server.client("sqs"))
        try:
            for at, _ in enumerate(steps):
                if at == 3:
                    self.under_way.wait(60)
        except (BotoCoreError, ClientError, OSError):
            return

    def send(self, sqs: Any) -> Iterator[None]:
        for at in range(1_000_000):
            entries = [{"Id": str(n), "MessageBody": f"s{at}-{n}"} for n in range(5)]
            answer = sqs.send_message_batch(QueueUrl=self.standard, Entries=entries)
            self.sent.update(f"s{at}-{entry['Id']}" for entry in answer["Successful"])
            yield

    def bury(self, sqs: Any) -> Iterator[None]:
        """Receive without deleting: the second time a message goes to the dead letters."""
        while True:
            sqs.receive_message(QueueUrl=self.standard, MaxNumberOfMessages=10)
            yield

    def order(self, sqs: Any) -> Iterator[None]:
        for at in range(1_000_000):
            body = f"{at % GROUPS}-{at}"
            more = {"MessageGroupId": str(at % GROUPS), "MessageDeduplicationId": body}
            sqs.send_message(QueueUrl=self.fifo, MessageBody=body, **more)
            self.ordered.append(body)
            yield

    def delete(self, sqs: Any) -> Iterator[None]:
        while True:
            answer = sqs.receive_message(QueueUrl=self.fifo, MaxNumberOfMessages=3, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                self.maybe_deleted.add(message["Body"])
                sqs.delete_message(QueueUrl=self.fifo, ReceiptHandle=message["ReceiptHandle"])
                self.deleted.add(message["Body"])
            yield


def _killed(server: Server, traffic: Traffic, patience: random.Random) -> None:
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(traffic.run, work) for work in ("send", "bury", "order", "delete")]
        traffic.under_way.wait(60)
        for _ in range(patience.randrange(2_000_000)):  # kill somewhere, not always at the same step
            pass
        server.kill()
        for each in running:
            each.result(60)


def _drained(sqs: Any, url: str, wait_s: int = 0) -> list[str]:
    """Everything that a queue still holds, in the order in which it comes; `wait_s` for the leases of dead clients to end."""
    found: list[str] = []
    while True:
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_s, VisibilityTimeout=600
        )
        messages = answer.get("Messages", [])
        if not messages:
            return found
        found += [message["Body"] for message in messages]
        entries = [
            {"Id": str(at), "ReceiptHandle": message["ReceiptHandle"]} for at, message in enumerate(messages)
        ]
        assert len(sqs.delete_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == len(entries)


def test_messages_survive_sigkill(tmp_path: Path) -> None:
    patience = random.Random(11)
    server = Server(tmp_path / "data")
    for round_ in range(ROUNDS):
        traffic = Traffic(server, f"r{round_}")
        _killed(server, traffic, patience)
        server = Server(tmp_path / "data")
        sqs = server.client("sqs")
        sqs.set_queue_attributes(QueueUrl=traffic.standard, Attributes={"RedrivePolicy": ""})
        standard = [*_drained(sqs, traffic.standard), *_drained(sqs, traffic.dead)]
        assert len(standard) == len(set(standard)), "a message is in two queues"
        assert traffic.sent <= set(standard)
        left = _drained(sqs, traffic.fifo, LEASE_S + 1)
        assert len(left) == len(set(left))
        assert not traffic.deleted & set(left), "a deleted message came back"
        assert set(traffic.ordered) - traffic.maybe_deleted <= set(left)
        for group in range(GROUPS):
            numbers = [int(body.split("-")[1]) for body in left if body.startswith(f"{group}-")]
            assert numbers == sorted(numbers)
    server.stop()
