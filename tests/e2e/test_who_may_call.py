"""Who may call what, from one end to the other: users, roles, boundaries, session policies, accounts."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import Server, new_account, running
from walls.siege import deploy_echo

Make = Callable[..., Any]


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str = "*") -> dict[str, Any]:
    """An allowing statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def deny(action: str, resource: str = "*") -> dict[str, Any]:
    """A denying statement."""
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def trust(principal: str) -> str:
    """A trust policy for an AWS principal."""
    return policy({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"})


def code(call: Callable[[], Any]) -> str:
    """The code of the refusal, "" if the call was answered."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


class Account:
    """An account with an echo function `f` and another, `g`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.id = new_account()
        self.iam = server.client("iam", self.id)
        self.lam = server.client("lambda", self.id)
        for name in ("f", "g"):
            deploy_echo(server, self.id, name)

    def arn(self, name: str) -> str:
        return f"arn:aws:lambda:us-east-1:{self.id}:function:{name}"

    def user(self, name: str, *statements: dict[str, Any]) -> dict[str, str]:
        """The client options of a new user with these statements."""
        self.iam.create_user(UserName=name)
        if statements:
            self.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}

    def role(self, name: str, trusted: str, *statements: dict[str, Any]) -> str:
        """The ARN of a new role."""
        arn: str = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(trusted))["Role"]["Arn"]
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return arn

    def invoke(self, function: str, **options: str) -> str:
        """The code of the refusal of an invocation."""
        return code(lambda: self.server.client("lambda", **options).invoke(FunctionName=function))

    def assume(self, arn: str, **options: str) -> dict[str, str]:
        """The client options of a session; `policy` is its session policy."""
        session_policy = options.pop("policy", None)
        request = {"RoleArn": arn, "RoleSessionName": "session"}
        if session_policy:
            request["Policy"] = session_policy
        given = self.server.client("sts", **options).assume_role(**request)["Credentials"]
        return {
            "key": given["AccessKeyId"],
            "secret": given["SecretAccessKey"],
            "token": given["SessionToken"],
        }


REFUSED = "AccessDeniedException"


@pytest.fixture(scope="module")
def home(server: Server) -> Account:
    return Account(server)


@pytest.fixture(scope="module")
def abroad(server: Server) -> Account:
    return Account(server)


def test_a_least_privileged_user_invokes_one_function_and_nothing_else(home: Account, server: Server) -> None:
    user = home.user("least", allow("lambda:InvokeFunction", home.arn("f")))
    assert home.invoke("f", **user) == ""
    assert home.invoke("g", **user) == REFUSED
    lam = server.client("lambda", **user)
    assert code(lambda: lam.get_function(FunctionName="f")) == REFUSED
    assert code(lam.list_functions) == REFUSED
    assert code(lambda: lam.delete_function(FunctionName="f")) == REFUSED
    assert code(lambda: lam.update_function_configuration(FunctionName="f", Timeout=9)) == REFUSED
    assert code(server.client("iam", **user).list_users) == "AccessDenied"
    assert code(server.client("logs", **user).describe_log_groups) == REFUSED
    assert code(server.client("sts", **user).get_caller_identity) == ""


def test_an_explicit_deny_wins(home: Account) -> None:
    user = home.user("denied", allow("*"), deny("lambda:InvokeFunction", home.arn("f")))
    assert home.invoke("f", **user) == REFUSED
    assert home.invoke("g", **user) == ""
    arn = f"arn:aws:iam::{home.id}:user/denied"
    home.lam.add_permission(FunctionName="f", StatementId="d", Action="lambda:InvokeFunction", Principal=arn)
    assert home.invoke("f", **user) == REFUSED


def test_nobody_has_what_he_was_not_given(home: Account) -> None:
    user = home.user("nobody")
    assert home.invoke("f", **user) == REFUSED
    home.iam.put_user_policy(
        UserName="nobody", PolicyName="p", PolicyDocument=policy(allow("lambda:Invoke*"))
    )
    assert home.invoke("f", **user) == ""
    home.iam.delete_user_policy(UserName="nobody", PolicyName="p")
    assert home.invoke("f", **user) == REFUSED


def test_groups_and_boundaries(home: Account) -> None:
    user = home.user("member")
    home.iam.create_group(GroupName="callers")
    home.iam.put_group_policy(GroupName="callers", PolicyName="p", PolicyDocument=policy(allow("lambda:*")))
    home.iam.add_user_to_group(GroupName="callers", UserName="member")
    assert (home.invoke("f", **user), home.invoke("g", **user)) == ("", "")
    boundary = home.iam.create_policy(
        PolicyName="only-f", PolicyDocument=policy(allow("lambda:InvokeFunction", home.arn("f")))
    )["Policy"]["Arn"]
    home.iam.put_user_permissions_boundary(UserName="member", PermissionsBoundary=boundary)
    assert (home.invoke("f", **user), home.invoke("g", **user)) == ("", REFUSED)
    home.iam.remove_user_from_group(GroupName="callers", UserName="member")
    assert home.invoke("f", **user) == REFUSED


def test_a_chain_of_roles_and_session_policies(home: Account) -> None:
    first = home.role("first", home.id, allow("sts:AssumeRole"))
    second = home.role("second", first, allow("lambda:InvokeFunction"))
    user = home.user("climber", allow("sts:AssumeRole", first))
    one = home.assume(first, **user)
    assert home.invoke("f", **one) == REFUSED
    assert code(lambda: home.assume(second, **user)) == "AccessDenied"
    two = home.assume(second, **one)
    assert (home.invoke("f", **two), home.invoke("g", **two)) == ("", "")
    narrow = home.assume(second, policy=policy(allow("lambda:*", home.arn("g"))), **one)
    assert (home.invoke("f", **narrow), home.invoke("g", **narrow)) == (REFUSED, "")


def test_another_account_needs_both_sides(home: Account, abroad: Account) -> None:
    user = abroad.user("guest")
    arn = f"arn:aws:iam::{abroad.id}:user/guest"
    assert abroad.invoke(home.arn("f"), **user) == REFUSED
    home.lam.add_permission(
        FunctionName="f", StatementId="guest", Action="lambda:InvokeFunction", Principal=arn
    )
    assert abroad.invoke(home.arn("f"), **user) == REFUSED
    abroad.iam.put_user_policy(
        UserName="guest", PolicyName="p", PolicyDocument=policy(allow("lambda:InvokeFunction", home.arn("f")))
    )
    assert abroad.invoke(home.arn("f"), **user) == ""
    assert abroad.invoke(home.arn("g"), **user) == REFUSED
    home.lam.remove_permission(FunctionName="f", StatementId="guest")
    assert abroad.invoke(home.arn("f"), **user) == REFUSED


def test_an_identity_policy_alone_opens_no_other_account(home: Account, abroad: Account) -> None:
    admin = abroad.user("admin", allow("*"))
    assert abroad.invoke(home.arn("f"), **admin) == REFUSED
    lam = abroad.server.client("lambda", **admin)
    assert code(lambda: lam.get_function(FunctionName=home.arn("f"))) == REFUSED
    assert code(lambda: lam.delete_function(FunctionName=home.arn("f"))) == REFUSED
    assert abroad.invoke("f", **admin) == ""


def test_a_user_made_again_is_another_one(home: Account, abroad: Account) -> None:
    allowed = allow("lambda:InvokeFunction")
    user = abroad.user("again", allowed)
    arn = f"arn:aws:iam::{abroad.id}:user/again"
    home.lam.add_permission(
        FunctionName="g", StatementId="again", Action="lambda:InvokeFunction", Principal=arn
    )
    assert abroad.invoke(home.arn("g"), **user) == ""
    abroad.iam.delete_access_key(UserName="again", AccessKeyId=user["key"])
    abroad.iam.delete_user_policy(UserName="again", PolicyName="p")
    abroad.iam.delete_user(UserName="again")
    assert abroad.invoke(home.arn("g"), **user) == "UnrecognizedClientException"
    twin = abroad.user("again", allowed)
    assert abroad.invoke(home.arn("g"), **twin) == REFUSED


def test_pass_role(home: Account, server: Server) -> None:
    user = home.user(
        "deployer",
        allow(["lambda:CreateFunction", "lambda:UpdateFunctionConfiguration", "lambda:GetFunction*"]),
    )
    lam = server.client("lambda", **user)
    powerful = home.iam.get_role(RoleName="g")["Role"]["Arn"]

    def change() -> str:
        return code(lambda: lam.update_function_configuration(FunctionName="f", Role=powerful))

    assert change() == REFUSED
    passing = {
        **allow("iam:PassRole", powerful),
        "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
    }
    home.iam.put_user_policy(UserName="deployer", PolicyName="pass", PolicyDocument=policy(passing))
    assert change() == REFUSED
    passing["Condition"]["StringEquals"]["iam:PassedToService"] = "lambda.amazonaws.com"
    home.iam.put_user_policy(UserName="deployer", PolicyName="pass", PolicyDocument=policy(passing))
    assert change() == ""


def test_a_role_made_again_inherits_no_function(home: Account, server: Server) -> None:
    """The function's role is gone: it does not run, and not as its namesake before it trusts Lambda."""
    deploy_echo(server, home.id, "orphan")
    home.iam.delete_role(RoleName="orphan")
    home.iam.create_role(RoleName="orphan", AssumeRolePolicyDocument=trust(home.id))
    assert home.invoke("orphan", key=home.id, secret="test") == REFUSED


def test_audit_lets_pass_and_records_and_off_asks_nobody(tmp_path: Any) -> None:
    for mode, recorded in (("audit", 1), ("off", 0)):
        with running(None, "--iam", mode) as server:
            account = Account(server)
            user = account.user("nobody")
            answer = server.client("lambda", **user).invoke(FunctionName="f", Payload=b"1")
            assert answer["Payload"].read() == b"1"
            asked = answer["ResponseMetadata"]["RequestId"]
            assert _recorded_refusals(server, asked) == recorded, mode
            assert account.invoke("f", key=user["key"], secret="wrong") == "InvalidSignatureException"


def _recorded_refusals(server: Server, request_id: str) -> int:
    url = f"{server.url}/_portico/explain?request_id={request_id}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        found = json.load(answer)["decisions"]
    return sum(one["action"] == "lambda:InvokeFunction" and not one["allowed"] for one in found)
