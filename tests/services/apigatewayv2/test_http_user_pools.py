"""Users of a user pool of this server in front of an HTTP API.

Source: API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers" (user pools as issuers).
"""

from collections.abc import Callable
from typing import Any

import pytest

from http_api import ECHO, HttpApi

PASSWORD = "Passw0rd!x"


@pytest.fixture
def pool(client: Callable[..., Any]) -> dict[str, str]:
    """A pool with a user: its id, its client's id and the tokens of a sign-in."""
    idp = client("cognito-idp")
    pool = idp.create_user_pool(PoolName="people")["UserPool"]["Id"]
    made = idp.create_user_pool_client(
        UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    idp.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS")
    idp.admin_set_user_password(UserPoolId=pool, Username="ann", Password=PASSWORD, Permanent=True)
    result = idp.initiate_auth(
        ClientId=made,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ann", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    return {"pool": pool, "client": made, "access": result["AccessToken"], "id": result["IdToken"]}


@pytest.mark.parametrize("form", ["own", "aws"])
def test_users_get_in_with_their_tokens(
    api: HttpApi, deploy: Callable[..., str], pool: dict[str, str], form: str
) -> None:
    issuers = {
        "own": f"{api.server.url}/{pool['pool']}",
        "aws": f"https://cognito-idp.us-east-1.amazonaws.com/{pool['pool']}",
    }
    authorizer = api.control.create_authorizer(
        ApiId=api.id,
        Name="people",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuers[form], "Audience": [pool["client"]]},
    )["AuthorizerId"]
    target = api.integrate(deploy(ECHO))
    api.stage()
    api.route("GET /any", target, AuthorizationType="JWT", AuthorizerId=authorizer)
    scopes = ["aws.cognito.signin.user.admin"]
    api.route(
        "GET /own", target, AuthorizationType="JWT", AuthorizerId=authorizer, AuthorizationScopes=scopes
    )
    access, identity = ({"Authorization": f"Bearer {pool[kind]}"} for kind in ("access", "id"))
    for headers in (access, identity):
        came = api.ask("/any", headers=headers)
        assert came.status == 200
        assert came.json["echo"]["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    came = api.ask("/own", headers=access)
    assert came.json["echo"]["requestContext"]["authorizer"]["jwt"]["scopes"] == scopes
    assert api.ask("/own", headers=identity).message == (403, "Forbidden")
    tampered = {"Authorization": f"Bearer {pool['access'][:-8]}AAAAAAAA"}
    assert api.ask("/any", headers=tampered).message == (401, "Unauthorized")


def test_tokens_of_another_pool_do_not_count(
    api: HttpApi, deploy: Callable[..., str], pool: dict[str, str], client: Callable[..., Any]
) -> None:
    other = client("cognito-idp").create_user_pool(PoolName="others")["UserPool"]["Id"]
    authorizer = api.control.create_authorizer(
        ApiId=api.id,
        Name="people",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": f"{api.server.url}/{other}", "Audience": [pool["client"]]},
    )["AuthorizerId"]
    api.stage()
    api.route("GET /", api.integrate(deploy(ECHO)), AuthorizationType="JWT", AuthorizerId=authorizer)
    came = api.ask("/", headers={"Authorization": pool["access"]})
    assert came.message == (401, "Unauthorized")
    assert "the token does not have a valid issuer" in came.headers["www-authenticate"]
