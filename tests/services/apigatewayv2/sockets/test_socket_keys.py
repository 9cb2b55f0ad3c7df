"""API keys and usage plans of WebSocket APIs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from socket_api import SocketApi, received


@pytest.fixture
def key(api: SocketApi, client: Callable[..., Any]) -> Callable[..., str]:
    """`key(...)`: the value of a key in a usage plan for the stage, with these limits."""

    def make(**limits: Any) -> str:
        gateway = client("apigateway")
        stages = [{"apiId": api.id, "stage": "dev"}]
        plan = gateway.create_usage_plan(name="plan", apiStages=stages, **limits)["id"]
        made = gateway.create_api_key(name="key", enabled=True)
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=made["id"], keyType="API_KEY")
        return str(made["value"])

    return make


def status(api: SocketApi, **headers: str) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as caught:
        api.connect(additional_headers=headers)
    response = caught.value.response
    return response.status_code, json.loads(response.body)["message"]


def test_a_key_is_needed(api: SocketApi, key: Callable[..., str], deploy: Callable[..., str]) -> None:
    value = key()
    name = deploy(
        "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}"
    )
    api.allow(name)
    api.route("$connect", ApiKeyRequired=True)
    api.route("$default", api.function(name), answers=True)
    assert status(api) == (403, "Forbidden")
    assert status(api, **{"x-api-key": "wrong" * 5}) == (403, "Forbidden")
    connection = api.connect(additional_headers={"X-Api-Key": value})
    connection.send("x")
    assert received(connection)["requestContext"]["identity"]["apiKey"] == value


def test_a_key_of_another_stage_is_none(api: SocketApi, client: Callable[..., Any]) -> None:
    made = client("apigateway").create_api_key(name="key", enabled=True)
    api.route("$connect", ApiKeyRequired=True)
    assert status(api, **{"x-api-key": made["value"]}) == (403, "Forbidden")


def test_a_plan_allows_so_much(api: SocketApi, key: Callable[..., str]) -> None:
    value = key(quota={"limit": 2, "period": "DAY"})
    api.route("$connect", ApiKeyRequired=True)
    api.connect(additional_headers={"x-api-key": value})
    api.connect(additional_headers={"x-api-key": value})
    assert status(api, **{"x-api-key": value}) == (429, "Limit Exceeded")


def test_a_plan_throttles(api: SocketApi, key: Callable[..., str]) -> None:
    value = key(throttle={"rateLimit": 0.001, "burstLimit": 1})
    api.route("$connect", ApiKeyRequired=True)
    api.connect(additional_headers={"x-api-key": value})
    assert status(api, **{"x-api-key": value}) == (429, "Too Many Requests")


def test_messages_count_for_the_connections_key(api: SocketApi, key: Callable[..., str]) -> None:
    value = key(quota={"limit": 2, "period": "DAY"})
    integration = api.integration()
    api.route("$connect", ApiKeyRequired=True)
    api.route("free", integration)
    api.route("$default", integration, ApiKeyRequired=True)
    connection = api.connect(additional_headers={"x-api-key": value})
    connection.send('{"action": "free"}')
    connection.send("paid")
    connection.send("paid")
    assert received(connection)["message"] == "Limit Exceeded"


def test_an_authorizer_names_the_key(
    api: SocketApi, key: Callable[..., str], deploy: Callable[..., str]
) -> None:
    value = key()
    name = deploy(
        """
        def handler(event, context):
            statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}
            return {
                "principalId": "ann",
                "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
                "usageIdentifierKey": event["headers"]["Auth"],
            }
        """
    )
    api.allow(name, "authorizers/*")
    authorizer = api.gateway.create_authorizer(
        ApiId=api.id,
        Name="gate",
        AuthorizerType="REQUEST",
        AuthorizerUri=api.invocations(name),
        IdentitySource=["route.request.header.Auth"],
    )["AuthorizerId"]
    api.gateway.update_api(ApiId=api.id, ApiKeySelectionExpression="$context.authorizer.usageIdentifierKey")
    api.route("$connect", ApiKeyRequired=True, AuthorizationType="CUSTOM", AuthorizerId=authorizer)
    api.connect(additional_headers={"Auth": value}).close()
    assert status(api, Auth="unknown" * 4, **{"x-api-key": value}) == (403, "Forbidden")
