"""Cached answers: which, for whom, for how long, and who may have them made anew."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness import Server, running
from rest_doors import COUNT, RestApi

WARNING = "199 Cache-control headers were ignored because the caller was unauthorized."
ANEW = {"Cache-Control": "max-age=0"}
ON = {"/cacheClusterEnabled": "true", "/cacheClusterSize": "0.5", "/*/*/caching/enabled": "true"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own: its clock is jumped."""
    with running(tmp_path_factory.mktemp("cache") / "data") as own:
        yield own


@pytest.fixture
def counting(rest: RestApi, deploy: Callable[..., str]) -> RestApi:
    """`ANY /count/{id}` tells how often its function was called; cached by `q` and the header `Team`."""
    rest.method(
        "/count/{id}",
        "ANY",
        function=deploy(COUNT),
        requestParameters={
            "method.request.querystring.q": False,
            "method.request.header.Team": False,
            "method.request.path.id": True,
        },
    )
    rest.control.update_integration(
        restApiId=rest.id,
        resourceId=rest.resource("/count/{id}"),
        httpMethod="ANY",
        patchOperations=[
            {"op": "add", "path": f"/cacheKeyParameters/method.request.{name}"}
            for name in ("querystring.q", "header.Team", "path.id")
        ],
    )
    rest.deploy()
    rest.settings(ON)
    return rest


def call(rest: RestApi, path: str = "/count/1", method: str = "GET", **options: Any) -> int:
    answer = rest.ask(path, method, **options)
    assert answer.status == 200, answer.body
    number: int = answer.json["call"]
    return number


def test_keys(counting: RestApi) -> None:
    assert [call(counting) for _ in range(3)] == [1, 1, 1]
    assert call(counting, "/count/2") == 2
    assert call(counting, "/count/1?q=1") == 3
    assert call(counting, "/count/1?q=1&other=2") == 3
    assert call(counting, "/count/1?q=1", headers={"X-Other": "1"}) == 3
    assert call(counting, "/count/1?q=1", headers={"Team": "a"}) == 4
    assert call(counting, "/count/1?q=1", headers={"Team": "b"}) == 5
    assert call(counting, "/count/1?q=1", headers={"Team": "a"}) == 4
    assert call(counting) == 1


def test_only_get_unless_a_method_says_so(counting: RestApi) -> None:
    assert [call(counting, method="POST") for _ in range(2)] == [1, 2]
    assert [call(counting, method="GET", headers={"X-HTTP-Method-Override": "PUT"}) for _ in range(2)] == [
        3,
        4,
    ]
    counting.settings({"/~1count~1{id}/POST/caching/enabled": "true"})
    assert [call(counting, method="POST") for _ in range(2)] == [5, 5]
    assert [call(counting) for _ in range(2)] == [6, 6]


def test_without_a_cluster_nothing_is_kept(counting: RestApi) -> None:
    counting.settings({"/cacheClusterEnabled": "false"})
    assert [call(counting) for _ in range(2)] == [1, 2]


def test_a_stage_that_comes_again_remembers_nothing(counting: RestApi) -> None:
    assert [call(counting), call(counting)] == [1, 1]
    stage = counting.control.get_stage(restApiId=counting.id, stageName="prod")
    counting.control.delete_stage(restApiId=counting.id, stageName="prod")
    assert counting.ask("/count/1").message == (403, "Forbidden")
    counting.control.create_stage(restApiId=counting.id, stageName="prod", deploymentId=stage["deploymentId"])
    counting.settings(ON)
    assert [call(counting), call(counting)] == [2, 2]


def test_time(counting: RestApi) -> None:
    counting.settings({"/*/*/caching/ttlInSeconds": "60"})
    assert [call(counting), call(counting)] == [1, 1]
    counting.server.advance(61)
    assert [call(counting), call(counting)] == [2, 2]
    counting.settings({"/*/*/caching/ttlInSeconds": "0"})
    assert [call(counting), call(counting)] == [3, 4]


def test_flush(counting: RestApi) -> None:
    assert [call(counting), call(counting)] == [1, 1]
    counting.control.flush_stage_cache(restApiId=counting.id, stageName="prod")
    assert [call(counting), call(counting)] == [2, 2]
    with pytest.raises(counting.control.exceptions.NotFoundException):
        counting.control.flush_stage_cache(restApiId=counting.id, stageName="none")


def test_a_deployment_begins_afresh(counting: RestApi) -> None:
    assert call(counting) == 1
    counting.deploy()
    assert call(counting) == 2


def test_encrypted(counting: RestApi) -> None:
    counting.settings({"/*/*/caching/dataEncrypted": "true"})
    assert [call(counting), call(counting)] == [1, 1]


def test_who_may_not_have_it_anew(counting: RestApi) -> None:
    assert call(counting) == 1
    counting.settings({"/*/*/caching/unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403"})
    assert counting.ask("/count/1", headers=ANEW).status == 403
    counting.settings({"/*/*/caching/unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER"})
    warned = counting.ask("/count/1", headers=ANEW)
    assert (warned.json["call"], warned.headers["warning"]) == (1, WARNING)
    assert "warning" not in counting.ask("/count/1").headers
    counting.settings(
        {"/*/*/caching/unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITHOUT_RESPONSE_HEADER"}
    )
    silent = counting.ask("/count/1", headers=ANEW)
    assert (silent.json["call"], silent.headers.get("warning")) == (1, None)
    counting.settings({"/*/*/caching/requireAuthorizationForCacheControl": "false"})
    assert call(counting, headers=ANEW) == 2
    assert call(counting) == 2


def test_who_may(counting: RestApi, client: Callable[..., Any], deploy: Any) -> None:
    resource = counting.resource("/count/{id}")
    changes = [{"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"}]
    counting.control.update_method(
        restApiId=counting.id, resourceId=resource, httpMethod="ANY", patchOperations=changes
    )
    counting.deploy()
    counting.settings({"/*/*/caching/unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403"})
    keys = {}
    for name, actions in (
        ("plain", ["execute-api:Invoke"]),
        ("owner", ["execute-api:Invoke", "execute-api:InvalidateCache"]),
    ):
        iam = client("iam")
        iam.create_user(UserName=name)
        statement = {"Effect": "Allow", "Action": actions, "Resource": counting.arn("prod/GET/count/*")}
        iam.put_user_policy(
            UserName=name,
            PolicyName="p",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        made = iam.create_access_key(UserName=name)["AccessKey"]
        keys[name] = (made["AccessKeyId"], made["SecretAccessKey"])
    first = counting.ask_signed("/count/1", keys["owner"]).json["call"]
    assert counting.ask_signed("/count/1", keys["owner"]).json["call"] == first
    refused = counting.ask_signed("/count/1", keys["plain"], headers=ANEW)
    assert refused.status == 403
    assert "execute-api:InvalidateCache" in refused.json["Message"]
    assert counting.ask_signed("/count/1", keys["owner"], headers=ANEW).json["call"] > first


WHO = """
import json

def handler(event, context):
    if "authorizationToken" in event:
        statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        return {"principalId": "shared", "policyDocument": policy, "context": {"who": event["authorizationToken"]}}
    return {"statusCode": 200, "body": json.dumps(event["requestContext"]["authorizer"]["who"])}
"""


def test_nobody_is_shown_what_was_made_for_another(rest: RestApi, deploy: Any) -> None:
    name = deploy(WHO)
    rest.method("/me", function=name, authorizationType="CUSTOM", authorizerId=rest.authorizer(name))
    rest.deploy()
    rest.settings(ON)
    for who in ("alice", "bob", "alice", "bob"):
        assert rest.ask("/me", headers={"Authorization": who}).json == who
    assert rest.ask("/me").status == 401


COOKIE = """
def handler(event, context):
    return {"statusCode": 200, "headers": {"Set-Cookie": "s=" + context.aws_request_id}}
"""
FAILS = """
import json
n = 0

def handler(event, context):
    global n
    n += 1
    return {"statusCode": 500, "body": json.dumps(n)}
"""


def test_cookies_and_errors_are_not_kept(rest: RestApi, deploy: Any) -> None:
    rest.method("/cookie", function=deploy(COOKIE, name="cookie"))
    rest.method("/fails", function=deploy(FAILS, name="fails"))
    rest.deploy()
    rest.settings(ON)
    assert len({rest.ask("/cookie").headers["set-cookie"] for _ in range(3)}) == 3
    assert [rest.ask("/fails").json for _ in range(2)] == [1, 2]


def test_a_head_is_no_get(counting: RestApi) -> None:
    assert call(counting) == 1
    counting.ask("/count/1", "HEAD")
    assert call(counting, "/count/9") == 3
