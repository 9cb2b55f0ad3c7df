"""Queues, functions that tell what they get, and mappings between them, on a server whose clock is jumped."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from conftest import zip_of
from harness import TRUST_LAMBDA, Server, new_account

POLLING = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
TELL = """
import json
import os

import boto3

sqs = boto3.client("sqs")

def tell(value):
    sqs.send_message(QueueUrl=os.environ["TOLD"], MessageBody=json.dumps(value))
"""
TELLS = """
from tell import tell

def handler(event, context):
    tell(event)
"""


class Queue(NamedTuple):
    """A queue's names."""

    url: str
    arn: str


class Stage:
    """An account with a role that may poll, and a queue `told` to which functions tell what they get."""

    def __init__(self, server: Server) -> None:
        self.account = new_account()
        self.reach(server)
        self.role = self.iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        self.iam.attach_role_policy(RoleName="run", PolicyArn=POLLING)
        self.permit("tell", "sqs:SendMessage")
        self.queue("told")

    def reach(self, server: Server) -> None:
        """Call this server from now on."""
        self.server = server
        self.lam, self.sqs, self.iam = (self.client(name) for name in ("lambda", "sqs", "iam"))

    def client(self, service: str) -> Any:
        """A client of the account's root."""
        return self.server.client(service, self.account)

    def permit(self, name: str, *actions: str, effect: str = "Allow") -> None:
        """Give the role an inline policy."""
        statement = {"Effect": effect, "Action": actions, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        self.iam.put_role_policy(RoleName="run", PolicyName=name, PolicyDocument=document)

    def queue(self, name: str = "q", **attributes: Any) -> Queue:
        """A new queue."""
        if name.endswith(".fifo"):
            attributes["FifoQueue"] = "true"
        given = {key: str(value) for key, value in attributes.items()}
        url: str = self.sqs.create_queue(QueueName=name, Attributes=given)["QueueUrl"]
        return Queue(url, f"arn:aws:sqs:us-east-1:{self.account}:{name}")

    def found(self, name: str) -> Queue:
        """A queue that was made before, at the server that is called now."""
        url: str = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return Queue(url, f"arn:aws:sqs:us-east-1:{self.account}:{name}")

    def deploy(
        self,
        source: str = TELLS,
        *,
        name: str = "f",
        environment: dict[str, str] | None = None,
        **options: Any,
    ) -> str:
        """A function with this source, which can import `tell`; its ARN."""
        options.setdefault("Timeout", 20)  # on a busy machine the first call of a function takes its time
        made = self.lam.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler="app.handler",
            Role=self.role,
            Code={"ZipFile": zip_of({"app.py": source, "tell.py": TELL})},
            Environment={"Variables": {"TOLD": f"/{self.account}/told", **(environment or {})}},
            **options,
        )
        self.lam.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return str(made["FunctionArn"])

    def map(self, queue: Queue, function: str = "f", **options: Any) -> str:
        """A mapping that polls; its UUID."""
        made = self.lam.create_event_source_mapping(
            EventSourceArn=queue.arn, FunctionName=function, **options
        )
        uuid: str = made["UUID"]
        return self.settled(uuid) if options.get("Enabled", True) else uuid

    def settled(self, uuid: str, state: str = "Enabled") -> str:
        """The mapping, once it is in a state."""
        self.until(lambda: self.lam.get_event_source_mapping(UUID=uuid)["State"] == state)
        return uuid

    def result(self, uuid: str) -> str | None:
        """The mapping's LastProcessingResult."""
        found: str | None = self.lam.get_event_source_mapping(UUID=uuid).get("LastProcessingResult")
        return found

    def until(self, holds: Callable[[], bool], tries: int = 400) -> None:
        """Ask until it is so. Each time takes a long poll of a queue that stays empty, or that of one second."""
        idle = self.sqs.create_queue(QueueName="idle")["QueueUrl"]
        for attempt in range(tries):
            if holds():
                return
            if attempt > 40:
                self.sqs.receive_message(QueueUrl=idle, WaitTimeSeconds=1)
                if attempt > 60:
                    break
        there = self.lam.list_event_source_mappings()["EventSourceMappings"]
        raise AssertionError(f"it did not come to be; {there}; {''.join(self.server.log[-20:])}")

    def send(self, queue: Queue, *bodies: str, **options: Any) -> list[str]:
        """Send messages; their ids."""
        return [
            self.sqs.send_message(QueueUrl=queue.url, MessageBody=body, **options)["MessageId"]
            for body in bodies
        ]

    def told(self, count: int = 1, wait_s: int = 20) -> list[Any]:
        """The next `count` things that functions tell."""
        found: list[Any] = []
        while len(found) < count:
            answer = self.sqs.receive_message(
                QueueUrl=self._told, WaitTimeSeconds=wait_s, MaxNumberOfMessages=min(count - len(found), 10)
            )
            messages = answer.get("Messages", [])
            assert messages, f"only {found} were told"
            for message in messages:
                self.sqs.delete_message(QueueUrl=self._told, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found

    @property
    def _told(self) -> str:
        return self.found("told").url

    def silent(self) -> bool:
        """Whether functions tell nothing for a second."""
        return not self.sqs.receive_message(QueueUrl=self._told, WaitTimeSeconds=1).get("Messages")

    def left(self, queue: Queue) -> tuple[int, int]:
        """How many messages are in the queue, visible and in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=names)["Attributes"]
        return int(found[names[0]]), int(found[names[1]])

    def emptied(self, queue: Queue) -> None:
        """Wait until the queue has no messages."""
        self.until(lambda: self.left(queue) == (0, 0))


def bodies(event: dict[str, Any]) -> list[str]:
    """The bodies of an event's messages."""
    return [record["body"] for record in event["Records"]]
