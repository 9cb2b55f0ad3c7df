"""What functions get from queues: events member by member, batches, windows, filters, traces."""

import hashlib
import json
import re
from typing import Any

import pytest

from stages import Queue, Stage, bodies

TRACED = """
import os
from tell import tell

def handler(event, context):
    tell([event, os.environ["_X_AMZN_TRACE_ID"], context.invoked_function_arn])
"""
# A function that tells when it begins, and ends when a message comes to the queue that its message names.
HELD = """
import boto3
from tell import tell

sqs = boto3.client("sqs")

def handler(event, context):
    tell([record["body"] for record in event["Records"]])
    url = event["Records"][0]["body"].partition(" ")[0]
    while not (messages := sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages")):
        pass
    sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
"""


def record(stage: Stage, queue: Queue, body: str, **changes: Any) -> dict[str, Any]:
    return {
        "body": body,
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.arn,
        "awsRegion": "us-east-1",
        **changes,
    }


def known(found: dict[str, Any], *more: str) -> dict[str, Any]:
    """A record without what differs from run to run, whose forms are checked."""
    attributes = found.pop("attributes")
    assert attributes.pop("ApproximateReceiveCount") == "1"
    for name in ("SentTimestamp", "ApproximateFirstReceiveTimestamp"):
        assert re.fullmatch(r"\d{13}", attributes.pop(name))
    assert attributes.pop("SenderId")
    assert sorted(attributes) == sorted(more)
    assert found.pop("messageId")
    assert found.pop("receiptHandle")
    return found


def test_a_message_of_a_standard_queue(stage: Stage) -> None:
    stage.deploy()
    queue = stage.queue()
    stage.map(queue)
    (sent,) = stage.send(queue, "Test message")
    (event,) = stage.told()
    assert list(event) == ["Records"]
    (found,) = event["Records"]
    assert found["messageId"] == sent
    assert known(found) == record(stage, queue, "Test message")
    stage.emptied(queue)


def test_a_message_with_attributes(stage: Stage) -> None:
    stage.deploy()
    queue = stage.queue()
    stage.map(queue)
    given = {
        "Title": {"DataType": "String", "StringValue": "The Whistler"},
        "Author": {"DataType": "String", "StringValue": "John Grisham"},
        "WeeksOn": {"DataType": "Number", "StringValue": "6"},
    }
    stage.send(queue, "x", MessageAttributes=given)
    (event,) = stage.told()
    empty: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    shown = {
        name: {"stringValue": value["StringValue"], **empty, "dataType": value["DataType"]}
        for name, value in given.items()
    }
    # The checksum that AWS tells for these attributes.
    expected = record(
        stage,
        queue,
        "x",
        messageAttributes=shown,
        md5OfMessageAttributes="d25a6aea97eb8f585bfa92d314504a92",
    )
    assert known(event["Records"][0]) == expected


def test_a_message_of_a_fifo_queue(stage: Stage) -> None:
    stage.deploy()
    queue = stage.queue("q.fifo")
    stage.map(queue)
    stage.send(queue, "x", MessageGroupId="g", MessageDeduplicationId="d")
    (event,) = stage.told()
    (found,) = event["Records"]
    assert found["attributes"]["MessageGroupId"] == "g"
    assert found["attributes"]["MessageDeduplicationId"] == "d"
    assert re.fullmatch(r"\d{20}", found["attributes"]["SequenceNumber"])
    more = ("MessageGroupId", "MessageDeduplicationId", "SequenceNumber")
    assert known(found, *more) == record(stage, queue, "x")


def test_with_a_window_a_missing_checksum_is_null(stage: Stage) -> None:
    stage.deploy()
    queue = stage.queue()
    stage.map(queue, MaximumBatchingWindowInSeconds=1)
    stage.send(queue, "x")
    (event,) = stage.told()
    assert known(event["Records"][0]) == record(stage, queue, "x", md5OfMessageAttributes=None)


def test_the_version_that_an_alias_points_to(stage: Stage) -> None:
    arn = stage.deploy(TRACED, Publish=True).removesuffix(":1")
    stage.lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    queue = stage.queue()
    stage.map(queue, "f:live")
    stage.send(queue, "x")
    ((_, _, invoked),) = stage.told()
    assert invoked == f"{arn}:live"


def test_the_trace_of_a_message_goes_on(stage: Stage) -> None:
    stage.deploy(TRACED)
    queue = stage.queue()
    stage.map(queue)
    root = "Root=1-5759e988-bd862e3fe1be46a994272793"
    header = {"DataType": "String", "StringValue": f"{root};Parent=53995c3f42cd8ad8;Sampled=1"}
    stage.send(queue, "x", MessageSystemAttributes={"AWSTraceHeader": header})
    ((event, trace, _),) = stage.told()
    assert trace.startswith(root)
    assert event["Records"][0]["attributes"]["AWSTraceHeader"] == header["StringValue"]
    stage.send(queue, "without")
    ((event, trace, _),) = stage.told()
    assert re.match(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", trace)
    # What a function sends carries its trace, and so does what is polled by nobody but Portico itself.
    assert root not in trace


def test_messages_that_wait_come_together(stage: Stage) -> None:
    stage.deploy()
    queue = stage.queue()
    stage.send(queue, *map(str, range(10)))
    stage.map(queue)
    (event,) = stage.told()
    assert sorted(bodies(event)) == [str(at) for at in range(10)]


@pytest.mark.parametrize(("size", "count"), [(1, 1), (3, 3)])
def test_the_size_of_batches(stage: Stage, size: int, count: int) -> None:
    stage.deploy()
    queue = stage.queue()
    stage.send(queue, *map(str, range(6)))
    stage.map(queue, BatchSize=size)
    events = stage.told(6 // count)
    assert [len(event["Records"]) for event in events] == [count] * (6 // count)
    assert sorted(body for event in events for body in bodies(event)) == [str(at) for at in range(6)]


def test_a_large_batch_is_gathered_from_several_receives(stage: Stage) -> None:
    stage.deploy("from tell import tell\n\ndef handler(event, context):\n    tell(len(event['Records']))\n")
    queue = stage.queue()
    for _ in range(5):
        entries = [{"Id": str(at), "MessageBody": str(at)} for at in range(10)]
        stage.sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
    stage.map(queue, BatchSize=10_000, MaximumBatchingWindowInSeconds=1)
    assert stage.told() == [50]
    stage.emptied(queue)


def test_a_window_ends_with_the_clock(stage: Stage) -> None:
    """And a full batch does not wait for it."""
    stage.deploy()
    queue = stage.queue()
    stage.map(queue, BatchSize=2, MaximumBatchingWindowInSeconds=300)
    stage.send(queue, "a", "b")
    (event,) = stage.told()
    assert sorted(bodies(event)) == ["a", "b"]
    stage.send(queue, "c")
    stage.until(lambda: stage.left(queue) == (0, 1))
    assert stage.silent()
    stage.server.advance("301s")
    (event,) = stage.told()
    assert bodies(event) == ["c"]


def test_events_have_at_most_six_megabytes(stage: Stage) -> None:
    stage.deploy(
        "import json\nfrom tell import tell\n\n"
        "def handler(event, context):\n    tell([len(event['Records']), len(json.dumps(event))])\n",
        MemorySize=512,
    )
    queue = stage.queue()
    for _ in range(8):
        stage.send(queue, "x" * 1_000_000)
    stage.map(queue, BatchSize=100, MaximumBatchingWindowInSeconds=1)
    told = stage.told(2)
    assert sorted(count for count, _ in told) == [2, 6]
    assert all(size <= 6 * 1024 * 1024 for _, size in told)
    stage.emptied(queue)


def test_what_no_filter_lets_through_is_deleted(stage: Stage) -> None:
    stage.deploy()
    queue = stage.queue()
    patterns = ({"body": {"kind": ["order"]}}, {"body": ["plain"]})
    criteria = {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]}
    stage.map(queue, FilterCriteria=criteria)
    stage.send(queue, '{"kind": "other"}', "text", '{"kind": "order"}', "plain")
    events = stage.told()
    while sum(len(event["Records"]) for event in events) < 2:
        events += stage.told()
    assert sorted(body for event in events for body in bodies(event)) == ["plain", '{"kind": "order"}']
    stage.emptied(queue)


def test_how_many_run_at_once(stage: Stage) -> None:
    """Two may; a third batch begins when one of them has ended."""
    stage.deploy(HELD, Timeout=30)
    queue, gate = stage.queue(VisibilityTimeout=60), stage.queue("gate")
    stage.map(queue, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    stage.send(queue, *(f"{gate.url} {at}" for at in range(3)))
    assert len(stage.told(2)) == 2
    assert stage.silent()
    assert stage.left(queue) == (1, 2)
    stage.send(gate, "go")
    assert len(stage.told()) == 1
    stage.send(gate, "go", "go")
    stage.emptied(queue)


def test_a_mapping_that_rests_polls_nothing(stage: Stage) -> None:
    stage.deploy()
    queue = stage.queue()
    uuid = stage.map(queue, Enabled=False)
    stage.send(queue, "a")
    assert stage.silent()
    stage.lam.update_event_source_mapping(UUID=uuid, Enabled=True)
    assert bodies(stage.told()[0]) == ["a"]
    stage.settled(uuid)
    stage.lam.update_event_source_mapping(UUID=uuid, Enabled=False)
    stage.settled(uuid, "Disabled")
    stage.emptied(queue)
    stage.send(queue, "b")
    assert stage.silent()
    assert stage.left(queue) == (1, 0)
    stage.lam.delete_event_source_mapping(UUID=uuid)


def test_another_function_gets_what_comes_after_the_change(stage: Stage) -> None:
    stage.deploy()
    stage.deploy(TRACED, name="g")
    queue = stage.queue()
    uuid = stage.map(queue)
    stage.send(queue, "a")
    assert bodies(stage.told()[0]) == ["a"]
    stage.lam.update_event_source_mapping(UUID=uuid, FunctionName="g")
    stage.settled(uuid)
    stage.send(queue, "b")
    ((event, _, invoked),) = stage.told()
    assert (bodies(event), invoked[-2:]) == (["b"], ":g")


def test_a_durable_function_is_waited_for(stage: Stage) -> None:
    """The execution's event is in its initial state."""
    stage.deploy(
        "from tell import tell\n\n"
        "def handler(event, context):\n"
        "    operation = event['InitialExecutionState']['Operations'][0]\n"
        "    tell(operation['ExecutionDetails']['InputPayload'])\n"
        "    return {'Status': 'SUCCEEDED', 'Result': '{}'}\n",
        Publish=True,
        DurableConfig={"ExecutionTimeout": 60},
    )
    queue = stage.queue()
    stage.permit("durable", "lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState")
    stage.map(queue, "f:1")
    stage.send(queue, "x")
    assert bodies(json.loads(stage.told()[0])) == ["x"]
    stage.emptied(queue)
