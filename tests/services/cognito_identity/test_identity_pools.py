"""Identity pools: their settings, roles and tags."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Make = Callable[..., Any]


def code_of(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call()
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_the_life_of_a_pool(client: Make) -> None:
    cognito = client("cognito-identity")
    given = {
        "IdentityPoolName": "p", "AllowUnauthenticatedIdentities": False, "AllowClassicFlow": True,
        "SupportedLoginProviders": {"accounts.google.com": "app.googleusercontent.com"}, "DeveloperProviderName": "login.my.app",
        "CognitoIdentityProviders": [
            {"ProviderName": "cognito-idp.us-east-1.amazonaws.com/us-east-1_a", "ClientId": "c", "ServerSideTokenCheck": False}
        ],
        "IdentityPoolTags": {"a": "b"},
    }  # fmt: skip
    made = cognito.create_identity_pool(**given)
    del made["ResponseMetadata"]
    pool = made["IdentityPoolId"]
    assert pool.startswith("us-east-1:")
    assert made == {"IdentityPoolId": pool, **given}
    found = cognito.describe_identity_pool(IdentityPoolId=pool)
    del found["ResponseMetadata"]
    assert found == made
    changed = cognito.update_identity_pool(
        IdentityPoolId=pool, IdentityPoolName="q", AllowUnauthenticatedIdentities=True
    )
    assert "CognitoIdentityProviders" not in changed
    assert changed["DeveloperProviderName"] == "login.my.app"
    other = lambda: cognito.update_identity_pool(  # noqa: E731
        IdentityPoolId=pool,
        IdentityPoolName="q",
        AllowUnauthenticatedIdentities=True,
        DeveloperProviderName="x",
    )
    assert code_of(other)[0] == "InvalidParameterException"
    assert cognito.list_identity_pools(MaxResults=10)["IdentityPools"] == [
        {"IdentityPoolId": pool, "IdentityPoolName": "q"}
    ]
    cognito.delete_identity_pool(IdentityPoolId=pool)
    gone = ("ResourceNotFoundException", f"IdentityPool '{pool}' not found.")
    assert code_of(lambda: cognito.describe_identity_pool(IdentityPoolId=pool)) == gone
    assert code_of(lambda: cognito.get_id(IdentityPoolId=pool)) == gone


def test_pools_come_in_pages(client: Make) -> None:
    cognito = client("cognito-identity")
    for name in "abc":
        cognito.create_identity_pool(IdentityPoolName=name, AllowUnauthenticatedIdentities=True)
    first = cognito.list_identity_pools(MaxResults=2)
    second = cognito.list_identity_pools(MaxResults=2, NextToken=first["NextToken"])
    names = {pool["IdentityPoolName"] for page in (first, second) for pool in page["IdentityPools"]}
    assert names == {"a", "b", "c"}
    assert "NextToken" not in second


def test_tags_are_what_policies_speak_of(client: Make, account: str) -> None:
    import json

    cognito, iam = client("cognito-identity"), client("iam")
    pool = cognito.create_identity_pool(
        IdentityPoolName="p", AllowUnauthenticatedIdentities=True, IdentityPoolTags={"team": "red"}
    )["IdentityPoolId"]
    arn = f"arn:aws:cognito-identity:us-east-1:{account}:identitypool/{pool}"
    iam.create_user(UserName="u")
    statement = {
        "Effect": "Allow", "Action": "cognito-identity:DescribeIdentityPool", "Resource": arn,
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}},
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName="u")["AccessKey"]
    user = client("cognito-identity", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert user.describe_identity_pool(IdentityPoolId=pool)["IdentityPoolName"] == "p"
    cognito.tag_resource(ResourceArn=arn, Tags={"team": "blue", "x": "y"})
    assert cognito.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"team": "blue", "x": "y"}
    assert code_of(lambda: user.describe_identity_pool(IdentityPoolId=pool))[0] == "AccessDeniedException"
    cognito.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert cognito.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"x": "y"}


def test_roles_are_set_and_need_to_be_passed(client: Make, account: str) -> None:
    import json

    cognito, iam = client("cognito-identity"), client("iam")
    pool = cognito.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=True)[
        "IdentityPoolId"
    ]
    role = f"arn:aws:iam::{account}:role/r"
    mappings = {
        "cognito-idp.us-east-1.amazonaws.com/us-east-1_a:c": {
            "Type": "Rules", "AmbiguousRoleResolution": "Deny",
            "RulesConfiguration": {"Rules": [{"Claim": "a", "MatchType": "Equals", "Value": "b", "RoleARN": role}]},
        }
    }  # fmt: skip
    cognito.set_identity_pool_roles(IdentityPoolId=pool, Roles={"authenticated": role}, RoleMappings=mappings)
    found = cognito.get_identity_pool_roles(IdentityPoolId=pool)
    assert (found["Roles"], found["RoleMappings"]) == ({"authenticated": role}, mappings)
    iam.create_user(UserName="u")
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "cognito-identity:*", "Resource": "*"}],
        }
    )
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName="u")["AccessKey"]
    user = client("cognito-identity", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    code, message = code_of(
        lambda: user.set_identity_pool_roles(IdentityPoolId=pool, Roles={"authenticated": role})
    )
    assert code == "AccessDeniedException"
    assert "iam:PassRole" in message


@pytest.mark.parametrize(
    "request_",
    [
        {"Roles": {"everybody": "arn:aws:iam::123456789012:role/r"}},
        {"Roles": {}, "RoleMappings": {"p": {"Type": "Token"}}},
        {"Roles": {}, "RoleMappings": {"p": {"Type": "Rules", "AmbiguousRoleResolution": "Deny"}}},
        {"Roles": {}, "RoleMappings": {"p": {"Type": "Other", "AmbiguousRoleResolution": "Deny"}}},
    ],
)
def test_roles_that_are_refused(client: Make, request_: dict[str, Any]) -> None:
    cognito = client("cognito-identity")
    pool = cognito.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=True)[
        "IdentityPoolId"
    ]
    code, _ = code_of(lambda: cognito.set_identity_pool_roles(IdentityPoolId=pool, **request_))
    assert code in ("InvalidParameterException", "ValidationException")


def test_what_is_not_there_is_refused_by_name(client: Make) -> None:
    cognito = client("cognito-identity")
    code, message = code_of(
        lambda: cognito.create_identity_pool(
            IdentityPoolName="p",
            AllowUnauthenticatedIdentities=True,
            SamlProviderARNs=["arn:aws:iam::123456789012:saml-provider/x"],
        )
    )
    assert (code, "SAML" in message) == ("InvalidParameterException", True)


def test_principal_tags(client: Make) -> None:
    cognito = client("cognito-identity")
    pool = cognito.create_identity_pool(IdentityPoolName="p", AllowUnauthenticatedIdentities=True)[
        "IdentityPoolId"
    ]
    place = {"IdentityPoolId": pool, "IdentityProviderName": "accounts.google.com"}
    assert cognito.get_principal_tag_attribute_map(**place)["PrincipalTags"] == {}
    cognito.set_principal_tag_attribute_map(**place, UseDefaults=True)
    found = cognito.get_principal_tag_attribute_map(**place)
    assert (found["UseDefaults"], found["PrincipalTags"]) == (True, {"username": "sub", "client": "aud"})
