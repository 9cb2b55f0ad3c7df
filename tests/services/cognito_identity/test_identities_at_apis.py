"""Who a function behind API Gateway sees when an identity of an identity pool has signed: what the credentials say, never the caller."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from doors_http import ask_signed
from harness import Server
from http_api import ECHO as HTTP_ECHO
from http_api import HttpApi
from rest_doors import ECHO as REST_ECHO
from rest_doors import RestApi

Make = Callable[..., Any]
CLAIMED = {"x_amz_cognito_identity_id": "us-east-1:other", "cognitoidentityid": "us-east-1:other"}


@pytest.fixture
def invokers(federate: Make) -> Any:
    """An account whose identities may invoke APIs, in both flows."""
    federation = federate(AllowClassicFlow=True)
    for name in ("people", "guests"):
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}],
        }
        federation.iam.put_role_policy(RoleName=name, PolicyName="apis", PolicyDocument=json.dumps(document))
    federation.user("alice")
    return federation


@pytest.fixture
def rest(server: Server, client: Make, account: str, deploy: Make) -> str:
    """The address of a REST API whose function shows its event."""
    api = RestApi(server, client, account)
    api.method("/who", function=deploy(REST_ECHO), authorizationType="AWS_IAM")
    api.deploy()
    return f"http://{api.host}/prod/who"


@pytest.fixture
def http(server: Server, client: Make, account: str, deploy: Make) -> str:
    """The address of an HTTP API whose function shows its event."""
    api = HttpApi(server, client, account)
    api.stage()
    api.route("GET /who", api.integrate(deploy(HTTP_ECHO)), AuthorizationType="AWS_IAM")
    return f"http://{api.host}/who"


def keys_of(credentials: dict[str, Any], secret: str = "SecretKey") -> tuple[str, str, str]:
    return credentials["AccessKeyId"], credentials[secret], credentials["SessionToken"]


def seen(url: str, keys: tuple[str, str, str]) -> dict[str, Any]:
    """The event's request context."""
    answer = ask_signed(url, "execute-api", keys, **CLAIMED)
    assert answer.status == 200, answer.data
    event = answer.json()
    found: dict[str, Any] = event.get("echo", event)["requestContext"]
    return found


def basic(federation: Any, logins: dict[str, str]) -> tuple[str, str, str]:
    """Credentials of the basic flow: a token first, then the role."""
    identity = federation.get_id(logins)
    token = federation.identity.get_open_id_token(IdentityId=identity, Logins=logins)["Token"]
    made = federation.client("sts").assume_role_with_web_identity(
        RoleArn=federation.people, RoleSessionName="me", WebIdentityToken=token
    )
    return keys_of(made["Credentials"], "SecretAccessKey")


@pytest.mark.parametrize("flow", ["enhanced", "basic"])
def test_a_user_at_a_rest_api(invokers: Any, rest: str, account: str, flow: str) -> None:
    logins = invokers.logins("alice")
    identity = invokers.get_id(logins)
    keys = keys_of(invokers.credentials(identity, logins)) if flow == "enhanced" else basic(invokers, logins)
    sub = invokers.idp.get_user(AccessToken=invokers.tokens("alice")["AccessToken"])["UserAttributes"][0][
        "Value"
    ]
    found = seen(rest, keys)["identity"]
    name = "CognitoIdentityCredentials" if flow == "enhanced" else "me"
    assert found["cognitoIdentityId"] == identity
    assert found["cognitoIdentityPoolId"] == invokers.id
    assert found["cognitoAuthenticationType"] == "authenticated"
    assert found["cognitoAuthenticationProvider"] == (
        f"{invokers.provider},{invokers.provider}:CognitoSignIn:{sub}"
    )
    assert found["userArn"] == f"arn:aws:sts::{account}:assumed-role/people/{name}"
    assert found["caller"] == found["user"]
    assert found["user"].endswith(f":{name}")
    assert (found["accessKey"], found["accountId"]) == (keys[0], account)


def test_a_guest_at_a_rest_api(invokers: Any, rest: str) -> None:
    identity = invokers.get_id()
    found = seen(rest, keys_of(invokers.credentials(identity)))["identity"]
    assert (found["cognitoIdentityId"], found["cognitoIdentityPoolId"]) == (identity, invokers.id)
    assert (found["cognitoAuthenticationType"], found["cognitoAuthenticationProvider"]) == (
        "unauthenticated", None,
    )  # fmt: skip


@pytest.mark.parametrize("flow", ["enhanced", "basic"])
def test_a_user_at_an_http_api(invokers: Any, http: str, flow: str) -> None:
    logins = invokers.logins("alice")
    identity = invokers.get_id(logins)
    keys = keys_of(invokers.credentials(identity, logins)) if flow == "enhanced" else basic(invokers, logins)
    found = seen(http, keys)["authorizer"]["iam"]["cognitoIdentity"]
    assert (found["identityId"], found["identityPoolId"]) == (identity, invokers.id)
    assert found["amr"][:2] == ["authenticated", invokers.provider]
    assert found["amr"][2].startswith(f"{invokers.provider}:CognitoSignIn:")


def test_a_guest_at_an_http_api(invokers: Any, http: str) -> None:
    identity = invokers.get_id()
    found = seen(http, keys_of(invokers.credentials(identity)))["authorizer"]["iam"]["cognitoIdentity"]
    assert found == {"amr": ["unauthenticated"], "identityId": identity, "identityPoolId": invokers.id}


def test_others_are_no_identities(rest: str, http: str, account: str) -> None:
    """Whoever signs with keys of another kind is none, whatever the headers say."""
    members = (
        "cognitoIdentityId",
        "cognitoIdentityPoolId",
        "cognitoAuthenticationType",
        "cognitoAuthenticationProvider",
    )
    identity = seen(rest, (account, "test"))["identity"]  # type: ignore[arg-type]
    assert [identity[member] for member in members] == [None] * 4
    assert seen(http, (account, "test"))["authorizer"]["iam"]["cognitoIdentity"] is None  # type: ignore[arg-type]


def test_permissions_are_the_roles(invokers: Any, rest: str, http: str) -> None:
    logins = invokers.logins("alice")
    keys = keys_of(invokers.credentials(invokers.get_id(logins), logins))
    invokers.iam.delete_role_policy(RoleName="people", PolicyName="apis")
    for url in (rest, http):
        assert ask_signed(url, "execute-api", keys).status == 403
        assert ask_signed(url, "execute-api", (keys[0], keys[1])).status == 403
