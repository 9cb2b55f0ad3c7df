"""Searches: which metrics their words mean."""

import pytest

from portico.services.cloudwatch.expressions import Unreadable
from portico.services.cloudwatch.search import parse_search
from portico.store.metrics import Series


def metric(namespace: str, name: str, **dimensions: str) -> Series:
    return Series("111111111111", "us-east-1", namespace, name, tuple(sorted(dimensions.items())))


ERRORS = metric("AWS/Lambda", "Errors", FunctionName="orders-api")
DURATION = metric("AWS/Lambda", "Duration", FunctionName="orders-api")
BY_VERSION = metric("AWS/Lambda", "Errors", FunctionName="orders-api", Resource="orders-api:prod")
CPU = metric("AWS/EC2", "CPUUtilization", InstanceId="i-0123")
ALL = {"errors": ERRORS, "duration": DURATION, "version": BY_VERSION, "cpu": CPU}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{AWS/Lambda,FunctionName}", "errors duration"),
        ("{AWS/Lambda,Resource,FunctionName} Errors", "version"),
        ('{AWS/Lambda,FunctionName} MetricName="Errors"', "errors"),
        ('{"AWS/Lambda","FunctionName"} errors', "errors"),
        ("Errors", "errors version"),
        ("ERRORS", "errors version"),
        ("utilization", "cpu"),
        ("cpu", "cpu"),
        ("orders", "errors duration version"),
        ('"orders"', ""),
        ('"orders-api"', "errors duration version"),
        ("FunctionName=orders MetricName=Duration", "duration"),
        ("FunctionName = orders", "errors duration version"),
        ('Resource="orders-api:prod"', "version"),
        ("Namespace=Lambda NOT Errors", "duration"),
        ("Duration OR cpu", "duration cpu"),
        ("lambda AND (Duration OR prod)", "duration version"),
        ("NOT (lambda)", "cpu"),
        ("i-0123", "cpu"),
        ("nothing", ""),
    ],
)
def test_found(text: str, found: str) -> None:
    search = parse_search(text)
    hits = {
        name
        for name, series in ALL.items()
        if search.namespace in ("", series.namespace) and search.holds(series)
    }
    assert hits == set(found.split())


@pytest.mark.parametrize("text", ["", "  ", "(", "a OR", "NOT", ")", "a )", '"a', "NOT " * 5000 + "a", "= a"])
def test_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        parse_search(text)
