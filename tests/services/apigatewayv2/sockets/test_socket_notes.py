"""What is noted of WebSocket APIs: access logs and metrics."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from harness import REGION
from socket_api import received

FORMAT = (
    '{"route":"$context.routeKey","type":"$context.eventType","connection":"$context.connectionId",'
    '"message":"$context.messageId","status":"$context.status","error":"$context.error.message",'
    '"agent":"$context.identity.userAgent","latency":"$context.integrationLatency","gone":"$context.disconnectReason","id":"$context.requestId"}'
)


def test_the_access_log(
    api: Any, client: Callable[..., Any], account: str, deploy: Callable[..., str]
) -> None:
    name = deploy("def handler(event, context):\n    raise Exception('no')")
    api.allow(name)
    group = f"arn:aws:logs:{REGION}:{account}:log-group:sockets"
    client("logs").create_log_group(logGroupName="sockets")
    api.gateway.update_stage(
        ApiId=api.id, StageName="dev", AccessLogSettings={"DestinationArn": group, "Format": FORMAT}
    )
    api.route("$connect", api.integration())
    api.route("$default", api.function(name))
    api.route("$disconnect", api.integration())
    connection = api.connect(user_agent_header='"quoted"')
    connection.send("x")
    its = received(connection)["connectionId"]
    connection.close()
    lines: list[dict[str, str]] = []
    while len(lines) < 3:
        found = client("logs").filter_log_events(logGroupName="sockets")["events"]
        lines = [json.loads(event["message"]) for event in found]
    by_type = {line["type"]: line for line in lines}
    assert by_type["CONNECT"] == {
        "route": "$connect",
        "type": "CONNECT",
        "connection": its,
        "message": "-",
        "status": "200",
        "error": "-",
        "agent": '"quoted"',
        "latency": by_type["CONNECT"]["latency"],
        "gone": "-",
        "id": by_type["CONNECT"]["id"],
    }
    failed = by_type["MESSAGE"]
    assert (failed["route"], failed["status"], failed["error"]) == (
        "$default",
        "502",
        "Internal server error",
    )
    assert failed["message"].endswith("=")
    assert failed["latency"].isdecimal()
    assert by_type["DISCONNECT"]["route"] == "$disconnect"


def test_the_access_log_has_who_was_refused(api: Any, client: Callable[..., Any], account: str) -> None:
    group = f"arn:aws:logs:{REGION}:{account}:log-group:sockets"
    client("logs").create_log_group(logGroupName="sockets")
    stage = {"ApiId": api.id, "StageName": "dev"}
    api.gateway.update_stage(**stage, AccessLogSettings={"DestinationArn": group, "Format": FORMAT})
    api.route("say", api.integration())
    connection = api.connect()
    connection.send('{"action": "fly"}')
    its = received(connection)["connectionId"]
    api.route("$connect", api.integration(), AuthorizationType="AWS_IAM")
    with pytest.raises(InvalidStatus):
        api.connect()
    lines: list[dict[str, str]] = []
    while len(lines) < 2:
        found = client("logs").filter_log_events(logGroupName="sockets")["events"]
        lines = [json.loads(event["message"]) for event in found]
    by_type = {line["type"]: line for line in lines}
    message, handshake = by_type["MESSAGE"], by_type["CONNECT"]
    assert (message["connection"], message["route"]) == (its, "-")
    assert (message["status"], message["error"], message["latency"]) == ("403", "Forbidden", "-")
    assert (handshake["route"], handshake["status"]) == ("$connect", "403")
    assert handshake["error"] == "Missing Authentication Token"


def test_the_access_log_tells_how_callers_are_let_in(
    api: Any, client: Callable[..., Any], account: str, deploy: Callable[..., str]
) -> None:
    says = """
        def handler(event, context):
            effect = event["queryStringParameters"]["effect"]
            statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*"}
            policy = {"Version": "2012-10-17", "Statement": [statement]}
            return {"principalId": "me", "policyDocument": policy, "context": {"why": "because"}}
    """
    names = (
        *("authorizer.status", "authorizer.error", "authorizer.principalId", "authorizer.why"),
        *("authorize.status", "authorize.error", "authenticate.status", "status"),
    )
    group = f"arn:aws:logs:{REGION}:{account}:log-group:sockets"
    client("logs").create_log_group(logGroupName="sockets")
    form = json.dumps({"id": "$context.requestId", **{name: f"$context.{name}" for name in names}})
    log = {"DestinationArn": group, "Format": form}
    api.gateway.update_stage(ApiId=api.id, StageName="dev", AccessLogSettings=log)
    function = deploy(says)
    api.allow(function)
    asked = api.gateway.create_authorizer(
        ApiId=api.id,
        Name="a",
        AuthorizerType="REQUEST",
        AuthorizerUri=api.invocations(function),
        IdentitySource=["route.request.querystring.effect"],
    )["AuthorizerId"]
    api.route("$connect", api.integration(), AuthorizationType="CUSTOM", AuthorizerId=asked)
    for path in ("/dev", "/dev?effect=Deny", "/dev?effect=nonsense"):
        with pytest.raises(InvalidStatus):
            api.connect(path)
    api.connect("/dev?effect=Allow")
    lines: dict[str, dict[str, str]] = {}
    while len(lines) < 4:
        found = client("logs").filter_log_events(logGroupName="sockets")["events"]
        lines = {one.pop("id"): one for one in (json.loads(event["message"]) for event in found)}
    told = [{name: value for name, value in one.items() if value != "-"} for one in lines.values()]
    denied = "User is not authorized to access this resource with an explicit deny"
    known = {"authorizer.status": "200", "authorizer.principalId": "me", "authorizer.why": "because"}
    assert sorted(told, key=lambda one: (one["status"], len(one))) == [
        {**known, "authorize.status": "200", "status": "200"},
        {"authorizer.status": "401", "authorizer.error": "Unauthorized", "status": "401"},
        {**known, "authorize.status": "403", "authorize.error": denied, "status": "403"},
        {"authorizer.status": "500", "authorizer.error": "Internal server error", "status": "500"},
    ]


def test_metrics(api: Any, client: Callable[..., Any], deploy: Callable[..., str]) -> None:
    name = deploy("def handler(event, context):\n    return {'statusCode': 200, 'body': 'x'}")
    api.allow(name)
    api.gateway.update_stage(
        ApiId=api.id, StageName="dev", DefaultRouteSettings={"DetailedMetricsEnabled": True}
    )
    api.route("$connect", api.function(name))
    api.route("say", api.function(name), answers=True)
    connection = api.connect()
    connection.send('{"action": "say"}')
    assert connection.recv(timeout=20) == "x"
    connection.send('{"action": "fly"}')
    received(connection)
    failing = deploy("def handler(event, context):\n    raise Exception('no')")
    api.route("fail", api.function(failing))
    connection.send('{"action": "fail"}')
    received(connection)
    api.allow(failing)
    connection.send('{"action": "fail"}')
    received(connection)
    cloudwatch, now = client("cloudwatch"), datetime.now(UTC)

    def total(metric: str, **dimensions: str) -> float:
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=metric,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=10),
            Period=60,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        return sum(point["SampleCount" if metric == "IntegrationLatency" else "Sum"] for point in points)

    while total("ClientError", ApiId=api.id) < 1:
        pass
    whole = {"ApiId": api.id, "Stage": "dev"}
    assert total("ConnectCount", **whole) == 1
    assert total("MessageCount", **whole) == 8  # four from the client, four to it
    assert total("IntegrationLatency", **whole) == 4
    assert total("MessageCount", **whole, Route="say") == 1
    assert total("ExecutionError", ApiId=api.id) == 1  # the function's policy did not let the API in
    assert total("IntegrationError", ApiId=api.id) == 1  # it has failed
