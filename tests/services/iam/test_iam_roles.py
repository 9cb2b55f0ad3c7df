"""Roles: whom they trust, what bounds them, the profiles that they are in."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness import new_account

Refusal = Callable[..., tuple[int, str, str]]

POWER_USER = "arn:aws:iam::aws:policy/PowerUserAccess"


def trust(principal: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


LAMBDA = trust({"Service": "lambda.amazonaws.com"})


def trusted(iam: Any, name: str) -> Any:
    document = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    return document["Statement"][0]["Principal"]


class TestValidation:
    def test_a_trust_policy_with_a_resource(self, iam: Any, refusal: Refusal) -> None:
        document = json.loads(LAMBDA)
        document["Statement"][0]["Resource"] = "*"
        assert refusal(iam.create_role, RoleName="r", AssumeRolePolicyDocument=json.dumps(document)) == (
            400,
            "MalformedPolicyDocument",
            "Has prohibited field Resource.",
        )

    def test_a_trust_policy_too_large(self, iam: Any, refusal: Refusal) -> None:
        document = json.loads(LAMBDA)
        document["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": "x" * 2048}}
        assert refusal(iam.create_role, RoleName="r", AssumeRolePolicyDocument=json.dumps(document)) == (
            409,
            "LimitExceeded",
            "Cannot exceed quota for ACLSizePerRole: 2048",
        )

    @pytest.mark.parametrize("seconds", [3599, 43201])
    def test_a_session_too_short_or_long(self, iam: Any, refusal: Refusal, seconds: int) -> None:
        request = {"RoleName": "r", "AssumeRolePolicyDocument": LAMBDA, "MaxSessionDuration": seconds}
        assert refusal(iam.create_role, **request)[:2] == (400, "ValidationError")

    def test_the_path_of_services_is_reserved(self, iam: Any, refusal: Refusal) -> None:
        request = {"RoleName": "r", "AssumeRolePolicyDocument": LAMBDA, "Path": "/aws-service-role/x/"}
        assert refusal(iam.create_role, **request)[:2] == (400, "ValidationError")


class TestRoles:
    def test_described(self, iam: Any) -> None:
        iam.create_role(
            RoleName="r",
            AssumeRolePolicyDocument=LAMBDA,
            Description="runs",
            MaxSessionDuration=7200,
            PermissionsBoundary=POWER_USER,
        )
        role = iam.get_role(RoleName="R")["Role"]
        assert role["Description"] == "runs"
        assert role["MaxSessionDuration"] == 7200
        assert role["PermissionsBoundary"] == {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": POWER_USER,
        }
        iam.update_role(RoleName="r", Description="walks", MaxSessionDuration=3600)
        assert iam.update_role_description(RoleName="r", Description="runs")["Role"]["Description"] == "runs"
        assert iam.get_role(RoleName="r")["Role"]["MaxSessionDuration"] == 3600

    def test_names_are_unique_in_any_case(self, iam: Any, refusal: Refusal) -> None:
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=LAMBDA)
        assert refusal(iam.create_role, RoleName="R", AssumeRolePolicyDocument=LAMBDA) == (
            409,
            "EntityAlreadyExists",
            "Role with name R already exists.",
        )

    def test_not_deleted_with_something_left(self, iam: Any, refusal: Refusal) -> None:
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=LAMBDA)
        iam.attach_role_policy(RoleName="r", PolicyArn=POWER_USER)
        iam.create_instance_profile(InstanceProfileName="p")
        iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")
        words = []
        for undo in (
            lambda: iam.remove_role_from_instance_profile(InstanceProfileName="p", RoleName="r"),
            lambda: iam.detach_role_policy(RoleName="r", PolicyArn=POWER_USER),
        ):
            words.append(refusal(iam.delete_role, RoleName="r")[2])
            undo()
        assert words == [
            "Cannot delete entity, must remove roles from instance profile first.",
            "Cannot delete entity, must detach all policies first.",
        ]
        iam.delete_role(RoleName="r")
        assert iam.list_roles()["Roles"] == []

    def test_a_services_role_is_only_the_services(self, iam: Any, refusal: Refusal) -> None:
        iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")
        name = "AWSServiceRoleForBatch"
        expected = (
            400,
            "UnmodifiableEntity",
            f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS",
        )
        document = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
        assert refusal(iam.delete_role, RoleName=name) == expected
        assert refusal(iam.attach_role_policy, RoleName=name, PolicyArn=POWER_USER) == expected
        assert (
            refusal(iam.put_role_policy, RoleName=name, PolicyName="p", PolicyDocument=document) == expected
        )
        assert refusal(iam.update_assume_role_policy, RoleName=name, PolicyDocument=LAMBDA) == expected


class TestTrust:
    def test_an_entity_that_does_not_exist(self, iam: Any, refusal: Refusal, account: str) -> None:
        nobody = f"arn:aws:iam::{account}:user/nobody"
        assert refusal(iam.create_role, RoleName="r", AssumeRolePolicyDocument=trust({"AWS": nobody})) == (
            400,
            "MalformedPolicyDocument",
            f'Invalid principal in policy: "AWS":"{nobody}"',
        )

    def test_accounts_need_not_exist(self, iam: Any) -> None:
        principal = {"AWS": ["123456789012", "arn:aws:iam::210987654321:root"]}
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(principal))
        assert trusted(iam, "r") == principal

    def test_is_in_the_entity_not_in_its_name(self, iam: Any) -> None:
        ann = iam.create_user(UserName="ann")["User"]
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"AWS": ann["Arn"]}))
        assert trusted(iam, "r") == {"AWS": ann["Arn"]}
        iam.update_user(UserName="ann", NewUserName="anna", NewPath="/b/")
        assert trusted(iam, "r") == {"AWS": ann["Arn"].replace("user/ann", "user/b/anna")}
        iam.delete_user(UserName="anna")
        assert trusted(iam, "r") == {"AWS": ann["UserId"]}
        iam.create_user(UserName="anna", Path="/b/")
        assert trusted(iam, "r") == {"AWS": ann["UserId"]}

    def test_an_id_that_is_gone_is_no_principal(self, iam: Any, refusal: Refusal) -> None:
        ann = iam.create_user(UserName="ann")["User"]
        iam.delete_user(UserName="ann")
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=LAMBDA)
        document = trust({"AWS": ann["UserId"]})
        assert refusal(iam.update_assume_role_policy, RoleName="r", PolicyDocument=document)[2] == (
            f'Invalid principal in policy: "AWS":"{ann["UserId"]}"'
        )

    def test_of_a_role_in_another_account(self, iam: Any, client: Callable[..., Any]) -> None:
        other = client("iam", new_account())
        name = iam.create_user(UserName="seed")["User"]["UserId"]
        role = other.create_role(RoleName=name, AssumeRolePolicyDocument=LAMBDA)["Role"]
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"AWS": [role["Arn"]]}))
        assert trusted(iam, "r") == {"AWS": [role["Arn"]]}
        other.delete_role(RoleName=name)
        assert trusted(iam, "r") == {"AWS": [role["RoleId"]]}


class TestBoundaries:
    def test_put_and_deleted(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="u")
        iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=POWER_USER)
        shown = iam.get_user(UserName="u")["User"]["PermissionsBoundary"]
        assert shown == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": POWER_USER}
        assert iam.get_policy(PolicyArn=POWER_USER)["Policy"]["PermissionsBoundaryUsageCount"] == 1
        iam.delete_user_permissions_boundary(UserName="u")
        assert "PermissionsBoundary" not in iam.get_user(UserName="u")["User"]
        assert refusal(iam.delete_user_permissions_boundary, UserName="u")[:2] == (404, "NoSuchEntity")

    def test_of_a_policy_that_does_not_exist(self, iam: Any, refusal: Refusal, account: str) -> None:
        arn = f"arn:aws:iam::{account}:policy/none"
        assert refusal(iam.create_user, UserName="u", PermissionsBoundary=arn) == (
            404,
            "NoSuchEntity",
            f"Scope ARN: {arn} does not exist or is not attachable.",
        )
        assert iam.list_users()["Users"] == []

    def test_a_policy_in_use_as_one_stays(self, iam: Any, refusal: Refusal) -> None:
        document = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
        arn = iam.create_policy(PolicyName="b", PolicyDocument=document)["Policy"]["Arn"]
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=LAMBDA, PermissionsBoundary=arn)
        assert refusal(iam.delete_policy, PolicyArn=arn)[1] == "DeleteConflict"
        iam.delete_role_permissions_boundary(RoleName="r")
        iam.delete_policy(PolicyArn=arn)


class TestInstanceProfiles:
    def test_holds_one_role(self, iam: Any, refusal: Refusal, account: str) -> None:
        created = iam.create_instance_profile(InstanceProfileName="p", Path="/x/")["InstanceProfile"]
        assert created["Arn"] == f"arn:aws:iam::{account}:instance-profile/x/p"
        assert created["InstanceProfileId"].startswith("AIPA")
        assert created["Roles"] == []
        for name in ("r", "s"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=LAMBDA)
        iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")
        assert refusal(iam.add_role_to_instance_profile, InstanceProfileName="p", RoleName="s") == (
            409,
            "LimitExceeded",
            "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
        )
        got = iam.get_instance_profile(InstanceProfileName="p")["InstanceProfile"]
        assert [role["RoleName"] for role in got["Roles"]] == ["r"]
        assert (
            iam.list_instance_profiles_for_role(RoleName="r")["InstanceProfiles"][0]["InstanceProfileName"]
            == "p"
        )
        assert iam.list_instance_profiles_for_role(RoleName="s")["InstanceProfiles"] == []
        assert refusal(iam.delete_instance_profile, InstanceProfileName="p")[1] == "DeleteConflict"
        assert refusal(iam.remove_role_from_instance_profile, InstanceProfileName="p", RoleName="s") == (
            404,
            "NoSuchEntity",
            "Role s in Instance Profile p cannot be found.",
        )
        iam.remove_role_from_instance_profile(InstanceProfileName="p", RoleName="r")
        iam.delete_instance_profile(InstanceProfileName="p")
        assert iam.list_instance_profiles()["InstanceProfiles"] == []

    def test_words(self, iam: Any, refusal: Refusal) -> None:
        iam.create_instance_profile(InstanceProfileName="p")
        assert refusal(iam.create_instance_profile, InstanceProfileName="P") == (
            409,
            "EntityAlreadyExists",
            "Instance Profile P already exists.",
        )
        assert refusal(iam.get_instance_profile, InstanceProfileName="q") == (
            404,
            "NoSuchEntity",
            "Instance Profile q cannot be found.",
        )
