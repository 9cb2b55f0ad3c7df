"""Asynchronous invocations: how many are accepted, how soon they reach an idle function, and how fast a backlog is drained.

    python -m bench.asynchronous [--seconds 5] [--connections 64] [--waiting 100000]

First events of 1 KB are accepted (on disk) while they are drained, as a share of the requests of a bare ASGI echo; then single events, from
their acceptance to the function's first line; then a server is started on a backlog, and its memory watched. wrk drives the first.
"""

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.invoke import PATH, bare, client, deploy, portico, wrk
from portico.base.clock import Clock
from portico.base.ids import request_id
from portico.invoke.asynchronous.events import Event, accept
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.transaction import Transaction

BODY = json.dumps({"x": "y" * 1000})
SOURCE = """
import time

def handler(event, context):
    return time.time()
"""
_ACCOUNT, _REGION = "000000000000", "us-east-1"
_SINGLES = 60


def headers(url: str) -> dict[str, str]:
    """Those of a signed asynchronous invocation by root."""
    given = {"content-type": "application/json", "X-Amz-Invocation-Type": "Event"}
    request = AWSRequest("POST", url + PATH, given, BODY)
    SigV4Auth(Credentials("test", "test"), "lambda", _REGION).add_auth(request)
    return dict(request.headers.items())


def ended(url: str) -> int:
    """How many events have ended."""
    with urllib.request.urlopen(f"{url}/_portico/metrics") as answer:
        text = answer.read().decode()
    found = re.search(r'portico_events_total\{metric="EventsEnded".*\} (\S+)', text)
    return int(float(found[1])) if found is not None else 0


def singles(url: str, name: str = "echo") -> Iterator[float]:
    """Milliseconds from the 202 to the function (`SOURCE`), for events that come alone."""
    lam, sqs, iam = (client(url, service) for service in ("lambda", "sqs", "iam"))
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName=name, PolicyName="tell", PolicyDocument=document)
    target = {"OnSuccess": {"Destination": f"arn:aws:sqs:{_REGION}:{_ACCOUNT}:told"}}
    lam.put_function_event_invoke_config(FunctionName=name, DestinationConfig=target)
    for _ in range(_SINGLES):
        lam.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
        accepted_at = time.time()
        [message] = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        yield (json.loads(message["Body"])["responsePayload"] - accepted_at) * 1000
    lam.delete_function_event_invoke_config(FunctionName=name)


async def fill(directory: Path, waiting: int) -> None:
    """Put a backlog of the function `echo` into the store of a server that is not running."""
    clock = Clock()
    store = await open_store(directory, clock=clock)
    cache = RecordCache(store)
    arn = f"arn:aws:lambda:{_REGION}:{_ACCOUNT}:function:echo"
    for _ in range(waiting // 1_000):
        tx = Transaction(cache)
        for _ in range(1_000):
            event = Event(request_id(), _ACCOUNT, _REGION, "echo", "", arn, BODY.encode(), clock.now())
            await accept(tx, event)
        await tx.commit()
    await store.close()


def rss_mb(pid: int) -> float:
    """The resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def start(data: str) -> tuple["subprocess.Popen[str]", str]:
    """A server on a data directory, once it has said where it listens; its URL."""
    command = [sys.executable, "-m", "portico", "start", "--port", "0", "--data", data]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().split()[-1]


def drain(waiting: int) -> tuple[float, float, float]:
    """Events per second of a backlog, and the server's memory in MB before and at most."""
    with tempfile.TemporaryDirectory() as data:
        process, url = start(data)
        deploy(url, SOURCE)
        before = rss_mb(process.pid)
        process.terminate()
        process.wait(30)
        asyncio.run(fill(Path(data), waiting))
        process, url = start(data)
        began, most = time.monotonic(), 0.0
        while ended(url) < waiting:
            most = max(most, rss_mb(process.pid))
            time.sleep(0.2)
        took = time.monotonic() - began
        process.terminate()
        process.wait(30)
        return waiting / took, before, most


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--waiting", type=int, default=100_000)
    options = parser.parse_args()
    how: Any = (options.seconds, options.connections, BODY)
    with bare() as url:
        echo = wrk(url, {}, *how).rate
    with portico() as url:
        deploy(url, SOURCE)
        delays = list(singles(url))
        found = wrk(url + PATH, headers(url), *how)
        drained = ended(url) - _SINGLES
    assert not found.errors, f"{found.errors} events were refused"
    print(
        f"accepted, 1 KB each:      {found.rate:8,.0f} events/s ({found.rate / echo:.2f} of a bare echo's requests)"
    )
    print(f"run meanwhile:            {drained / options.seconds:8,.0f} events/s")
    print(
        f"to an idle function:      {statistics.median(delays):8.1f} ms (median; {max(delays):.1f} at most)"
    )
    rate, before, most = drain(options.waiting)
    print(
        f"{options.waiting:,} waiting drained: {rate:8,.0f} events/s; memory {before:.0f} MB before, {most:.0f} MB at most"
    )


if __name__ == "__main__":
    main()
