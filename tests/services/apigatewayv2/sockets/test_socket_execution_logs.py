"""Execution logs of WebSocket stages."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from socket_api import SocketApi, received

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


class Logged:
    """An API whose stage logs what happens."""

    def __init__(self, api: SocketApi, client: Callable[..., Any]) -> None:
        self.api, self.logs = api, client("logs")
        self.group = f"/aws/apigateway/{api.id}/dev"
        iam = client("iam")
        role = iam.create_role(RoleName="logs", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        policy = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
        iam.attach_role_policy(RoleName="logs", PolicyArn=policy)
        client("apigateway").update_account(
            patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
        )

    def level(self, level: str, *, trace: bool = False) -> None:
        self.api.gateway.update_stage(
            ApiId=self.api.id,
            StageName="dev",
            DefaultRouteSettings={"LoggingLevel": level, "DataTraceEnabled": trace},
        )

    def until(self, *last: str) -> list[list[str]]:
        """The lines of each request without its id, by time, once all of `last` are said."""
        for _ in range(300):
            try:
                found = self.logs.filter_log_events(logGroupName=self.group)["events"]
            except self.logs.exceptions.ResourceNotFoundException:
                found = []
            lines = [
                re.fullmatch(r"\(([A-Za-z0-9_-]{15}=)\) (.*)", one["message"], re.DOTALL) for one in found
            ]
            if all(any(one in line[2] for line in lines if line) for one in last):
                requests: dict[str, list[str]] = {}
                for line in lines:
                    assert line is not None
                    requests.setdefault(line[1], []).append(line[2].replace(line[1], "REQUEST"))
                return list(requests.values())
        raise AssertionError(f"no line says {last!r}")


@pytest.fixture
def logged(api: SocketApi, client: Callable[..., Any]) -> Logged:
    return Logged(api, client)


def about(requests: list[list[str]], route: str) -> list[str]:
    """The lines of the only request of a route."""
    (found,) = [lines for lines in requests if f"WebSocket Request Route: [{route}]" in lines]
    return found


def test_a_whole_life(logged: Logged, deploy: Callable[..., str]) -> None:
    api = logged.api
    name = deploy(
        "def handler(e, c):\n    return {'statusCode': 200, 'body': e['requestContext']['connectionId']}"
    )
    api.allow(name)
    api.route("$connect", api.integration())
    api.route("say", api.function(name), answers=True)
    api.route("$disconnect", api.function(name))
    logged.level("INFO")
    connection = api.connect(user_agent_header="tester/1")
    connection.send('{"action": "say", "secret": "swordfish"}')
    its = connection.recv(timeout=20)
    connection.close(4001, "bye")
    requests = logged.until("successfully", "sent to API", "disconnected from")
    assert about(requests, "$connect") == [
        "Extended Request Id: REQUEST",
        "Starting execution for request: REQUEST",
        "WebSocket Request Route: [$connect]",
        f"Client [UserAgent: tester/1, SourceIp: 127.0.0.1] is connecting to WebSocket API [{api.id}].",
        f"Client [Connection Id: {its}] connected to API [{api.id}] successfully.",
    ]
    said = about(requests, "say")
    uri = f"https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:{api.account}:function:{name}/invocations"
    assert said[3:6] == [
        f"WebSocket API [{api.id}] received message from client [Connection Id: {its}].",
        f"Endpoint request URI: {uri}",
        f"Sending request to {uri}",
    ]
    assert re.fullmatch(r"Received response. Status: 200, Integration latency: \d+ ms", said[6])
    assert said[7:] == [
        f"Message from client [Connection Id: {its}] sent to API [{api.id}] with response status code [200]."
    ]
    assert about(requests, "$disconnect")[-1] == (
        f"Client [Connection Id: {its}] disconnected from API [{api.id}] with integration response status code [200]. "
        "Close reason: [4001: bye]"
    )
    assert "swordfish" not in str(requests)


def test_with_the_data(logged: Logged, deploy: Callable[..., str]) -> None:
    api = logged.api
    name = deploy("def handler(event, context):\n    return {'statusCode': 200, 'body': 'forty-two'}")
    api.allow(name)
    api.route("$default", api.function(name), answers=True)
    logged.level("INFO", trace=True)
    connection = api.connect()
    connection.send("what is it?")
    assert connection.recv(timeout=20) == "forty-two"
    lines = about(logged.until("with response status code"), "$default")
    (sent,) = [line for line in lines if line.startswith("Endpoint request body after transformations: ")]
    assert json.loads(sent.partition("transformations: ")[2])["body"] == "what is it?"
    (got,) = [line for line in lines if line.startswith("Endpoint response body before transformations: ")]
    assert '"forty-two"' in got


def test_errors_only(logged: Logged, deploy: Callable[..., str]) -> None:
    api = logged.api
    failing = deploy("def handler(event, context):\n    raise Exception('no luck')", name="failing")
    good = deploy("def handler(event, context):\n    return {'statusCode': 200, 'body': 'x'}", name="good")
    api.allow(failing)
    api.route("fail", api.function(failing))
    api.route("forbidden", api.function(good))
    api.route("fine", api.integration())
    logged.level("ERROR")
    connection = api.connect()
    for action in ("fine", "fail", "forbidden"):
        connection.send(json.dumps({"action": action}))
    for _ in range(2):
        assert received(connection)["message"] == "Internal server error"
    requests = logged.until("Invalid permissions", "no luck")
    assert sorted(len(lines) for lines in requests) == [1, 1]
    (failed,) = [lines[0] for lines in requests if "Invalid" not in lines[0]]
    assert re.fullmatch(
        r"Lambda execution failed with status 200 due to customer function error: no luck. Lambda request id: [0-9a-f-]{36}",
        failed,
    )
    assert ["Execution failed due to configuration error: Invalid permissions on Lambda function"] in requests


def test_who_is_refused(logged: Logged, deploy: Callable[..., str]) -> None:
    api = logged.api
    api.route("$connect", api.integration(), AuthorizationType="AWS_IAM")
    logged.level("ERROR")
    with pytest.raises(InvalidStatus):
        api.connect()
    assert logged.until("Missing") == [["Execution failed: Missing Authentication Token"]]


def test_a_route_of_its_own_level(logged: Logged) -> None:
    api = logged.api
    api.route("quiet", api.integration())
    api.route("loud", api.integration())
    api.gateway.update_stage(ApiId=api.id, StageName="dev", RouteSettings={"loud": {"LoggingLevel": "INFO"}})
    connection = api.connect()
    connection.send('{"action": "quiet"}')
    connection.send('{"action": "loud"}')
    (only,) = logged.until("with response status code")
    assert "WebSocket Request Route: [loud]" in only


def test_a_message_that_no_route_is_for(logged: Logged) -> None:
    api = logged.api
    api.route("quiet", api.integration())
    api.gateway.update_stage(ApiId=api.id, StageName="dev", RouteSettings={"quiet": {"LoggingLevel": "OFF"}})
    logged.level("INFO")
    connection = api.connect()
    connection.send('{"action": "fly"}')
    assert received(connection)["message"] == "Forbidden"
    (lines,) = logged.until("Execution failed")
    assert lines[:2] == ["Extended Request Id: REQUEST", "Starting execution for request: REQUEST"]
    assert lines[2].startswith(f"WebSocket API [{api.id}] received message from client [Connection Id: ")
    assert lines[3:] == ["Execution failed: Forbidden"]


def test_a_message_too_many(logged: Logged) -> None:
    api = logged.api
    api.route("say", api.integration())
    api.gateway.update_stage(
        ApiId=api.id,
        StageName="dev",
        RouteSettings={
            "say": {"LoggingLevel": "ERROR", "ThrottlingRateLimit": 0.0, "ThrottlingBurstLimit": 0}
        },
    )
    connection = api.connect()
    connection.send('{"action": "say"}')
    assert received(connection)["message"] == "Too Many Requests"
    assert logged.until("Execution failed") == [["Execution failed: Too Many Requests"]]


def test_a_handshake_too_many(logged: Logged) -> None:
    api = logged.api
    api.route("$connect", api.integration())
    api.gateway.update_stage(
        ApiId=api.id,
        StageName="dev",
        RouteSettings={
            "$connect": {"LoggingLevel": "ERROR", "ThrottlingRateLimit": 0.0, "ThrottlingBurstLimit": 0}
        },
    )
    with pytest.raises(InvalidStatus) as refused:
        api.connect()
    assert refused.value.response.status_code == 429
    assert logged.until("Execution failed") == [["Execution failed: Too Many Requests"]]
