"""Who may call what: policies for administrators, none for what AWS leaves unsigned."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from cognito_answers import PASSWORD, Pool, listed, refused
from harness import Server

Who = Callable[..., Any]
BAD = listed({"custom__a": "1", "custom__b": "2"})


@pytest.fixture
def who(client: Callable[..., Any]) -> Who:
    """`who(statement)`: Cognito as a user of the account with that policy."""

    def make(statement: dict[str, Any] | None) -> Any:
        iam = client("iam")
        iam.create_user(UserName="u")
        if statement is not None:
            document = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})
            iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=document)
        key = iam.create_access_key(UserName="u")["AccessKey"]
        return client("cognito-idp", key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    return make


def arn_of(pool: Pool) -> str:
    arn: str = pool.api.describe_user_pool(UserPoolId=pool.id)["UserPool"]["Arn"]
    return arn


def test_without_a_policy_nothing(who: Who, pool: Pool) -> None:
    nobody = who(None)
    said = refused("AccessDeniedException", nobody.describe_user_pool, UserPoolId=pool.id)
    assert f"cognito-idp:DescribeUserPool on resource: {arn_of(pool)}" in said
    refused("AccessDeniedException", nobody.create_user_pool, PoolName="x")
    refused("AccessDeniedException", nobody.list_user_pools, MaxResults=1)
    refused(
        "AccessDeniedException",
        nobody.admin_set_user_password,
        UserPoolId=pool.id,
        Username="ada",
        Password=PASSWORD,
    )


def test_one_pool_and_one_action(who: Who, pool: Pool, make_pool: Callable[..., Pool]) -> None:
    some = who({"Action": "cognito-idp:Admin*", "Resource": arn_of(pool)})
    some.admin_create_user(UserPoolId=pool.id, Username="ada", MessageAction="SUPPRESS")
    assert some.admin_get_user(UserPoolId=pool.id, Username="ada")["Username"] == "ada"
    refused("AccessDeniedException", some.list_users, UserPoolId=pool.id)
    refused("AccessDeniedException", some.admin_get_user, UserPoolId=make_pool().id, Username="ada")


def test_by_the_pools_tags(who: Who, make_pool: Callable[..., Pool]) -> None:
    ours, theirs = make_pool(UserPoolTags={"team": "a"}), make_pool(UserPoolTags={"team": "b"})
    some = who(
        {
            "Action": "cognito-idp:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}},
        }
    )
    assert some.list_users(UserPoolId=ours.id)["Users"] == []
    refused("AccessDeniedException", some.list_users, UserPoolId=theirs.id)
    refused("AccessDeniedException", some.untag_resource, ResourceArn=arn_of(theirs), TagKeys=["team"])
    some.tag_resource(ResourceArn=arn_of(ours), Tags={"x": "y"})


def test_new_pools_by_their_tags(who: Who) -> None:
    some = who(
        {
            "Action": "cognito-idp:CreateUserPool",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestTag/team": "a"}},
        }
    )
    some.create_user_pool(PoolName="x", UserPoolTags={"team": "a"})
    refused("AccessDeniedException", some.create_user_pool, PoolName="x", UserPoolTags={"team": "b"})
    refused("AccessDeniedException", some.create_user_pool, PoolName="x")


def test_nobody_is_asked_about_what_is_unsigned(server: Server, who: Who, pool: Pool) -> None:
    anybody = server.client("cognito-idp", signature_version=UNSIGNED)
    asked = {"ClientId": pool.client_id, "Password": PASSWORD}
    assert anybody.sign_up(**asked, Username="ada")["UserConfirmed"] is False
    assert who(None).sign_up(**asked, Username="bob")["UserConfirmed"] is False


def test_what_is_signed_is_not_taken_unsigned(server: Server, pool: Pool) -> None:
    anybody = server.client("cognito-idp", signature_version=UNSIGNED)
    said = refused("MissingAuthenticationTokenException", anybody.list_users, UserPoolId=pool.id)
    assert said == "Missing Authentication Token"


def test_another_region_has_other_pools(client: Callable[..., Any], pool: Pool) -> None:
    elsewhere = client("cognito-idp", region="eu-west-1")
    refused("ResourceNotFoundException", elsewhere.describe_user_pool, UserPoolId=pool.id)
    made = elsewhere.create_user_pool(PoolName="x")["UserPool"]["Id"]
    assert made.startswith("eu-west-1_")
    assert [each["Id"] for each in elsewhere.list_user_pools(MaxResults=9)["UserPools"]] == [made]


def test_errors_are_told_in_headers_too(pool: Pool) -> None:
    """Clients in browsers read them there when a body can't be had."""
    with pytest.raises(ClientError) as caught:
        pool.api.sign_up(ClientId=pool.client_id, Username="ada", Password=PASSWORD, UserAttributes=BAD)
    headers = caught.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-errortype"] == "InvalidParameterException:"
    assert headers["x-amzn-errormessage"].startswith("Attributes did not conform to the schema: custom:a:")
    assert caught.value.response["Error"]["Message"] == (
        "Attributes did not conform to the schema: custom:a: Attribute does not exist in the schema.\n"
        "custom:b: Attribute does not exist in the schema.\n"
    )


def test_whose_role_writes_the_log_of_an_import(who: Who, pool: Pool, account: str) -> None:
    role = f"arn:aws:iam::{account}:role/logs"
    asked = {"UserPoolId": pool.id, "JobName": "j", "CloudWatchLogsRoleArn": role}
    some = who({"Action": "cognito-idp:*", "Resource": "*"})
    said = refused("AccessDeniedException", some.create_user_import_job, **asked)
    assert f"iam:PassRole on resource: {role}" in said
    assert pool.api.list_user_import_jobs(UserPoolId=pool.id, MaxResults=1)["UserImportJobs"] == []
    assert pool.api.create_user_import_job(**asked)["UserImportJob"]["Status"] == "Created"


def test_a_group_names_a_role_and_gives_none(who: Who, pool: Pool, account: str) -> None:
    """AWS asks for no iam:PassRole here; what the role is worth, its trust policy and the identity pool decide."""
    some = who({"Action": "cognito-idp:*Group", "Resource": "*"})
    role = f"arn:aws:iam::{account}:role/admin"
    assert some.create_group(UserPoolId=pool.id, GroupName="g", RoleArn=role)["Group"]["RoleArn"] == role
