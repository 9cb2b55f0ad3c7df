"""Integrations that map what they are sent and what comes back."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from harness import REGION
from receiver import receiving
from socket_api import received

RETURN = "def handler(event, context):\n    return event"


def response(api: Any, integration: str, key: str = "$default", **options: Any) -> None:
    api.gateway.create_integration_response(
        ApiId=api.id, IntegrationId=integration, IntegrationResponseKey=key, **options
    )


def test_a_function_gets_what_the_template_makes(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(RETURN)
    api.allow(name)
    template = """{
        "said": $input.json('$.text'), "by": "$context.connectionId", "route": "$context.routeKey",
        "colour": "$stageVariables.colour", "all": "$util.base64Encode($input.body)"
    }"""
    integration = api.integration(
        "AWS",
        IntegrationUri=api.invocations(name),
        RequestTemplates={"$default": template, "other": '{"other": true}'},
        TemplateSelectionExpression="${request.body.kind}",
    )
    api.gateway.update_stage(ApiId=api.id, StageName="dev", StageVariables={"colour": "red"})
    response(api, integration, ResponseTemplates={"$default": '{"got": $input.json("$")}'})
    api.route("$default", integration, answers=True)
    connection = api.connect()
    connection.send('{"text": ["a", 1]}')
    got = received(connection)["got"]
    assert (got["said"], got["route"], got["colour"]) == (["a", 1], "$default", "red")
    assert got["by"].endswith("=")
    connection.send('{"kind": "other"}')
    assert received(connection) == {"got": {"other": True}}
    connection.send('{"kind": "unknown", "text": 1}')
    assert received(connection)["got"]["said"] == 1


def test_without_a_template_the_message_is_passed_through(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(RETURN)
    api.allow(name)
    api.route("$default", api.integration("AWS", IntegrationUri=api.invocations(name)), answers=True)
    never = api.integration("AWS", IntegrationUri=api.invocations(name), PassthroughBehavior="NEVER")
    api.route("never", never, answers=True)
    connection = api.connect()
    connection.send('{"a": 1}')
    assert received(connection) == {"a": 1}
    connection.send('{"action": "never"}')
    assert received(connection)["message"] == "Unsupported Media Type"
    connection.send("not json")
    assert received(connection)["message"] == "Internal server error"


def test_a_template_that_fails(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(RETURN)
    api.allow(name)
    broken = {"$default": "#if($input.path('$.a')"}
    integration = api.integration("AWS", IntegrationUri=api.invocations(name), RequestTemplates=broken)
    api.route("$default", integration, answers=True)
    connection = api.connect()
    connection.send("{}")
    assert received(connection)["message"] == "Internal server error"


def test_a_function_that_fails_has_a_response_of_its_own(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy("def handler(event, context):\n    raise ValueError(event['why'])")
    api.allow(name)
    integration = api.integration(
        "AWS",
        IntegrationUri=api.invocations(name),
    )
    response(
        api,
        integration,
        "/not .*/",
        ResponseTemplates={"$default": '{"failed": $input.json("$.errorMessage")}'},
    )
    response(api, integration, ResponseTemplates={"$default": '"fine"'})
    api.route("$default", integration, answers=True)
    connection = api.connect()
    connection.send('{"why": "not now"}')
    assert received(connection) == {"failed": "not now"}
    connection.send('{"why": "never"}')
    assert received(connection) == "fine"


def test_messages_must_be_as_the_model_says(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(RETURN)
    api.allow(name)
    schema = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
    api.gateway.create_model(
        ApiId=api.id, Name="Text", Schema=json.dumps(schema), ContentType="application/json"
    )
    integration = api.integration("AWS", IntegrationUri=api.invocations(name))
    api.route(
        "$default",
        integration,
        answers=True,
        ModelSelectionExpression="${request.body.kind}",
        RequestModels={"text": "Text"},
    )
    connection = api.connect()
    connection.send('{"kind": "text", "text": 1}')
    assert received(connection)["message"] == "Bad request body"
    connection.send('{"kind": "text", "pad": "%s"}' % ("x" * 5_000))
    assert received(connection)["message"] == "Bad request body"
    connection.send('{"kind": "text", "text": "a"}')
    assert received(connection) == {"kind": "text", "text": "a"}
    connection.send('{"kind": "other"}')
    assert received(connection) == {"kind": "other"}


def test_a_queue_gets_messages(api: Any, client: Callable[..., Any], account: str) -> None:
    sqs, iam = client("sqs"), client("iam")
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(RoleName="sender", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    integration = api.integration(
        "AWS",
        IntegrationUri=f"arn:aws:apigateway:{REGION}:sqs:path/{account}/inbox",
        IntegrationMethod="POST",
        CredentialsArn=role,
        RequestParameters={
            "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
        },
        RequestTemplates={
            "$default": "Action=SendMessage&MessageBody=$util.urlEncode($input.path('$.text'))"
        },
    )
    response(api, integration, "/200/", ResponseTemplates={"$default": '"sent"'})
    response(api, integration, ResponseTemplates={"$default": '"refused"'})
    api.route("$default", integration, answers=True)
    connection = api.connect()
    connection.send('{"text": "a & b"}')
    assert received(connection) == "refused"
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="sender", PolicyName="send", PolicyDocument=json.dumps(policy))
    connection.send('{"text": "a & b"}')
    assert received(connection) == "sent"
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"][0]["Body"] == "a & b"


def test_a_role_that_does_not_trust_api_gateway(api: Any, role: str, account: str) -> None:
    integration = api.integration(
        "AWS",
        IntegrationUri=f"arn:aws:apigateway:{REGION}:sqs:path/{account}/inbox",
        IntegrationMethod="POST",
        CredentialsArn=role,
    )
    api.route("$default", integration, answers=True)
    connection = api.connect()
    connection.send("{}")
    assert received(connection)["message"] == "Internal server error"


def test_a_mapped_backend(api: Any) -> None:
    with receiving() as backend:
        integration = api.integration(
            "HTTP",
            IntegrationUri=f"{backend.url}/in",
            IntegrationMethod="POST",
            RequestTemplates={"$default": '{"wrapped": $input.body}'},
            ContentHandlingStrategy="CONVERT_TO_TEXT",
        )
        response(api, integration, "/4\\d\\d/", ResponseTemplates={"$default": "bad: $input.body"})
        response(api, integration, "/200/", ContentHandlingStrategy="CONVERT_TO_TEXT")
        api.route("$default", integration, answers=True)
        connection = api.connect()
        connection.send('{"a": 1}')
        assert connection.recv(timeout=10) == "T0s="
        assert backend.take().body == b"eyJ3cmFwcGVkIjogeyJhIjogMX19"
        backend.statuses.append(404)
        connection.send('{"a": 1}')
        assert connection.recv(timeout=10) == "bad: OK"
        backend.statuses.append(500)
        connection.send('{"a": 1}')
        assert received(connection)["message"] == "Internal server error"


def test_bytes_come_and_go_as_base64(api: Any) -> None:
    """Clients can send text only; what a backend answers may be bytes, which go out in a binary frame."""
    with receiving() as backend:
        integration = api.integration(
            "HTTP",
            IntegrationUri=f"{backend.url}/in",
            IntegrationMethod="POST",
            ContentHandlingStrategy="CONVERT_TO_BINARY",
        )
        response(
            api,
            integration,
            ContentHandlingStrategy="CONVERT_TO_BINARY",
            ResponseTemplates={"$default": "$input.body"},
        )
        api.route("$default", integration, answers=True)
        connection = api.connect()
        connection.send(base64.b64encode(b"\xff\x00\xfe").decode())
        assert received(connection)["message"] == "Internal server error"  # `OK` is no base64
        assert backend.take().body == b"\xff\x00\xfe"
    mock = api.integration("MOCK", RequestTemplates={"$default": '{"statusCode": 200}'})
    response(api, mock, ResponseTemplates={"$default": "$util.base64Decode('eA==')"})
    api.route("text", mock, answers=True)
    connection.send('{"action": "text"}')
    assert connection.recv(timeout=10) == "x"
    connection.send("no base64 at all!")
    assert received(connection)["message"] == "Internal server error"


def test_a_mock_answers_what_is_mapped(api: Any) -> None:
    templates = {"$default": '{"statusCode": $input.json("$.status")}'}
    integration = api.integration(
        "MOCK",
        RequestTemplates=templates,
    )
    response(api, integration, "/200/", ResponseTemplates={"$default": '{"ok": "$context.routeKey"}'})
    response(api, integration, "/4../", ResponseTemplates={"$default": "no"})
    api.route("$default", integration, answers=True)
    connection = api.connect()
    connection.send('{"status": 200}')
    assert received(connection) == {"ok": "$default"}
    connection.send('{"status": 404}')
    assert connection.recv(timeout=10) == "no"


def test_a_mock_refuses_and_chooses_a_subprotocol(api: Any) -> None:
    templates = {"$default": '{"statusCode": $input.params("status")}'}
    integration = api.integration("MOCK", RequestTemplates=templates)
    response(
        api,
        integration,
        ResponseParameters={"route.response.header.Sec-WebSocket-Protocol": "'chat'"},
    )
    api.route("$connect", integration)
    assert api.connect("/dev?status=200", subprotocols=["chat"]).subprotocol == "chat"
    with pytest.raises(InvalidStatus) as caught:
        api.connect("/dev?status=403")
    assert caught.value.response.status_code == 403
