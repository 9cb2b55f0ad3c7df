"""AWS/Lambda: what happens to functions is told in metrics."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import new_account
from pages import page, quoted, rows
from portico.services.cloudwatch.functions import UNITS
from portico.services.sns import metrics as of_topics
from portico.services.sns.counters import METRICS
from portico.services.sqs import metrics as of_queues

Datapoints = Callable[..., list[dict[str, Any]]]
Deploy = Callable[..., str]

FAILS = """
def handler(event, context):
    if event.get("fail"):
        raise ValueError("no")
    return 1
"""


class Asked:
    """Sums of one namespace."""

    def __init__(self, datapoints: Datapoints) -> None:
        self._datapoints = datapoints

    def __call__(self, metric: str, statistic: str = "Sum", **dimensions: str) -> float | None:
        found = self._datapoints(
            metric, statistic, namespace="AWS/Lambda", dimensions=list(dimensions.items())
        )
        return found[0][statistic] if found else None


@pytest.fixture
def told(datapoints: Datapoints) -> Asked:
    return Asked(datapoints)


def test_invocations_errors_and_durations(
    client: Callable[..., Any], deploy: Deploy, datapoints: Datapoints
) -> None:
    name = deploy(FAILS)
    for payload in (b"{}", b"{}", b'{"fail": 1}'):
        client("lambda").invoke(FunctionName=name, Payload=payload)
    of_function = {"namespace": "AWS/Lambda", "dimensions": [("FunctionName", name)]}
    (invocations,) = datapoints("Invocations", "Sum", "SampleCount", **of_function)
    (errors,) = datapoints("Errors", "Sum", "Average", **of_function)
    (duration,) = datapoints("Duration", "SampleCount", "Minimum", "Maximum", **of_function)
    (percentiles,) = datapoints("Duration", "p0", "p50", "p100", **of_function)
    assert (invocations["Sum"], invocations["SampleCount"], invocations["Unit"]) == (3, 3, "Count")
    assert (errors["Sum"], errors["Average"]) == (1, pytest.approx(1 / 3))
    assert (duration["SampleCount"], duration["Unit"]) == (3, "Milliseconds")
    assert 0 < duration["Minimum"] <= duration["Maximum"] < 10_000
    extended = percentiles["ExtendedStatistics"]
    assert (extended["p0"], extended["p100"]) == (duration["Minimum"], duration["Maximum"])
    assert extended["p0"] <= extended["p50"] <= extended["p100"]


def test_dimensions(client: Callable[..., Any], deploy: Deploy, told: Asked) -> None:
    one, other = deploy(FAILS), deploy(FAILS)
    lam = client("lambda")
    version = lam.publish_version(FunctionName=one)["Version"]
    lam.create_alias(FunctionName=one, Name="prod", FunctionVersion=version)
    for name, qualifier in (
        (one, None),
        (one, version),
        (one, "prod"),
        (one, "prod"),
        (one, "$LATEST"),
        (other, None),
    ):
        lam.invoke(FunctionName=name, **({"Qualifier": qualifier} if qualifier else {}))
    assert told("Invocations") == 6
    assert told("Invocations", FunctionName=one) == 5
    assert told("Invocations", FunctionName=other, Resource=other) == 1
    assert told("Invocations", FunctionName=one, Resource=one) == 1
    assert told("Invocations", FunctionName=one, Resource=f"{one}:{version}") == 1
    assert told("Invocations", FunctionName=one, Resource=f"{one}:$LATEST") == 1
    assert told("Invocations", FunctionName=one, Resource=f"{one}:prod") == 2
    assert told("Invocations", FunctionName=one, Resource=f"{one}:prod", ExecutedVersion=version) == 2
    assert told("Errors", FunctionName=one, Resource=f"{one}:prod", ExecutedVersion=version) == 0
    assert told("Invocations", FunctionName=one, Resource=f"{one}:{version}", ExecutedVersion=version) is None


def test_throttles(client: Callable[..., Any], deploy: Deploy, told: Asked) -> None:
    name = deploy(FAILS)
    client("lambda").invoke(FunctionName=name)
    client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    for _ in range(2):
        with pytest.raises(ClientError, match="TooManyRequestsException"):
            client("lambda").invoke(FunctionName=name)
    assert (told("Throttles", FunctionName=name), told("Invocations", FunctionName=name)) == (2, 1)
    assert told("Throttles", "SampleCount", FunctionName=name) == 3


def test_concurrency(client: Callable[..., Any], deploy: Deploy, told: Asked) -> None:
    name = deploy(FAILS)
    client("lambda").invoke(FunctionName=name)
    assert told("ConcurrentExecutions", "Maximum", FunctionName=name) == 1
    assert told("ConcurrentExecutions", "Maximum") == 1
    assert told("UnreservedConcurrentExecutions", "Maximum") == 1
    assert told("ClaimedAccountConcurrency", "Maximum") == 1


def test_provisioned_concurrency(client: Callable[..., Any], deploy: Deploy, told: Asked) -> None:
    name, lam = deploy(FAILS), client("lambda")
    version = lam.publish_version(FunctionName=name)["Version"]
    lam.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=version, ProvisionedConcurrentExecutions=2
    )
    lam.invoke(FunctionName=name, Qualifier=version)
    resource = {"FunctionName": name, "Resource": f"{name}:{version}"}
    assert told("ProvisionedConcurrencyInvocations", FunctionName=name) == 1
    assert told("ProvisionedConcurrentExecutions", "Maximum", **resource) == 1
    assert told("ProvisionedConcurrencyUtilization", "Maximum", **resource) == 0.5
    assert told("ProvisionedConcurrencySpilloverInvocations", **resource) is None


def test_streamed_answers_count_as_well(client: Callable[..., Any], deploy: Deploy, told: Asked) -> None:
    name = deploy(FAILS)
    answer = client("lambda").invoke_with_response_stream(FunctionName=name, Payload=b"{}")
    assert [next(iter(event)) for event in answer["EventStream"]][-1] == "InvokeComplete"
    assert told("Invocations", FunctionName=name) == 1


def test_nobody_sees_functions_of_others(client: Callable[..., Any], deploy: Deploy) -> None:
    client("lambda").invoke(FunctionName=deploy(FAILS))
    assert client("cloudwatch").list_metrics(Namespace="AWS/Lambda")["Metrics"]
    assert client("cloudwatch", new_account()).list_metrics(Namespace="AWS/Lambda")["Metrics"] == []


def test_the_page_names_what_is_told() -> None:
    def named(namespace: str) -> dict[str, str]:
        table = rows(page("services/cloudwatch.md"), f"metric of {namespace}")
        return {name: unit for names, unit, _ in table for name in quoted(names)}

    assert named("AWS/Lambda") == UNITS
    counted = [*of_queues.COUNTED, *of_queues.COUNTED_FIFO, *of_queues.STANDING, of_queues.GROUPS]
    assert named("AWS/SQS") == {
        **dict.fromkeys(counted, "Count"),
        of_queues.SIZE: "Bytes",
        of_queues.AGE: "Seconds",
    }
    told = {name: of_topics.unit_of(name) for name in METRICS}
    assert named("AWS/SNS") == {**told, of_topics.SIZE: "Bytes"}


def test_what_is_named_is_told(client: Callable[..., Any], deploy: Deploy) -> None:
    """Everything that is listed for a function has a unit in the page's table."""
    client("lambda").invoke(FunctionName=deploy(FAILS), Payload=json.dumps({"fail": 1}).encode())
    listed = client("cloudwatch").list_metrics(Namespace="AWS/Lambda")["Metrics"]
    assert {metric["MetricName"] for metric in listed} <= set(UNITS)
    assert {"Invocations", "Errors", "Duration", "Throttles"} <= {metric["MetricName"] for metric in listed}


def test_events_are_told_of(client: Callable[..., Any], deploy: Deploy, told: Asked) -> None:
    name, lam = deploy(FAILS), client("lambda")
    lam.invoke(FunctionName=name, InvocationType="Event")
    until = time.monotonic() + 30
    while told("Invocations", FunctionName=name) is None and time.monotonic() < until:
        pass  # each look is a request
    assert told("Invocations", FunctionName=name) == 1
    assert told("AsyncEventsReceived", FunctionName=name) == 1
    assert told("AsyncEventsReceived") == 1
    assert 0 <= (told("AsyncEventAge", "Maximum", FunctionName=name) or 0.0) < 30_000
    assert told("AsyncEventsDropped", FunctionName=name) is None
