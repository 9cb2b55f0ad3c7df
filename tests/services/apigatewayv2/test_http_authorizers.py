"""Lambda authorizers of HTTP APIs: what they are asked, what they may answer, and for how long it counts.

Source: API Gateway Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers".
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from http_api import ECHO, HttpApi

SIMPLE = """
import json
asked = 0
def handler(event, context):
    global asked
    asked += 1
    word = event["identitySource"][0]
    if word == "fail":
        raise ValueError(word)
    if word == "nonsense":
        return {"authorized": True}
    return {"isAuthorized": word == "open", "context": {"asked": asked, "list": [1], "event": json.dumps(event)}}
"""
POLICY = """
import json
def handler(event, context):
    word = event["identitySource"]
    arn = event["methodArn"] if word == "this" else event["methodArn"].split("/GET/")[0] + "/GET/a"
    effect = "Deny" if word == "deny" else "Allow"
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": arn}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "me", "policyDocument": document, "context": {"word": word, "n": 1, "event": json.dumps(event)}}
"""
ONE = "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"


@pytest.fixture
def guard(api: HttpApi, deploy: Callable[..., str]) -> Callable[..., str]:
    """`guard(source, ...)`: an authorizer with a function of that source, which this API may invoke; its id."""

    def make(source: str, version: str = "2.0", **settings: Any) -> str:
        name = deploy(source)
        api.permit(name, "authorizers/*")
        settings.setdefault("IdentitySource", ["$request.header.Authorization"])
        made = api.control.create_authorizer(
            ApiId=api.id,
            Name=name,
            AuthorizerType="REQUEST",
            AuthorizerUri=api.invocations(name),
            AuthorizerPayloadFormatVersion=version,
            **settings,
        )
        return str(made["AuthorizerId"])

    return make


def routes(api: HttpApi, target: str, authorizer: str, *keys: str) -> None:
    for key in keys:
        api.route(key, target, AuthorizationType="CUSTOM", AuthorizerId=authorizer)


def ask(api: HttpApi, word: str | None, path: str = "/a") -> Any:
    return api.ask(path, headers={} if word is None else {"Authorization": word})


def test_a_simple_answer(api: HttpApi, deploy: Callable[..., str], guard: Callable[..., str]) -> None:
    api.stage()
    authorizer = guard(SIMPLE, EnableSimpleResponses=True, AuthorizerResultTtlInSeconds=0)
    routes(api, api.integrate(deploy(ECHO)), authorizer, "GET /a")
    came = ask(api, "open")
    assert came.status == 200
    context = came.json["echo"]["requestContext"]["authorizer"]["lambda"]
    assert (context["asked"], context["list"]) == (1, [1])
    assert ask(api, "shut").message == (403, "Forbidden")
    assert ask(api, None).message == (401, "Unauthorized")
    assert ask(api, "fail").message == (500, "Internal Server Error")
    assert ask(api, "nonsense").message == (500, "Internal Server Error")
    assert ask(api, "open").json["echo"]["requestContext"]["authorizer"]["lambda"]["asked"] > 1


def test_what_it_is_asked(api: HttpApi, deploy: Callable[..., str], guard: Callable[..., str]) -> None:
    api.stage("dev")
    sources = ["$request.header.Authorization", "$request.querystring.q"]
    authorizer = guard(SIMPLE, EnableSimpleResponses=True, IdentitySource=sources)
    routes(api, api.integrate(deploy(ECHO)), authorizer, "GET /a/{id}")
    came = api.ask("/dev/a/7?q=2", headers={"Authorization": "open"})
    event = json.loads(came.json["echo"]["requestContext"]["authorizer"]["lambda"]["event"])
    assert event["type"] == "REQUEST"
    assert event["version"] == "2.0"
    assert event["routeArn"] == api.arn("dev/GET/a/7")
    assert event["identitySource"] == ["open", "2"]
    assert event["routeKey"] == "GET /a/{id}"
    assert event["rawPath"] == "/dev/a/7"
    assert event["pathParameters"] == {"id": "7"}
    assert "body" not in event
    assert "isBase64Encoded" not in event
    assert "authorizer" not in event["requestContext"]
    assert ask(api, "open", "/dev/a/7").message == (401, "Unauthorized")


def test_a_policy_counts_for_each_route(
    api: HttpApi, deploy: Callable[..., str], guard: Callable[..., str]
) -> None:
    api.stage()
    authorizer = guard(POLICY, "1.0", AuthorizerResultTtlInSeconds=300)
    routes(api, api.integrate(deploy(ONE), "1.0"), authorizer, "GET /a", "GET /b")
    came = ask(api, "word")
    assert came.status == 200
    told = came.json["requestContext"]["authorizer"]
    assert (told["principalId"], told["word"], told["n"]) == ("me", "word", 1)
    assert ask(api, "word", "/b").message == (403, "Forbidden")  # remembered, and does not allow it
    assert ask(api, "deny").message == (403, "Forbidden")
    assert ask(api, "this", "/b").status == 200


def test_answers_are_remembered_until_they_are_forgotten(
    api: HttpApi, deploy: Callable[..., str], guard: Callable[..., str]
) -> None:
    api.stage()
    authorizer = guard(SIMPLE, EnableSimpleResponses=True, AuthorizerResultTtlInSeconds=300)
    routes(api, api.integrate(deploy(ECHO)), authorizer, "GET /a", "GET /b")

    def asked(path: str) -> int:
        found = ask(api, "open", path).json["echo"]["requestContext"]["authorizer"]["lambda"]["asked"]
        return int(found)

    assert [asked("/a"), asked("/a"), asked("/b")] == [1, 1, 1]
    assert ask(api, "shut").status == 403
    api.control.reset_authorizers_cache(ApiId=api.id, StageName="$default")
    assert asked("/a") == 3
    stage = api.control.get_stage(ApiId=api.id, StageName="$default")
    api.control.delete_stage(ApiId=api.id, StageName="$default")
    assert ask(api, "open", "/a").status == 404
    api.control.create_stage(ApiId=api.id, StageName="$default", DeploymentId=stage["DeploymentId"])
    assert asked("/a") == 4


def test_without_permission_nobody_is_let_in(
    api: HttpApi, deploy: Callable[..., str], client: Callable[..., Any]
) -> None:
    name = deploy(SIMPLE)
    made = api.control.create_authorizer(
        ApiId=api.id,
        Name="a",
        AuthorizerType="REQUEST",
        AuthorizerUri=api.invocations(name),
        AuthorizerPayloadFormatVersion="2.0",
        EnableSimpleResponses=True,
        IdentitySource=["$request.header.Authorization"],
    )
    api.stage()
    routes(api, api.integrate(deploy(ECHO)), made["AuthorizerId"], "GET /a")
    assert ask(api, "open").message == (500, "Internal Server Error")
    api.permit(name, f"authorizers/{made['AuthorizerId']}")
    assert ask(api, "open").status == 200


def test_a_role_can_ask_instead(
    api: HttpApi, deploy: Callable[..., str], gateway_role: Callable[..., str]
) -> None:
    name = deploy(SIMPLE)
    made = api.control.create_authorizer(
        ApiId=api.id,
        Name="a",
        AuthorizerType="REQUEST",
        AuthorizerUri=api.invocations(name),
        AuthorizerPayloadFormatVersion="2.0",
        AuthorizerCredentialsArn=gateway_role("lambda:InvokeFunction"),
        EnableSimpleResponses=True,
        IdentitySource=["$request.header.Authorization"],
    )
    api.stage()
    routes(api, api.integrate(deploy(ECHO)), made["AuthorizerId"], "GET /a")
    assert ask(api, "open").status == 200


def test_without_identity_sources_it_is_always_asked(
    api: HttpApi, deploy: Callable[..., str], guard: Callable[..., str]
) -> None:
    source = "def handler(event, context):\n    return {'isAuthorized': event['identitySource'] is None}\n"
    authorizer = guard(source, EnableSimpleResponses=True, IdentitySource=[])
    api.stage()
    routes(api, api.integrate(deploy(ECHO)), authorizer, "GET /a")
    assert ask(api, None).status == 200
