"""A user pool on the running server, called by boto3; and what its users were sent."""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import Server
from portico.services.cognito_idp import totp

PASSWORD = "Passw0rd!x"


class Mailbox:
    """What users were sent."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def all(self, to: str) -> list[dict[str, Any]]:
        """The messages to an address or a number, newest first."""
        url = f"{self._server.url}/_portico/mailbox?to={urllib.parse.quote(to)}"
        request = urllib.request.Request(url, headers={"Accept": "application/json"})
        with urllib.request.urlopen(request) as answer:
            found: list[dict[str, Any]] = json.load(answer)["mails"]
        return found

    def code(self, to: str) -> str:
        """The code in the newest one."""
        found: str = self.all(to)[0]["code"]
        return found


class Pool:
    """A pool with a client, and short ways to use them. `client_id` is a client with every flow that needs no secret."""

    def __init__(self, cognito: Any, settings: dict[str, Any]) -> None:
        self.api = cognito
        settings = {"PoolName": "pool", **settings}
        self.id: str = cognito.create_user_pool(**settings)["UserPool"]["Id"]
        self.client_id = self.client()

    def client(self, **settings: Any) -> str:
        """A further client; its id."""
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]
        asked = {"ClientName": "c", "ExplicitAuthFlows": flows, **settings}
        answer = self.api.create_user_pool_client(UserPoolId=self.id, **asked)
        found: str = answer["UserPoolClient"]["ClientId"]
        return found

    def user(self, name: str = "ada", /, **attributes: str) -> dict[str, Any]:
        """A confirmed user with the usual password, as AdminGetUser shows it."""
        self.api.admin_create_user(
            UserPoolId=self.id,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=listed(attributes),
        )
        self.api.admin_set_user_password(UserPoolId=self.id, Username=name, Password=PASSWORD, Permanent=True)
        return self.get(name)

    def get(self, name: str = "ada") -> dict[str, Any]:
        """AdminGetUser, without what is about the answer."""
        found: dict[str, Any] = self.api.admin_get_user(UserPoolId=self.id, Username=name)
        del found["ResponseMetadata"]
        return found

    def attributes(self, name: str = "ada") -> dict[str, str]:
        """A user's attributes, without its sub."""
        found = {each["Name"]: each["Value"] for each in self.get(name)["UserAttributes"]}
        del found["sub"]
        return found

    def sign_in(self, name: str = "ada", password: str = PASSWORD, client_id: str = "") -> dict[str, Any]:
        """InitiateAuth with a password."""
        found: dict[str, Any] = self.api.initiate_auth(
            ClientId=client_id or self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )
        return found

    def token(self, name: str = "ada", client_id: str = "") -> str:
        """An access token of a user with the usual password."""
        found: str = self.sign_in(name, client_id=client_id)["AuthenticationResult"]["AccessToken"]
        return found


def listed(attributes: dict[str, str]) -> list[dict[str, str]]:
    """Attributes as requests have them; `__` stands for a colon."""
    return [{"Name": name.replace("__", ":"), "Value": value} for name, value in attributes.items()]


def refused(code: str, call: Callable[..., Any], /, **request: Any) -> str:
    """Have a call refused with that code; its words."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    return str(error["Message"])


def outcome(call: Callable[[], Any]) -> str:
    """The code of a call's refusal, "" for a success."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def respond(
    pool: Pool, answer: dict[str, Any], client_id: str = "", name: str = "ada", **given: str
) -> dict[str, Any]:
    """Answer the challenge that a sign-in is at."""
    found: dict[str, Any] = pool.api.respond_to_auth_challenge(
        ClientId=client_id or pool.client_id,
        ChallengeName=answer["ChallengeName"],
        Session=answer["Session"],
        ChallengeResponses={"USERNAME": name, **given},
    )
    return found


def app_code(secret: str) -> str:
    """What an authenticator app shows now."""
    return totp.code(secret, int(time.time()) // 30)


FACTORS: dict[str, Any] = {
    "SoftwareTokenMfaConfiguration": {"Enabled": True},
    "EmailMfaConfiguration": {"Message": "{####}", "Subject": "code"},
}
"""Second factors that a pool can have by itself."""


def asked_by_mail(pool: Pool, address: str) -> None:
    """A user, ada, who is asked for a code by mail."""
    pool.api.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="OPTIONAL", **FACTORS)
    pool.user("ada", email=address, email_verified="true")
    pool.api.admin_set_user_mfa_preference(
        UserPoolId=pool.id, Username="ada", EmailMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
