"""ListMetrics: which metrics there are."""

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

NOW = dt.datetime.now(dt.UTC)


def put(
    cw: Any, *names: str, namespace: str = "Shop", ago: dt.timedelta = dt.timedelta(0), **dimensions: str
) -> None:
    shown = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    data = [{"MetricName": name, "Value": 1.0, "Dimensions": shown, "Timestamp": NOW - ago} for name in names]
    cw.put_metric_data(Namespace=namespace, MetricData=data)


def listed(cw: Any, **asked: Any) -> set[str]:
    return {
        "/".join([metric["MetricName"], *(each["Value"] for each in metric["Dimensions"])])
        for metric in cw.list_metrics(**asked)["Metrics"]
    }


def test_filters(cw: Any) -> None:
    put(cw, "Orders")
    put(cw, "Orders", "Visits", Store="north", Lane="1")
    put(cw, "Orders", Store="south")
    put(cw, "Orders", namespace="Other", Store="north")
    assert listed(cw, Namespace="Shop") == {"Orders", "Orders/1/north", "Visits/1/north", "Orders/south"}
    assert listed(cw, Namespace="Shop", MetricName="Visits") == {"Visits/1/north"}
    assert listed(cw, Dimensions=[{"Name": "Store"}]) == {
        "Orders/1/north",
        "Visits/1/north",
        "Orders/south",
        "Orders/north",
    }
    assert listed(cw, Namespace="Shop", Dimensions=[{"Name": "Store", "Value": "south"}]) == {"Orders/south"}
    both = [{"Name": "Store", "Value": "north"}, {"Name": "Lane"}]
    assert listed(cw, MetricName="Orders", Dimensions=both) == {"Orders/1/north"}
    assert listed(cw, Namespace="shop") == set()
    assert listed(cw, MetricName="Nothing") == set()


def test_recently_active(cw: Any) -> None:
    put(cw, "New")
    put(cw, "Old", ago=dt.timedelta(hours=5))
    put(cw, "Older", ago=dt.timedelta(days=13, hours=23))
    assert listed(cw) == {"New", "Old", "Older"}
    assert listed(cw, RecentlyActive="PT3H") == {"New"}


def test_pages(cw: Any) -> None:
    names = {f"m{number}" for number in range(620)}
    ordered = sorted(names)
    put(cw, *ordered[:500])
    put(cw, *ordered[500:])
    first = cw.list_metrics(Namespace="Shop")
    assert len(first["Metrics"]) == 500
    second = cw.list_metrics(Namespace="Shop", NextToken=first["NextToken"])
    assert "NextToken" not in second
    found = {metric["MetricName"] for page in (first, second) for metric in page["Metrics"]}
    assert found == names
    pages = cw.get_paginator("list_metrics").paginate(Namespace="Shop")
    assert sum(len(page["Metrics"]) for page in pages) == 620


def test_other_accounts(cw: Any, account: str) -> None:
    put(cw, "Orders")
    assert listed(cw, OwningAccount="123456789012") == set()
    assert listed(cw, OwningAccount=account) == {"Orders"}
    assert cw.list_metrics(IncludeLinkedAccounts=True)["OwningAccounts"] == [account]


@pytest.mark.parametrize(
    "token", ["x", "!", "bWV0cmljczotMQ==", "bWV0cmljczo5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "w7w=" * 9]
)
def test_tokens_that_nobody_gave(cw: Any, token: str) -> None:
    with pytest.raises(ClientError) as raised:
        cw.list_metrics(NextToken=token)
    assert raised.value.response["Error"]["Code"] == "InvalidParameterValue"


@pytest.mark.parametrize(
    "asked",
    [
        {"RecentlyActive": "PT1H"},
        {"Dimensions": [{"Name": "a"}] * 11},
        {"MetricName": ""},
        {"Namespace": "n" * 256},
    ],
)
def test_refused(cw: Any, asked: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as raised:
        cw.list_metrics(**asked)
    assert raised.value.response["Error"]["Code"] == "ValidationError"
