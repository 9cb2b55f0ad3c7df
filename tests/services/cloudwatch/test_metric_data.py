"""GetMetricData: metrics, metric math and searches, labels, pages."""

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

HOUR = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=1)


def put(cw: Any, name: str, values: dict[int, float], *, namespace: str = "Shop", **dimensions: str) -> None:
    shown = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    cw.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {
                "MetricName": name,
                "Timestamp": HOUR + dt.timedelta(minutes=minute),
                "Value": value,
                "Dimensions": shown,
            }
            for minute, value in values.items()
        ],
    )


def metric(id_: str, name: str, stat: str = "Sum", *, period: int = 60, **more: Any) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in more.pop("dimensions", {}).items()]
    given = {"Namespace": "Shop", "MetricName": name, "Dimensions": dimensions}
    return {"Id": id_, "MetricStat": {"Metric": given, "Period": period, "Stat": stat}, **more}


def ask(cw: Any, *queries: dict[str, Any], **more: Any) -> dict[str, Any]:
    window = {"StartTime": HOUR, "EndTime": HOUR + dt.timedelta(minutes=10), "ScanBy": "TimestampAscending"}
    answer: dict[str, Any] = cw.get_metric_data(MetricDataQueries=list(queries), **{**window, **more})
    return answer


def results(cw: Any, *queries: dict[str, Any], **more: Any) -> dict[str, dict[float, float]]:
    found = ask(cw, *queries, **more)["MetricDataResults"]
    return {
        result["Id"]: {
            (at - HOUR).total_seconds() // 60: value
            for at, value in zip(result["Timestamps"], result["Values"], strict=True)
        }
        for result in found
    }


def refused(cw: Any, *queries: dict[str, Any], **more: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        ask(cw, *queries, **more)
    return raised.value.response["Error"]["Code"], raised.value.response["Error"]["Message"]


def test_metrics_and_math(cw: Any) -> None:
    put(cw, "Orders", {0: 10.0, 1: 20.0, 3: 40.0})
    put(cw, "Failed", {0: 1.0, 1: 5.0})
    found = results(
        cw,
        metric("m1", "Orders"),
        metric("m2", "Failed", ReturnData=False),
        {"Id": "rate", "Expression": "100 * filled / m1"},
        {"Id": "filled", "Expression": "FILL(m2, 0)", "ReturnData": False},
        {"Id": "all", "Expression": "SUM(METRICS())"},
    )
    assert found == {
        "m1": {0: 10.0, 1: 20.0, 3: 40.0},
        "rate": {0: 10.0, 1: 25.0, 3: 0.0},
        "all": {0: 11.0, 1: 25.0, 3: 40.0},
    }


def test_results_are_in_the_order_of_the_queries(cw: Any) -> None:
    put(cw, "Orders", {0: 1.0})
    queries = [{"Id": "e1", "Expression": "e2 + 1"}, {"Id": "e2", "Expression": "m1"}, metric("m1", "Orders")]
    assert [result["Id"] for result in ask(cw, *queries)["MetricDataResults"]] == ["e1", "e2", "m1"]


def test_newest_first_unless_it_is_said(cw: Any) -> None:
    put(cw, "Orders", {0: 1.0, 2: 2.0})
    answer = cw.get_metric_data(
        MetricDataQueries=[metric("m1", "Orders")], StartTime=HOUR, EndTime=HOUR + dt.timedelta(minutes=10)
    )
    (result,) = answer["MetricDataResults"]
    assert (result["Values"], result["StatusCode"], result["Label"]) == ([2.0, 1.0], "Complete", "Orders")


def test_numbers_are_shown_as_series(cw: Any) -> None:
    put(cw, "Orders", {0: 1.0, 2: 2.0})
    found = results(cw, metric("m1", "Orders"), {"Id": "e1", "Expression": "SUM(m1)"})
    assert found["e1"] == dict.fromkeys(range(10), 3.0)


def test_statistics_and_units(cw: Any) -> None:
    put(cw, "Orders", {0: 1.0, 1: 5.0, 2: 9.0})
    found = results(
        cw,
        *(
            metric(f"m{at}", "Orders", stat, period=600)
            for at, stat in enumerate(("Average", "p50", "tm(0%:50%)"))
        ),
    )
    assert found == {"m0": {0: 5.0}, "m1": {0: 5.0}, "m2": {0: pytest.approx(7 / 3)}}
    query = metric("m1", "Orders")
    query["MetricStat"]["Unit"] = "Bytes"
    assert results(cw, query) == {"m1": {}}


def test_searches(cw: Any) -> None:
    put(cw, "Orders", {0: 1.0}, Store="north")
    put(cw, "Orders", {0: 2.0, 1: 3.0}, Store="south")
    put(cw, "Orders", {0: 100.0}, Store="south", Lane="1")
    put(cw, "Visits", {0: 50.0}, Store="south")
    search = """SEARCH('{Shop,Store} MetricName="Orders"', 'Sum', 60)"""
    answer = ask(cw, {"Id": "e1", "Expression": search}, {"Id": "e2", "Expression": f"SUM({search})"})
    found = [(result["Id"], result["Label"], result["Values"]) for result in answer["MetricDataResults"]]
    assert found == [
        ("e1", "north Orders", [1.0]),
        ("e1", "south Orders", [2.0, 3.0]),
        ("e2", "e2", [3.0, 3.0]),
    ]


def test_labels(cw: Any) -> None:
    put(cw, "Orders", {0: 1.0}, Store="north")
    put(cw, "Orders", {0: 2.0}, Store="south")
    answer = ask(
        cw,
        metric("m1", "Orders", dimensions={"Store": "north"}),
        metric("m2", "Orders", dimensions={"Store": "south"}, Label="${PROP('Dim.Store')}: ${MAX}"),
        {"Id": "e1", "Expression": "m1 + m2", "Label": "both"},
        {"Id": "e2", "Expression": "m1 + m2"},
    )
    assert [result["Label"] for result in answer["MetricDataResults"]] == [
        "north Orders",
        "south: 2",
        "both",
        "e2",
    ]


def test_pages(cw: Any) -> None:
    put(cw, "Orders", {minute: float(minute) for minute in range(5)})
    put(cw, "Failed", {0: 7.0})
    queries = [metric("m1", "Orders"), metric("none", "Nothing"), metric("m2", "Failed")]
    token, pages = {}, []
    while True:
        answer = ask(cw, *queries, MaxDatapoints=2, **token)
        pages.append([(r["Id"], r["Values"], r["StatusCode"]) for r in answer["MetricDataResults"]])
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert pages == [
        [("m1", [0.0, 1.0], "PartialData"), ("none", [], "Complete")],
        [("m1", [2.0, 3.0], "PartialData")],
        [("m1", [4.0], "Complete"), ("m2", [7.0], "Complete")],
    ]
    paginated = cw.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries,
        StartTime=HOUR,
        EndTime=HOUR + dt.timedelta(minutes=10),
        MaxDatapoints=1,
    )
    values = [value for page in paginated for r in page["MetricDataResults"] for value in r["Values"]]
    assert values == [4.0, 3.0, 2.0, 1.0, 0.0, 7.0]


@pytest.mark.parametrize("token", ["x", "bm90aGluZzox", "/////", "8J+YgA==", "a" * 5000])
def test_tokens_of_others(cw: Any, token: str) -> None:
    put(cw, "Orders", {0: 1.0})
    assert refused(cw, metric("m1", "Orders"), NextToken=token)[0] == "InvalidNextToken"


def test_a_token_is_of_its_own_queries(cw: Any) -> None:
    put(cw, "Orders", {0: 1.0, 1: 1.0})
    token = ask(cw, metric("m1", "Orders"), MaxDatapoints=1)["NextToken"]
    assert refused(cw, metric("m2", "Orders"), MaxDatapoints=1, NextToken=token)[0] == "InvalidNextToken"


def test_other_accounts_are_forbidden(cw: Any) -> None:
    put(cw, "Orders", {0: 1.0})
    (result,) = ask(cw, metric("m1", "Orders", AccountId="123456789012"))["MetricDataResults"]
    assert (result["StatusCode"], result["Values"]) == ("Forbidden", [])
    expression = {"Id": "e1", "Expression": "SEARCH('Orders', 'Sum', 60)", "AccountId": "123456789012"}
    (result,) = ask(cw, expression)["MetricDataResults"]
    assert (result["StatusCode"], result["Values"]) == ("Forbidden", [])


@pytest.mark.parametrize(
    ("queries", "words"),
    [
        ([], "MetricDataQueries is required"),
        ([{"Id": "m1"}], "must have either MetricStat or Expression"),
        ([{**metric("m1", "Orders"), "Expression": "1"}], "mutually exclusive"),
        ([metric("M1", "Orders")], "expected pattern"),
        ([metric("1", "Orders")], "expected pattern"),
        ([metric("m1", "Orders"), metric("m1", "Failed")], "not unique"),
        (
            [metric("m1", "Orders", "None")],
            "The value None for parameter MetricDataQueries.member.1.MetricStat.Stat is not a",
        ),
        ([metric("m1", "Orders", period=61)], "multiple of 60"),
        (
            [{"Id": "m1", "MetricStat": {"Metric": {}, "Period": 60, "Stat": "Sum"}}],
            "Metric.Namespace is required",
        ),
        ([{"Id": "e1", "Expression": "m1 +"}], "Error in expression 'e1' [Unexpected end of the expression]"),
        ([{"Id": "e1", "Expression": "m9 * 2"}], "Error in expression 'e1' [Unknown id 'm9']"),
        ([{"Id": "e1", "Expression": "m9"}], "Error in expression 'e1' [Unknown id 'm9']"),
        ([{"Id": "e1", "Expression": "WHAT(1)"}], "Function WHAT is not supported"),
        ([{"Id": "e1", "Expression": "e1 + 1"}], "circle"),
        ([{"Id": "e1", "Expression": "e2"}, {"Id": "e2", "Expression": "e1"}], "circle"),
        ([{"Id": "e1", "Expression": "SEARCH('x')"}], "SEARCH takes"),
        ([{"Id": "e1", "Expression": "SEARCH('x', 'Median', 60)"}], "not a valid statistic"),
        ([{"Id": "e1", "Expression": "SEARCH('(', 'Sum', 60)"}], "SEARCH"),
        ([{"Id": "e1", "Expression": "1", "Period": 7}], "multiple of 60"),
        ([metric(f"m{at}", "Orders") for at in range(501)], "size greater than 500"),
    ],
)
def test_refused_queries(cw: Any, queries: list[dict[str, Any]], words: str) -> None:
    code, message = refused(cw, *queries)
    assert code == "ValidationError"
    assert words in message


@pytest.mark.parametrize(
    "more",
    [
        {"EndTime": HOUR},
        {"EndTime": HOUR - dt.timedelta(days=1)},
        {"MaxDatapoints": 0},
        {"MaxDatapoints": 100_801},
        {"LabelOptions": {"Timezone": "CET"}},
        {"ScanBy": "Sideways"},
    ],
)
def test_refused_windows(cw: Any, more: dict[str, Any]) -> None:
    assert refused(cw, metric("m1", "Orders"), **more)[0] == "ValidationError"


@pytest.mark.parametrize(
    "expression",
    [
        "ANOMALY_DETECTION_BAND(m1)",
        "SERVICE_QUOTA(m1)",
        'SELECT AVG(x) FROM "AWS/EC2"',
        "INSIGHT_RULE_METRIC('a', 'b')",
    ],
)
def test_what_there_is_not(cw: Any, expression: str) -> None:
    with pytest.raises(ClientError) as raised:
        ask(cw, metric("m1", "Orders"), {"Id": "e1", "Expression": expression})
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_long_chains_of_expressions(cw: Any) -> None:
    put(cw, "Orders", {0: 1.0})
    chain = [
        {"Id": f"e{at}", "Expression": f"e{at - 1} + 1", "ReturnData": at == 400} for at in range(1, 401)
    ]
    found = results(cw, metric("e0", "Orders", ReturnData=False), *reversed(chain))
    assert found == {"e400": {0: 401.0}}


def test_a_year_is_not_filled_minute_by_minute(cw: Any) -> None:
    put(cw, "Orders", {0: 1.0})
    year = {"StartTime": HOUR - dt.timedelta(days=400)}
    fill = {"Id": "e1", "Expression": "FILL(m1, 0)"}
    assert "too many periods" in refused(cw, metric("m1", "Orders"), fill, **year)[1]
    assert len(results(cw, metric("m1", "Orders", period=3600), fill, **year)["e1"]) > 9000
