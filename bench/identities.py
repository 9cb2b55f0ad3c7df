"""Credentials of identities: GetCredentialsForIdentity for guests and for users of a user pool, and GetId for guests in the same run.

    python -m bench.identities [--seconds 5] [--connections 16]

Driven by wrk: a generator in Python saturates first. Each answer is a new session of a role, whose trust policy was evaluated; that of a
user also of an ID token that was verified.
"""

import argparse
import json
from typing import Any

from bench.invoke import Result, client, portico, wrk

_COGNITO = "cognito-identity.amazonaws.com"
_PASSWORD = "Passw0rd!x"
_JSON = "application/x-amz-json-1.1"


def _user_pool(url: str) -> tuple[str, str, str]:
    """A user pool's name as a provider, its client, and a user's ID token."""
    idp = client(url, "cognito-idp")
    pool = idp.create_user_pool(PoolName="bench")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made = idp.create_user_pool_client(UserPoolId=pool, ClientName="bench", ExplicitAuthFlows=flows)
    app = made["UserPoolClient"]["ClientId"]
    idp.admin_create_user(UserPoolId=pool, Username="ada", MessageAction="SUPPRESS")
    idp.admin_set_user_password(UserPoolId=pool, Username="ada", Password=_PASSWORD, Permanent=True)
    given = {"USERNAME": "ada", "PASSWORD": _PASSWORD}
    found = idp.initiate_auth(ClientId=app, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
    return f"cognito-idp.us-east-1.amazonaws.com/{pool}", app, found["AuthenticationResult"]["IdToken"]


def _requests(url: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """What is called: operation and request, by name."""
    provider, app, token = _user_pool(url)
    identity = client(url, "cognito-identity")
    pool = identity.create_identity_pool(
        IdentityPoolName="bench",
        AllowUnauthenticatedIdentities=True,
        CognitoIdentityProviders=[{"ProviderName": provider, "ClientId": app}],
    )["IdentityPoolId"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": _COGNITO},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {f"{_COGNITO}:aud": pool}},
            }
        ],
    }
    role = client(url, "iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
    arn = role["Role"]["Arn"]
    identity.set_identity_pool_roles(
        IdentityPoolId=pool, Roles={"authenticated": arn, "unauthenticated": arn}
    )
    logins = {provider: token}
    guest = identity.get_id(IdentityPoolId=pool)["IdentityId"]
    person = identity.get_id(IdentityPoolId=pool, Logins=logins)["IdentityId"]
    return {
        "credentials, guest": ("GetCredentialsForIdentity", {"IdentityId": guest}),
        "credentials, user": ("GetCredentialsForIdentity", {"IdentityId": person, "Logins": logins}),
        "new guests": ("GetId", {"IdentityPoolId": pool}),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    with portico() as url:
        found: dict[str, Result] = {}
        for name, (operation, request) in _requests(url).items():
            headers = {"Content-Type": _JSON, "X-Amz-Target": f"AWSCognitoIdentityService.{operation}"}
            found[name] = wrk(f"{url}/", headers, options.seconds, options.connections, json.dumps(request))
        first = next(iter(found.values())).rate
        for name, each in found.items():
            print(
                f"{name:<20}{each.rate:8,.0f}/s, median {each.median_ms:5.1f} ms, {each.errors} refused,"
                f" ratio {each.rate / first:.2f}"
            )


if __name__ == "__main__":
    main()
