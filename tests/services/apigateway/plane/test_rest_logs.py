"""Access logs, execution logs and metrics of stages."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness import REGION
from http_api import TRUST
from rest_doors import ECHO, RestApi

FORMAT = (
    '{"id":"$context.requestId","ip":"$context.identity.sourceIp","key":"$context.identity.apiKeyId","status":$context.status,'
    '"path":"$context.path","resource":"$context.resourcePath","error":"$context.error.message",'
    '"type":"$context.error.responseType","ms":"$context.responseLatency","ua":"$context.identity.userAgent",'
    '"integration":"$context.integrationStatus","length":$context.responseLength}'
)


@pytest.fixture
def logged(rest: RestApi, client: Callable[..., Any], deploy: Any) -> RestApi:
    """`GET /echo` with both logs; the account's role may write them."""
    iam = client("iam")
    role = iam.create_role(RoleName="logs", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.attach_role_policy(
        RoleName="logs", PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    )
    rest.control.update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
    )
    client("logs").create_log_group(logGroupName="access")
    rest.method("/echo", function=deploy(ECHO))
    rest.deploy()
    rest.settings(
        {
            "/accessLogSettings/destinationArn": f"arn:aws:logs:{REGION}:{rest.account}:log-group:access",
            "/accessLogSettings/format": FORMAT,
            "/*/*/logging/loglevel": "INFO",
            "/*/*/logging/dataTrace": "true",
            "/*/*/metrics/enabled": "true",
        }
    )
    return rest


def events(rest: RestApi, group: str, count: int) -> list[str]:
    """The group's lines, once there are so many."""
    logs = rest.client("logs")
    for _ in range(200):
        try:
            found = logs.filter_log_events(logGroupName=group)["events"]
        except logs.exceptions.ResourceNotFoundException:
            found = []
        if len(found) >= count:
            return [one["message"] for one in found]
    raise AssertionError(f"{group} has no {count} lines")


def test_access_logs(logged: RestApi) -> None:
    agent = 'x"}\\ {"forged":1'
    answer = logged.ask("/echo?a=1", headers={"User-Agent": agent})
    logged.ask("/none")
    lines = [json.loads(line) for line in events(logged, "access", 2)]
    by_status = {line["status"]: line for line in lines}
    good, bad = by_status[200], by_status[403]
    assert good["id"] == answer.headers["x-amzn-requestid"]
    assert (good["ip"], good["ua"], good["path"], good["resource"]) == (
        "127.0.0.1",
        agent,
        "/prod/echo",
        "/echo",
    )
    assert (good["integration"], good["length"], good["key"]) == ("200", len(answer.body), "-")
    assert good["ms"].isdecimal()
    assert (bad["error"], bad["type"]) == ("Missing Authentication Token", "MISSING_AUTHENTICATION_TOKEN")


def test_a_client_over_its_quota_is_told_in_the_log(logged: RestApi) -> None:
    logged.method("/keyed", apiKeyRequired=True)
    logged.deploy()
    _, made = logged.plan(quota={"limit": 1, "period": "DAY"})
    for _ in range(2):
        logged.ask("/keyed", headers={"x-api-key": logged.value(made)})
    found = [json.loads(line) for line in events(logged, "access", 2)]
    assert {(line["status"], line["key"], line["type"]) for line in found} == {
        (200, made, "-"),
        (429, made, "QUOTA_EXCEEDED"),
    }


def test_execution_logs(logged: RestApi) -> None:
    answer = logged.ask("/echo", headers={"Authorization": "secret-token-abcdef"})
    request_id = answer.headers["x-amzn-requestid"]
    group = f"API-Gateway-Execution-Logs_{logged.id}/prod"
    lines = events(logged, group, 8)
    assert all(line.startswith(f"({request_id}) ") for line in lines)
    texts = [line.removeprefix(f"({request_id}) ") for line in lines]
    assert texts[0].startswith("Extended Request Id: ")
    for text in (
        f"Starting execution for request: {request_id}",
        "HTTP Method: GET, Resource Path: /echo",
        "Method request query string: {}",
        "Successfully completed execution",
        "Method completed with status: 200",
    ):
        assert text in texts
    assert not any("secret-token" in text for text in texts)
    assert any("*abcdef" in text for text in texts if text.startswith("Method request headers"))


def test_levels(logged: RestApi) -> None:
    logged.settings({"/*/*/logging/loglevel": "ERROR", "/*/*/logging/dataTrace": "false"})
    group = f"API-Gateway-Execution-Logs_{logged.id}/prod"
    logged.ask("/echo")
    logged.client("lambda").remove_permission(FunctionName="f0", StatementId=logged.id)
    refused = logged.ask("/echo")
    assert refused.status == 500
    lines = events(logged, group, 2)
    assert len(lines) == 2
    assert all(refused.headers["x-amzn-requestid"] in line for line in lines)
    assert "Execution failed due to configuration error" in lines[0]
    assert lines[1].endswith("Method completed with status: 500")


def test_without_a_role_there_are_no_logs(logged: RestApi, client: Callable[..., Any]) -> None:
    iam = client("iam")
    iam.detach_role_policy(
        RoleName="logs", PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    )
    assert logged.ask("/echo").status == 200
    iam.attach_role_policy(
        RoleName="logs", PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    )
    deadline = time.monotonic() + 20
    while True:  # until a line of a later request has arrived
        logged.ask("/echo?later")
        found = client("logs").filter_log_events(logGroupName="access")["events"]
        if found or time.monotonic() > deadline:
            break
    assert found


def total(rest: RestApi, metric: str, wanted: float, statistic: str = "Sum", **dimensions: str) -> float:
    """A metric's figure over the last minutes, once it has come to `wanted`."""
    now = datetime.now(UTC)
    for _ in range(200):
        points = rest.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(days=40),
            Period=3600 * 24,
            Statistics=[statistic],
        )["Datapoints"]
        found = sum(point[statistic] for point in points)
        if found >= wanted:
            return float(found)
    raise AssertionError(f"{metric} is {found}")


def test_metrics(logged: RestApi) -> None:
    for path in ("/echo", "/echo", "/none"):
        logged.ask(path)
    assert total(logged, "Count", 3, ApiName="test", Stage="prod") == 3
    assert total(logged, "Count", 3, "SampleCount", ApiName="test") == 3
    assert total(logged, "Count", 2, ApiName="test", Stage="prod", Method="GET", Resource="/echo") == 2
    assert total(logged, "4XXError", 1, ApiName="test", Stage="prod") == 1
    assert total(logged, "5XXError", 0, ApiName="test", Stage="prod") == 0
    assert total(logged, "Latency", 3, "SampleCount", ApiName="test", Stage="prod") == 3
    assert total(logged, "IntegrationLatency", 2, "SampleCount", ApiName="test", Stage="prod") == 2
    logged.settings(
        {"/cacheClusterEnabled": "true", "/cacheClusterSize": "0.5", "/*/*/caching/enabled": "true"}
    )
    for _ in range(3):
        logged.ask("/echo?cached")
    assert total(logged, "CacheHitCount", 2, ApiName="test", Stage="prod") == 2
    assert total(logged, "CacheMissCount", 1, ApiName="test", Stage="prod") == 1


def test_the_servers_log_says_why_an_api_has_failed(logged: RestApi) -> None:
    """Its clients hear nothing but `Internal server error`, and most stages have no execution log."""
    logged.settings({"/*/*/logging/loglevel": "OFF"})
    logged.client("lambda").remove_permission(FunctionName="f0", StatementId=logged.id)
    refused = logged.ask("/echo")
    assert refused.status == 500
    told: list[str] = []
    while not told:  # another thread reads the log
        told = [line for line in logged.server.log if refused.headers["x-amzn-requestid"] in line]
    assert f"GET /echo of API {logged.id} (stage prod) answers 500: Execution failed due to" in told[0]
