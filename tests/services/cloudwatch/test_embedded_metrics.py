"""The embedded metric format: log events that hold metrics."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from portico.services.cloudwatch.embedded import Event, points_of

Datapoints = Callable[..., list[dict[str, Any]]]
NOW_S = 1_800_000_037.0
NOW_MS = int(NOW_S * 1000)


def document(**changed: Any) -> dict[str, Any]:
    directive = {
        "Namespace": "Shop",
        "Dimensions": [["Store"]],
        "Metrics": [{"Name": "Orders", "Unit": "Count"}],
    }
    said = {"Timestamp": NOW_MS, "CloudWatchMetrics": [{**directive, **changed.pop("directive", {})}]}
    return {"_aws": {**said, **changed.pop("said", {})}, "Store": "north", "Orders": 3, **changed}


def read(document: Any) -> list[tuple[Any, ...]]:
    text = document if isinstance(document, str) else json.dumps(document)
    return [
        (
            point.series.namespace,
            point.series.name,
            dict(point.series.dimensions),
            point.unit,
            point.stats.total,
        )
        for point in points_of(Event("111111111111", "us-east-1", text), NOW_S)
    ]


def test_one_metric() -> None:
    assert read(document()) == [("Shop", "Orders", {"Store": "north"}, "Count", 3.0)]


def test_sets_of_dimensions_and_several_metrics() -> None:
    directive = {
        "Dimensions": [[], ["Store", "Lane"]],
        "Metrics": [{"Name": "Orders"}, {"Name": "Took", "Unit": "Seconds"}],
    }
    found = read(document(directive=directive, Lane="1", Took=[0.5, 1.5]))
    assert found == [
        ("Shop", "Orders", {}, "None", 3.0),
        ("Shop", "Orders", {"Store": "north", "Lane": "1"}, "None", 3.0),
        ("Shop", "Took", {}, "Seconds", 2.0),
        ("Shop", "Took", {"Store": "north", "Lane": "1"}, "Seconds", 2.0),
    ]


def test_the_interval() -> None:
    def place(**metric: Any) -> tuple[int, int]:
        text = json.dumps(document(directive={"Metrics": [{"Name": "Orders", **metric}]}))
        (point,) = points_of(Event("1", "r", text), NOW_S)
        return point.at, point.width

    assert place() == (int(NOW_S) // 60 * 60, 60)
    assert place(StorageResolution=1) == (int(NOW_S), 1)


@pytest.mark.parametrize(
    "given",
    [
        "",
        '"_aws"',
        '{"_aws"',
        "[" * 100_000 + '"_aws"',
        '{"_aws": 1}',
        '{"_aws": {"CloudWatchMetrics": "x"}}',
        ["_aws"],
        {"_aws": {}},
        document(said={"Timestamp": "now"}),
        document(said={"Timestamp": True}),
        document(said={"Timestamp": None}),
        document(said={"Timestamp": NOW_MS - 15 * 86_400_000}),
        document(said={"Timestamp": NOW_MS + 3 * 3_600_000}),
        document(said={"CloudWatchMetrics": {}}),
        document(said={"CloudWatchMetrics": [1, None, []]}),
        document(directive={"Namespace": "AWS/Lambda"}),
        document(directive={"Namespace": ""}),
        document(directive={"Namespace": 7}),
        document(directive={"Metrics": ["Orders"]}),
        document(directive={"Metrics": [{"Name": "Nothing"}]}),
        document(directive={"Metrics": [{"Name": ["Orders"]}]}),
        document(directive={"Metrics": [{"Name": "Orders", "Unit": "Furlongs"}]}),
        document(directive={"Metrics": [{"Name": "Orders", "Unit": ["Count"]}]}),
        document(directive={"Dimensions": [["Store", "Nothing"]]}),
        document(directive={"Dimensions": [["Store", 7]]}),
        document(directive={"Dimensions": ["Store"]}),
        document(directive={"Dimensions": [[f"d{n}" for n in range(31)]]}),
        document(Store=7),
        document(Store="x" * 1025),
        document(said={"Timestamp": 10**400}),
        document(Orders=10**400),
        document(Orders="3"),
        document(Orders=True),
        document(Orders=[]),
        document(Orders=[1, "2"]),
        document(Orders=list(range(151))),
        document(Orders=1e200),
        document(Orders=None),
    ],
)
def test_nothing_in_it(given: Any) -> None:
    assert read(given) == []


def test_only_what_is_wrong_is_left_out() -> None:
    directive = {"Dimensions": [["Nothing"], ["Store"]], "Metrics": [{"Name": "Gone"}, {"Name": "Orders"}]}
    assert read(document(directive=directive)) == [("Shop", "Orders", {"Store": "north"}, "None", 3.0)]


def now_document() -> str:
    return json.dumps(document(said={"Timestamp": int(time.time() * 1000)}))


def test_functions(client: Callable[..., Any], deploy: Callable[..., str], datapoints: Datapoints) -> None:
    source = f"""
def handler(event, context):
    print("before")
    print({now_document()!r})
    print({now_document()!r}, flush=True)
    return "_aws"
"""
    client("lambda").invoke(FunctionName=deploy(source))
    (point,) = _until_there(datapoints)
    assert (point["Sum"], point["SampleCount"], point["Unit"]) == (6.0, 2.0, "Count")


def test_functions_with_json_logs(
    client: Callable[..., Any], deploy: Callable[..., str], datapoints: Datapoints
) -> None:
    source = f"""
def handler(event, context):
    print({now_document()!r})
"""
    client("lambda").invoke(FunctionName=deploy(source, LoggingConfig={"LogFormat": "JSON"}))
    assert _until_there(datapoints)[0]["Sum"] == 3.0


def _until_there(datapoints: Datapoints) -> list[dict[str, Any]]:
    """The first invocation's log is opened beside the answer."""
    found: list[dict[str, Any]] = []
    until = time.monotonic() + 20
    while not found and time.monotonic() < until:
        found = datapoints("Orders", "Sum", "SampleCount", dimensions=[("Store", "north")])
    return found


def test_clients(client: Callable[..., Any], datapoints: Datapoints) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    at = int(time.time() * 1000)
    events = [{"timestamp": at, "message": text} for text in (now_document(), "plain", '{"_aws": 1}')]
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)
    (point,) = datapoints("Orders", "Sum", dimensions=[("Store", "north")])
    assert point["Sum"] == 3.0
    assert len(logs.get_log_events(logGroupName="g", logStreamName="s")["events"]) == 3
