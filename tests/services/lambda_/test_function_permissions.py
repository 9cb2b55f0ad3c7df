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


def test_a_statement_for_calls_through_a_url(client: Make, active: Make) -> None:
    active("f")
    statement = permit(client("lambda"), "via", "*", InvokedViaFunctionUrl=True)
    assert statement["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}


def test_with_the_last_statement_goes_the_policy(client: Make, active: Make, refused: Make) -> None:
    active("f")
    lam = client("lambda")
    permit(lam, "s3", "s3.amazonaws.com")
    lam.remove_permission(FunctionName="f", StatementId="s3")
    with refused(404, "ResourceNotFoundException", "No policy is associated with the given resource."):
        lam.remove_permission(FunctionName="f", StatementId="s3")


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
