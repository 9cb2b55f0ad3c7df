"""Metrics and the clock that users move: minutes pass, what is old becomes coarser, and nothing is lost in a restart."""

import datetime as dt
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import Server, new_account, running


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def own(data: Path) -> Iterator[Server]:
    """A server whose clock nobody else minds."""
    with running(data) as started:
        yield started


def counted(cw: Any, namespace: str, name: str, **dimensions: str) -> list[float]:
    """What was counted in each minute in which anything was."""
    end = dt.datetime.now(dt.UTC) + dt.timedelta(hours=22)
    found = cw.get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=end - dt.timedelta(hours=23),
        EndTime=end,
        Period=60,
        Statistics=["Sum"],
    )
    return [point["Sum"] for point in found["Datapoints"] if point["Sum"]]


def test_what_happens_later_is_told_of_later(own: Server) -> None:
    account = new_account()
    sqs, cw = own.client("sqs", account), own.client("cloudwatch", account)
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a")
    assert counted(cw, "AWS/SQS", "NumberOfMessagesSent", QueueName="q") == [1.0]
    own.advance("10m")
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": each, "MessageBody": each} for each in ("a", "b")])
    assert counted(cw, "AWS/SQS", "NumberOfMessagesSent", QueueName="q") == [1.0, 2.0]


def test_times_are_checked_against_the_moved_clock(own: Server) -> None:
    cw = own.client("cloudwatch", new_account())
    own.advance("5h")
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=6)
    cw.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "a", "Value": 1.0, "Timestamp": later}])
    assert counted(cw, "Shop", "a") == [1.0]


def test_counts_of_functions_and_queues_outlive_an_orderly_end(own: Server, data: Path) -> None:
    account = new_account()
    sqs = own.client("sqs", account)
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a")
    assert counted(own.client("cloudwatch", account), "AWS/SQS", "NumberOfMessagesSent", QueueName="q") == [
        1.0
    ]
    assert own.stop() == 0
    with running(data) as again:
        cw = again.client("cloudwatch", account)
        assert counted(cw, "AWS/SQS", "NumberOfMessagesSent", QueueName="q") == [1.0]


def test_a_reset_forgets_metrics(own: Server) -> None:
    cw = own.client("cloudwatch", new_account())
    cw.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "a", "Value": 1.0}])
    request = urllib.request.Request(f"{own.url}/_portico/reset", data=b"", method="POST")  # our own
    with urllib.request.urlopen(request) as answer:  # as above
        assert answer.status == 200
    assert cw.list_metrics()["Metrics"] == []
