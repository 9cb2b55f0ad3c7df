"""What functions are told, member by member, as in events of AWS."""

import re
import time
from collections.abc import Callable
from typing import Any

from socket_api import ECHO, received

ID = re.compile(r"[A-Za-z0-9_-]{15}=").fullmatch
CLF = re.compile(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000").fullmatch


def test_a_message(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(ECHO)
    api.allow(name, "dev/$default")
    api.route("$default", api.function(name), answers=True)
    connection = api.connect(user_agent_header="tests/1")
    connection.send("hello")
    event = received(connection)
    context = event["requestContext"]
    assert set(event) == {"requestContext", "body", "isBase64Encoded"}
    assert (event["body"], event["isBase64Encoded"]) == ("hello", False)
    assert ID(context.pop("connectionId"))
    assert ID(context.pop("messageId"))
    request_id = context.pop("requestId")
    assert ID(request_id)
    assert context.pop("extendedRequestId") == request_id
    assert CLF(context.pop("requestTime"))
    now_ms = time.time() * 1000
    assert now_ms - 60_000 < context.pop("connectedAt") <= context.pop("requestTimeEpoch") < now_ms + 60_000
    assert context == {
        "routeKey": "$default",
        "eventType": "MESSAGE",
        "messageDirection": "IN",
        "stage": "dev",
        "identity": {"sourceIp": "127.0.0.1", "userAgent": "tests/1"},
        "domainName": api.host,
        "apiId": api.id,
    }


def test_a_whole_life(api: Any, recorder: Any) -> None:
    api.allow(recorder.name)
    integration = api.function(recorder.name)
    for key in ("$connect", "$disconnect", "join"):
        api.route(key, integration)
    connection = api.connect("/dev?room=a&room=b%20c", additional_headers={"X-Token": "t"})
    connect = recorder.next()
    assert connect["headers"]["X-Token"] == "t"
    assert connect["headers"]["Host"] == api.host
    assert connect["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert connect["headers"]["X-Amzn-Trace-Id"].startswith("Root=1-")
    assert connect["multiValueHeaders"]["Sec-WebSocket-Version"] == ["13"]
    assert {"Connection", "Upgrade"}.isdisjoint(connect["headers"])
    assert connect["queryStringParameters"] == {"room": "b c"}
    assert connect["multiValueQueryStringParameters"] == {"room": ["a", "b c"]}
    assert "body" not in connect
    assert "messageId" not in connect["requestContext"]
    assert connect["requestContext"]["eventType"] == "CONNECT"
    connection.send('{"action": "join"}')
    message = recorder.next()
    assert (message["requestContext"]["routeKey"], message["body"]) == ("join", '{"action": "join"}')
    connection.close(4001, "enough")
    end = recorder.next()
    context = end["requestContext"]
    assert end["headers"] == {"Host": api.host, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
    assert end["multiValueHeaders"] == {name: [value] for name, value in end["headers"].items()}
    assert (context["routeKey"], context["eventType"]) == ("$disconnect", "DISCONNECT")
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (4001, "enough")
    assert "body" not in end
    ids = {each["requestContext"]["connectionId"] for each in (connect, message, end)}
    assert len(ids) == 1
    assert len({each["requestContext"]["connectedAt"] for each in (connect, message, end)}) == 1


def test_names_of_headers_are_as_they_were_sent(api: Any, recorder: Any) -> None:
    api.allow(recorder.name)
    api.route("$connect", api.function(recorder.name))
    sent = {"x-custom": "a", "X-MIXED-case": "b", "authorization": "c"}
    api.connect(additional_headers=sent)
    connect = recorder.next()
    assert sent.items() <= connect["headers"].items()
    assert not {"X-Custom", "X-Mixed-Case", "Authorization"} & connect["headers"].keys()
    assert connect["multiValueHeaders"]["X-MIXED-case"] == ["b"]


def test_an_authorizer_sees_names_as_they_were_sent(
    api: Any, deploy: Callable[..., str], recorder: Any
) -> None:
    allowing = """
        import json

        def handler(event, context):
            statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
            policy = {"Version": "2012-10-17", "Statement": [statement]}
            seen = ",".join(name for name in event["headers"] if name.lower().startswith("x-tok"))
            return {"principalId": "p", "policyDocument": policy, "context": {"seen": seen}}
    """
    name = deploy(allowing, name="allowing")
    for one in (name, recorder.name):
        api.allow(one)
    authorizer = api.gateway.create_authorizer(
        ApiId=api.id,
        Name="a",
        AuthorizerType="REQUEST",
        AuthorizerUri=api.invocations(name),
        IdentitySource=["route.request.header.X-Token"],
    )["AuthorizerId"]
    target = api.function(recorder.name)
    api.route("$connect", target, AuthorizationType="CUSTOM", AuthorizerId=authorizer)
    api.connect(additional_headers={"x-TOKEN": "t"})
    assert recorder.next()["requestContext"]["authorizer"]["seen"] == "x-TOKEN"
