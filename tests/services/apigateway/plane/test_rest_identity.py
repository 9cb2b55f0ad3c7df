"""`requestContext.identity` of callers."""

from typing import Any

import pytest

from portico.identity.principal import COGNITO, Principal, Session
from portico.services.apigateway.plane.identity import anonymous, signed

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
