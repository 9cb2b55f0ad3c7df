"""The whole server, killed while events run and their outcomes are sent: what was accepted runs, and has one outcome."""

import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from conftest import zip_of
from harness import TRUST_LAMBDA, Server

ROUNDS = 4  # fewer kills than an event is given up after
WRITERS = 3
SOURCE = """
def handler(event, context):
    if event["fails"]:
        raise Exception("no")
    return event["id"]
"""
QUEUES = "arn:aws:sqs:us-east-1:000000000000"


def prepare(server: Server) -> None:
    """A function, a queue of its records and one of its dead letters."""
    iam, lam, sqs = (server.client(name) for name in ("iam", "lambda", "sqs"))
    role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName="run", PolicyName="send", PolicyDocument=document)
    for name in ("records", "dead"):
        sqs.create_queue(QueueName=name)
    lam.create_function(
        FunctionName="f",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": zip_of({"app.py": SOURCE})},
        DeadLetterConfig={"TargetArn": f"{QUEUES}:dead"},
    )
    ends = {end: {"Destination": f"{QUEUES}:records"} for end in ("OnSuccess", "OnFailure")}
    lam.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=0, DestinationConfig=ends)


def send_until_killed(server: Server, name: str, begun: threading.Barrier) -> list[str]:
    """Events, every other one of which fails; those that were accepted."""
    accepted: list[str] = []
    lam = server.client("lambda")
    try:
        for at in range(1_000_000):
            event = {"id": f"{name}-{at}", "fails": at % 2 == 1}
            lam.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(event))
            accepted.append(event["id"])
            if at == 10:
                begun.wait(60)
    except (BotoCoreError, ClientError, OSError):
        pass
    return accepted


def drained(server: Server, queue: str, wanted: int) -> list[dict[str, Any]]:
    """The bodies of the queue's messages, once there are so many and no more come."""
    sqs, found = server.client("sqs"), list[dict[str, Any]]()
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get(
            "Messages", []
        )
        found += [json.loads(message["Body"]) for message in messages]
        entries = [{"Id": str(at), "ReceiptHandle": m["ReceiptHandle"]} for at, m in enumerate(messages)]
        if entries:
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        elif len(found) >= wanted:
            break
    return found


def test_accepted_events_have_one_outcome(tmp_path: Path) -> None:
    patience = random.Random(11)
    accepted: set[str] = set()
    server = Server(tmp_path / "data")
    prepare(server)
    for round_ in range(ROUNDS):
        begun = threading.Barrier(WRITERS + 1)
        with ThreadPoolExecutor(WRITERS) as pool:
            writing = [pool.submit(send_until_killed, server, f"{round_}-{n}", begun) for n in range(WRITERS)]
            begun.wait(60)
            for _ in range(patience.randrange(3_000_000)):  # kill somewhere, not always at the same step
                pass
            server.kill()
            accepted |= {name for each in writing for name in each.result(60)}
        server = Server(tmp_path / "data")
    told = drained(server, "records", len(accepted))
    records = Counter(record["requestPayload"]["id"] for record in told)
    failing = {name for name in accepted if int(name.rsplit("-", 1)[1]) % 2}
    dead = Counter(event["id"] for event in drained(server, "dead", len(failing)))
    assert accepted <= set(records)
    assert failing <= set(dead)
    for record in told:
        event, failed = record["requestPayload"], record["requestContext"]["condition"] == "RetriesExhausted"
        assert failed == event["fails"]
        assert failed or record["responsePayload"] == event["id"]
    assert set(records.values()) == {1}
    assert set(dead.values()) == {1}
    assert len(accepted) > ROUNDS * WRITERS * 10
    server.stop()
