"""Callers with a user pool's tokens."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from portico.services.apigateway.plane.user_pools import claim_text, date_text
from rest_doors import ECHO, RestApi

UNAUTHORIZED = (401, "Unauthorized")
PASSWORD = "Passw0rd!x"
SCOPE = "aws.cognito.signin.user.admin"


class Pool(NamedTuple):
    """A pool with one user: its ARN, its client's id, and the user's tokens."""

    arn: str
    client: str
    id_token: str
    access_token: str

    @property
    def claims(self) -> dict[str, Any]:
        """Those of the identity token."""
        part = self.id_token.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return claims


@pytest.fixture
def pool(client: Callable[..., Any]) -> Callable[[], Pool]:
    """Makes a pool, and signs its user in."""

    def make() -> Pool:
        idp = client("cognito-idp")
        made = idp.create_user_pool(PoolName="people")["UserPool"]
        app = idp.create_user_pool_client(
            UserPoolId=made["Id"],
            ClientName="app",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )["UserPoolClient"]["ClientId"]
        idp.admin_create_user(UserPoolId=made["Id"], Username="ann", MessageAction="SUPPRESS")
        idp.admin_set_user_password(UserPoolId=made["Id"], Username="ann", Password=PASSWORD, Permanent=True)
        idp.create_group(GroupName="a", UserPoolId=made["Id"])
        idp.create_group(GroupName="b", UserPoolId=made["Id"])
        for group in ("a", "b"):
            idp.admin_add_user_to_group(UserPoolId=made["Id"], Username="ann", GroupName=group)
        tokens = idp.initiate_auth(
            ClientId=app,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ann", "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        return Pool(made["Arn"], app, tokens["IdToken"], tokens["AccessToken"])

    return make


def guard(rest: RestApi, pool: Pool, **options: Any) -> str:
    made: str = rest.control.create_authorizer(
        restApiId=rest.id,
        name="people",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool.arn],
        identitySource="method.request.header.Authorization",
        **options,
    )["id"]
    return made


def token(text: str) -> dict[str, str]:
    return {"Authorization": text}


def test_tokens(rest: RestApi, pool: Callable[[], Pool], deploy: Any) -> None:
    mine, other = pool(), pool()
    guarded = {"authorizationType": "COGNITO_USER_POOLS", "authorizerId": guard(rest, mine)}
    rest.method("/me", function=deploy(ECHO), **guarded)
    rest.method("/scoped", authorizationScopes=["other/scope", SCOPE], **guarded)
    rest.method("/foreign", authorizationScopes=["other/scope"], **guarded)
    rest.deploy()
    for sent in (mine.id_token, f"Bearer {mine.id_token}"):
        claims = rest.ask("/me", headers=token(sent)).json["requestContext"]["authorizer"]["claims"]
        assert claims["sub"] == mine.claims["sub"]
        assert claims["aud"] == mine.client
        assert claims["token_use"] == "id"
        assert claims["cognito:groups"] in ("a,b", "b,a")
        assert claims["exp"] == date_text(mine.claims["exp"])
        assert all(isinstance(value, str) for value in claims.values())
    assert rest.ask("/scoped", headers=token(mine.access_token)).status == 200
    for path, sent in [
        ("/me", ""),
        ("/me", "Bearer "),
        ("/me", mine.access_token),
        ("/me", other.id_token),
        ("/me", mine.id_token[:-4] + "AAAA"),
        ("/me", "no token"),
        ("/scoped", mine.id_token),
        ("/scoped", other.access_token),
        ("/foreign", mine.access_token),
    ]:
        assert rest.ask(path, headers=token(sent)).message == UNAUTHORIZED, (path, sent[:20])
    assert rest.ask("/me").message == UNAUTHORIZED


def test_forged_tokens(rest: RestApi, pool: Callable[[], Pool]) -> None:
    mine = pool()
    rest.method("/me", authorizationType="COGNITO_USER_POOLS", authorizerId=guard(rest, mine))
    rest.deploy()
    header = json.loads(base64.urlsafe_b64decode(mine.id_token.split(".")[0] + "=="))
    claims = json.dumps(mine.claims).encode()
    body = base64.urlsafe_b64encode(claims).rstrip(b"=").decode()
    none = base64.urlsafe_b64encode(json.dumps({**header, "alg": "none"}).encode()).rstrip(b"=").decode()
    own = RSAKey.generate_key(2048)
    confused = base64.urlsafe_b64encode(json.dumps({**header, "alg": "HS256"}).encode()).rstrip(b"=").decode()
    mac = hmac.digest(own.as_pem(private=False), f"{confused}.{body}".encode(), "sha256")
    forged = {
        "none": f"{none}.{body}.",
        "another key": jws.serialize_compact({**header}, claims, own, algorithms=["RS256"]),
        "key confusion": f"{confused}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}",
    }
    for kind, sent in forged.items():
        assert rest.ask("/me", headers=token(sent)).message == UNAUTHORIZED, kind


def test_an_expression_is_about_the_audience(rest: RestApi, pool: Callable[[], Pool]) -> None:
    mine = pool()
    made = guard(rest, mine, identityValidationExpression=mine.client[:-1] + ".")
    rest.method("/me", authorizationType="COGNITO_USER_POOLS", authorizerId=made)
    rest.method(
        "/scoped", authorizationType="COGNITO_USER_POOLS", authorizerId=made, authorizationScopes=[SCOPE]
    )
    rest.deploy()
    assert rest.ask("/me", headers=token(mine.id_token)).status == 200
    assert rest.ask("/scoped", headers=token(mine.access_token)).message == UNAUTHORIZED


def test_a_policy_has_to_allow_too(rest: RestApi, pool: Callable[[], Pool]) -> None:
    mine = pool()
    rest.method("/me", "ANY", authorizationType="COGNITO_USER_POOLS", authorizerId=guard(rest, mine))
    rest.policy(
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*/GET/*",
        }
    )
    rest.deploy()
    assert rest.ask("/me", headers=token(mine.id_token)).status == 200
    assert rest.ask("/me", "POST", token(mine.id_token)).status == 403
    assert rest.ask("/me", "POST").message == UNAUTHORIZED


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("email_verified", True, "true"),
        ("n", 5, "5"),
        ("exp", 1_795_280_400, "Sat Nov 21 17:00:00 UTC 2026"),
        ("auth_time", 0, "Thu Jan 01 00:00:00 UTC 1970"),
        ("l", ["a", "b"], "a,b"),
        ("o", {"a": 1}, '{"a":1}'),
        ("z", None, ""),
    ],
)
def test_claims_as_texts(name: str, value: Any, text: str) -> None:
    assert claim_text(name, value) == text


def test_dates_are_of_utc() -> None:
    assert date_text(time.time()).split(" ")[4] == "UTC"
