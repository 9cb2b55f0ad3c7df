"""A queue as an event source: its backlog through a function, and one message into an idle queue.

    python -m bench.event_sources [--messages 10000] [--singles 50]

Prints the messages per second that a Python function gets in batches of ten (sent before, polled, run and deleted), as a share of those
that one client receives and deletes over HTTP in the same run; and how long after SendMessage was called a warm function begins. Bodies
are 1 KB.
"""

import argparse
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.functions import TRUST_LAMBDA, zip_of
from bench.invoke import client, portico

ACCOUNT = "000000000000"
POLLING = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
PASSES = "def handler(event, context):\n    pass\n"
TELLS = """
import json
import time

import boto3

sqs = boto3.client("sqs")

def handler(event, context):
    began = time.time()
    sqs.send_message(QueueUrl="/000000000000/told", MessageBody=json.dumps(began))
"""
BODY = "x" * 1000
_CLIENTS = 4


def prepare(url: str) -> str:
    """The role, which may poll and send; its ARN."""
    iam = client(url, "iam")
    role: str = iam.create_role(RoleName="polls", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="polls", PolicyArn=POLLING)
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName="polls", PolicyName="tell", PolicyDocument=document)
    return role


def fill(url: str, queue: str, messages: int) -> None:
    """Send so many messages, in batches."""
    sqs = client(url, "sqs")
    entries = [{"Id": str(at), "MessageBody": BODY} for at in range(10)]

    def some(count: int) -> None:
        for _ in range(count):
            sqs.send_message_batch(QueueUrl=queue, Entries=entries)

    with ThreadPoolExecutor(_CLIENTS) as pool:
        list(pool.map(some, [messages // 10 // _CLIENTS] * _CLIENTS))


def mapped(url: str, role: str, name: str, source: str) -> tuple[str, str]:
    """A function and a queue of that name with a mapping that rests; the queue, and the mapping's UUID."""
    lam, sqs = client(url, "lambda"), client(url, "sqs")
    lam.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": zip_of({"app.py": source})},
    )
    lam.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    queue: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    uuid: str = lam.create_event_source_mapping(FunctionName=name, EventSourceArn=arn, Enabled=False)["UUID"]
    return queue, uuid


def enable(url: str, uuid: str) -> None:
    """Have the mapping poll."""
    lam = client(url, "lambda")
    lam.update_event_source_mapping(UUID=uuid, Enabled=True)
    while lam.get_event_source_mapping(UUID=uuid)["State"] != "Enabled":
        time.sleep(0.01)


def left(sqs: Any, queue: str) -> int:
    """How many messages the queue has, visible or in flight."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(value) for value in found.values())


def backlog(url: str, role: str, messages: int) -> float:
    """Messages per second through the function."""
    sqs = client(url, "sqs")
    queue, uuid = mapped(url, role, "backlog", PASSES)
    fill(url, queue, messages)
    began = time.perf_counter()
    enable(url, uuid)
    while left(sqs, queue):
        time.sleep(0.02)
    taken = time.perf_counter() - began
    client(url, "lambda").delete_event_source_mapping(UUID=uuid)
    return messages / taken


def by_clients(url: str, messages: int) -> float:
    """Messages per second that clients receive and delete."""
    queue = client(url, "sqs").create_queue(QueueName="clients")["QueueUrl"]
    fill(url, queue, messages)

    def drain(_: int) -> None:
        sqs = client(url, "sqs")
        while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            entries = [
                {"Id": str(at), "ReceiptHandle": each["ReceiptHandle"]} for at, each in enumerate(found)
            ]
            sqs.delete_message_batch(QueueUrl=queue, Entries=entries)

    began = time.perf_counter()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        list(pool.map(drain, range(_CLIENTS)))
    return messages / (time.perf_counter() - began)


def singles(url: str, role: str, count: int) -> list[float]:
    """How long after the call of SendMessage the function begins, in milliseconds; the first, which starts it, is left out."""
    sqs = client(url, "sqs")
    told = sqs.create_queue(QueueName="told")["QueueUrl"]
    queue, uuid = mapped(url, role, "singles", TELLS)
    enable(url, uuid)
    found = []
    for _ in range(count + 1):
        sent = time.time()
        sqs.send_message(QueueUrl=queue, MessageBody=BODY)
        (message,) = sqs.receive_message(QueueUrl=told, WaitTimeSeconds=20)["Messages"]
        sqs.delete_message(QueueUrl=told, ReceiptHandle=message["ReceiptHandle"])
        found.append((json.loads(message["Body"]) - sent) * 1000)
        while left(sqs, queue):  # else the next one finds the environment busy
            time.sleep(0.01)
    return found[1:]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--singles", type=int, default=50)
    options = parser.parse_args()
    with portico() as url:
        role = prepare(url)
        clients = by_clients(url, options.messages)
        through = backlog(url, role, options.messages)
        waits = singles(url, role, options.singles)
    print(f"{_CLIENTS} clients receive and delete: {clients:8,.0f} messages/s")
    print(
        f"through a function, by tens:  {through:8,.0f} messages/s ({through / clients:.2f} of these; "
        f"{options.messages:,} in {options.messages / through:.1f} s)"
    )
    worst = statistics.quantiles(waits, n=20)[-1]
    print(
        f"into an idle queue:           {statistics.median(waits):8.1f} ms to the function (19 of 20 within {worst:.1f})"
    )


if __name__ == "__main__":
    main()
