"""The account: its alias, its summary, and all of its authorisation in one answer."""

import json
from collections.abc import Callable
from typing import Any

from harness import new_account

Refusal = Callable[..., tuple[int, str, str]]

ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


class TestAlias:
    def test_one_and_nobody_elses(
        self, iam: Any, account: str, client: Callable[..., Any], refusal: Refusal
    ) -> None:
        first, second = f"a{account}", f"b{account}"
        iam.create_account_alias(AccountAlias=first)
        iam.create_account_alias(AccountAlias=second)
        assert iam.list_account_aliases()["AccountAliases"] == [second]
        other = client("iam", new_account())
        assert refusal(other.create_account_alias, AccountAlias=second) == (
            409,
            "EntityAlreadyExists",
            f"The account alias {second} already exists.",
        )
        assert refusal(iam.delete_account_alias, AccountAlias=first)[:2] == (404, "NoSuchEntity")
        iam.delete_account_alias(AccountAlias=second)
        assert iam.list_account_aliases()["AccountAliases"] == []
        other.create_account_alias(AccountAlias=second)
        other.delete_account_alias(AccountAlias=second)

    def test_of_a_wrong_form(self, iam: Any, refusal: Refusal) -> None:
        assert refusal(iam.create_account_alias, AccountAlias="Not-An-Alias-")[:2] == (400, "ValidationError")


class TestSummary:
    def test_counts(self, iam: Any) -> None:
        iam.create_user(UserName="u")
        iam.create_group(GroupName="g")
        iam.create_policy(PolicyName="p", PolicyDocument=json.dumps(ALLOW))
        summary = iam.get_account_summary()["SummaryMap"]
        assert {
            key: summary[key] for key in ("Users", "Groups", "Roles", "Policies", "PolicyVersionsInUse")
        } == {
            "Users": 1,
            "Groups": 1,
            "Roles": 0,
            "Policies": 1,
            "PolicyVersionsInUse": 1,
        }
        assert summary["UsersQuota"] == 5000
        assert summary["AccessKeysPerUserQuota"] == 2


class TestAuthorizationDetails:
    def test_everything(self, iam: Any) -> None:
        policy = iam.create_policy(PolicyName="p", PolicyDocument=json.dumps(ALLOW))["Policy"]
        iam.create_group(GroupName="g")
        iam.put_group_policy(GroupName="g", PolicyName="of-group", PolicyDocument=json.dumps(ALLOW))
        user = iam.create_user(UserName="u", Tags=[{"Key": "a", "Value": "b"}])["User"]
        iam.add_user_to_group(GroupName="g", UserName="u")
        iam.attach_user_policy(UserName="u", PolicyArn=policy["Arn"])
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
        iam.attach_role_policy(RoleName="r", PolicyArn=READ_ONLY)
        iam.create_instance_profile(InstanceProfileName="i")
        iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
        details = iam.get_account_authorization_details()
        assert details["IsTruncated"] is False
        assert details["UserDetailList"] == [
            {
                **user,
                "GroupList": ["g"],
                "AttachedManagedPolicies": [{"PolicyName": "p", "PolicyArn": policy["Arn"]}],
            }
        ]
        assert details["GroupDetailList"][0]["GroupPolicyList"] == [
            {"PolicyName": "of-group", "PolicyDocument": ALLOW}
        ]
        (found,) = details["RoleDetailList"]
        assert found["AssumeRolePolicyDocument"] == TRUST
        assert found["RoleId"] == role["RoleId"]
        assert [profile["InstanceProfileName"] for profile in found["InstanceProfileList"]] == ["i"]
        own, of_aws = sorted(details["Policies"], key=lambda one: one["PolicyName"], reverse=True)
        assert (own["PolicyName"], of_aws["PolicyName"]) == ("p", "ReadOnlyAccess")
        assert own["PolicyVersionList"][0]["Document"] == ALLOW
        assert (own["AttachmentCount"], of_aws["AttachmentCount"]) == (1, 1)

    def test_filtered_and_in_pages(self, iam: Any) -> None:
        for number in range(3):
            iam.create_user(UserName=f"u{number}")
            iam.create_group(GroupName=f"g{number}")
        pages = list(
            iam.get_paginator("get_account_authorization_details").paginate(
                Filter=["User"], PaginationConfig={"PageSize": 2}
            )
        )
        assert [[user["UserName"] for user in page["UserDetailList"]] for page in pages] == [
            ["u0", "u1"],
            ["u2"],
        ]
        assert all(page["GroupDetailList"] == [] for page in pages)
