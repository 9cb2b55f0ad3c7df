"""Resource policies: what AWS answered, whole. Named after the recorded cases."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lambda_answers import (
    QUALIFIER_PATTERN,
    arn_of,
    invalid,
    missing,
    parameter,
    refusal,
    shown,
    told,
    violated,
)

Make = Callable[..., Any]
BUCKET = "arn:aws:s3:::a-bucket"
FROM_BUCKET = {"ArnLike": {"AWS:SourceArn": BUCKET}}
NO_POLICY = refusal(404, "ResourceNotFoundException", "The resource you requested does not exist.")


def gone(message: str) -> dict[str, Any]:
    return refusal(404, "ResourceNotFoundException", message)


@pytest.fixture
def permit(client: Make) -> Make:
    """`permit("f", sid, principal, ...)`: AddPermission for invoking it; the statement of the answer, decoded."""

    def add(name: str, sid: str, principal: str, **options: Any) -> dict[str, Any]:
        given = {"Action": "lambda:InvokeFunction", **options}
        answer = client("lambda").add_permission(
            FunctionName=name, StatementId=sid, Principal=principal, **given
        )
        whole = shown(answer)
        assert (set(whole), whole["status"]) == ({"Statement", "status"}, 201)
        statement: dict[str, Any] = json.loads(whole["Statement"])
        return statement

    return add


@pytest.fixture
def statements(client: Make) -> Make:
    """`statements("f")`: those of its policy, whose other members are as they must be."""

    def get(name: str, **qualified: str) -> list[dict[str, Any]]:
        answer = shown(client("lambda").get_policy(FunctionName=name, **qualified))
        assert (set(answer), answer["status"]) == ({"Policy", "RevisionId", "status"}, 200)
        policy = json.loads(answer["Policy"])
        held: list[dict[str, Any]] = policy.pop("Statement")
        assert policy == {"Version": "2012-10-17", "Id": "default"}
        return held

    return get


def allowed(sid: str, service: str, arn: str, **condition: Any) -> dict[str, Any]:
    """A statement that lets a service invoke."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "lambda:InvokeFunction",
        "Resource": arn,
        **condition,
    }


def test_add_lambda_permission_aws(active: Make, permit: Make, statements: Make) -> None:
    expected = allowed("s3", "s3.amazonaws.com", active("f"), Condition=FROM_BUCKET)
    assert permit("f", "s3", "s3.amazonaws.com", SourceArn=BUCKET) == expected
    assert statements("f") == [expected]


def test_add_lambda_permission_fields(client: Make, active: Make, permit: Make, account: str) -> None:
    arn = active("f")
    user = client("iam").create_user(UserName="someone")["User"]["Arn"]
    own = {"SourceAccount": account}
    from_own = {"Condition": {"StringEquals": {"AWS:SourceAccount": account}}}
    everybody = {**allowed("wildcard", "", arn, **from_own), "Principal": "*"}
    assert permit("f", "wildcard", "*", **own) == everybody
    service = allowed("lambda", "lambda.amazonaws.com", arn, **from_own)
    assert permit("f", "lambda", "lambda.amazonaws.com", **own) == service
    root = {**allowed("account-id", "", arn), "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}
    assert permit("f", "account-id", account) == root
    by_arn = {**allowed("user-arn", "", arn, **from_own), "Principal": {"AWS": user}}
    assert permit("f", "user-arn", user, **own) == by_arn
    options = {
        "Action": "lambda:InvokeFunctionUrl",
        "SourceArn": BUCKET,
        "SourceAccount": account,
        "PrincipalOrgID": "o-1234567890",
        "FunctionUrlAuthType": "NONE",
    }
    assert permit("f", "urlPermission", "*", **options) == {
        "Sid": "urlPermission",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "lambda:InvokeFunctionUrl",
        "Resource": arn,
        "Condition": {
            "StringEquals": {
                "AWS:SourceAccount": account,
                "lambda:FunctionUrlAuthType": "NONE",
                "aws:PrincipalOrgID": "o-1234567890",
            },
            "ArnLike": {"AWS:SourceArn": BUCKET},
        },
    }
    token = "amzn1.ask.skill.xxxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
    condition = {"Condition": {"StringEquals": {"lambda:EventSourceToken": token}}}
    skill = {**allowed("alexaSkill", "", arn, **condition), "Principal": "*"}
    assert permit("f", "alexaSkill", "*", EventSourceToken=token) == skill


def test_create_multiple_lambda_permissions(active: Make, permit: Make, statements: Make) -> None:
    arn = active("f")
    expected = [allowed(sid, f"{sid}.amazonaws.com", arn) for sid in ("logs", "kinesis")]
    assert [permit("f", sid, f"{sid}.amazonaws.com") for sid in ("logs", "kinesis")] == expected
    assert statements("f") == expected


def test_remove_multi_permissions(client: Make, active: Make, permit: Make, statements: Make) -> None:
    lam, arn = client("lambda"), active("f")
    first = permit("f", "s3", "s3.amazonaws.com")
    second = permit("f", "sqs", "sqs.amazonaws.com", SourceArn=BUCKET)
    assert first == allowed("s3", "s3.amazonaws.com", arn)
    assert second == allowed("sqs", "sqs.amazonaws.com", arn, Condition=FROM_BUCKET)
    assert statements("f") == [first, second]
    nothing = gone("Statement non-existent is not found in resource policy.")
    assert told(lam.remove_permission, FunctionName="f", StatementId="non-existent") == nothing
    assert shown(lam.remove_permission(FunctionName="f", StatementId="sqs")) == {"status": 204}
    before = lam.get_policy(FunctionName="f")["RevisionId"]
    assert told(lam.remove_permission, FunctionName="f", StatementId="sqs") == gone(
        "Statement sqs is not found in resource policy."
    )
    assert statements("f") == [first]
    assert lam.get_policy(FunctionName="f")["RevisionId"] == before
    lam.remove_permission(FunctionName="f", StatementId="s3", RevisionId=before)
    assert told(lam.get_policy, FunctionName="f") == NO_POLICY


def test_permission_exceptions(client: Make, active: Make, permit: Make, account: str) -> None:
    lam, arn = client("lambda"), active("f")
    none = arn_of(account, "doesnotexist")

    def add(name: str = "f", sid: str = "s3", principal: str = "s3.amazonaws.com", **options: Any) -> Any:
        given = {"FunctionName": name, "StatementId": sid, "Principal": principal, **options}
        return told(lam.add_permission, Action="lambda:InvokeFunction", **given)

    refused = violated("example.com", "statementId", "satisfy regular expression pattern: ([a-zA-Z0-9-_]+)")
    assert add(sid="example.com") == invalid(refused)
    mismatch = "The derived qualifier from the function name does not match the specified qualifier."
    assert add(name="f:alias-not-42", Qualifier="42") == parameter(mismatch)
    latest = parameter("We currently do not support adding policies for $LATEST.")
    assert add(Qualifier="$LATEST") == latest
    principal = "The provided principal was invalid. Please check the principal and try again."
    assert add(principal="invalid.nonaws.com") == parameter(principal)
    assert told(lam.get_policy, FunctionName="doesnotexist") == NO_POLICY
    assert told(lam.get_policy, FunctionName="f", Qualifier="1") == NO_POLICY
    assert add(name="doesnotexist") == missing(none)
    sid = {"StatementId": "s3"}
    no_policy = gone("No policy is associated with the given resource.")
    assert told(lam.remove_permission, FunctionName="f", **sid) == no_policy
    no_alias = gone(f"Cannot find alias arn: {arn}:alias-doesnotexist")
    assert add(name="f:alias-doesnotexist") == no_alias
    assert add(Qualifier="42") == missing(f"{arn}:42")
    bad = violated(
        "invalid-qualifier-with-?-char",
        "qualifier",
        f"satisfy regular expression pattern: {QUALIFIER_PATTERN}",
    )
    assert add(Qualifier="invalid-qualifier-with-?-char") == invalid(bad)
    assert add(Qualifier="valid-with-$-but-doesnotexist") == missing(f"{arn}:valid-with-$-but-doesnotexist")
    permit("f", "s3", "s3.amazonaws.com", SourceArn=BUCKET)
    assert add() == refusal(
        409,
        "ResourceConflictException",
        "The statement id (s3) provided already exists. "
        "Please provide a new statement id, or remove the existing statement.",
    )
    unknown = gone(f"No policy found for: {none}")
    assert told(lam.remove_permission, FunctionName="doesnotexist", **sid) == unknown
    assert told(lam.remove_permission, FunctionName="f", Qualifier="alias-doesnotexist", **sid) == no_alias


def test_function_revisions_permissions(client: Make, active: Make, permit: Make) -> None:
    """Also the part of `test_lambda_permission_fn_versioning` that needs no version."""
    lam = client("lambda")
    active("f")
    configured = lam.get_function(FunctionName="f")["Configuration"]["RevisionId"]
    permit("f", "s3", "s3.amazonaws.com")
    first = lam.get_policy(FunctionName="f")["RevisionId"]
    request = {"FunctionName": "f", "StatementId": "s3_2", "Principal": "s3.amazonaws.com"}
    stale = refusal(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetPolicy API to retrieve the latest Revision Id",
    )
    action = {"Action": "lambda:InvokeFunction"}
    assert told(lam.add_permission, RevisionId="wrong", **request, **action) == stale
    permit("f", "s3_2", "s3.amazonaws.com", RevisionId=first)
    second = lam.get_policy(FunctionName="f")["RevisionId"]
    assert second != first
    assert told(lam.remove_permission, FunctionName="f", StatementId="s3", RevisionId=first) == stale
    lam.remove_permission(FunctionName="f", StatementId="s3", RevisionId=second)
    assert lam.get_function(FunctionName="f")["Configuration"]["RevisionId"] == configured


def test_lambda_permission_fn_versioning(client: Make, active: Make, permit: Make, statements: Make) -> None:
    lam = client("lambda")
    arn = active("f")
    permit("f", "s3", "s3.amazonaws.com", SourceArn=BUCKET)
    own = [allowed("s3", "s3.amazonaws.com", arn, Condition=FROM_BUCKET)]
    before = lam.get_policy(FunctionName="f")["RevisionId"]
    assert lam.publish_version(FunctionName="f")["Version"] == "1"
    assert statements("f") == own
    assert lam.get_policy(FunctionName="f")["RevisionId"] == before
    assert told(lam.get_policy, FunctionName="f", Qualifier="1") == NO_POLICY

    versions = allowed("s3", "s3.amazonaws.com", f"{arn}:1", Condition=FROM_BUCKET)
    assert permit(f"{arn}:1", "s3", "s3.amazonaws.com", SourceArn=BUCKET) == versions
    assert statements("f", Qualifier="1") == [versions]

    alias = lam.create_alias(FunctionName="f", Name="permission-alias", FunctionVersion="1")
    given = {
        "FunctionName": "f",
        "Qualifier": "permission-alias",
        "StatementId": "s3",
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
        "SourceArn": BUCKET,
    }
    assert told(lam.add_permission, **given, RevisionId="wrong") == refusal(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetPolicy API to retrieve the latest Revision Id",
    )
    lam.add_permission(**given)
    aliases = allowed("s3", "s3.amazonaws.com", f"{arn}:permission-alias", Condition=FROM_BUCKET)
    assert statements("f", Qualifier="permission-alias") == [aliases]
    assert lam.get_alias(FunctionName="f", Name="permission-alias")["RevisionId"] == alias["RevisionId"]

    assert statements("f") == own
    assert lam.get_policy(FunctionName="f")["RevisionId"] == before
    permit("f", "s3_2", "s3.amazonaws.com", SourceArn=BUCKET)
    assert statements("f") == [*own, allowed("s3_2", "s3.amazonaws.com", arn, Condition=FROM_BUCKET)]
    lam.remove_permission(FunctionName="f", Qualifier="1", StatementId="s3")
    assert told(lam.get_policy, FunctionName="f", Qualifier="1") == NO_POLICY
    assert statements("f", Qualifier="permission-alias") == [aliases]
