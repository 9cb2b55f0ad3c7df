"""CloudWatch in each of its protocols, as clients of different ages speak them."""

import gzip
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from harness import REGION, Server

MODEL = ServiceModel(Loader().load_service_model("cloudwatch", "service-2"), service_name="cloudwatch")
PROTOCOLS = ("smithy-rpc-v2-cbor", "json", "query")

Answer = tuple[int, dict[str, Any]]
Ask = Callable[..., Answer]


@pytest.fixture(params=PROTOCOLS)
def protocol(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def ask(server: Server, account: str, protocol: str) -> Ask:
    """`ask(operation, params, ...)` in this protocol: status and members of the answer."""

    def call(
        operation: str, params: dict[str, Any], *, change: Callable[[bytes], bytes] = bytes, **headers: str
    ) -> Answer:
        model = MODEL.operation_model(operation)
        made = create_serializer(protocol, include_validation=False).serialize_to_request(params, model)
        body = made["body"]
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body)
        data = change(body.encode() if isinstance(body, str) else body)
        request = AWSRequest(
            "POST", server.url + made["url_path"], {**made["headers"], **_named(headers)}, data
        )
        SigV4Auth(Credentials(account, "test"), "monitoring", REGION).add_auth(request)
        return _sent(request, protocol, model)

    return call


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _sent(request: AWSRequest, protocol: str, model: Any) -> Answer:
    prepared = request.prepare()
    outgoing = urllib.request.Request(  # our own server
        prepared.url, data=prepared.body, headers=dict(prepared.headers.items()), method="POST"
    )
    try:
        with urllib.request.urlopen(outgoing) as answer:  # as above
            status, headers, body = answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        status, headers, body = error.code, dict(error.headers), error.read()
    lowered = {name.lower(): value for name, value in headers.items()}
    response = {"headers": lowered, "status_code": status, "body": body, "context": {}}
    return status, create_parser(protocol).parse(response, model.output_shape)


def put(ask: Ask, **options: Any) -> Answer:
    datum = {"MetricName": "Orders", "Value": 1.5, "Dimensions": [{"Name": "Shop", "Value": "1"}]}
    return ask("PutMetricData", {"Namespace": "Shop", "MetricData": [datum]}, **options)


def read(ask: Ask) -> Answer:
    return ask(
        "GetMetricStatistics",
        {
            "Namespace": "Shop",
            "MetricName": "Orders",
            "Dimensions": [{"Name": "Shop", "Value": "1"}],
            "StartTime": time.time() - 600,
            "EndTime": time.time() + 60,
            "Period": 3600,
            "Statistics": ["Sum", "Average"],
        },
    )


def test_put_and_read(ask: Ask) -> None:
    assert put(ask)[0] == 200
    status, answer = read(ask)
    assert status == 200
    (point,) = answer["Datapoints"]
    assert (answer["Label"], point["Sum"], point["Average"], point["Unit"]) == ("Orders", 1.5, 1.5, "None")
    _, listed = ask("ListMetrics", {"Namespace": "Shop"})
    wanted = {"Namespace": "Shop", "MetricName": "Orders", "Dimensions": [{"Name": "Shop", "Value": "1"}]}
    assert listed["Metrics"] == [wanted]


def test_metric_data(ask: Ask) -> None:
    put(ask)
    metric = {"Namespace": "Shop", "MetricName": "Orders", "Dimensions": [{"Name": "Shop", "Value": "1"}]}
    queries = [
        {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}, "ReturnData": False},
        {"Id": "e1", "Expression": "m1 * 2"},
    ]
    window = {"StartTime": time.time() - 600, "EndTime": time.time() + 60}
    status, answer = ask("GetMetricData", {"MetricDataQueries": queries, **window})
    assert status == 200
    ((result),) = answer["MetricDataResults"]
    assert (result["Id"], result["Values"], result["StatusCode"]) == ("e1", [3.0], "Complete")


def test_errors_have_the_codes_of_the_query_protocol(ask: Ask) -> None:
    status, answer = ask(
        "PutMetricData", {"Namespace": "AWS/X", "MetricData": [{"MetricName": "a", "Value": 1.0}]}
    )
    assert (status, answer["Error"]["Code"]) == (400, "InvalidParameterValue")
    assert answer["Error"]["Message"] == "The value AWS/ for parameter Namespace is invalid."
    status, answer = ask("PutMetricData", {"MetricData": [{"MetricName": "a", "Value": 1.0}]})
    assert (status, answer["Error"]["Code"]) == (400, "MissingParameter")
    status, answer = ask("GetMetricData", {"MetricDataQueries": [], "StartTime": 1, "EndTime": 2})
    assert (status, answer["Error"]["Code"]) == (400, "ValidationError")


def test_compressed(ask: Ask) -> None:
    assert put(ask, change=gzip.compress, Content_Encoding="gzip")[0] == 200
    assert read(ask)[1]["Datapoints"][0]["Sum"] == 1.5


@pytest.mark.parametrize(
    "change", [lambda body: b"no gzip", lambda body: gzip.compress(bytes(20_000_000))], ids=["none", "bomb"]
)
def test_badly_compressed(ask: Ask, change: Callable[[bytes], bytes]) -> None:
    status, _ = put(ask, change=change, Content_Encoding="gzip")
    assert status in (400, 413)


@pytest.mark.parametrize("operation", ["PutMetricAlarm", "DescribeAlarms", "GetDashboard", "TagResource"])
def test_what_there_is_not(ask: Ask, operation: str) -> None:
    params: dict[str, Any] = {"ResourceARN": "x", "Tags": []} if operation == "TagResource" else {}
    status, answer = ask(operation, params)
    assert status == 501
    assert f"cloudwatch:{operation}" in answer["Error"]["Message"]


@pytest.mark.parametrize("protocol", ["smithy-rpc-v2-cbor", "json"], indirect=True)
def test_no_more_than_a_megabyte(ask: Ask) -> None:
    wide = [{"Name": f"d{n}", "Value": "v" * 1000} for n in range(30)]
    data = [{"MetricName": "a", "Value": 1.0, "Dimensions": wide} for _ in range(60)]
    assert ask("PutMetricData", {"Namespace": "Shop", "MetricData": data})[0] == 413
    packed = ask(
        "PutMetricData",
        {"Namespace": "Shop", "MetricData": data},
        change=gzip.compress,
        Content_Encoding="gzip",
    )
    assert packed[0] == 200


@pytest.mark.parametrize("protocol", ["json"], indirect=True)
@pytest.mark.parametrize(
    "datum",
    [
        {"Value": "one"},
        {"Value": [1]},
        {"Value": 1, "Dimensions": {"a": 1}},
        {"Value": 1, "Dimensions": ["a"]},
        {"Value": 1, "Timestamp": "yesterday"},
        {"Value": 1, "Timestamp": {}},
        {"Values": 1.0},
        {"StatisticValues": []},
        {"Value": 1, "MetricName": 7},
        [],
    ],
)
def test_wrong_types(ask: Ask, datum: Any) -> None:
    datum = {"MetricName": "a", **datum} if isinstance(datum, dict) else datum
    body = json.dumps({"Namespace": "Shop", "MetricData": [datum]}).encode()
    status, answer = put(ask, change=lambda _: body)
    assert (status, answer["Error"]["Code"]) == (400, "SerializationException")


def test_hostile_times(ask: Ask) -> None:
    for at in (-1, 0, 1e11, 1):
        datum = {"MetricName": "a", "Value": 1.0, "Timestamp": at}
        status, answer = ask("PutMetricData", {"Namespace": "Shop", "MetricData": [datum]})
        assert (status, answer["Error"]["Code"]) == (400, "InvalidParameterValue")
