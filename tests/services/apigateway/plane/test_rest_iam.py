"""Signed callers and resource policies."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from harness import new_account
from rest_doors import ECHO, RestApi

ANYBODY: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "execute-api:Invoke",
    "Resource": "execute-api:/*",
}
UNSIGNED = (403, "Missing Authentication Token")


def masked(rest: RestApi, tail: str) -> str:
    return rest.arn(tail).replace(rest.account, "*" * 8 + rest.account[-4:])


@pytest.fixture
def user(client: Callable[..., Any]) -> Callable[..., tuple[str, str]]:
    """`user(name, *statements)`: a user with these permissions; its key."""

    def make(name: str, *statements: Any) -> tuple[str, str]:
        iam = client("iam")
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    return make


def may(resource: str, effect: str = "Allow", action: str = "execute-api:Invoke") -> dict[str, str]:
    return {"Effect": effect, "Action": action, "Resource": resource}


def test_who_signs_and_may(rest: RestApi, user: Any) -> None:
    rest.method("/pets", authorizationType="AWS_IAM")
    rest.method("/pets/{id}", "ANY", authorizationType="AWS_IAM")
    rest.deploy()
    reader = user("reader", may(rest.arn("prod/GET/pets")), may(rest.arn("prod/GET/pets/*")))
    assert rest.ask_signed("/pets", reader).status == 200
    assert rest.ask_signed("/pets/", reader).status == 200
    assert rest.ask_signed("/%70ets", reader).status == 200
    assert rest.ask_signed("/pets/5?a=b", reader).status == 200
    refused = rest.ask_signed("/pets/5", reader, "DELETE")
    who = f"arn:aws:iam::{rest.account}:user/reader"
    assert refused.message == (
        403,
        f"User: {who} is not authorized to perform: execute-api:Invoke on resource: {masked(rest, 'prod/DELETE/pets/5')}",
    )
    assert refused.headers["x-amzn-errortype"] == "AccessDeniedException"
    assert rest.ask_signed("/pets", user("nobody")).status == 403


def test_an_explicit_deny_is_said(rest: RestApi, user: Any) -> None:
    rest.method("/admin/{rest+}", "ANY", authorizationType="AWS_IAM")
    rest.deploy()
    caller = user("u", may("*"), may(rest.arn("prod/*/admin/secret*"), "Deny"))
    assert rest.ask_signed("/admin/x", caller).status == 200
    for path in ("/admin/secret", "/admin/%73ecret", "/admin/secret/", "/%61dmin/secret/1"):
        refused = rest.ask_signed(path, caller)
        assert refused.status == 403, path
        assert refused.json["Message"].endswith("with an explicit deny")


def test_the_verb_that_counts_is_the_one_it_becomes(rest: RestApi, user: Any) -> None:
    rest.method("/pets", "ANY", authorizationType="AWS_IAM")
    rest.deploy()
    reader = user("reader", may(rest.arn("prod/GET/pets")))
    assert rest.ask_signed("/pets", reader, "GET", {"X-HTTP-Method-Override": "DELETE"}).status == 403
    assert (
        rest.ask_signed("/pets", reader, "DELETE", {"X-HTTP-Method-Override": "GET"}).json["method"] == "GET"
    )


def test_signatures_that_are_not_accepted(rest: RestApi, user: Any) -> None:
    rest.method("/pets", "ANY", authorizationType="AWS_IAM")
    rest.deploy()
    key, secret = user("u", may("*"))
    assert rest.ask("/pets").message == UNSIGNED
    wrong = rest.ask_signed("/pets", (key, "x" * 40))
    assert (wrong.status, wrong.headers["x-amzn-errortype"]) == (403, "InvalidSignatureException")
    unknown = rest.ask_signed("/pets", ("AKIAIOSFODNN7EXAMPLE", secret))
    assert unknown.message == (403, "The security token included in the request is invalid.")
    assert unknown.headers["x-amzn-errortype"] == "UnrecognizedClientException"
    bearer = rest.ask("/pets", headers={"Authorization": "Bearer x"})
    assert (bearer.status, bearer.headers["x-amzn-errortype"]) == (403, "IncompleteSignatureException")
    assert rest.ask_signed("/pets", (key, secret), region="eu-west-1").status == 403
    assert rest.ask_signed("/pets", (key, secret), service="lambda").status == 403


def test_the_body_is_covered(rest: RestApi, user: Any) -> None:
    rest.method("/pets", "POST", authorizationType="AWS_IAM")
    rest.deploy()
    caller = user("u", may("*"))
    assert rest.ask_signed("/pets", caller, "POST", body="{}").status == 200
    from botocore.auth import SigV4Auth  # signed by hand, for another body
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("POST", f"http://{rest.host}/prod/pets", headers={"Host": rest.host}, data=b"{}")
    SigV4Auth(Credentials(*caller), "execute-api", "us-east-1").add_auth(request)
    forged = rest.ask("/pets", "POST", dict(request.headers.items()), "{'other': 1}")
    assert (forged.status, forged.headers["x-amzn-errortype"]) == (403, "InvalidSignatureException")


def test_a_session_is_told_to_the_function(
    rest: RestApi, client: Callable[..., Any], deploy: Any, user: Any
) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": rest.account}, "Action": "sts:AssumeRole"}
    iam = client("iam")
    role = iam.create_role(
        RoleName="caller",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    iam.put_role_policy(
        RoleName="caller",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may("*")]}),
    )
    rest.method("/echo", function=deploy(ECHO), authorizationType="AWS_IAM")
    rest.deploy()
    key, secret = user("assumes", may("*", action="sts:AssumeRole"))
    sts = client("sts", key=key, secret=secret)
    given = sts.assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="me")["Credentials"]
    credentials = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    event = rest.ask_signed("/echo", credentials).json
    identity = event["requestContext"]["identity"]
    assert identity["userArn"] == f"arn:aws:sts::{rest.account}:assumed-role/caller/me"
    assert identity["caller"] == identity["user"] == f"{role['Role']['RoleId']}:me"
    assert identity["accessKey"] == given["AccessKeyId"]
    assert identity["accountId"] == rest.account
    assert identity["cognitoIdentityId"] is None
    assert "Authorization" not in event["headers"]


def test_another_account_needs_both_sides(rest: RestApi, server: Any) -> None:
    stranger = new_account()
    iam = server.client("iam", stranger)
    iam.create_user(UserName="s")
    key = iam.create_access_key(UserName="s")["AccessKey"]
    credentials = (key["AccessKeyId"], key["SecretAccessKey"])
    document = json.dumps({"Version": "2012-10-17", "Statement": [may("*")]})
    rest.method("/pets", authorizationType="AWS_IAM")
    rest.deploy()
    assert rest.ask_signed("/pets", credentials).status == 403
    rest.policy({**ANYBODY, "Principal": {"AWS": stranger}})
    rest.deploy()
    assert rest.ask_signed("/pets", credentials).status == 403
    iam.put_user_policy(UserName="s", PolicyName="p", PolicyDocument=document)
    assert rest.ask_signed("/pets", credentials).status == 200


def test_in_the_own_account_either_side_is_enough(rest: RestApi, user: Any) -> None:
    rest.method("/pets", authorizationType="AWS_IAM")
    rest.policy({**ANYBODY, "Principal": {"AWS": rest.account}})
    rest.deploy()
    nobody, somebody = user("nobody"), user("somebody", may("*"))
    assert rest.ask_signed("/pets", somebody).status == 200
    assert rest.ask_signed("/pets", nobody).status == 403
    rest.policy({**ANYBODY, "Principal": {"AWS": f"arn:aws:iam::{rest.account}:user/nobody"}})
    rest.deploy()
    assert rest.ask_signed("/pets", nobody).status == 200
    rest.policy(ANYBODY, {**ANYBODY, "Effect": "Deny", "Resource": "execute-api:/prod/GET/pets"})
    rest.deploy()
    refused = rest.ask_signed("/pets", somebody)
    assert refused.json["Message"].endswith("with an explicit deny")
    assert rest.ask("/pets").message == UNSIGNED


def test_a_policy_alone_has_to_allow(rest: RestApi) -> None:
    rest.method("/pets", "ANY")
    rest.policy({**ANYBODY, "Resource": "execute-api:/prod/GET/pets"})
    rest.deploy()
    assert rest.ask("/pets").status == 200
    refused = rest.ask("/pets", "POST")
    words = f"User: anonymous is not authorized to perform: execute-api:Invoke on resource: {masked(rest, 'prod/POST/pets')}"
    assert refused.message == (403, words)


def test_addresses(rest: RestApi) -> None:
    deny = {**ANYBODY, "Effect": "Deny", "Condition": {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}}
    rest.method("/pets")
    rest.policy(ANYBODY, deny)
    rest.deploy()
    for forged in (
        {},
        {"X-Forwarded-For": "10.1.1.1"},
        {"X-Real-IP": "10.1.1.1"},
        {"Forwarded": "for=10.1.1.1"},
    ):
        refused = rest.ask("/pets", headers=forged)
        assert refused.status == 403
        assert refused.json["Message"].endswith("with an explicit deny")
    rest.policy({**ANYBODY, "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}})
    rest.deploy()
    assert rest.ask("/pets").status == 200


def test_networks_that_there_are_none_of(rest: RestApi) -> None:
    rest.method("/pets")
    rest.policy(
        ANYBODY, {**ANYBODY, "Effect": "Deny", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}
    )
    rest.deploy()
    assert rest.ask("/pets", headers={"x-amzn-vpce-id": "vpce-1"}).status == 403


def test_not_action_and_wildcards(rest: RestApi) -> None:
    rest.method("/a/{x}", "ANY")
    rest.policy(
        {
            "Effect": "Allow",
            "Principal": "*",
            "NotAction": "execute-api:ManageConnections",
            "Resource": "execute-api:/*/GET/a/?",
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "execute-api:*",
            "NotResource": "execute-api:/prod/*",
        },
    )
    rest.deploy()
    assert rest.ask("/a/1").status == 200
    assert rest.ask("/a/12").status == 403
    assert rest.ask("/a/1", "POST").status == 403
    rest.deploy("test")
    assert rest.ask("/a/1", stage="test").json["Message"].endswith("with an explicit deny")


def test_a_policy_takes_effect_with_a_deployment(rest: RestApi) -> None:
    rest.method("/pets")
    rest.deploy()
    rest.policy({**ANYBODY, "Effect": "Deny"})
    assert rest.ask("/pets").status == 200
    rest.deploy()
    assert rest.ask("/pets").status == 403


def test_a_refusal_can_be_explained(rest: RestApi, user: Any) -> None:
    rest.method("/pets", "ANY", authorizationType="AWS_IAM")
    rest.deploy()
    refused = rest.ask_signed("/pets", user("u", may(rest.arn("prod/GET/pets"))), "POST")
    assert refused.status == 403
    request_id = refused.headers["x-amzn-requestid"]
    with urllib.request.urlopen(f"{rest.server.url}/_portico/explain?request_id={request_id}") as answer:
        (verdict,) = json.loads(answer.read())["decisions"]
    assert (verdict["allowed"], verdict["action"]) == (False, "execute-api:Invoke")
    assert verdict["resource"] == rest.arn("prod/POST/pets")
