"""Who may call IAM: each refusal names the caller, the action, the resource and the reason."""

from collections.abc import Callable
from typing import Any

from harness import new_account

Refusal = Callable[..., tuple[int, str, str]]
AsUser = Callable[..., Any]

TRUST_EC2 = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}]}'
)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def allow(action: str | list[str], resource: str = "*", **conditions: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": conditions} if conditions else statement


def denied(account: str, caller: str, action: str, resource: str) -> tuple[int, str, str]:
    return (
        403,
        "AccessDenied",
        f"User: arn:aws:iam::{account}:user/{caller} is not authorized to perform: iam:{action} on resource: {resource}"
        f" because no identity-based policy allows the iam:{action} action",
    )


def test_a_user_without_policies(as_user: AsUser, refusal: Refusal, account: str) -> None:
    ann = as_user("ann")
    target = f"arn:aws:iam::{account}:user/x/bob"
    expected = denied(account, "ann", "CreateUser", target)
    assert refusal(ann.create_user, UserName="bob", Path="/x/") == expected


def test_what_does_not_exist_is_refused_by_the_arn_it_would_have(
    as_user: AsUser, refusal: Refusal, account: str
) -> None:
    ann = as_user("ann", allow("iam:GetUser", f"arn:aws:iam::{account}:user/x/*"))
    expected = denied(account, "ann", "GetUser", f"arn:aws:iam::{account}:user/nobody")
    assert refusal(ann.get_user, UserName="nobody") == expected


def test_an_entity_is_known_by_its_path(iam: Any, as_user: AsUser, refusal: Refusal, account: str) -> None:
    ann = as_user("ann", allow("iam:*", f"arn:aws:iam::{account}:role/team/*"))
    ann.create_role(RoleName="mine", Path="/team/", AssumeRolePolicyDocument=TRUST_EC2)
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=TRUST_EC2)
    assert ann.get_role(RoleName="MINE")["Role"]["RoleName"] == "mine"
    expected = denied(account, "ann", "GetRole", f"arn:aws:iam::{account}:role/other")
    assert refusal(ann.get_role, RoleName="other") == expected


def test_a_rename_needs_both_names(iam: Any, as_user: AsUser, refusal: Refusal, account: str) -> None:
    ann = as_user("ann", allow("iam:UpdateUser", f"arn:aws:iam::{account}:user/team/*"))
    iam.create_user(UserName="bob", Path="/team/")
    expected = denied(account, "ann", "UpdateUser", f"arn:aws:iam::{account}:user/bob")
    assert refusal(ann.update_user, UserName="bob", NewPath="/") == expected
    ann.update_user(UserName="bob", NewUserName="rob")
    assert iam.get_user(UserName="rob")["User"]["Path"] == "/team/"


def test_an_explicit_deny_wins(as_user: AsUser, refusal: Refusal, account: str) -> None:
    deny = {"Effect": "Deny", "Action": "iam:DeleteUser", "Resource": "*"}
    ann = as_user("ann", allow("iam:*"), deny)
    assert refusal(ann.delete_user, UserName="ann")[2].endswith(
        "with an explicit deny in an identity-based policy"
    )


def test_of_a_group(iam: Any, as_user: AsUser, refusal: Refusal) -> None:
    ann = as_user("ann")
    iam.create_group(GroupName="readers")
    iam.attach_group_policy(GroupName="readers", PolicyArn=READ_ONLY)
    assert refusal(ann.list_users)[1] == "AccessDenied"
    iam.add_user_to_group(GroupName="readers", UserName="ann")
    assert ann.list_users()["Users"]
    iam.update_group(GroupName="readers", NewGroupName="lookers")
    assert ann.list_users()["Users"]
    iam.remove_user_from_group(GroupName="lookers", UserName="ann")
    assert refusal(ann.list_users)[1] == "AccessDenied"


def test_a_boundary_limits(iam: Any, as_user: AsUser, refusal: Refusal) -> None:
    ann = as_user("ann", allow("*"))
    ann.list_users()
    iam.put_user_permissions_boundary(
        UserName="ann", PermissionsBoundary="arn:aws:iam::aws:policy/AmazonS3FullAccess"
    )
    assert refusal(ann.list_users)[2].endswith(
        "because no permissions boundary allows the iam:ListUsers action"
    )


def test_only_with_a_boundary(as_user: AsUser, refusal: Refusal) -> None:
    """`iam:PermissionsBoundary`: delegated administrators can't make anybody mightier than they are."""
    within = {"StringEquals": {"iam:PermissionsBoundary": READ_ONLY}}
    ann = as_user("ann", allow(["iam:CreateUser", "iam:PutUserPolicy"], **within))
    assert refusal(ann.create_user, UserName="bob")[1] == "AccessDenied"
    ann.create_user(UserName="bob", PermissionsBoundary=READ_ONLY)
    document = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
    ann.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=document)
    assert (
        refusal(ann.put_user_policy, UserName="ann", PolicyName="p", PolicyDocument=document)[1]
        == "AccessDenied"
    )


def test_only_certain_policies_attached(iam: Any, as_user: AsUser, refusal: Refusal) -> None:
    """`iam:PolicyARN`."""
    ann = as_user("ann", allow("iam:AttachUserPolicy", ArnEquals={"iam:PolicyARN": READ_ONLY}))
    ann.attach_user_policy(UserName="ann", PolicyArn=READ_ONLY)
    other = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert refusal(ann.attach_user_policy, UserName="ann", PolicyArn=other)[1] == "AccessDenied"


def test_by_the_tags_of_request_and_resource(iam: Any, as_user: AsUser, refusal: Refusal) -> None:
    """`aws:RequestTag`, `aws:TagKeys`, `aws:ResourceTag`, `iam:ResourceTag`."""
    ann = as_user(
        "ann",
        allow(
            "iam:CreateRole",
            StringEquals={"aws:RequestTag/team": "a"},
            **{"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}},
        ),
        allow("iam:GetRole", StringEquals={"aws:ResourceTag/team": "a"}),
        allow("iam:DeleteRole", StringEquals={"iam:ResourceTag/team": "a"}),
    )
    role = {"RoleName": "r", "AssumeRolePolicyDocument": TRUST_EC2}
    team = {"Key": "team", "Value": "a"}
    assert refusal(ann.create_role, **role)[1] == "AccessDenied"
    assert refusal(ann.create_role, **role, Tags=[team, {"Key": "x", "Value": ""}])[1] == "AccessDenied"
    ann.create_role(**role, Tags=[team])
    assert ann.get_role(RoleName="r")["Role"]["Tags"] == [team]
    iam.tag_role(RoleName="r", Tags=[{"Key": "team", "Value": "b"}])
    assert refusal(ann.get_role, RoleName="r")[1] == "AccessDenied"
    assert refusal(ann.delete_role, RoleName="r")[1] == "AccessDenied"
    iam.tag_role(RoleName="r", Tags=[team])
    ann.delete_role(RoleName="r")


def test_a_role_is_passed_only_by_permission(
    iam: Any, as_user: AsUser, refusal: Refusal, account: str
) -> None:
    """`iam:PassRole` with `iam:PassedToService`, checked where an instance profile gets a role."""
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_EC2)
    iam.create_instance_profile(InstanceProfileName="p")
    request = {"InstanceProfileName": "p", "RoleName": "r"}
    adds = allow("iam:AddRoleToInstanceProfile")
    ann = as_user("ann", adds)
    expected = denied(account, "ann", "PassRole", f"arn:aws:iam::{account}:role/r")
    assert refusal(ann.add_role_to_instance_profile, **request) == expected
    to_lambda = allow("iam:PassRole", StringEquals={"iam:PassedToService": "lambda.amazonaws.com"})
    assert (
        refusal(as_user("bob", adds, to_lambda).add_role_to_instance_profile, **request)[1] == "AccessDenied"
    )
    to_ec2 = allow("iam:PassRole", StringEquals={"iam:PassedToService": "ec2.amazonaws.com"})
    as_user("cid", adds, to_ec2).add_role_to_instance_profile(**request)


def test_another_accounts_policy_is_not_read(client: Callable[..., Any], iam: Any, refusal: Refusal) -> None:
    document = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
    arn = iam.create_policy(PolicyName="p", PolicyDocument=document)["Policy"]["Arn"]
    stranger = client("iam", new_account())
    assert refusal(stranger.get_policy, PolicyArn=arn)[:2] == (403, "AccessDenied")


def test_accounts_do_not_see_each_other(client: Callable[..., Any], iam: Any) -> None:
    iam.create_user(UserName="ann")
    names = [user["UserName"] for user in client("iam", new_account()).list_users()["Users"]]
    assert "ann" not in names


def test_a_made_up_path_does_not_reach_an_entity(
    iam: Any, as_user: AsUser, refusal: Refusal, account: str
) -> None:
    iam.create_user(UserName="boss")
    ann = as_user("ann", allow("iam:SimulatePrincipalPolicy", f"arn:aws:iam::{account}:user/team/*"))
    request = {"PolicySourceArn": f"arn:aws:iam::{account}:user/team/boss", "ActionNames": ["s3:GetObject"]}
    assert refusal(ann.simulate_principal_policy, **request)[:2] == (404, "NoSuchEntity")


def test_a_role_is_used(iam: Any, client: Callable[..., Any], as_user: AsUser, account: str) -> None:
    """A session has what its role has, and the role remembers it."""
    as_user("ann")
    trust = TRUST_EC2.replace('"Service":"ec2.amazonaws.com"', f'"AWS":"arn:aws:iam::{account}:user/ann"')
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]
    iam.attach_role_policy(RoleName="reader", PolicyArn=READ_ONLY)
    assert iam.get_role(RoleName="reader")["Role"]["RoleLastUsed"] == {}
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    sts = client("sts", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="now")["Credentials"]
    reader = client(
        "iam", key=session["AccessKeyId"], secret=session["SecretAccessKey"], token=session["SessionToken"]
    )
    assert [user["UserName"] for user in reader.list_users()["Users"]] == ["ann"]
    used = reader.get_role(RoleName="reader")["Role"]["RoleLastUsed"]
    assert used["Region"] == "us-east-1"
    assert set(used) == {"LastUsedDate", "Region"}
