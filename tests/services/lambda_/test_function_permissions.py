"""Resource policies: statements as AWS writes them, and what they are worth."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., Any]

TRUST_LAMBDA = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}]}'
)


def permit(lam: Any, sid: str, principal: str, **options: Any) -> dict[str, Any]:
    options = {"FunctionName": "f", "Action": "lambda:InvokeFunction", **options}
    answer = lam.add_permission(StatementId=sid, Principal=principal, **options)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    statement: dict[str, Any] = json.loads(answer["Statement"])
    return statement


# test_add_lambda_permission_aws, test_add_lambda_permission_fields


def test_statements(client: Make, active: Make, account: str) -> None:
    arn = active("f")
    lam = client("lambda")
    user = client("iam").create_user(UserName="caller")["User"]["Arn"]
    own = {"SourceAccount": account}
    own_account = {"StringEquals": {"AWS:SourceAccount": account}}
    made = [
        permit(lam, "s3", "s3.amazonaws.com", SourceArn="arn:aws:s3:::bucket"),
        permit(lam, "wildcard", "*", **own),
        permit(lam, "lambda", "lambda.amazonaws.com", **own),
        permit(lam, "account", account),
        permit(lam, "user", user, **own),
        permit(
            lam,
            "url",
            "*",
            Action="lambda:InvokeFunctionUrl",
            FunctionUrlAuthType="NONE",
            PrincipalOrgID="o-1234567890",
            SourceArn="arn:aws:s3:::bucket",
            **own,
        ),
        permit(lam, "via", "*", InvokedViaFunctionUrl=True),
        permit(lam, "alexa", "*", EventSourceToken="amzn1.ask.skill.x"),
    ]

    def statement(sid: str, principal: Any, condition: Any = None, action: str = "InvokeFunction") -> Any:
        shown = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": f"lambda:{action}"}
        return {**shown, "Resource": arn, **({"Condition": condition} if condition else {})}

    from_bucket = {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"}}
    assert made == [
        statement("s3", {"Service": "s3.amazonaws.com"}, from_bucket),
        statement("wildcard", "*", own_account),
        statement("lambda", {"Service": "lambda.amazonaws.com"}, own_account),
        statement("account", {"AWS": f"arn:aws:iam::{account}:root"}),
        statement("user", {"AWS": user}, own_account),
        statement(
            "url",
            "*",
            {
                "StringEquals": {
                    "AWS:SourceAccount": account,
                    "lambda:FunctionUrlAuthType": "NONE",
                    "aws:PrincipalOrgID": "o-1234567890",
                },
                **from_bucket,
            },
            "InvokeFunctionUrl",
        ),
        statement("via", "*", {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
        statement("alexa", "*", {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.x"}}),
    ]
    policy = json.loads(lam.get_policy(FunctionName="f")["Policy"])
    assert policy == {"Version": "2012-10-17", "Id": "default", "Statement": made}


# test_remove_multi_permissions


def test_removing_statements(client: Make, active: Make, refused: Make) -> None:
    active("f")
    lam = client("lambda")
    permit(lam, "s3", "s3.amazonaws.com")
    permit(lam, "sqs", "sqs.amazonaws.com")
    with refused(404, "ResourceNotFoundException", "Statement non-existent is not found in resource policy."):
        lam.remove_permission(FunctionName="f", StatementId="non-existent")
    before = lam.get_policy(FunctionName="f")["RevisionId"]
    removed = lam.remove_permission(FunctionName="f", StatementId="sqs")
    assert removed["ResponseMetadata"]["HTTPStatusCode"] == 204
    after = lam.get_policy(FunctionName="f")
    assert [statement["Sid"] for statement in json.loads(after["Policy"])["Statement"]] == ["s3"]
    assert after["RevisionId"] != before
    lam.remove_permission(FunctionName="f", StatementId="s3", RevisionId=after["RevisionId"])
    with refused(404, "ResourceNotFoundException", "The resource you requested does not exist."):
        lam.get_policy(FunctionName="f")
    with refused(404, "ResourceNotFoundException", "No policy is associated with the given resource."):
        lam.remove_permission(FunctionName="f", StatementId="s3")


# test_permission_exceptions, test_function_revisions_permissions


def test_what_is_refused(client: Make, active: Make, refused: Make) -> None:
    arn = active("f")
    lam = client("lambda")
    permit(lam, "s3", "s3.amazonaws.com")
    with refused(400, "ValidationException"):
        permit(lam, "example.com", "s3.amazonaws.com")
    with refused(
        400,
        "InvalidParameterValueException",
        "The derived qualifier from the function name does not match the specified qualifier.",
    ):
        permit(lam, "x", "s3.amazonaws.com", FunctionName=f"{arn}:alias", Qualifier="other")
    with refused(
        400,
        "InvalidParameterValueException",
        "We currently do not support adding policies for $LATEST.",
    ):
        permit(lam, "x", "s3.amazonaws.com", Qualifier="$LATEST")
    with refused(
        400,
        "InvalidParameterValueException",
        "The provided principal was invalid. Please check the principal and try again.",
    ):
        permit(lam, "x", "invalid.nonaws.com")
    with refused(404, "ResourceNotFoundException", f"Cannot find alias arn: {arn}:alias-doesnotexist"):
        permit(lam, "x", "s3.amazonaws.com", Qualifier="alias-doesnotexist")
    with refused(404, "ResourceNotFoundException", f"Function not found: {arn}:42"):
        permit(lam, "x", "s3.amazonaws.com", Qualifier="42")
    with refused(404, "ResourceNotFoundException", f"Function not found: {arn}:with-$-but-doesnotexist"):
        permit(lam, "x", "s3.amazonaws.com", Qualifier="with-$-but-doesnotexist")
    with refused(
        409,
        "ResourceConflictException",
        "The statement id (s3) provided already exists. Please provide a new statement id, "
        "or remove the existing statement.",
    ):
        permit(lam, "s3", "s3.amazonaws.com")
    with refused(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetPolicy API to retrieve the latest Revision Id",
    ):
        permit(lam, "x", "s3.amazonaws.com", RevisionId="not-it")


def test_what_does_not_exist(client: Make, active: Make, account: str, refused: Make) -> None:
    lam = client("lambda")
    arn = f"arn:aws:lambda:us-east-1:{account}:function:none"
    with refused(404, "ResourceNotFoundException", "The resource you requested does not exist."):
        lam.get_policy(FunctionName="none")
    with refused(404, "ResourceNotFoundException", f"Function not found: {arn}"):
        permit(lam, "x", "s3.amazonaws.com", FunctionName="none")
    with refused(404, "ResourceNotFoundException", f"No policy found for: {arn}"):
        lam.remove_permission(FunctionName="none", StatementId="x")


def test_a_policy_has_an_end(client: Make, active: Make, refused: Make) -> None:
    active("f")
    lam = client("lambda")
    with refused(400, "PolicyLengthExceededException"):
        for number in range(12):
            permit(lam, f"s{number}", "s3.amazonaws.com", SourceArn=f"arn:aws:s3:::{'b' * 2000}")


# What a policy is worth


@pytest.fixture
def stranger(client: Make, server: Any) -> Any:
    """Lambda as a user of another account, who may invoke anything there is."""
    from harness import new_account

    other = new_account()
    iam = client("iam", other)
    iam.create_user(UserName="stranger")
    iam.put_user_policy(
        UserName="stranger",
        PolicyName="all",
        PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:*","Resource":"*"}]}',
    )
    key = iam.create_access_key(UserName="stranger")["AccessKey"]
    arn = f"arn:aws:iam::{other}:user/stranger"
    return arn, client("lambda", other, key=key["AccessKeyId"], secret=key["SecretAccessKey"])


def test_another_account_needs_a_statement(client: Make, active: Make, stranger: Any, refused: Make) -> None:
    arn = active("f")
    who, theirs = stranger
    with refused(403, "AccessDeniedException"):
        theirs.invoke(FunctionName=arn)
    permit(client("lambda"), "them", who)
    assert theirs.invoke(FunctionName=arn, Payload=b"1")["Payload"].read() == b"1"
    client("lambda").remove_permission(FunctionName="f", StatementId="them")
    with refused(403, "AccessDeniedException"):
        theirs.invoke(FunctionName=arn)


def test_a_principal_made_again_inherits_nothing(
    client: Make, active: Make, stranger: Any, refused: Make
) -> None:
    active("f")
    lam, iam = client("lambda"), client("iam")
    user = iam.create_user(UserName="caller")["User"]
    permit(lam, "caller", user["Arn"])
    iam.delete_user(UserName="caller")

    def principal() -> str:
        found: str = json.loads(lam.get_policy(FunctionName="f")["Policy"])["Statement"][0]["Principal"][
            "AWS"
        ]
        return found

    assert principal() == user["UserId"]
    iam.create_user(UserName="caller")
    assert principal() == user["UserId"]
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    again = client("lambda", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    with refused(403, "AccessDeniedException"):
        again.invoke(FunctionName="f")


def test_passing_a_role_must_be_allowed(client: Make, package: Make, role: str, refused: Make) -> None:
    iam = client("iam")
    iam.create_user(UserName="maker")
    key = iam.create_access_key(UserName="maker")["AccessKey"]
    maker = client("lambda", key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    def allow(*statements: dict[str, Any]) -> None:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_user_policy(UserName="maker", PolicyName="p", PolicyDocument=json.dumps(document))

    def make() -> Any:
        return maker.create_function(
            FunctionName="f",
            Runtime="python3.12",
            Role=role,
            Handler="app.handler",
            Code={"ZipFile": package()},
        )

    create = {"Effect": "Allow", "Action": "lambda:CreateFunction", "Resource": "*"}
    pass_role = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role}
    to = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    with refused(403, "AccessDeniedException"):
        make()
    allow(create)
    with refused(403, "AccessDeniedException"):
        make()
    allow(create, {**pass_role, "Condition": to})
    with refused(403, "AccessDeniedException"):
        make()
    to["StringEquals"]["iam:PassedToService"] = "lambda.amazonaws.com"
    allow(create, {**pass_role, "Condition": to})
    assert make()["FunctionName"] == "f"
