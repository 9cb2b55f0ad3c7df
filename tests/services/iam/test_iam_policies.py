"""Policies: inline and managed, their versions, and what they are attached to."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., tuple[int, str, str]]

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def allowing(action: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def padded(size: int) -> str:
    """A document of at least `size` bytes that count."""
    return allowing("s3:GetObject", Condition={"StringEquals": {"aws:username": "x" * size}})


class TestValidation:
    @pytest.mark.parametrize(
        ("document", "words"),
        [
            ("nothing", "Syntax errors in policy."),
            (
                '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
                "Policy document must be version 2012-10-17 or greater.",
            ),
            (allowing("s3:*", Principal="*"), "Policy document should not specify a principal."),
            (
                allowing("GetObject"),
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            ),
        ],
    )
    def test_a_document_that_is_no_policy(
        self, iam: Any, refusal: Refusal, document: str, words: str
    ) -> None:
        expected = (400, "MalformedPolicyDocument", words)
        assert refusal(iam.create_policy, PolicyName="p", PolicyDocument=document) == expected
        assert iam.list_policies(Scope="Local")["Policies"] == []

    def test_an_arn_of_something_else(self, iam: Any, refusal: Refusal) -> None:
        arn = "arn:aws:s3:::a-bucket-not-a-policy"
        assert refusal(iam.get_policy, PolicyArn=arn)[1] in ("InvalidInput", "AccessDenied")

    def test_sizes(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="u")
        iam.create_group(GroupName="g")
        assert refusal(iam.create_policy, PolicyName="p", PolicyDocument=padded(6144)) == (
            409,
            "LimitExceeded",
            "Cannot exceed quota for PolicySize: 6144",
        )
        iam.put_user_policy(UserName="u", PolicyName="half", PolicyDocument=padded(1000))
        request = {"UserName": "u", "PolicyName": "rest", "PolicyDocument": padded(1000)}
        assert refusal(iam.put_user_policy, **request) == (
            409,
            "LimitExceeded",
            "Maximum policy size of 2048 bytes exceeded for user u",
        )
        request = {"GroupName": "g", "PolicyName": "p", "PolicyDocument": padded(5120)}
        assert refusal(iam.put_group_policy, **request)[2] == (
            "Maximum policy size of 5120 bytes exceeded for group g"
        )

    def test_white_space_does_not_count(self, iam: Any) -> None:
        document = allowing("s3:GetObject").replace("[", "[" + " \n\t" * 3000)
        iam.create_policy(PolicyName="p", PolicyDocument=document)


class TestInlinePolicies:
    def test_put_replaced_and_deleted(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="u")
        iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=allowing("s3:*"))
        iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=allowing("sqs:*"))
        assert iam.list_user_policies(UserName="u")["PolicyNames"] == ["p"]
        document = iam.get_user_policy(UserName="u", PolicyName="p")["PolicyDocument"]
        assert document["Statement"][0]["Action"] == "sqs:*"
        iam.delete_user_policy(UserName="u", PolicyName="p")
        assert refusal(iam.get_user_policy, UserName="u", PolicyName="p") == (
            404,
            "NoSuchEntity",
            "The user policy with name p cannot be found.",
        )

    def test_words_of_each_kind(self, iam: Any, refusal: Refusal) -> None:
        iam.create_group(GroupName="g")
        assert refusal(iam.delete_group_policy, GroupName="g", PolicyName="p")[2] == (
            "The group policy with name p cannot be found."
        )
        assert refusal(iam.get_role_policy, RoleName="r", PolicyName="p")[2] == (
            "The role with name r cannot be found."
        )


class TestManagedPolicies:
    def test_described(self, iam: Any, account: str) -> None:
        tags = [{"Key": "team", "Value": "a"}]
        created = iam.create_policy(
            PolicyName="p", Path="/x/", PolicyDocument=allowing("s3:*"), Description="d", Tags=tags
        )["Policy"]
        assert created["Arn"] == f"arn:aws:iam::{account}:policy/x/p"
        assert created["Tags"] == tags
        got = iam.get_policy(PolicyArn=created["Arn"])["Policy"]
        assert got == {**created, "Description": "d"}

    def test_names_are_unique_under_any_path_and_case(self, iam: Any, refusal: Refusal) -> None:
        iam.create_policy(PolicyName="p", PolicyDocument=allowing("s3:*"))
        request = {"PolicyName": "P", "Path": "/x/", "PolicyDocument": allowing("s3:*")}
        assert refusal(iam.create_policy, **request) == (
            409,
            "EntityAlreadyExists",
            "A policy called P already exists. Duplicate names are not allowed.",
        )

    def test_counts_and_entities(self, iam: Any) -> None:
        arn = iam.create_policy(PolicyName="p", PolicyDocument=allowing("s3:*"))["Policy"]["Arn"]
        user = iam.create_user(UserName="u", Path="/x/")["User"]
        group = iam.create_group(GroupName="g")["Group"]
        bounded = iam.create_user(UserName="v", PermissionsBoundary=arn)["User"]
        iam.attach_user_policy(UserName="u", PolicyArn=arn)
        iam.attach_group_policy(GroupName="g", PolicyArn=arn)
        got = iam.get_policy(PolicyArn=arn)["Policy"]
        assert (got["AttachmentCount"], got["PermissionsBoundaryUsageCount"]) == (2, 1)
        used = iam.list_entities_for_policy(PolicyArn=arn)
        assert used["PolicyUsers"] == [
            {"UserName": "v", "UserId": bounded["UserId"]},
            {"UserName": "u", "UserId": user["UserId"]},
        ]
        assert used["PolicyGroups"] == [{"GroupName": "g", "GroupId": group["GroupId"]}]
        assert used["PolicyRoles"] == []
        only = iam.list_entities_for_policy(PolicyArn=arn, EntityFilter="User", PathPrefix="/x/")
        assert [one["UserName"] for one in only["PolicyUsers"]] == ["u"]
        assert only["PolicyGroups"] == []
        boundary = iam.list_entities_for_policy(PolicyArn=arn, PolicyUsageFilter="PermissionsBoundary")
        assert [one["UserName"] for one in boundary["PolicyUsers"]] == ["v"]

    def test_not_deleted_while_attached(self, iam: Any, refusal: Refusal) -> None:
        arn = iam.create_policy(PolicyName="p", PolicyDocument=allowing("s3:*"))["Policy"]["Arn"]
        iam.create_user(UserName="u")
        iam.attach_user_policy(UserName="u", PolicyArn=arn)
        assert refusal(iam.delete_policy, PolicyArn=arn) == (
            409,
            "DeleteConflict",
            "Cannot delete a policy attached to entities.",
        )
        iam.detach_user_policy(UserName="u", PolicyArn=arn)
        iam.delete_policy(PolicyArn=arn)
        assert refusal(iam.detach_user_policy, UserName="u", PolicyArn=arn) == (
            404,
            "NoSuchEntity",
            f"Policy {arn} was not found.",
        )

    def test_ten_attached_at_most(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="u")
        arns = [
            iam.create_policy(PolicyName=f"p{n}", PolicyDocument=allowing("s3:*"))["Policy"]["Arn"]
            for n in range(11)
        ]
        for arn in arns[:10] * 2:
            iam.attach_user_policy(UserName="u", PolicyArn=arn)
        assert refusal(iam.attach_user_policy, UserName="u", PolicyArn=arns[10]) == (
            409,
            "LimitExceeded",
            "Cannot exceed quota for PoliciesPerUser: 10",
        )
        listed = iam.list_attached_user_policies(UserName="u", MaxItems=4)
        assert [policy["PolicyArn"] for policy in listed["AttachedPolicies"]] == arns[:4]


class TestVersions:
    def test_five_of_which_one_is_in_force(self, iam: Any, refusal: Refusal) -> None:
        arn = iam.create_policy(PolicyName="p", PolicyDocument=allowing("s3:*"))["Policy"]["Arn"]
        for number in range(2, 6):
            version = iam.create_policy_version(
                PolicyArn=arn, PolicyDocument=allowing("sqs:*"), SetAsDefault=number == 3
            )["PolicyVersion"]
            assert (version["VersionId"], version["IsDefaultVersion"]) == (f"v{number}", number == 3)
            assert "Document" not in version
        assert refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument=allowing("sqs:*")) == (
            409,
            "LimitExceeded",
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing"
            " version.",
        )
        assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v3"
        listed = iam.list_policy_versions(PolicyArn=arn)["Versions"]
        assert [version["VersionId"] for version in listed] == ["v5", "v4", "v3", "v2", "v1"]
        first = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
        assert first["Document"] == json.loads(allowing("s3:*"))

    def test_the_default_is_not_deleted_and_numbers_are_not_reused(self, iam: Any, refusal: Refusal) -> None:
        arn = iam.create_policy(PolicyName="p", PolicyDocument=allowing("s3:*"))["Policy"]["Arn"]
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=allowing("sqs:*"))
        assert refusal(iam.delete_policy_version, PolicyArn=arn, VersionId="v1") == (
            409,
            "DeleteConflict",
            "Cannot delete the default version of a policy.",
        )
        assert refusal(iam.delete_policy, PolicyArn=arn)[2].startswith(
            "This policy has more than one version."
        )
        iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
        new = iam.create_policy_version(PolicyArn=arn, PolicyDocument=allowing("sqs:*"))["PolicyVersion"]
        assert new["VersionId"] == "v3"
        assert refusal(iam.get_policy_version, PolicyArn=arn, VersionId="v2") == (
            404,
            "NoSuchEntity",
            f"Policy {arn} version v2 does not exist or is not attachable.",
        )

    def test_a_new_default_changes_what_is_allowed(
        self, iam: Any, as_user: Callable[..., Any], refusal: Refusal
    ) -> None:
        arn = iam.create_policy(PolicyName="p", PolicyDocument=allowing("iam:ListUsers"))["Policy"]["Arn"]
        ann = as_user("ann")
        iam.attach_user_policy(UserName="ann", PolicyArn=arn)
        assert ann.list_users()["Users"]
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=allowing("iam:ListRoles"))
        iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
        assert refusal(ann.list_users)[:2] == (403, "AccessDenied")
        assert ann.list_roles()["Roles"] == []


class TestPoliciesOfAws:
    def test_read(self, iam: Any) -> None:
        policy = iam.get_policy(PolicyArn=READ_ONLY)["Policy"]
        assert policy["PolicyName"] == "ReadOnlyAccess"
        version = iam.get_policy_version(PolicyArn=READ_ONLY, VersionId=policy["DefaultVersionId"])
        assert version["PolicyVersion"]["Document"]["Version"] == "2012-10-17"

    def test_scopes(self, iam: Any) -> None:
        own = iam.create_policy(PolicyName="p", PolicyDocument=allowing("s3:*"))["Policy"]["Arn"]

        def listed(**request: Any) -> list[str]:
            pages = iam.get_paginator("list_policies").paginate(**request)
            return [policy["Arn"] for page in pages for policy in page["Policies"]]

        assert listed(Scope="Local") == [own]
        assert READ_ONLY in listed(Scope="AWS")
        assert own not in listed(Scope="AWS")
        assert set(listed()) == {own, *listed(Scope="AWS")}
        assert all("/service-role/" in arn for arn in listed(PathPrefix="/service-role/"))
        iam.create_user(UserName="u", PermissionsBoundary=own)
        iam.attach_user_policy(UserName="u", PolicyArn=READ_ONLY)
        assert listed(OnlyAttached=True) == [READ_ONLY]
        assert listed(PolicyUsageFilter="PermissionsBoundary") == [own]

    def test_nobody_changes_them(self, iam: Any, refusal: Refusal) -> None:
        for call, request in (
            (iam.delete_policy, {}),
            (iam.create_policy_version, {"PolicyDocument": allowing("s3:*")}),
            (iam.tag_policy, {"Tags": [{"Key": "a", "Value": "b"}]}),
        ):
            assert refusal(call, PolicyArn=READ_ONLY, **request)[:2] == (403, "AccessDenied")
