"""Identity pools of a fresh account on the running server, with a user pool whose users log in."""

import json
from collections.abc import Callable
from typing import Any

import pytest

COGNITO = "cognito-identity.amazonaws.com"
Make = Callable[..., Any]


class Federation:
    """An account with a user pool, an identity pool, and the roles that it gives."""

    def __init__(self, client: Make, **settings: Any) -> None:
        self.client = client
        self.idp, self.identity, self.iam = client("cognito-idp"), client("cognito-identity"), client("iam")
        self.user_pool = self.idp.create_user_pool(PoolName="people")["UserPool"]["Id"]
        self.app = self.idp.create_user_pool_client(
            UserPoolId=self.user_pool, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        )["UserPoolClient"]["ClientId"]  # fmt: skip
        self.provider = f"cognito-idp.us-east-1.amazonaws.com/{self.user_pool}"
        self.id = self.identity.create_identity_pool(
            **{
                "IdentityPoolName": "p",
                "AllowUnauthenticatedIdentities": True,
                "CognitoIdentityProviders": [{"ProviderName": self.provider, "ClientId": self.app}],
                **settings,
            }
        )["IdentityPoolId"]
        self.people = self.role("people", "authenticated", Allow="lambda:*")
        self.guests = self.role("guests", "unauthenticated", Allow="*")
        self.identity.set_identity_pool_roles(
            IdentityPoolId=self.id, Roles={"authenticated": self.people, "unauthenticated": self.guests}
        )

    def role(
        self, name: str, amr: str = "authenticated", *, pool: str = "", tags: bool = False, **allow: str
    ) -> str:
        """The ARN of a role that trusts this pool's identities of a kind."""
        actions = ["sts:AssumeRoleWithWebIdentity", *(["sts:TagSession"] if tags else [])]
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": COGNITO},
                    "Action": actions,
                    "Condition": {
                        "StringEquals": {f"{COGNITO}:aud": pool or self.id},
                        "ForAnyValue:StringLike": {f"{COGNITO}:amr": amr},
                    },
                }
            ],
        }
        arn: str = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"][
            "Arn"
        ]
        statements = [
            {"Effect": effect, "Action": action, "Resource": "*"} for effect, action in allow.items()
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
        return arn

    def user(self, name: str) -> None:
        """Make a confirmed user."""
        self.idp.admin_create_user(UserPoolId=self.user_pool, Username=name, MessageAction="SUPPRESS")
        self.idp.admin_set_user_password(
            UserPoolId=self.user_pool, Username=name, Password="Secret-123", Permanent=True
        )

    def tokens(self, name: str) -> dict[str, str]:
        """A user's tokens."""
        answer: dict[str, str] = self.idp.initiate_auth(
            ClientId=self.app, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": name, "PASSWORD": "Secret-123"}
        )["AuthenticationResult"]  # fmt: skip
        return answer

    def logins(self, name: str) -> dict[str, str]:
        """What a user logs in to the identity pool with."""
        return {self.provider: self.tokens(name)["IdToken"]}

    def get_id(self, logins: dict[str, str] | None = None) -> str:
        """The identity of these logins, or of a new guest."""
        more = {"Logins": logins} if logins else {}
        found: str = self.identity.get_id(IdentityPoolId=self.id, **more)["IdentityId"]
        return found

    def credentials(self, identity: str, logins: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """Credentials of an identity."""
        if logins:
            more["Logins"] = logins
        found: dict[str, Any] = self.identity.get_credentials_for_identity(IdentityId=identity, **more)[
            "Credentials"
        ]
        return found

    def as_(self, service: str, credentials: dict[str, Any]) -> Any:
        """A client that signs with credentials."""
        return self.client(
            service,
            key=credentials["AccessKeyId"],
            secret=credentials["SecretKey"],
            token=credentials["SessionToken"],
        )


@pytest.fixture
def federation(client: Make) -> Federation:
    """The account of this test."""
    return Federation(client)


@pytest.fixture
def federate(client: Make) -> Callable[..., Federation]:
    """`federate(**settings)`: the account of this test, with other settings of the identity pool."""
    return lambda **settings: Federation(client, **settings)
