"""`requestContext.identity` of callers."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from portico.identity.principal import COGNITO, Principal, Session
from portico.services.apigateway.plane.identity import anonymous, signed
from rest_doors import ECHO, RestApi

POOL, IDENTITY = "us-east-1:pool", "us-east-1:identity"
PROVIDER = "cognito-idp.us-east-1.amazonaws.com/us-east-1_abc"


def test_nobody() -> None:
    found = anonymous("10.0.0.1", "")
    assert {name: value for name, value in found.items() if value is not None} == {"sourceIp": "10.0.0.1"}
    assert len(found) == 12


def session(*amr: str, provider: str = COGNITO) -> Principal:
    keys = (
        (f"{COGNITO}:sub", IDENTITY),
        (f"{COGNITO}:aud", POOL),
        *((f"{COGNITO}:amr", each) for each in amr),
    )
    made = Session("s", 0, 1, federated_provider=provider, token_keys=keys)
    return Principal("role", "1", "arn:session", "arn:role", "AROA:s", "role", "AROA", made, "ASIA")


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (
            session("authenticated", PROVIDER, f"{PROVIDER}:CognitoSignIn:sub"),
            ("authenticated", f"{PROVIDER},{PROVIDER}:CognitoSignIn:sub", IDENTITY, POOL),
        ),
        (session("unauthenticated"), ("unauthenticated", None, IDENTITY, POOL)),
        (session("authenticated", provider="evil.example"), (None, None, None, None)),
    ],
)
def test_identities_of_identity_pools(caller: Principal, expected: tuple[Any, ...]) -> None:
    found = signed(anonymous("10.0.0.1", "x"), caller)
    assert (
        found["cognitoAuthenticationType"],
        found["cognitoAuthenticationProvider"],
        found["cognitoIdentityId"],
        found["cognitoIdentityPoolId"],
    ) == expected
    assert (found["userArn"], found["caller"], found["accessKey"]) == ("arn:session", "AROA:s", "ASIA")


def test_a_guest_of_an_identity_pool(rest: RestApi, client: Callable[..., Any], deploy: Any) -> None:
    pools = client("cognito-identity")
    pool = pools.create_identity_pool(IdentityPoolName="guests", AllowUnauthenticatedIdentities=True)[
        "IdentityPoolId"
    ]
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": COGNITO},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{COGNITO}:aud": pool}},
    }
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": rest.arn("prod/GET/echo")}
    iam = client("iam")
    role = iam.create_role(RoleName="guest", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="guest", PolicyName="p", PolicyDocument=document(allow))
    pools.set_identity_pool_roles(IdentityPoolId=pool, Roles={"unauthenticated": role})
    guest = pools.get_id(IdentityPoolId=pool)["IdentityId"]
    given = pools.get_credentials_for_identity(IdentityId=guest)["Credentials"]
    rest.method("/echo", "ANY", function=deploy(ECHO), authorizationType="AWS_IAM")
    rest.deploy()
    credentials = (given["AccessKeyId"], given["SecretKey"], given["SessionToken"])
    identity = rest.ask_signed("/echo", credentials).json["requestContext"]["identity"]
    assert (identity["cognitoIdentityId"], identity["cognitoIdentityPoolId"]) == (guest, pool)
    assert identity["cognitoAuthenticationType"] == "unauthenticated"
    assert identity["userArn"].startswith(f"arn:aws:sts::{rest.account}:assumed-role/guest/")
    assert rest.ask_signed("/echo", credentials, "POST").status == 403


def document(statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
