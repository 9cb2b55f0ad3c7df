"""Messages from one topic into many queues, and the same messages sent to the queues one by one in the same run.

    python -m bench.sns [--seconds 4] [--connections 4] [--queues 100]

Prints deliveries per second of Publish to a topic with that many subscribed queues, with envelopes (which are signed) and raw, and how many
times as many that is as SendMessage makes. Bodies are 1 KB; every queue has a policy with a condition on the topic; everything
acknowledged is on disk. wrk drives it.
"""

import argparse
import json
from typing import Any
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.invoke import client, portico, wrk
from bench.sqs import BODY, Target, sends

_REGION = "us-east-1"
_ACCOUNT = "000000000000"


def subscribed(url: str, name: str, queues: int, *, raw: bool) -> str:
    """A topic with so many subscribed queues; its ARN."""
    sns, sqs = client(url, "sns"), client(url, "sqs")
    topic: str = sns.create_topic(Name=name)["TopicArn"]
    for number in range(queues):
        queue = f"{name}-{number}"
        arn = f"arn:aws:sqs:{_REGION}:{_ACCOUNT}:{queue}"
        sqs.create_queue(QueueName=queue, Attributes={"Policy": json.dumps(_policy(arn, topic))})
        attributes = {"RawMessageDelivery": str(raw).lower()}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    return topic


def _policy(queue: str, topic: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def publications(url: str, topic: str, seconds: int, connections: int) -> float:
    """Messages published per second."""
    said = {"Action": "Publish", "Version": "2010-03-31", "TopicArn": topic, "Message": BODY}
    body = urlencode(said)
    request = AWSRequest(
        "POST", f"{url}/", {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, body.encode()
    )
    SigV4Auth(Credentials("test", "test"), "sns", _REGION).add_auth(request)
    found = wrk(f"{url}/", dict(request.headers.items()), seconds, connections, body)
    assert not found.errors, f"{found.errors} calls of Publish were refused"
    return found.rate


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--queues", type=int, default=100)
    options = parser.parse_args()
    how = (options.seconds, options.connections)
    with portico() as url:
        queue = client(url, "sqs").create_queue(QueueName="alone")["QueueUrl"]
        one = sends(Target(url, queue), 1, *how)
        print(f"SendMessage:              {one:8,.0f} messages/s")
        for name, raw in (("enveloped", False), ("raw", True)):
            topic = subscribed(url, name, options.queues, raw=raw)
            rate = publications(url, topic, *how) * options.queues
            print(
                f"Publish to {options.queues} queues, {name + ':':<11}{rate:8,.0f} deliveries/s ({rate / one:.1f} times SendMessage)"
            )


if __name__ == "__main__":
    main()
