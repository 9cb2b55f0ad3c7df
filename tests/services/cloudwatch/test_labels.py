"""Labels of results."""

from datetime import UTC, timedelta, timezone

import pytest

from portico.services.cloudwatch.labels import Shown, label_of, plain_label, zone_of
from portico.store.metrics import Series


def metric(name: str, **dimensions: str) -> Series:
    return Series("111111111111", "eu-west-1", "AWS/Lambda", name, tuple(sorted(dimensions.items())))


ONE, OTHER = (
    metric("Errors", FunctionName="a", Resource="x"),
    metric("Errors", FunctionName="b", Resource="x"),
)
SHOWN = Shown("Errors", [(0, 1.0), (60, 4.5), (120, 2.0)], ONE, "Sum", 60)


@pytest.mark.parametrize(
    ("template", "label"),
    [
        ("plain", "plain"),
        ("${LABEL}!", "Errors!"),
        ("${PROP('Dim.FunctionName')} ${PROP('Dim.Nothing')}", "a "),
        (
            "${PROP('Namespace')} ${PROP('MetricName')} ${PROP('Stat')} ${PROP('Period')}",
            "AWS/Lambda Errors Sum 60",
        ),
        ("${PROP('Region')} ${PROP('AccountId')}", "eu-west-1 111111111111"),
        ("${MIN} ${MAX} ${SUM} ${AVG} ${FIRST} ${LAST} ${DATAPOINT_COUNT}", "1 4.5 7.5 2.5 1 2 3"),
        ("${MAX_TIME} ${LAST_TIME}", "01:01 01:02"),
        ("${NOTHING} ${PROP('Nothing')} ${", "${NOTHING} ${PROP('Nothing')} ${"),
    ],
)
def test_dynamic_parts(template: str, label: str) -> None:
    assert label_of(template, SHOWN, timezone(timedelta(hours=1))) == label


def test_nothing_was_measured() -> None:
    assert label_of("${MAX} at ${MAX_TIME}", Shown("e1", []), UTC) == "-- at --"


def test_what_tells_metrics_apart() -> None:
    assert plain_label(ONE, [ONE]) == "Errors"
    assert plain_label(ONE, [ONE, metric("Duration", FunctionName="b")]) == "Errors"
    assert plain_label(ONE, [ONE, OTHER]) == "a Errors"


def test_time_zones() -> None:
    assert zone_of(None) == UTC
    assert zone_of("-0330") == timezone(-timedelta(hours=3, minutes=30))
    assert [zone_of(text) for text in ("0100", "+2500", "+0160", "+01:00", "CET")] == [None] * 5
