"""The policy simulator."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., tuple[int, str, str]]

BUCKET = "arn:aws:s3:::bucket"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


class TestValidation:
    def test_a_policy_that_is_none(self, iam: Any, refusal: Refusal) -> None:
        request = {"PolicyInputList": ["{}"], "ActionNames": ["s3:GetObject"]}
        assert refusal(iam.simulate_custom_policy, **request)[:2] == (400, "InvalidInput")

    def test_an_action_without_a_service(self, iam: Any, refusal: Refusal) -> None:
        request = {"PolicyInputList": [policy(allow("s3:*"))], "ActionNames": ["GetObject"]}
        assert refusal(iam.simulate_custom_policy, **request)[:2] == (400, "InvalidInput")

    def test_a_resource_policy_without_a_caller(self, iam: Any, refusal: Refusal) -> None:
        request = {
            "PolicyInputList": [policy(allow("s3:*"))],
            "ActionNames": ["s3:GetObject"],
            "ResourcePolicy": policy({**allow("s3:GetObject"), "Principal": "*"}),
        }
        assert refusal(iam.simulate_custom_policy, **request) == (
            400,
            "InvalidInput",
            "CallerArn is required when a ResourcePolicy is given.",
        )

    @pytest.mark.parametrize(
        "arn", ["arn:aws:iam::123456789012:policy/x", "arn:aws:sqs:us-east-1:123456789012:q"]
    )
    def test_a_source_that_is_no_entity(self, iam: Any, refusal: Refusal, arn: str, account: str) -> None:
        arn = arn.replace("123456789012", account)
        request = {"PolicySourceArn": arn, "ActionNames": ["s3:GetObject"]}
        assert refusal(iam.simulate_principal_policy, **request) == (
            400,
            "InvalidInput",
            f"Invalid Entity Arn: {arn} does not clearly define entity type and name.",
        )

    def test_a_source_that_does_not_exist(self, iam: Any, refusal: Refusal, account: str) -> None:
        request = {
            "PolicySourceArn": f"arn:aws:iam::{account}:user/x/nobody",
            "ActionNames": ["s3:GetObject"],
        }
        assert refusal(iam.simulate_principal_policy, **request) == (
            404,
            "NoSuchEntity",
            "The user with name nobody cannot be found.",
        )

    def test_too_much_at_once(self, iam: Any, refusal: Refusal) -> None:
        request = {
            "PolicyInputList": [policy(*[allow("s3:*")] * 100)],
            "ActionNames": ["s3:GetObject"] * 50,
            "ResourceArns": [f"{BUCKET}/{number}" for number in range(50)],
        }
        assert refusal(iam.simulate_custom_policy, **request)[:2] == (400, "InvalidInput")

    def test_service_control_policies_are_not_ignored(self, iam: Any, refusal: Refusal) -> None:
        request = {
            "PolicyInputList": [policy(allow("s3:*"))],
            "ActionNames": ["s3:GetObject"],
            "OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": [policy(allow("*"))]}],
        }
        assert refusal(iam.simulate_custom_policy, **request)[:2] == (501, "NotImplemented")


class TestCustomPolicies:
    def test_positions_and_missing_values(self, iam: Any) -> None:
        """The documented example of the AWS CLI's `simulate-custom-policy`."""
        document = (
            '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":'
            '{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
        )
        request = {"PolicyInputList": [document], "ActionNames": ["dynamodb:CreateBackup"]}
        entry = {
            "ContextKeyName": "aws:CurrentTime",
            "ContextKeyType": "date",
            "ContextKeyValues": ["2019-04-25T11:00:00Z"],
        }
        assert iam.simulate_custom_policy(**request, ContextEntries=[entry])["EvaluationResults"] == [
            {
                "EvalActionName": "dynamodb:CreateBackup",
                "EvalResourceName": "*",
                "EvalDecision": "allowed",
                "MatchedStatements": [
                    {
                        "SourcePolicyId": "PolicyInputList.1",
                        "SourcePolicyType": "IAM Policy",
                        "StartPosition": {"Line": 1, "Column": 38},
                        "EndPosition": {"Line": 1, "Column": 167},
                    }
                ],
                "MissingContextValues": [],
            }
        ]
        entry["ContextKeyValues"] = ["2014-04-25T11:00:00Z"]
        (late,) = iam.simulate_custom_policy(**request, ContextEntries=[entry])["EvaluationResults"]
        assert (late["EvalDecision"], late["MatchedStatements"]) == ("implicitDeny", [])
        (unknown,) = iam.simulate_custom_policy(**request)["EvaluationResults"]
        assert (unknown["EvalDecision"], unknown["MissingContextValues"]) == (
            "implicitDeny",
            ["aws:CurrentTime"],
        )

    def test_the_strictest_of_several_resources(self, iam: Any) -> None:
        deny = {"Effect": "Deny", "Action": "s3:*", "Resource": f"{BUCKET}/secret"}
        (result,) = iam.simulate_custom_policy(
            PolicyInputList=[policy(allow("s3:GetObject", f"{BUCKET}/*"), deny)],
            ActionNames=["s3:GetObject"],
            ResourceArns=[f"{BUCKET}/open", f"{BUCKET}/secret", "arn:aws:s3:::other/x"],
        )["EvaluationResults"]
        assert result["EvalDecision"] == "explicitDeny"
        assert [one["EvalResourceDecision"] for one in result["ResourceSpecificResults"]] == [
            "allowed",
            "explicitDeny",
            "implicitDeny",
        ]
        assert [len(one["MatchedStatements"]) for one in result["ResourceSpecificResults"]] == [1, 1, 0]
        assert result["MatchedStatements"] == result["ResourceSpecificResults"][1]["MatchedStatements"]

    def test_a_boundary(self, iam: Any) -> None:
        results = iam.simulate_custom_policy(
            PolicyInputList=[policy(allow("*"))],
            PermissionsBoundaryPolicyInputList=[policy(allow("s3:*"))],
            ActionNames=["s3:GetObject", "sqs:SendMessage"],
        )["EvaluationResults"]
        assert [
            (one["EvalDecision"], one["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"])
            for one in results
        ] == [("allowed", True), ("implicitDeny", False)]

    def test_a_resource_policy_of_another_account(self, iam: Any, account: str) -> None:
        caller = f"arn:aws:iam::{account}:user/ann"
        request = {
            "ActionNames": ["s3:GetObject"],
            "ResourceArns": [f"{BUCKET}/x"],
            "CallerArn": caller,
            "ResourceOwner": "arn:aws:iam::100000000003:root",
            "ResourcePolicy": policy({**allow("s3:GetObject", f"{BUCKET}/*"), "Principal": {"AWS": caller}}),
        }

        def decision(identity: str) -> str:
            (result,) = iam.simulate_custom_policy(PolicyInputList=[identity], **request)["EvaluationResults"]
            outcome: str = result["EvalDecision"]
            return outcome

        assert decision(policy(allow("s3:*"))) == "allowed"
        assert decision(policy(allow("sqs:*"))) == "implicitDeny"
        del request["ResourceOwner"]
        assert decision(policy(allow("sqs:*"))) == "allowed"

    def test_multivalued_keys_and_variables(self, iam: Any) -> None:
        statement = allow(
            "s3:GetObject",
            f"{BUCKET}/${{aws:username}}",
            Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}},
        )
        request = {
            "PolicyInputList": [policy(statement)],
            "ActionNames": ["s3:GetObject"],
            "ResourceArns": [f"{BUCKET}/ann"],
        }
        (missing,) = iam.simulate_custom_policy(**request)["EvaluationResults"]
        assert missing["ResourceSpecificResults"][0]["MissingContextValues"] == [
            "aws:TagKeys",
            "aws:username",
        ]
        entries = [
            {
                "ContextKeyName": "aws:TagKeys",
                "ContextKeyType": "stringList",
                "ContextKeyValues": ["x", "team"],
            },
            {"ContextKeyName": "aws:username", "ContextKeyType": "string", "ContextKeyValues": ["ann"]},
        ]
        (found,) = iam.simulate_custom_policy(**request, ContextEntries=entries)["EvaluationResults"]
        assert found["EvalDecision"] == "allowed"

    def test_pages(self, iam: Any) -> None:
        pages = iam.get_paginator("simulate_custom_policy").paginate(
            PolicyInputList=[policy(allow("s3:*"))],
            ActionNames=["s3:GetObject", "sqs:SendMessage", "s3:PutObject"],
            PaginationConfig={"PageSize": 2},
        )
        names = [[one["EvalActionName"] for one in page["EvaluationResults"]] for page in pages]
        assert names == [["s3:GetObject", "sqs:SendMessage"], ["s3:PutObject"]]


class TestPrincipals:
    def test_a_users_own_its_groups_and_its_boundary(self, iam: Any, account: str) -> None:
        boundary = iam.create_policy(PolicyName="b", PolicyDocument=policy(allow("s3:*")))["Policy"]["Arn"]
        iam.create_user(UserName="ann", PermissionsBoundary=boundary)
        iam.create_group(GroupName="g")
        iam.add_user_to_group(GroupName="g", UserName="ann")
        iam.put_group_policy(
            GroupName="g", PolicyName="p", PolicyDocument=policy(allow("s3:Get*"), allow("sqs:*"))
        )
        iam.put_user_policy(
            UserName="ann",
            PolicyName="own",
            PolicyDocument=policy(allow("s3:Put*", f"{BUCKET}/${{aws:username}}")),
        )
        results = iam.simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{account}:user/ann",
            ActionNames=["s3:GetObject", "s3:PutObject", "sqs:SendMessage"],
            ResourceArns=[f"{BUCKET}/ann"],
        )["EvaluationResults"]
        assert [one["EvalDecision"] for one in results] == ["allowed", "allowed", "implicitDeny"]
        assert [one["MatchedStatements"][0]["SourcePolicyId"] for one in results[:2]] == [
            "group_g_p",
            "user_ann_own",
        ]
        assert results[2]["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}

    def test_context_keys(self, iam: Any, account: str) -> None:
        statement = allow(
            "s3:*", "arn:aws:s3:::${aws:username}/*", Condition={"Bool": {"aws:SecureTransport": "true"}}
        )
        iam.create_user(UserName="ann")
        iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=policy(statement))
        of_ann = iam.get_context_keys_for_principal_policy(PolicySourceArn=f"arn:aws:iam::{account}:user/ann")
        of_text = iam.get_context_keys_for_custom_policy(PolicyInputList=[policy(statement)])
        assert (
            of_ann["ContextKeyNames"] == of_text["ContextKeyNames"] == ["aws:SecureTransport", "aws:username"]
        )
