"""The global condition keys, by kind of caller.

Source: IAM User Guide, "AWS global condition context keys", "Policy variables" (the table of values by principal).
"""

from typing import Any

import pytest

from identity.policy.scenario import (
    FEDERATED,
    FEDERATED_ARN,
    NOBODY,
    ROLE,
    ROLE_ARN,
    ROOT,
    SNS,
    USER,
    USER_ARN,
    A,
)
from portico.identity.global_keys import global_context
from portico.identity.policy.variables import look_up
from portico.identity.principal import Principal, Session

NOW = 1767225600.5  # 2026-01-01T00:00:00.5Z


def value(principal: Principal, key: str, **given: Any) -> Any:
    """The value of one key in the context of a request by `principal`."""
    return look_up(global_context(principal, now=NOW, **given), key.lower())


@pytest.mark.parametrize(
    ("principal", "user_id", "username", "kind", "arn"),
    [
        (ROOT, A, None, "Account", f"arn:aws:iam::{A}:root"),
        (USER, "AIDAANN0000000000001", "ann", "User", USER_ARN),
        (ROLE, "AROADEPLOYER00000001:build-7", None, "AssumedRole", ROLE_ARN),
        (FEDERATED, f"{A}:guest", None, "FederatedUser", FEDERATED_ARN),
        (NOBODY, "anonymous", None, "Anonymous", None),
    ],
)
def test_who(principal: Principal, user_id: str, username: str | None, kind: str, arn: str | None) -> None:
    """The documented table, row by row."""
    assert value(principal, "aws:userid") == user_id
    assert value(principal, "aws:username") == username
    assert value(principal, "aws:PrincipalType") == kind
    assert value(principal, "aws:PrincipalArn") == arn
    assert value(principal, "aws:PrincipalAccount") == (A if arn else None)


def test_a_service() -> None:
    """Its source is that of the stored trigger; it is no account's."""
    assert value(SNS, "aws:PrincipalIsAWSService") == "true"
    assert value(SNS, "aws:PrincipalServiceName") == "sns.amazonaws.com"
    assert value(SNS, "aws:PrincipalServiceNamesList") == ("sns.amazonaws.com",)
    assert value(SNS, "aws:SourceArn") == f"arn:aws:sns:us-east-1:{A}:news"
    assert value(SNS, "aws:SourceAccount") == A
    assert value(SNS, "aws:PrincipalArn") is None
    assert value(USER, "aws:SourceArn") is None
    assert value(USER, "aws:PrincipalIsAWSService") == "false"


def test_the_request() -> None:
    """Time, address, transport, region."""
    request = {
        "source_ip": "192.0.2.1",
        "secure": True,
        "user_agent": "curl/8",
        "region": "eu-west-1",
        "resource_account": A,
    }
    for key, wanted in (
        ("aws:CurrentTime", "2026-01-01T00:00:00Z"),
        ("aws:EpochTime", "1767225600"),
        ("aws:SourceIp", "192.0.2.1"),
        ("aws:SecureTransport", "true"),
        ("aws:UserAgent", "curl/8"),
        ("aws:RequestedRegion", "eu-west-1"),
        ("aws:ResourceAccount", A),
        ("aws:ViaAWSService", "false"),
    ):
        assert value(USER, key, **request) == wanted
    assert value(USER, "aws:SourceIp") is None
    assert value(USER, "aws:SecureTransport") == "false"


def test_temporary_credentials() -> None:
    """What only they have; long-term keys have no word on MFA at all."""
    assert value(USER, "aws:MultiFactorAuthPresent") is None
    assert value(USER, "aws:TokenIssueTime") is None
    session = Session(
        "s",
        NOW - 60,
        NOW,
        mfa=True,
        source_identity="ann",
        federated_provider="cognito-identity.amazonaws.com",
        token_keys=(
            ("cognito-identity.amazonaws.com:sub", "x"),
            ("cognito-identity.amazonaws.com:amr", "authenticated"),
            ("cognito-identity.amazonaws.com:amr", "y"),
        ),
    )
    caller = Principal("role", A, ROLE.arn, ROLE.principal_arn, ROLE.user_id, session=session)
    for key, wanted in (
        ("aws:TokenIssueTime", "2025-12-31T23:59:00Z"),
        ("aws:MultiFactorAuthPresent", "true"),
        ("aws:MultiFactorAuthAge", "60"),
        ("aws:SourceIdentity", "ann"),
        ("aws:FederatedProvider", "cognito-identity.amazonaws.com"),
        ("cognito-identity.amazonaws.com:sub", "x"),
        ("cognito-identity.amazonaws.com:amr", ("authenticated", "y")),
    ):
        assert value(caller, key) == wanted
    assert value(ROLE, "aws:MultiFactorAuthPresent") == "false"
    assert value(ROLE, "aws:MultiFactorAuthAge") is None


def test_tags_and_the_service_s_own_keys() -> None:
    """Under lower-case keys, their values as they are."""
    given = {
        "principal_tags": (("Team", "Red"),),
        "resource_tags": (("Team", "Blue"),),
        "request_tags": (("Cost", "7"), ("Env", "x")),
        "extra": {"s3:Prefix": "a/"},
    }
    for key, wanted in (
        ("aws:PrincipalTag/Team", "Red"),
        ("aws:ResourceTag/Team", "Blue"),
        ("aws:RequestTag/Cost", "7"),
        ("aws:TagKeys", ("Cost", "Env")),
        ("s3:prefix", "a/"),
    ):
        assert value(USER, key, **given) == wanted
    assert value(USER, "aws:TagKeys") is None
