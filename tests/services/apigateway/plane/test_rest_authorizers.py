"""Lambda authorizers: what they are asked, what of their answers is believed, and for how long."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from http_api import TRUST
from rest_doors import ECHO, RestApi

# The token says what to answer: JSON of the answer itself, or one of a few words.
ORACLE = """
import json
import urllib.request
calls = 0

def handler(event, context):
    global calls
    calls += 1
    token = event.get("authorizationToken") or event["headers"].get("Token", "")
    if token == "unauthorized":
        raise Exception("Unauthorized")
    if token == "broken":
        raise Exception("anything else")
    if token == "event":
        return answer(event["methodArn"], {"event": json.dumps(event)})
    if token.startswith("{"):
        return json.loads(token)
    if token.startswith("raw:"):
        return json.loads(token[4:])
    effect, _, resource = token.partition(" ")
    return answer(resource or event["methodArn"], {"calls": calls}, effect)

def answer(resource, context, effect="Allow"):
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "me", "policyDocument": policy, "context": context}
"""
DENIED = (403, "User is not authorized to access this resource with an explicit deny")
NOT_ALLOWED = (403, "User is not authorized to access this resource")
UNAUTHORIZED = (401, "Unauthorized")
MISCONFIGURED = (500, None)


def token(text: str) -> dict[str, str]:
    return {"Authorization": text}


@pytest.fixture
def oracle(deploy: Callable[..., str]) -> str:
    return deploy(ORACLE, name="oracle")


@pytest.fixture
def guarded(rest: RestApi, oracle: str) -> RestApi:
    """`ANY /pets/{id}` behind a TOKEN authorizer whose answers are kept, `ANY /fresh` behind one whose are not."""
    context = '{"who":"$context.authorizer.principalId","calls":"$context.authorizer.calls"}'
    kept, fresh = rest.authorizer(oracle), rest.authorizer(oracle, authorizerResultTtlInSeconds=0)
    rest.method("/pets/{id}", "ANY", authorizationType="CUSTOM", authorizerId=kept, answer=context)
    rest.method("/other", "ANY", authorizationType="CUSTOM", authorizerId=kept, answer=context)
    rest.method("/fresh", "ANY", authorizationType="CUSTOM", authorizerId=fresh, answer=context)
    rest.deploy()
    return rest


def test_what_an_authorizer_says(guarded: RestApi) -> None:
    assert guarded.ask("/fresh", headers=token("Allow")).json["who"] == "me"
    refusals = {
        "Deny": DENIED,
        f"Allow {guarded.arn('prod/POST/fresh')}": NOT_ALLOWED,
        "unauthorized": UNAUTHORIZED,
        "broken": MISCONFIGURED,
    }
    for text, expected in refusals.items():
        assert guarded.ask("/fresh", headers=token(text)).message == expected, text
    assert guarded.ask("/fresh").message == UNAUTHORIZED
    assert guarded.ask("/fresh", headers=token("")).message == UNAUTHORIZED


def test_a_refusal_can_be_explained(guarded: RestApi) -> None:
    refused = guarded.ask("/fresh", headers=token("Deny"))
    asked = f"{guarded.server.url}/_portico/explain?request_id={refused.headers['x-amzn-requestid']}"
    with urllib.request.urlopen(asked) as answer:
        found = json.loads(answer.read())["decisions"]
    verdicts = [one for one in found if one["action"] == "execute-api:Invoke"]
    assert [(one["principal"], one["allowed"]) for one in verdicts] == [("me", False)]
    assert "authorizer" in verdicts[0]["why"][0]


def test_types_of_errors(guarded: RestApi) -> None:
    kinds = {
        "Deny": "AccessDeniedException",
        "unauthorized": "UnauthorizedException",
        "broken": "AuthorizerConfigurationException",
    }
    for text, kind in kinds.items():
        assert guarded.ask("/fresh", headers=token(text)).headers["x-amzn-errortype"] == kind


POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"principalId": "x"},
        {"policyDocument": POLICY},
        {"principalId": 5, "policyDocument": POLICY},
        {"principalId": "x", "policyDocument": {}},
        {"principalId": "x", "policyDocument": "Allow"},
        {"principalId": "x", "policyDocument": {"Statement": [{"Effect": "Maybe"}]}},
        {"principalId": "x", "policyDocument": POLICY, "context": {"a": {"b": 1}}},
        {"principalId": "x", "policyDocument": POLICY, "context": {"a": ["b"]}},
        {"principalId": "x", "policyDocument": POLICY, "context": []},
        {"principalId": "x", "policyDocument": POLICY, "usageIdentifierKey": 1},
    ],
)
def test_answers_that_mean_nothing(guarded: RestApi, answer: Any) -> None:
    refused = guarded.ask("/fresh", headers=token(json.dumps(answer)))
    assert refused.message == MISCONFIGURED


@pytest.mark.parametrize("answer", ["null", "[]", '"Allow"', "true"])
def test_answers_that_are_no_objects(guarded: RestApi, answer: str) -> None:
    assert guarded.ask("/fresh", headers=token(f"raw:{answer}")).message == MISCONFIGURED


def test_an_answer_is_kept_for_its_values_only(guarded: RestApi) -> None:
    assert guarded.ask("/pets/1", headers=token("Allow *")).json["calls"] == "1"
    assert guarded.ask("/pets/2", headers=token("Allow *")).json["calls"] == "1"
    assert guarded.ask("/other", headers=token("Allow *")).json["calls"] == "1"
    assert guarded.ask("/pets/1", headers=token("Allow  *")).message == NOT_ALLOWED
    assert guarded.ask("/pets/1", headers=token("allow *")).message == MISCONFIGURED
    assert guarded.ask("/pets/1", headers=token("Deny *")).message == DENIED
    assert guarded.ask("/pets/1", headers=token("Allow *")).json["calls"] == "1"


def test_a_kept_policy_is_evaluated_for_each_method(guarded: RestApi) -> None:
    narrow = token(f"Allow {guarded.arn('prod/GET/pets/1')}")
    assert guarded.ask("/pets/1", headers=narrow).status == 200
    for path, method in [("/pets/2", "GET"), ("/pets/1", "DELETE"), ("/other", "GET"), ("/pets/1%2F", "GET")]:
        assert guarded.ask(path, method, narrow).message == NOT_ALLOWED, path
    assert guarded.ask("/pets/%31", headers=narrow).status == 200
    forged = {**narrow, "X-HTTP-Method-Override": "DELETE"}
    assert guarded.ask("/pets/1", "GET", forged).message == NOT_ALLOWED


def test_another_stage_asks_for_itself(guarded: RestApi) -> None:
    guarded.deploy("test")
    narrow = token(f"Allow {guarded.arn('prod/*')}")
    assert guarded.ask("/pets/1", headers=narrow).status == 200
    assert guarded.ask("/pets/1", headers=narrow, stage="test").message == NOT_ALLOWED
    wide = token("Allow *")
    assert guarded.ask("/pets/1", headers=wide, stage="test").json["calls"] == "3"
    assert guarded.ask("/pets/1", headers=wide).json["calls"] == "4"


def test_another_api_asks_for_itself(guarded: RestApi, oracle: str) -> None:
    other = RestApi(guarded.server, guarded.client, guarded.account)
    other.method(
        "/pets",
        authorizationType="CUSTOM",
        authorizerId=other.authorizer(oracle),
        answer='"$context.authorizer.calls"',
    )
    other.deploy()
    assert guarded.ask("/pets/1", headers=token("Allow *")).json["calls"] == "1"
    assert other.ask("/pets", headers=token("Allow *")).json == "2"


def test_answers_are_forgotten(guarded: RestApi) -> None:
    wide = token("Allow *")
    assert guarded.ask("/pets/1", headers=wide).json["calls"] == "1"
    guarded.deploy()
    assert guarded.ask("/pets/1", headers=wide).json["calls"] == "2"
    guarded.control.flush_stage_authorizers_cache(restApiId=guarded.id, stageName="prod")
    assert guarded.ask("/pets/1", headers=wide).json["calls"] == "3"
    made = guarded.control.get_stage(restApiId=guarded.id, stageName="prod")["deploymentId"]
    guarded.control.delete_stage(restApiId=guarded.id, stageName="prod")
    guarded.control.create_stage(restApiId=guarded.id, stageName="prod", deploymentId=made)
    assert guarded.ask("/pets/1", headers=wide).json["calls"] == "4"


def test_a_token_has_to_be_of_its_form(rest: RestApi, oracle: str) -> None:
    made = rest.authorizer(oracle, identityValidationExpression="Allow|Deny .*")
    rest.method("/pets", authorizationType="CUSTOM", authorizerId=made)
    rest.deploy()
    assert rest.ask("/pets", headers=token("Allow")).status == 200
    assert rest.ask("/pets", headers=token("Deny *")).message == DENIED
    for text in ("Allow x", "xAllow", "broken", "unauthorized"):
        assert rest.ask("/pets", headers=token(text)).message == UNAUTHORIZED


def test_an_expression_that_takes_forever_holds_nothing_up(rest: RestApi, oracle: str) -> None:
    made = rest.authorizer(oracle, identityValidationExpression="(a+)+$")
    rest.method("/pets", authorizationType="CUSTOM", authorizerId=made)
    rest.deploy()
    assert rest.ask("/pets", headers=token("a" * 5_000 + "!")).message == UNAUTHORIZED


def test_what_a_token_authorizer_is_asked(guarded: RestApi, rest: RestApi, oracle: str) -> None:
    made = rest.authorizer(oracle, authorizerResultTtlInSeconds=0)
    rest.method(
        "/see", "ANY", authorizationType="CUSTOM", authorizerId=made, answer="$context.authorizer.event"
    )
    rest.deploy()
    assert rest.ask("/see", "POST", token("event")).json == {
        "type": "TOKEN",
        "authorizationToken": "event",
        "methodArn": rest.arn("prod/POST/see"),
    }


@pytest.fixture
def requests(rest: RestApi, oracle: str) -> RestApi:
    """`GET /kept/{id}` behind a REQUEST authorizer with four sources, `GET /see` behind one without."""
    sources = (
        "method.request.header.Token, method.request.querystring.q, stageVariables.color, context.httpMethod"
    )
    kept = rest.authorizer(oracle, "REQUEST", identitySource=sources)
    free = rest.authorizer(oracle, "REQUEST", identitySource="", authorizerResultTtlInSeconds=0)
    context = '{"calls":"$context.authorizer.calls"}'
    rest.method("/kept/{id}", "ANY", authorizationType="CUSTOM", authorizerId=kept, answer=context)
    rest.method(
        "/see/{id}", authorizationType="CUSTOM", authorizerId=free, answer="$context.authorizer.event"
    )
    rest.deploy(variables={"color": "blue"})
    return rest


def test_sources_of_a_request_authorizer(requests: RestApi) -> None:
    ok = {"Token": "Allow *"}
    assert requests.ask("/kept/1?q=1", headers=ok).json["calls"] == "1"
    assert requests.ask("/kept/2?q=1", headers=ok).json["calls"] == "1"
    assert requests.ask("/kept/1?q=2", headers=ok).json["calls"] == "2"
    assert requests.ask("/kept/1?q=1", "POST", ok).json["calls"] == "3"
    for path, headers in [
        ("/kept/1", ok),
        ("/kept/1?q=", ok),
        ("/kept/1?q=1", {}),
        ("/kept/1?q=1", {"Token": ""}),
    ]:
        assert requests.ask(path, headers=headers).message == UNAUTHORIZED


def test_no_other_value_is_smuggled_in(requests: RestApi) -> None:
    assert requests.ask("/kept/1?q=1", headers={"Token": "Allow *"}).json["calls"] == "1"
    assert requests.ask("/kept/1?q=1&q=2", headers={"Token": "Allow *"}).json["calls"] == "2"
    assert requests.ask("/kept/1?q=2&q=1", headers={"Token": "Allow *"}).json["calls"] == "3"
    assert requests.ask("/kept/1?q=&q=", headers={"Token": "Allow *"}).message == UNAUTHORIZED


def test_what_a_request_authorizer_is_asked(requests: RestApi) -> None:
    event = requests.ask("/see/5?a=1&a=2", headers={"Token": "event", "X-Two": "b"}).json
    context = event.pop("requestContext")
    assert event["type"] == "REQUEST"
    assert event["methodArn"] == requests.arn("prod/GET/see/5")
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/see/{id}", "/see/5", "GET")
    assert (event["headers"]["X-Two"], event["multiValueHeaders"]["X-Two"]) == ("b", ["b"])
    assert event["queryStringParameters"] == {"a": "2"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"]}
    assert (event["pathParameters"], event["stageVariables"]) == ({"id": "5"}, {"color": "blue"})
    assert "body" not in event
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["stage"] == "prod"
    assert "authorizer" not in context


def test_the_context_reaches_the_function_as_texts(rest: RestApi, oracle: str, deploy: Any) -> None:
    rest.method(
        "/echo",
        function=deploy(ECHO, name="echo"),
        authorizationType="CUSTOM",
        authorizerId=rest.authorizer(oracle),
    )
    rest.deploy()
    answer = {
        "principalId": "p",
        "policyDocument": POLICY,
        "context": {"s": "x", "n": 1.5, "b": True, "z": None},
    }
    seen = rest.ask("/echo", headers=token(json.dumps(answer))).json["requestContext"]["authorizer"]
    assert seen.pop("integrationLatency") >= 0
    assert seen == {"principalId": "p", "s": "x", "n": "1.5", "b": "true"}


def test_a_function_that_may_not_be_called(rest: RestApi, client: Any, oracle: str) -> None:
    made = rest.authorizer(oracle)
    rest.method("/pets", authorizationType="CUSTOM", authorizerId=made)
    rest.deploy()
    client("lambda").remove_permission(FunctionName=oracle, StatementId=rest.id)
    assert rest.ask("/pets", headers=token("Allow")).message == MISCONFIGURED
    iam = client("iam")
    role = iam.create_role(RoleName="gateway", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    rest.control.update_authorizer(
        restApiId=rest.id,
        authorizerId=made,
        patchOperations=[{"op": "replace", "path": "/authorizerCredentials", "value": role}],
    )
    rest.deploy()
    assert rest.ask("/pets", headers=token("Allow")).message == MISCONFIGURED
    allow = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    iam.put_role_policy(
        RoleName="gateway",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    assert rest.ask("/pets", headers=token("Allow")).status == 200


def test_a_policy_may_only_deny(guarded: RestApi) -> None:
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/prod/GET/other",
    }
    guarded.policy(allow)
    guarded.deploy()
    assert guarded.ask("/fresh", headers=token("Allow")).status == 200
    assert (
        guarded.ask("/other", headers=token(f"Allow {guarded.arn('prod/GET/fresh')}")).message == NOT_ALLOWED
    )
    guarded.policy({**allow, "Effect": "Deny", "Resource": "execute-api:/prod/*/fresh"})
    guarded.deploy()
    refused = guarded.ask("/fresh")
    assert refused.status == 403
    assert refused.json["Message"].startswith(
        "User: anonymous is not authorized to perform: execute-api:Invoke"
    )
    assert guarded.ask("/other", headers=token("Allow *")).status == 200
