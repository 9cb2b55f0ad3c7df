"""PutMetricData: what is taken, in every protocol, and what is refused in which words."""

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import Server, new_account, running

Datapoints = Callable[..., list[dict[str, Any]]]
NOW = dt.datetime.now(dt.UTC)


def put(cw: Any, *data: dict[str, Any], namespace: str = "Shop") -> None:
    cw.put_metric_data(Namespace=namespace, MetricData=[{"MetricName": "Orders", **datum} for datum in data])


def refused(cw: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        cw.put_metric_data(**request)
    error = raised.value.response["Error"]
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return error["Code"], error["Message"]


def refused_datum(cw: Any, **datum: Any) -> tuple[str, str]:
    return refused(cw, Namespace="Shop", MetricData=[{"MetricName": "Orders", **datum}])


def test_single_values(cw: Any, datapoints: Datapoints) -> None:
    put(cw, {"Value": 2.0, "Unit": "Count"}, {"Value": 4.5, "Unit": "Count"})
    put(cw, {"Value": 0.1, "Unit": "Count"})
    (point,) = datapoints("Orders", "SampleCount", "Sum", "Average", "Minimum", "Maximum")
    assert (point["SampleCount"], point["Sum"], point["Unit"]) == (3.0, 6.6, "Count")
    assert (point["Minimum"], point["Maximum"], point["Average"]) == (0.1, 4.5, pytest.approx(2.2))


def test_values_with_counts(cw: Any, datapoints: Datapoints) -> None:
    put(cw, {"Values": [1.0, 10.0], "Counts": [9.0, 1.0]})
    put(cw, {"Values": [20.0, 30.0]})
    (point,) = datapoints("Orders", "SampleCount", "Sum")
    assert (point["SampleCount"], point["Sum"], point["Unit"]) == (12.0, 69.0, "None")
    (point,) = datapoints("Orders", "p50", "p99")
    assert point["ExtendedStatistics"] == {"p50": 1.0, "p99": 30.0}


def test_statistic_sets(cw: Any, datapoints: Datapoints) -> None:
    told = {"SampleCount": 3.0, "Sum": 6.0, "Minimum": 1.0, "Maximum": 3.0}
    put(cw, {"StatisticValues": told}, {"Value": 10.0})
    (point,) = datapoints("Orders", "SampleCount", "Sum", "Maximum")
    assert (point["SampleCount"], point["Sum"], point["Maximum"]) == (4.0, 16.0, 10.0)
    assert datapoints("Orders", "p50") == []


def test_dimensions_are_another_metric_whatever_their_order(cw: Any, datapoints: Datapoints) -> None:
    pair = [{"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}]
    put(cw, {"Value": 1.0, "Dimensions": pair}, {"Value": 1.0, "Dimensions": pair[::-1]}, {"Value": 5.0})
    (both,) = datapoints("Orders", "Sum", dimensions=[("B", "2"), ("A", "1")])
    (none,) = datapoints("Orders", "Sum")
    assert (both["Sum"], none["Sum"]) == (2.0, 5.0)
    assert datapoints("Orders", "Sum", dimensions=[("A", "1")]) == []


def test_times(cw: Any, datapoints: Datapoints) -> None:
    at = NOW - dt.timedelta(days=3)
    put(cw, {"Value": 1.0, "Timestamp": at})
    (point,) = datapoints(
        "Orders",
        "Sum",
        StartTime=at - dt.timedelta(minutes=1),
        EndTime=at + dt.timedelta(minutes=1),
        Period=60,
    )
    assert point["Timestamp"] == at.replace(second=0, microsecond=0)


def test_entities_are_taken_without_what_they_say(cw: Any, datapoints: Datapoints) -> None:
    entity = {"KeyAttributes": {"Type": "Service", "Name": "shop"}}
    data = [{"MetricName": "Orders", "Value": 3.0}]
    cw.put_metric_data(Namespace="Shop", EntityMetricData=[{"Entity": entity, "MetricData": data}])
    assert datapoints("Orders", "Sum")[0]["Sum"] == 3.0


def test_a_thousand_at_once_which_the_sdk_compresses(cw: Any, datapoints: Datapoints) -> None:
    sides = [{"Value": float(n), "Dimensions": [{"Name": "N", "Value": str(n)}]} for n in range(999)]
    put(cw, *sides, {"Value": 7.0})
    assert datapoints("Orders", "Sum")[0]["Sum"] == 7.0
    assert datapoints("Orders", "Sum", dimensions=[("N", "998")])[0]["Sum"] == 998.0


def test_what_was_acknowledged_outlives_the_server(tmp_path: Path) -> None:
    account = new_account()
    with running(tmp_path / "data") as first:
        put(first.client("cloudwatch", account), {"Value": 42.0})
        first.kill()
    with running(tmp_path / "data") as second:
        found = second.client("cloudwatch", account).get_metric_statistics(
            Namespace="Shop",
            MetricName="Orders",
            StartTime=NOW - dt.timedelta(hours=1),
            EndTime=NOW + dt.timedelta(hours=1),
            Period=7200,
            Statistics=["Sum"],
        )
    assert [point["Sum"] for point in found["Datapoints"]] == [42.0]


@pytest.mark.parametrize(
    ("datum", "code", "words"),
    [
        (
            {},
            "InvalidParameterCombination",
            "MetricData.member.1.Value and MetricData.member.1.StatisticValues",
        ),
        ({"Value": 1.0, "Values": [1.0]}, "InvalidParameterCombination", "mutually exclusive"),
        ({"Values": [1.0, 2.0], "Counts": [1.0]}, "InvalidParameterCombination", "of the same size"),
        ({"Value": 1.0, "Counts": [1.0]}, "InvalidParameterCombination", "of the same size"),
        ({"Values": []}, "InvalidParameterValue", "must not be empty"),
        ({"Values": [1.0], "Counts": [0.0]}, "InvalidParameterValue", "MetricData.member.1.Counts.member.1"),
        ({"Values": [1.0], "Counts": [-1.0]}, "InvalidParameterValue", "MetricData.member.1.Counts.member.1"),
        ({"Values": [float(n) for n in range(151)]}, "InvalidParameterValue", "size greater than 150"),
        (
            {"Value": math.nan},
            "InvalidParameterValue",
            "The value NaN for parameter MetricData.member.1.Value",
        ),
        (
            {"Value": math.inf},
            "InvalidParameterValue",
            "The value inf for parameter MetricData.member.1.Value",
        ),
        ({"Value": 2.0**361}, "InvalidParameterValue", "for parameter MetricData.member.1.Value is invalid"),
        ({"Value": 1.0, "StorageResolution": 5}, "InvalidParameterValue", "StorageResolution"),
        (
            {"Value": 1.0, "Timestamp": NOW - dt.timedelta(days=15)},
            "InvalidParameterValue",
            "The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.",
        ),
        (
            {"Value": 1.0, "Timestamp": NOW + dt.timedelta(hours=3)},
            "InvalidParameterValue",
            "two hours in the future",
        ),
        ({"Value": 1.0, "MetricName": "Größe"}, "InvalidParameterValue", "contains non-ASCII characters"),
        ({"Value": 1.0, "MetricName": "a\nb"}, "InvalidParameterValue", "contains control characters"),
        ({"Value": 1.0, "MetricName": "  "}, "InvalidParameterValue", "non-whitespace"),
        ({"Value": 1.0, "Dimensions": [{"Name": ":a", "Value": "1"}]}, "InvalidParameterValue", "a colon"),
        (
            {"Value": 1.0, "Dimensions": [{"Name": "a", "Value": "1"}] * 2},
            "InvalidParameterValue",
            "same name twice",
        ),
        (
            {"StatisticValues": {"SampleCount": 0.0, "Sum": 0.0, "Minimum": 0.0, "Maximum": 0.0}},
            "InvalidParameterValue",
            "SampleCount must be greater than 0",
        ),
        (
            {"StatisticValues": {"SampleCount": 2.0, "Sum": 0.0, "Minimum": 2.0, "Maximum": 1.0}},
            "InvalidParameterValue",
            "Maximum must be greater",
        ),
        ({"Value": 1.0, "Unit": "Furlongs"}, "ValidationError", "enum value set"),
        (
            {"Value": 1.0, "Dimensions": [{"Name": f"d{n}", "Value": "1"} for n in range(31)]},
            "ValidationError",
            "30",
        ),
        ({"Value": 1.0, "Dimensions": [{"Name": "d", "Value": "v" * 1025}]}, "ValidationError", "1024"),
        ({"Value": 1.0, "Dimensions": [{"Name": "d"}]}, "MissingParameter", "is required"),
    ],
)
def test_refused_data(cw: Any, datum: dict[str, Any], code: str, words: str) -> None:
    found = refused_datum(cw, **datum)
    assert found[0] == code
    assert words in found[1]


def test_every_wrong_datum_is_told(cw: Any) -> None:
    late = {"MetricName": "a", "Value": 1.0, "Timestamp": NOW - dt.timedelta(days=20)}
    _, message = refused(cw, Namespace="Shop", MetricData=[late, {"MetricName": "b", "Value": 1.0}, late])
    assert message.splitlines() == [
        f"The parameter MetricData.member.{at}.Timestamp must specify a time within the past two weeks."
        for at in (1, 3)
    ]


def test_a_refused_datum_leaves_nothing_of_the_others(cw: Any, datapoints: Datapoints) -> None:
    refused(
        cw, Namespace="Shop", MetricData=[{"MetricName": "Orders", "Value": 1.0}, {"MetricName": "Orders"}]
    )
    assert datapoints("Orders", "Sum") == []


@pytest.mark.parametrize("namespace", ["AWS/Lambda", "AWS/", "AWS/Mine"])
def test_reserved_namespaces(cw: Any, namespace: str) -> None:
    data = [{"MetricName": "Invocations", "Value": 1.0}]
    assert refused(cw, Namespace=namespace, MetricData=data) == (
        "InvalidParameterValue",
        "The value AWS/ for parameter Namespace is invalid.",
    )


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({"MetricData": []}, "MissingParameter", "The parameter Namespace is required."),
        ({"Namespace": "Shop"}, "InvalidParameterCombination", "At least one of the parameters"),
        (
            {"Namespace": "Shop", "MetricData": []},
            "InvalidParameterCombination",
            "At least one of the parameters",
        ),
        (
            {"Namespace": " ", "MetricData": [{"MetricName": "a", "Value": 1.0}]},
            "InvalidParameterValue",
            "Namespace",
        ),
        (
            {"Namespace": "ü", "MetricData": [{"MetricName": "a", "Value": 1.0}]},
            "InvalidParameterValue",
            "Namespace",
        ),
        (
            {"Namespace": ":a", "MetricData": [{"MetricName": "a", "Value": 1.0}]},
            "ValidationError",
            "pattern",
        ),
        (
            {"Namespace": "n" * 256, "MetricData": [{"MetricName": "a", "Value": 1.0}]},
            "ValidationError",
            "255",
        ),
        (
            {"Namespace": "Shop", "MetricData": [{"MetricName": "a", "Value": 1.0}] * 1001},
            "InvalidParameterValue",
            "The collection MetricData must not have a size greater than 1000.",
        ),
    ],
)
def test_refused_requests(cw: Any, request_: dict[str, Any], code: str, message: str) -> None:
    found = refused(cw, **request_)
    assert found[0] == code
    assert message in found[1]


def test_nobody_else_sees_them(server: Server, account: str, cw: Any, client: Callable[..., Any]) -> None:
    put(cw, {"Value": 1.0})
    other = client("cloudwatch", new_account())
    elsewhere = server.client("cloudwatch", account, region="eu-west-1")
    for stranger in (other, elsewhere):
        assert stranger.list_metrics()["Metrics"] == []
