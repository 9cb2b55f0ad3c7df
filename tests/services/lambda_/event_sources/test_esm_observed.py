"""What can be seen of a mapping beside its answers: metrics, and recursive loops that are stopped."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from stages import Stage

OBEYS = """
def handler(event, context):
    if any("fail" in record["body"] for record in event["Records"]):
        raise Exception("as told")
"""
AGAIN = """
import os

import boto3
from tell import tell

def handler(event, context):
    tell(os.environ["_X_AMZN_TRACE_ID"])
    for record in event["Records"]:
        boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=record["body"])
"""


def total(stage: Stage, uuid: str, name: str) -> int:
    """The sum of a metric of the mapping."""
    now = datetime.now(UTC)
    found = stage.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=name,
        Dimensions=[{"Name": "EventSourceMappingUUID", "Value": uuid}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(days=1),
        Period=3600,
        Statistics=["Sum"],
    )
    return int(sum(point["Sum"] for point in found["Datapoints"]))


def test_events_are_counted_for_those_who_ask(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue, plain = stage.queue(), stage.queue("plain")
    criteria = {"Filters": [{"Pattern": json.dumps({"body": [{"anything-but": {"prefix": "no"}}]})}]}
    counted = stage.map(queue, MetricsConfig={"Metrics": ["EventCount"]}, FilterCriteria=criteria)
    uncounted = stage.map(plain)
    stage.send(queue, "fail")
    stage.until(lambda: stage.left(queue) == (0, 1))
    stage.until(lambda: stage.result(counted) is not None)
    stage.send(queue, "no")
    stage.send(queue, "yes")
    stage.send(plain, "yes")
    stage.until(lambda: stage.left(queue) == (0, 1))
    stage.until(lambda: stage.result(counted) is None)
    stage.emptied(plain)
    wanted = {
        "PolledEventCount": 3,
        "FilteredOutEventCount": 1,
        "InvokedEventCount": 2,
        "FailedInvokeEventCount": 1,
        "DeletedEventCount": 1,
    }
    stage.until(lambda: {name: total(stage, counted, name) for name in wanted} == wanted)
    assert total(stage, uncounted, "PolledEventCount") == 0


def test_a_function_that_feeds_its_own_queue_is_stopped(stage: Stage) -> None:
    """At the 16th turn; the message that would have been the next is a dead letter at last."""
    dead = stage.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1})
    queue = stage.queue(RedrivePolicy=policy)
    stage.deploy(AGAIN, environment={"QUEUE": f"/{stage.account}/q"})
    stage.map(queue)
    stage.send(queue, "round and round")
    turns: list[Any] = stage.told(16)
    assert len({trace.split(";")[0] for trace in turns}) == 1
    stage.until(lambda: stage.left(queue) == (0, 1))
    assert stage.silent()
    stage.server.advance("31s")
    (letter,) = stage.sqs.receive_message(QueueUrl=dead.url, WaitTimeSeconds=20)["Messages"]
    assert letter["Body"] == "round and round"
