"""Lines of access logs when the server ends: a stop loses none of them, a kill those of the last moments only."""

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from harness import REGION, Server, running

ACCOUNT = "000000000000"
REQUESTS = 200
FORMAT = "$context.requestId $context.status"


def destination(server: Server, name: str) -> str:
    """The ARN of a new log group."""
    server.client("logs").create_log_group(logGroupName=name)
    return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"


def writer(server: Server) -> None:
    """Have a role write the logs of REST APIs."""
    statement = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [{**statement, "Action": "sts:AssumeRole"}]}
    iam = server.client("iam")
    role = iam.create_role(RoleName="logs", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    policy = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    iam.attach_role_policy(RoleName="logs", PolicyArn=policy)
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
    server.client("apigateway").update_account(patchOperations=[change])


def rest_api(server: Server) -> str:
    """The address of a REST API's method that answers by itself, with a log in the group `rest`."""
    writer(server)
    gateway = server.client("apigateway")
    api = gateway.create_rest_api(name="a")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(
        **method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    gateway.put_integration_response(**method, statusCode="200")
    gateway.put_method_response(**method, statusCode="200")
    gateway.create_deployment(restApiId=api, stageName="s")
    log = {"destinationArn": destination(server, "rest"), "format": FORMAT}
    changes = [{"op": "replace", "path": f"/accessLogSettings/{key}", "value": log[key]} for key in log]
    gateway.update_stage(restApiId=api, stageName="s", patchOperations=changes)
    return f"{server.url}/_portico/apis/{api}/s/"


def http_api(server: Server) -> str:
    """The address of an HTTP API that has no route for it, with a log in the group `http`."""
    gateway = server.client("apigatewayv2")
    api = gateway.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
    log = {"DestinationArn": destination(server, "http"), "Format": FORMAT}
    gateway.create_stage(ApiId=api, StageName="s", AutoDeploy=True, AccessLogSettings=log)
    made = gateway.create_integration(
        ApiId=api,
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="GET",
        IntegrationUri="https://example.com",
        PayloadFormatVersion="1.0",
    )
    gateway.create_route(ApiId=api, RouteKey="GET /other", Target=f"integrations/{made['IntegrationId']}")
    return f"{server.url}/_portico/apis/{api}/s/nothing"


def socket_api(server: Server) -> str:
    """The address of a WebSocket API, with a log in the group `sockets`."""
    gateway = server.client("apigatewayv2")
    api = gateway.create_api(Name="a", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.a")
    log = {"DestinationArn": destination(server, "sockets"), "Format": FORMAT}
    gateway.create_stage(ApiId=api["ApiId"], StageName="s", AutoDeploy=True, AccessLogSettings=log)
    made = gateway.create_integration(ApiId=api["ApiId"], IntegrationType="MOCK")
    gateway.create_route(
        ApiId=api["ApiId"], RouteKey="$disconnect", Target=f"integrations/{made['IntegrationId']}"
    )
    return f"ws://127.0.0.1:{server.port}/_portico/apis/{api['ApiId']}/s"


def asked(url: str) -> int:
    """The status of an answer."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def logged(server: Server, group: str) -> list[str]:
    """The lines of a group."""
    pages: Any = server.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return [event["message"] for page in pages for event in page["events"]]


def test_a_stop_loses_no_line(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        rest, http = rest_api(server), http_api(server)
        with ThreadPoolExecutor(4) as clients:
            statuses = list(clients.map(asked, [rest, http] * REQUESTS))
        assert server.stop() == 0
    assert sorted(set(statuses)) == [200, 404]
    with running(tmp_path) as server:
        assert len({line for line in logged(server, "rest") if line.endswith(" 200")}) == REQUESTS
        assert len({line for line in logged(server, "http") if line.endswith(" 404")}) == REQUESTS


def test_a_stop_loses_no_end_of_a_connection(tmp_path: Path) -> None:
    with running(tmp_path) as server, connect(socket_api(server), compression=None, proxy=None) as client:
        client.send(json.dumps({"a": "nowhere"}))
        client.recv(timeout=20)
        assert server.stop() == 0
    with running(tmp_path) as server:
        assert sorted(line.split()[1] for line in logged(server, "sockets")) == ["200", "403"]


@pytest.mark.parametrize("make", [rest_api, http_api])
def test_a_kill_loses_what_nobody_could_have_seen_yet(tmp_path: Path, make: Any) -> None:
    with running(tmp_path) as server:
        url, group = make(server), make.__name__.partition("_")[0]
        asked(url)
        while not (seen := logged(server, group)):
            pass
        server.kill()
    with running(tmp_path) as server:
        assert logged(server, group) == seen
