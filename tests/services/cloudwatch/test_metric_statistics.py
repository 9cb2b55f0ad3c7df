"""GetMetricStatistics: periods, units, statistics, and what is refused."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Datapoints = Callable[..., list[dict[str, Any]]]
HOUR = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
ASKED = {
    "Namespace": "Shop",
    "MetricName": "Orders",
    "StartTime": HOUR,
    "EndTime": HOUR + dt.timedelta(hours=1),
    "Period": 60,
    "Statistics": ["Sum"],
}


def put(cw: Any, *at: tuple[dt.timedelta, float], **more: Any) -> None:
    data = [
        {"MetricName": "Orders", "Timestamp": HOUR + after, "Value": value, **more} for after, value in at
    ]
    cw.put_metric_data(Namespace="Shop", MetricData=data)


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def sums(points: list[dict[str, Any]]) -> dict[float, float]:
    return {(point["Timestamp"] - HOUR).total_seconds(): point["Sum"] for point in points}


def refused(cw: Any, **changed: Any) -> tuple[str, str]:
    request = {name: value for name, value in {**ASKED, **changed}.items() if value is not None}
    with pytest.raises(ClientError) as raised:
        cw.get_metric_statistics(**request)
    return raised.value.response["Error"]["Code"], raised.value.response["Error"]["Message"]


def test_periods(cw: Any) -> None:
    put(
        cw,
        (minutes(0), 1.0),
        (minutes(0.5), 2.0),
        (minutes(4), 4.0),
        (minutes(5), 8.0),
        (minutes(59.9), 16.0),
    )
    assert sums(cw.get_metric_statistics(**ASKED)["Datapoints"]) == {0: 3.0, 240: 4.0, 300: 8.0, 3540: 16.0}
    five = cw.get_metric_statistics(**{**ASKED, "Period": 300})["Datapoints"]
    assert sums(five) == {0: 7.0, 300: 8.0, 3300: 16.0}


def test_a_period_begins_at_the_start(cw: Any) -> None:
    put(cw, (minutes(1), 1.0), (minutes(2), 2.0), (minutes(6), 4.0), (minutes(8), 8.0))
    asked = {**ASKED, "StartTime": HOUR + minutes(2.4), "Period": 300}
    assert sums(cw.get_metric_statistics(**asked)["Datapoints"]) == {120: 6.0, 420: 8.0}


def test_the_end_is_not_part_of_it(cw: Any) -> None:
    put(cw, (minutes(2), 1.0), (minutes(3), 2.0))
    asked = {**ASKED, "StartTime": HOUR + minutes(2), "EndTime": HOUR + minutes(3)}
    assert sums(cw.get_metric_statistics(**asked)["Datapoints"]) == {120: 1.0}


def test_seconds(cw: Any) -> None:
    put(cw, (dt.timedelta(seconds=1), 1.0), (dt.timedelta(seconds=7), 2.0), StorageResolution=1)
    put(cw, (dt.timedelta(seconds=8), 4.0))
    short = {**ASKED, "EndTime": HOUR + minutes(1)}
    assert sums(cw.get_metric_statistics(**{**short, "Period": 1})["Datapoints"]) == {1: 1.0, 7: 2.0}
    assert sums(cw.get_metric_statistics(**{**short, "Period": 10})["Datapoints"]) == {0: 3.0}
    assert sums(cw.get_metric_statistics(**short)["Datapoints"]) == {0: 7.0}


def test_units_are_told_apart(cw: Any) -> None:
    put(cw, (minutes(1), 1.0), Unit="Seconds")
    put(cw, (minutes(1), 500.0), Unit="Milliseconds")
    both = cw.get_metric_statistics(**ASKED)["Datapoints"]
    assert {(point["Unit"], point["Sum"]) for point in both} == {("Seconds", 1.0), ("Milliseconds", 500.0)}
    (one,) = cw.get_metric_statistics(**ASKED, Unit="Seconds")["Datapoints"]
    assert one["Sum"] == 1.0
    assert cw.get_metric_statistics(**ASKED, Unit="Bytes")["Datapoints"] == []


def test_all_statistics(cw: Any) -> None:
    put(cw, *((minutes(1), float(value)) for value in range(1, 101)))
    asked = {**ASKED, "Statistics": ["SampleCount", "Average", "Sum", "Minimum", "Maximum"]}
    (point,) = cw.get_metric_statistics(**asked)["Datapoints"]
    assert {name: point[name] for name in asked["Statistics"]} == {
        "SampleCount": 100.0,
        "Average": 50.5,
        "Sum": 5050.0,
        "Minimum": 1.0,
        "Maximum": 100.0,
    }
    extended = {
        **{k: v for k, v in ASKED.items() if k != "Statistics"},
        "ExtendedStatistics": ["p99", "tm90", "IQM"],
    }
    (point,) = cw.get_metric_statistics(**extended)["Datapoints"]
    assert point["ExtendedStatistics"] == {"p99": 99.0, "tm90": 45.5, "IQM": 50.5}
    assert "Sum" not in point


def test_what_nobody_measured(cw: Any) -> None:
    answer = cw.get_metric_statistics(**ASKED)
    assert (answer["Label"], answer["Datapoints"]) == ("Orders", [])


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        (
            {"EndTime": HOUR},
            "InvalidParameterValue",
            "The parameter StartTime must not equal parameter EndTime.",
        ),
        ({"EndTime": HOUR - DAY}, "InvalidParameterValue", "StartTime must be less than"),
        ({"Period": 45}, "InvalidParameterValue", "multiple of 60"),
        ({"Period": 90}, "InvalidParameterValue", "multiple of 60"),
        ({"Period": 0}, "ValidationError", "greater than or equal to 1"),
        ({"Period": -60}, "ValidationError", "greater than or equal to 1"),
        ({"Statistics": None}, "InvalidParameterCombination", "At least one of the parameters"),
        ({"ExtendedStatistics": ["p9"]}, "InvalidParameterCombination", "mutually exclusive"),
        ({"Statistics": ["Median"]}, "ValidationError", "enum value set"),
        ({"Statistics": None, "ExtendedStatistics": ["Median"]}, "InvalidParameterValue", "Median"),
        ({"Statistics": None, "ExtendedStatistics": ["Sum"]}, "InvalidParameterValue", "Sum"),
        ({"MetricName": None}, "MissingParameter", "The parameter MetricName is required."),
        (
            {"EndTime": HOUR + DAY * 2},
            "InvalidParameterCombination",
            "You have requested up to 2880 datapoints, which exceeds the limit of 1440. You may reduce the datapoints "
            "requested by increasing Period, or decreasing the time range.",
        ),
    ],
)
def test_refused(cw: Any, changed: dict[str, Any], code: str, words: str) -> None:
    found = refused(cw, **changed)
    assert found[0] == code
    assert words in found[1]


def test_a_day_in_minutes_is_not_too_much(cw: Any) -> None:
    put(cw, (minutes(1), 1.0))
    asked = {**ASKED, "StartTime": HOUR - DAY + minutes(60), "EndTime": HOUR + minutes(60)}
    assert len(cw.get_metric_statistics(**asked)["Datapoints"]) == 1
