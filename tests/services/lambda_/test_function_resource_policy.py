"""A function's resource policy as a whole document."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness import new_account
from lambda_answers import arn_of, missing, parameter, refusal, told

Make = Callable[..., Any]


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(resource: str, principal: object, **more: Any) -> dict[str, Any]:
    action = "lambda:InvokeFunction"
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource, **more}


@pytest.fixture
def arn(active: Make) -> str:
    """The ARN of a function."""
    made: str = active("f")
    return made


def test_a_document_decides_who_may_call(client: Make, arn: str) -> None:
    lam = client("lambda")
    partner = new_account()
    iam = client("iam", partner)
    iam.create_user(UserName="caller")
    everything = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}
    iam.put_user_policy(UserName="caller", PolicyName="p", PolicyDocument=document(everything))
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    caller = client("lambda", partner, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert told(caller.invoke, FunctionName=arn)["status"] == 403
    policy = document(allow(arn, {"AWS": [f"arn:aws:iam::{partner}:user/caller"]}))
    put = lam.put_resource_policy(ResourceArn=arn, Policy=policy)
    assert json.loads(put["Policy"]) == json.loads(policy)
    assert caller.invoke(FunctionName=arn, Payload=b"1")["Payload"].read() == b"1"
    got = lam.get_resource_policy(ResourceArn=arn)
    assert json.loads(got["Policy"]) == json.loads(policy)
    assert got["RevisionId"] == put["RevisionId"]
    lam.delete_resource_policy(ResourceArn=arn)
    assert told(caller.invoke, FunctionName=arn)["status"] == 403


def test_it_is_the_policy_that_permissions_are_added_to(client: Make, arn: str) -> None:
    lam = client("lambda")
    permission = {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": "*"}
    lam.add_permission(**permission, StatementId="old")
    lam.put_resource_policy(ResourceArn=arn, Policy=document(allow(arn, "*")))
    lam.add_permission(**permission, StatementId="new")
    policy = json.loads(lam.get_policy(FunctionName="f")["Policy"])
    assert [statement.get("Sid") for statement in policy["Statement"]] == [None, "new"]
    lam.remove_permission(FunctionName="f", StatementId="new")
    assert len(json.loads(lam.get_resource_policy(ResourceArn=arn)["Policy"])["Statement"]) == 1


def test_a_denial_counts(client: Make, account: str, arn: str) -> None:
    lam = client("lambda")
    denied = {**allow(arn, "*"), "Effect": "Deny"}
    lam.put_resource_policy(ResourceArn=arn, Policy=document(denied))
    iam = client("iam")
    iam.create_user(UserName="caller")
    allowed = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}
    iam.put_user_policy(UserName="caller", PolicyName="p", PolicyDocument=document(allowed))
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    caller = client("lambda", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    said = told(caller.invoke, FunctionName="f")
    assert "with an explicit deny in a resource-based policy" in said["Error"]["Message"]


def test_revisions(client: Make, arn: str) -> None:
    lam = client("lambda")
    policy = document(allow(arn, "*"))
    first = lam.put_resource_policy(ResourceArn=arn, Policy=policy)["RevisionId"]
    second = lam.put_resource_policy(ResourceArn=arn, Policy=policy, RevisionId=first)["RevisionId"]
    assert second != first
    stale = refusal(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetResourcePolicy API to retrieve the latest Revision Id",
    )
    assert told(lam.put_resource_policy, ResourceArn=arn, Policy=policy, RevisionId=first) == stale
    assert told(lam.delete_resource_policy, ResourceArn=arn, RevisionId=first) == stale
    lam.delete_resource_policy(ResourceArn=arn, RevisionId=second)


def test_what_there_is_not(client: Make, account: str, arn: str) -> None:
    lam = client("lambda")
    other = arn_of(account, "none")
    policy = document(allow(other, "*"))
    assert told(lam.put_resource_policy, ResourceArn=other, Policy=policy) == missing(other)
    for call in (lam.get_resource_policy, lam.delete_resource_policy):
        assert told(call, ResourceArn=other) == missing(other)
        gone = refusal(404, "ResourceNotFoundException", "The resource you requested does not exist.")
        assert told(call, ResourceArn=arn) == gone


def test_documents_that_are_none(client: Make, account: str, arn: str) -> None:
    lam = client("lambda")
    elsewhere = arn_of(account, "other")
    nobody = allow(arn, {"AWS": f"arn:aws:iam::{account}:user/nobody"})
    for policy, words in (
        ("{", "Syntax errors in policy."),
        ("[]", "Syntax errors in policy."),
        (document({**allow(arn, "*"), "Effect": "Maybe"}), "Syntax errors in policy."),
        (document(allow(elsewhere, "*")), f"Each statement's Resource must be {arn}."),
        (
            document(nobody),
            "The provided principal was invalid. Please check the principal and try again.",
        ),
    ):
        assert told(lam.put_resource_policy, ResourceArn=arn, Policy=policy) == parameter(words)
