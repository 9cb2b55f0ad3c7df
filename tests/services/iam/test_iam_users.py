"""Users, their access keys and their groups."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from harness import new_account

Refusal = Callable[..., tuple[int, str, str]]

ALLOW_LISTING = {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}


class TestValidation:
    def test_a_name_too_long(self, iam: Any, refusal: Refusal) -> None:
        status, code, words = refusal(iam.create_user, UserName="u" * 65)
        assert (status, code) == (400, "ValidationError")
        assert (
            "'userName' failed to satisfy constraint: Member must have length less than or equal to 64"
            in words
        )

    def test_a_name_with_a_space(self, iam: Any, refusal: Refusal) -> None:
        status, code, words = refusal(iam.create_user, UserName="no spaces")
        assert (status, code) == (400, "ValidationError")
        assert "regular expression pattern: [\\w+=,.@-]+" in words

    def test_a_name_missing(self, iam: Any, refusal: Refusal) -> None:
        status, code, _ = refusal(iam.create_user)
        assert (status, code) == (400, "ValidationError")

    def test_a_marker_that_is_none_of_ours(self, iam: Any, refusal: Refusal) -> None:
        assert refusal(iam.list_users, Marker="not/ours!") == (400, "ValidationError", "Invalid Marker.")

    def test_a_key_status_that_nobody_sets(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="u")
        key = iam.create_access_key(UserName="u")["AccessKey"]["AccessKeyId"]
        status, code, _ = refusal(iam.update_access_key, UserName="u", AccessKeyId=key, Status="Expired")
        assert (status, code) == (400, "InvalidInput")


class TestUsers:
    def test_created_and_read(self, iam: Any, account: str) -> None:
        created = iam.create_user(UserName="Ann", Path="/staff/")["User"]
        assert re.fullmatch("AIDA[A-Z2-7]{17}", created["UserId"])
        assert created == {
            "Path": "/staff/",
            "UserName": "Ann",
            "UserId": created["UserId"],
            "Arn": f"arn:aws:iam::{account}:user/staff/Ann",
            "CreateDate": created["CreateDate"],
        }
        assert iam.get_user(UserName="ann")["User"] == created
        assert iam.list_users(PathPrefix="/staff")["Users"] == [created]
        assert iam.list_users(PathPrefix="/other/")["Users"] == []

    def test_names_are_unique_in_any_case(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="ann")
        assert refusal(iam.create_user, UserName="ANN") == (
            409,
            "EntityAlreadyExists",
            "User with name ANN already exists.",
        )

    def test_unknown(self, iam: Any, refusal: Refusal) -> None:
        assert refusal(iam.get_user, UserName="nobody") == (
            404,
            "NoSuchEntity",
            "The user with name nobody cannot be found.",
        )

    def test_without_a_name_it_is_the_caller(
        self, iam: Any, as_user: Callable[..., Any], account: str
    ) -> None:
        ann = as_user("ann", {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"})
        assert ann.get_user()["User"]["UserName"] == "ann"
        assert iam.get_user()["User"]["Arn"] == f"arn:aws:iam::{account}:root"

    def test_renamed_with_all_that_is_its_own(
        self, iam: Any, as_user: Callable[..., Any], refusal: Refusal
    ) -> None:
        ann = as_user("ann", ALLOW_LISTING)
        iam.create_service_specific_credential(UserName="ann", ServiceName="codecommit.amazonaws.com")
        before = iam.get_user(UserName="ann")["User"]
        iam.update_user(UserName="ann", NewUserName="anna", NewPath="/b/")
        after = iam.get_user(UserName="anna")["User"]
        assert after["UserId"] == before["UserId"]
        assert after["Path"] == "/b/"
        assert refusal(iam.get_user, UserName="ann")[1] == "NoSuchEntity"
        assert [user["UserName"] for user in ann.list_users()["Users"]] == ["anna"]
        assert iam.list_access_keys(UserName="anna")["AccessKeyMetadata"][0]["UserName"] == "anna"
        credentials = iam.list_service_specific_credentials(UserName="anna")["ServiceSpecificCredentials"]
        assert [credential["UserName"] for credential in credentials] == ["anna"]

    def test_renamed_in_case_only(self, iam: Any) -> None:
        iam.create_user(UserName="ann")
        iam.update_user(UserName="ann", NewUserName="Ann")
        assert [user["UserName"] for user in iam.list_users()["Users"]] == ["Ann"]

    def test_not_renamed_onto_another(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="ann")
        iam.create_user(UserName="bob")
        assert refusal(iam.update_user, UserName="ann", NewUserName="Bob")[1] == "EntityAlreadyExists"

    @pytest.mark.parametrize(
        ("left", "words"),
        [
            ("group", "must remove users from group first."),
            ("key", "must delete access keys first."),
            ("attached", "must detach all policies first."),
            ("inline", "must delete policies first."),
        ],
    )
    def test_not_deleted_with_something_left(self, iam: Any, refusal: Refusal, left: str, words: str) -> None:
        iam.create_user(UserName="u")
        if left == "group":
            iam.create_group(GroupName="g")
            iam.add_user_to_group(GroupName="g", UserName="u")
        elif left == "key":
            iam.create_access_key(UserName="u")
        elif left == "attached":
            iam.attach_user_policy(UserName="u", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
        else:
            document = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
            iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=document)
        expected = (409, "DeleteConflict", f"Cannot delete entity, {words}")
        assert refusal(iam.delete_user, UserName="u") == expected

    def test_pages(self, iam: Any) -> None:
        names = [f"user-{number}" for number in range(5)]
        for name in names:
            iam.create_user(UserName=name)
        first = iam.list_users(MaxItems=2)
        assert first["IsTruncated"] is True
        iam.delete_user(UserName="user-1")
        pages = iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2})
        assert [user["UserName"] for page in pages for user in page["Users"]] == [names[0], *names[2:]]
        rest = iam.list_users(Marker=first["Marker"])
        assert [user["UserName"] for user in rest["Users"]] == names[2:]
        assert rest["IsTruncated"] is False
        assert "Marker" not in rest


class TestAccessKeys:
    def test_two_at_most(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="u")
        keys = [iam.create_access_key(UserName="u")["AccessKey"] for _ in range(2)]
        assert {key["Status"] for key in keys} == {"Active"}
        assert all(re.fullmatch("AKIA[A-Z2-7]{16}", key["AccessKeyId"]) for key in keys)
        assert all(len(key["SecretAccessKey"]) == 40 for key in keys)
        assert refusal(iam.create_access_key, UserName="u") == (
            409,
            "LimitExceeded",
            "Cannot exceed quota for AccessKeysPerUser: 2",
        )
        listed = iam.list_access_keys(UserName="u")["AccessKeyMetadata"]
        assert {key["AccessKeyId"] for key in listed} == {key["AccessKeyId"] for key in keys}
        assert all(set(key) == {"UserName", "AccessKeyId", "Status", "CreateDate"} for key in listed)

    def test_inactive_and_deleted_keys_are_refused(
        self, iam: Any, as_user: Callable[..., Any], refusal: Refusal
    ) -> None:
        ann = as_user("ann", ALLOW_LISTING)
        key = iam.list_access_keys(UserName="ann")["AccessKeyMetadata"][0]["AccessKeyId"]
        iam.update_access_key(UserName="ann", AccessKeyId=key, Status="Inactive")
        assert refusal(ann.list_users)[:2] == (403, "InvalidClientTokenId")
        iam.update_access_key(UserName="ann", AccessKeyId=key, Status="Active")
        assert ann.list_users()["Users"]
        iam.delete_access_key(UserName="ann", AccessKeyId=key)
        assert refusal(ann.list_users)[:2] == (403, "InvalidClientTokenId")

    def test_a_user_rotates_its_own(self, iam: Any, as_user: Callable[..., Any], account: str) -> None:
        own = {"Effect": "Allow", "Action": "iam:*AccessKey*", "Resource": f"arn:aws:iam::{account}:user/ann"}
        ann = as_user("ann", own)
        new = ann.create_access_key()["AccessKey"]
        assert new["UserName"] == "ann"
        assert len(ann.list_access_keys()["AccessKeyMetadata"]) == 2
        ann.delete_access_key(AccessKeyId=new["AccessKeyId"])
        assert len(ann.list_access_keys()["AccessKeyMetadata"]) == 1

    def test_another_users_key_is_not_found(self, iam: Any, refusal: Refusal) -> None:
        for name in ("ann", "bob"):
            iam.create_user(UserName=name)
        key = iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]
        assert refusal(iam.delete_access_key, UserName="bob", AccessKeyId=key) == (
            404,
            "NoSuchEntity",
            f"The Access Key with id {key} cannot be found.",
        )

    def test_of_the_root_user(self, iam: Any, client: Callable[..., Any]) -> None:
        made = iam.create_access_key()["AccessKey"]
        assert iam.list_access_keys()["AccessKeyMetadata"][0]["AccessKeyId"] == made["AccessKeyId"]
        root = client("iam", key=made["AccessKeyId"], secret=made["SecretAccessKey"])
        assert root.list_users()["Users"] == []
        assert iam.get_account_summary()["SummaryMap"]["AccountAccessKeysPresent"] == 1

    def test_last_used(
        self, iam: Any, as_user: Callable[..., Any], refusal: Refusal, client: Callable[..., Any]
    ) -> None:
        ann = as_user("ann", ALLOW_LISTING)
        key = iam.list_access_keys(UserName="ann")["AccessKeyMetadata"][0]["AccessKeyId"]
        used = iam.get_access_key_last_used(AccessKeyId=key)
        assert used["UserName"] == "ann"
        assert used["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
        ann.list_users()
        used = iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
        assert (used["ServiceName"], used["Region"]) == ("iam", "us-east-1")
        assert set(used) == {"ServiceName", "Region", "LastUsedDate"}
        stranger = client("iam", new_account())
        assert refusal(stranger.get_access_key_last_used, AccessKeyId=key)[:2] == (403, "AccessDenied")


class TestGroups:
    def test_members(self, iam: Any, account: str) -> None:
        group = iam.create_group(GroupName="devs", Path="/g/")["Group"]
        assert re.fullmatch("AGPA[A-Z2-7]{17}", group["GroupId"])
        assert group["Arn"] == f"arn:aws:iam::{account}:group/g/devs"
        ann = iam.create_user(UserName="ann")["User"]
        for _ in range(2):
            iam.add_user_to_group(GroupName="devs", UserName="ann")
        got = iam.get_group(GroupName="devs")
        assert got["Group"] == group
        assert got["Users"] == [ann]
        assert iam.list_groups_for_user(UserName="ann")["Groups"] == [group]
        iam.remove_user_from_group(GroupName="devs", UserName="ann")
        assert iam.get_group(GroupName="devs")["Users"] == []

    def test_renamed_under_its_members(self, iam: Any) -> None:
        iam.create_group(GroupName="devs")
        iam.create_user(UserName="ann")
        iam.add_user_to_group(GroupName="devs", UserName="ann")
        iam.update_group(GroupName="devs", NewGroupName="makers")
        assert [group["GroupName"] for group in iam.list_groups_for_user(UserName="ann")["Groups"]] == [
            "makers"
        ]
        assert [user["UserName"] for user in iam.get_group(GroupName="makers")["Users"]] == ["ann"]

    def test_ten_at_most(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="ann")
        for number in range(11):
            iam.create_group(GroupName=f"g{number}")
        for number in range(10):
            iam.add_user_to_group(GroupName=f"g{number}", UserName="ann")
        assert refusal(iam.add_user_to_group, GroupName="g10", UserName="ann") == (
            409,
            "LimitExceeded",
            "Cannot exceed quota for GroupsPerUser: 10",
        )

    def test_not_deleted_with_members(self, iam: Any, refusal: Refusal) -> None:
        iam.create_group(GroupName="devs")
        iam.create_user(UserName="ann")
        iam.add_user_to_group(GroupName="devs", UserName="ann")
        assert refusal(iam.delete_group, GroupName="devs") == (
            409,
            "DeleteConflict",
            "Cannot delete entity, must remove users from group first.",
        )
        iam.remove_user_from_group(GroupName="devs", UserName="ann")
        iam.delete_group(GroupName="devs")
        assert iam.list_groups()["Groups"] == []

    def test_unknown(self, iam: Any, refusal: Refusal) -> None:
        assert refusal(iam.get_group, GroupName="none") == (
            404,
            "NoSuchEntity",
            "The group with name none cannot be found.",
        )
