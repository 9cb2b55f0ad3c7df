"""What AWS answered, asked again of Portico: each test is named for the recorded case (`iam.json`).

Answers are compared whole: the same members, the same absences, the same codes and words.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., tuple[int, str, str]]

EC2 = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
PUT_OBJECT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}],
}
ENCODED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["apigatway:PUT"],
            "Resource": [
                "arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Faaeeieije"
            ],
        }
    ],
}


def answer(response: dict[str, Any]) -> dict[str, Any]:
    """The response's own members."""
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def role_shown(
    account: str, name: str, path: str, trust: dict[str, Any], given: dict[str, Any]
) -> dict[str, Any]:
    """A role as AWS shows it, its id and date taken from what was answered."""
    assert given["RoleId"].startswith("AROA")
    return {
        "Arn": f"arn:aws:iam::{account}:role{path}{name}",
        "AssumeRolePolicyDocument": trust,
        "CreateDate": given["CreateDate"],
        "Path": path,
        "RoleId": given["RoleId"],
        "RoleName": name,
    }


class TestRoles:
    def test_create_describe_role(self, iam: Any, account: str) -> None:
        given = iam.create_role(RoleName="r", Path="/p1/", AssumeRolePolicyDocument=json.dumps(EC2))
        shown = role_shown(account, "r", "/p1/", EC2, given["Role"])
        assert answer(given) == {"Role": shown}
        assert answer(iam.get_role(RoleName="r")) == {
            "Role": {**shown, "MaxSessionDuration": 3600, "RoleLastUsed": {}}
        }
        assert answer(iam.list_roles(PathPrefix="/p1/")) == {
            "IsTruncated": False,
            "Roles": [{**shown, "MaxSessionDuration": 3600}],
        }

    def test_role_with_tags(self, iam: Any, account: str) -> None:
        tags = [{"Key": "test", "Value": "value"}]
        given = iam.create_role(
            RoleName="r", Path="/role-with-tags/", AssumeRolePolicyDocument=json.dumps(EC2), Tags=tags
        )
        shown = role_shown(account, "r", "/role-with-tags/", EC2, given["Role"])
        assert answer(given) == {"Role": {**shown, "Tags": tags}}
        assert answer(iam.get_role(RoleName="r")) == {
            "Role": {**shown, "MaxSessionDuration": 3600, "RoleLastUsed": {}, "Tags": tags}
        }
        assert answer(iam.list_roles(PathPrefix="/role-with-tags/")) == {
            "IsTruncated": False,
            "Roles": [{**shown, "MaxSessionDuration": 3600}],
        }

    def test_list_roles_with_permission_boundary(self, iam: Any, account: str) -> None:
        boundary = iam.create_policy(PolicyName="b", PolicyDocument=json.dumps(PUT_OBJECT))["Policy"]["Arn"]
        given = iam.create_role(
            RoleName="r", Path="/p1/", AssumeRolePolicyDocument=json.dumps(EC2), PermissionsBoundary=boundary
        )
        shown = role_shown(account, "r", "/p1/", EC2, given["Role"])
        assert answer(given) == {"Role": shown}
        assert answer(iam.list_roles(PathPrefix="/p1/")) == {
            "IsTruncated": False,
            "Roles": [{**shown, "MaxSessionDuration": 3600}],
        }

    def test_update_assume_role_policy(self, iam: Any, account: str) -> None:
        lists = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": ["ec2.amazonaws.com"]},
                    "Action": ["sts:AssumeRole"],
                }
            ],
        }
        given = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(lists))
        assert answer(given) == {"Role": role_shown(account, "r", "/", lists, given["Role"])}
        assert answer(iam.update_assume_role_policy(RoleName="r", PolicyDocument=json.dumps(lists))) == {}

    def test_create_role_with_malformed_assume_role_policy_document(self, iam: Any, refusal: Refusal) -> None:
        assert refusal(
            iam.create_role, RoleName="r", AssumeRolePolicyDocument="malformed_policy_document"
        ) == (
            400,
            "MalformedPolicyDocument",
            "This policy contains invalid Json",
        )

    def test_role_with_path_lifecycle(self, iam: Any, account: str) -> None:
        given = iam.create_role(RoleName="r", Path="/path-1/", AssumeRolePolicyDocument=json.dumps(EC2))
        shown = role_shown(account, "r", "/path-1/", EC2, given["Role"])
        assert answer(iam.get_role(RoleName="r")) == {
            "Role": {**shown, "MaxSessionDuration": 3600, "RoleLastUsed": {}}
        }
        assert answer(iam.delete_role(RoleName="r")) == {}


class TestPolicyEncoding:
    def test_put_user_policy_encoding(self, iam: Any) -> None:
        iam.create_user(UserName="u")
        iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=json.dumps(ENCODED))
        assert answer(iam.get_user_policy(UserName="u", PolicyName="p")) == {
            "PolicyDocument": ENCODED,
            "PolicyName": "p",
            "UserName": "u",
        }

    def test_put_role_policy_encoding(self, iam: Any, account: str) -> None:
        condition = {"StringEquals": {"aws:SourceArn": "arn%3Aaws%3Aapigateway%3A%3A%2Frestapis%2Faaeeieije"}}
        trust = {"Version": "2012-10-17", "Statement": [{**EC2["Statement"][0], "Condition": condition}]}  # type: ignore[dict-item]
        given = iam.create_role(RoleName="r", Path="/p/", AssumeRolePolicyDocument=json.dumps(trust))
        shown = role_shown(account, "r", "/p/", trust, given["Role"])
        assert answer(given) == {"Role": shown}
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(ENCODED))
        assert answer(iam.get_role_policy(RoleName="r", PolicyName="p")) == {
            "PolicyDocument": ENCODED,
            "PolicyName": "p",
            "RoleName": "r",
        }
        assert iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"] == trust
        assert iam.list_roles(PathPrefix="/p/")["Roles"][0]["AssumeRolePolicyDocument"] == trust

    def test_put_group_policy_encoding(self, iam: Any) -> None:
        iam.create_group(GroupName="g")
        iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=json.dumps(ENCODED))
        assert answer(iam.get_group_policy(GroupName="g", PolicyName="p")) == {
            "GroupName": "g",
            "PolicyDocument": ENCODED,
            "PolicyName": "p",
        }


class TestAttachedPolicies:
    @pytest.mark.parametrize("noun", ["role", "user"])
    def test_attach_policy(self, iam: Any, refusal: Refusal, account: str, noun: str) -> None:
        """`test_role_attach_policy` and `test_user_attach_policy`."""
        name = "policy-of-twenty-or-more-characters"
        if noun == "role":
            iam.create_role(RoleName="it", AssumeRolePolicyDocument=json.dumps(EC2))
        else:
            iam.create_user(UserName="it")
        given = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(PUT_OBJECT))
        arn = f"arn:aws:iam::{account}:policy/{name}"
        assert given["Policy"]["PolicyId"].startswith("ANPA")
        assert answer(given) == {
            "Policy": {
                "Arn": arn,
                "AttachmentCount": 0,
                "CreateDate": given["Policy"]["CreateDate"],
                "DefaultVersionId": "v1",
                "IsAttachable": True,
                "Path": "/",
                "PermissionsBoundaryUsageCount": 0,
                "PolicyId": given["Policy"]["PolicyId"],
                "PolicyName": name,
                "UpdateDate": given["Policy"]["CreateDate"],
            }
        }
        attach = iam.attach_role_policy if noun == "role" else iam.attach_user_policy
        entity = {"RoleName" if noun == "role" else "UserName": "it"}
        unparsed = (400, "ValidationError", "Invalid ARN:  Could not be parsed!")
        assert refusal(attach, **entity, PolicyArn="longpolicynamebutnoarn") == unparsed
        assert refusal(attach, **entity, PolicyArn=name) == unparsed
        assert refusal(attach, **entity, PolicyArn=f"{arn}123") == (
            404,
            "NoSuchEntity",
            f"Policy {arn}123 does not exist or is not attachable.",
        )
        assert answer(attach(**entity, PolicyArn=arn)) == {}

    def test_delete_non_existent_policy_returns_no_such_entity(
        self, iam: Any, refusal: Refusal, account: str
    ) -> None:
        arn = f"arn:aws:iam::{account}:policy/non-existent-policy"
        assert refusal(iam.delete_policy, PolicyArn=arn) == (
            404,
            "NoSuchEntity",
            f"Policy {arn} was not found.",
        )


class TestServiceSpecificCredentials:
    @pytest.mark.parametrize("service", ["codecommit.amazonaws.com", "cassandra.amazonaws.com"])
    def test_service_specific_credential_lifecycle(self, iam: Any, account: str, service: str) -> None:
        iam.create_user(UserName="u")
        given = iam.create_service_specific_credential(UserName="u", ServiceName=service)
        created = given["ServiceSpecificCredential"]
        shown = {
            "CreateDate": created["CreateDate"],
            "ServiceName": service,
            "ServiceSpecificCredentialId": created["ServiceSpecificCredentialId"],
            "ServiceUserName": f"u-at-{account}",
            "Status": "Active",
            "UserName": "u",
        }
        assert answer(given) == {
            "ServiceSpecificCredential": {**shown, "ServicePassword": created["ServicePassword"]}
        }
        listed = iam.list_service_specific_credentials(UserName="u", ServiceName=service)
        assert answer(listed) == {"ServiceSpecificCredentials": [shown]}
        which = {"UserName": "u", "ServiceSpecificCredentialId": created["ServiceSpecificCredentialId"]}
        assert answer(iam.update_service_specific_credential(**which, Status="Inactive")) == {}
        listed = iam.list_service_specific_credentials(UserName="u", ServiceName=service)
        assert answer(listed) == {"ServiceSpecificCredentials": [{**shown, "Status": "Inactive"}]}
        reset = iam.reset_service_specific_credential(**which)["ServiceSpecificCredential"]
        assert reset["ServicePassword"] != created["ServicePassword"]
        assert reset == {**shown, "Status": "Inactive", "ServicePassword": reset["ServicePassword"]}
        assert answer(iam.delete_service_specific_credential(**which)) == {}
        assert answer(iam.list_service_specific_credentials(UserName="u")) == {
            "ServiceSpecificCredentials": []
        }

    @pytest.mark.parametrize("service", ["codecommit.amazonaws.com", "nonexistentservice.amazonaws.com"])
    def test_create_service_specific_credential_invalid_user(
        self, iam: Any, refusal: Refusal, service: str
    ) -> None:
        request = {"UserName": "non-existent-user", "ServiceName": service}
        assert refusal(iam.create_service_specific_credential, **request) == (
            404,
            "NoSuchEntity",
            "The user with name non-existent-user cannot be found.",
        )

    @pytest.mark.parametrize(
        "service", ["nonexistentservice.amazonaws.com", "o3on3n3onosneo", "lambda.amazonaws.com"]
    )
    def test_create_service_specific_credential_invalid_service(
        self, iam: Any, refusal: Refusal, service: str
    ) -> None:
        iam.create_user(UserName="u")
        words = f"No such service {service} is supported for Service Specific Credentials"
        request = {"UserName": "u", "ServiceName": service}
        assert refusal(iam.create_service_specific_credential, **request) == (404, "NoSuchEntity", words)

    def test_list_service_specific_credential_different_service(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="u")
        wrong = {"UserName": "u", "ServiceName": "nonexistentservice.amazonaws.com"}
        assert refusal(iam.list_service_specific_credentials, **wrong) == (
            404,
            "NoSuchEntity",
            "No such service nonexistentservice.amazonaws.com is supported for Service Specific Credentials",
        )
        iam.create_service_specific_credential(UserName="u", ServiceName="codecommit.amazonaws.com")
        other = iam.list_service_specific_credentials(UserName="u", ServiceName="cassandra.amazonaws.com")
        assert answer(other) == {"ServiceSpecificCredentials": []}

    def test_delete_user_after_service_credential_created(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="u")
        iam.create_service_specific_credential(UserName="u", ServiceName="codecommit.amazonaws.com")
        assert refusal(iam.delete_user, UserName="u") == (
            409,
            "DeleteConflict",
            "Cannot delete entity, must remove referenced objects first.",
        )

    @pytest.mark.parametrize(
        ("wrong", "expected"),
        [
            (
                "totally-wrong-credential-id-with-hyphens",
                (
                    400,
                    "ValidationError",
                    "1 validation error detected: Value at 'serviceSpecificCredentialId' failed to satisfy constraint:"
                    " Member must satisfy regular expression pattern: [\\w]+",
                ),
            ),
            (
                "satisfiesregexbutstillinvalid",
                (404, "NoSuchEntity", "No such credential satisfiesregexbutstillinvalid exists"),
            ),
        ],
    )
    def test_user_match_id_mismatch(
        self, iam: Any, refusal: Refusal, wrong: str, expected: tuple[int, str, str]
    ) -> None:
        iam.create_user(UserName="u")
        iam.create_service_specific_credential(UserName="u", ServiceName="codecommit.amazonaws.com")
        which = {"UserName": "u", "ServiceSpecificCredentialId": wrong}
        assert refusal(iam.update_service_specific_credential, **which, Status="Inactive") == expected
        assert refusal(iam.reset_service_specific_credential, **which) == expected
        assert refusal(iam.delete_service_specific_credential, **which) == expected

    def test_id_match_user_mismatch(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="u")
        created = iam.create_service_specific_credential(UserName="u", ServiceName="codecommit.amazonaws.com")
        credential_id = created["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
        which = {"UserName": "wrong-user-name", "ServiceSpecificCredentialId": credential_id}
        expected = (404, "NoSuchEntity", "The user with name wrong-user-name cannot be found.")
        assert refusal(iam.update_service_specific_credential, **which, Status="Inactive") == expected
        assert refusal(iam.reset_service_specific_credential, **which) == expected
        assert refusal(iam.delete_service_specific_credential, **which) == expected

    def test_invalid_update_parameters(self, iam: Any, refusal: Refusal) -> None:
        iam.create_user(UserName="u")
        created = iam.create_service_specific_credential(UserName="u", ServiceName="codecommit.amazonaws.com")
        credential_id = created["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
        request = {"UserName": "u", "ServiceSpecificCredentialId": credential_id, "Status": "Invalid"}
        assert refusal(iam.update_service_specific_credential, **request) == (
            400,
            "ValidationError",
            "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum"
            " value set",
        )


class TestServiceRoles:
    @pytest.mark.parametrize(
        ("service", "name", "policy", "description"),
        [
            ("batch.amazonaws.com", "AWSServiceRoleForBatch", "BatchServiceRolePolicy", None),
            (
                "autoscaling.amazonaws.com",
                "AWSServiceRoleForAutoScaling",
                "AutoScalingServiceRolePolicy",
                None,
            ),
            (
                "accountdiscovery.ssm.amazonaws.com",
                "AWSServiceRoleForAmazonSSM_AccountDiscovery",
                "AWSSystemsManagerAccountDiscoveryServicePolicy",
                None,
            ),
            (
                "rds.amazonaws.com",
                "AWSServiceRoleForRDS",
                "AmazonRDSServiceRolePolicy",
                "Allows Amazon RDS to manage AWS resources on your behalf",
            ),
        ],
    )
    def test_service_role_lifecycle(
        self, iam: Any, account: str, service: str, name: str, policy: str, description: str | None
    ) -> None:
        given = iam.create_service_linked_role(AWSServiceName=service)["Role"]
        statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": service}}
        trust = {"Statement": [statement], "Version": "2012-10-17"}
        shown = role_shown(account, name, f"/aws-service-role/{service}/", trust, given)
        described = {"Description": description} if description else {}
        assert answer(iam.get_role(RoleName=name)) == {
            "Role": {**shown, **described, "MaxSessionDuration": 3600, "RoleLastUsed": {}}
        }
        assert answer(iam.list_role_policies(RoleName=name)) == {"IsTruncated": False, "PolicyNames": []}
        assert answer(iam.list_attached_role_policies(RoleName=name)) == {
            "AttachedPolicies": [
                {"PolicyArn": f"arn:aws:iam::aws:policy/aws-service-role/{policy}", "PolicyName": policy}
            ],
            "IsTruncated": False,
        }

    @pytest.mark.parametrize(
        ("service", "name"),
        [
            ("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling_mine"),
            ("connect.amazonaws.com", "AWSServiceRoleForAmazonConnect_mine"),
            ("lexv2.amazonaws.com", "AWSServiceRoleForLexV2Bots_mine"),
        ],
    )
    def test_service_role_lifecycle_custom_suffix(self, iam: Any, service: str, name: str) -> None:
        created = iam.create_service_linked_role(AWSServiceName=service, CustomSuffix="mine")
        assert created["Role"]["RoleName"] == name
        assert iam.get_role(RoleName=name)["Role"]["Path"] == f"/aws-service-role/{service}/"

    @pytest.mark.parametrize("service", ["batch.amazonaws.com", "rds.amazonaws.com", "wafv2.amazonaws.com"])
    def test_service_role_lifecycle_custom_suffix_not_allowed(
        self, iam: Any, refusal: Refusal, service: str
    ) -> None:
        request = {"AWSServiceName": service, "CustomSuffix": "mine"}
        words = f"Custom suffix is not allowed for {service}"
        assert refusal(iam.create_service_linked_role, **request) == (400, "InvalidInput", words)

    def test_service_role_already_exists(self, iam: Any, refusal: Refusal) -> None:
        iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")
        assert refusal(iam.create_service_linked_role, AWSServiceName="batch.amazonaws.com") == (
            400,
            "InvalidInput",
            "Service role name AWSServiceRoleForBatch has been taken in this account, please try a different suffix.",
        )

    def test_service_role_deletion(self, iam: Any) -> None:
        iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")
        deleted = iam.delete_service_linked_role(RoleName="AWSServiceRoleForBatch")
        task = deleted["DeletionTaskId"]
        assert task.startswith("task/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch/")
        assert answer(deleted) == {"DeletionTaskId": task}
        assert answer(iam.get_service_linked_role_deletion_status(DeletionTaskId=task)) == {
            "Status": "SUCCEEDED"
        }


class TestSimulation:
    @pytest.mark.parametrize("noun", ["role", "user", "group"])
    def test_simulate_principle_policy(self, iam: Any, account: str, noun: str) -> None:
        document = (
            '{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject",'
            ' "Resource": "*"}}'
        )
        policy = iam.create_policy(PolicyName="put-objects", PolicyDocument=document)["Policy"]["Arn"]
        if noun == "role":
            iam.create_role(RoleName="it", AssumeRolePolicyDocument=json.dumps(EC2))
            iam.attach_role_policy(RoleName="it", PolicyArn=policy)
        elif noun == "user":
            iam.create_user(UserName="it")
            iam.attach_user_policy(UserName="it", PolicyArn=policy)
        else:
            iam.create_group(GroupName="it")
            iam.attach_group_policy(GroupName="it", PolicyArn=policy)
        bucket = "arn:aws:s3:::bucket"
        response = iam.simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{account}:{noun}/it",
            ActionNames=["s3:PutObject", "s3:GetObjectVersion"],
            ResourceArns=[bucket],
        )
        matched = {
            "EndPosition": {"Column": 113, "Line": 1},
            "SourcePolicyId": "put-objects",
            "SourcePolicyType": "IAM Policy",
            "StartPosition": {"Column": 41, "Line": 1},
        }

        def result(action: str, decision: str, statements: list[Any]) -> dict[str, Any]:
            return {
                "EvalActionName": action,
                "EvalDecision": decision,
                "EvalDecisionDetails": {},
                "EvalResourceName": bucket,
                "MatchedStatements": statements,
                "MissingContextValues": [],
                "OrganizationsDecisionDetail": {"AllowedByOrganizations": True},
                "ResourceSpecificResults": [
                    {
                        "EvalResourceDecision": decision,
                        "EvalResourceName": bucket,
                        "MatchedStatements": statements,
                        "MissingContextValues": [],
                    }
                ],
            }

        assert answer(response) == {
            "EvaluationResults": [
                result("s3:PutObject", "allowed", [matched]),
                result("s3:GetObjectVersion", "implicitDeny", []),
            ],
            "IsTruncated": False,
        }
