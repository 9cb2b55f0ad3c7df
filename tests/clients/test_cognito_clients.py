"""Published clients of Cognito, as they are: amazon-cognito-identity-js in Node.js, and the AWS CLI."""

import json
import os
import shutil
import subprocess
import sys
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cognito_answers import PASSWORD, Pool
from harness import Server

SCRIPT = Path(__file__).with_name("cognito_identity_js.cjs")
PACKAGES = {"private": True, "dependencies": {"amazon-cognito-identity-js": "6.3.21"}}


def _run(*command: str, cwd: Path, **variables: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package installed."""
    if shutil.which("npm") is None:
        pytest.skip("there is no npm")
    folder = tmp_path_factory.mktemp("js")
    (folder / "package.json").write_text(json.dumps(PACKAGES))
    _run("npm", "install", "--no-audit", "--no-fund", "--silent", cwd=folder)
    shutil.copy(SCRIPT, folder)
    return folder


def test_amazon_cognito_identity_js(
    packages: Path, server: Server, client: Callable[..., Any], account: str
) -> None:
    pool = Pool(client("cognito-idp"), {"AutoVerifiedAttributes": ["email"]})
    address = f"ada-{account}@example.com"
    mailbox = f"{server.url}/_portico/mailbox?to={urllib.parse.quote(address)}"
    told = _run("node", SCRIPT.name, server.url, pool.id, pool.client_id, address, mailbox, cwd=packages)
    assert json.loads(told) == {
        "weak": "InvalidPasswordException",
        "confirmed": False,
        "early": "UserNotConfirmedException",
        "wrongCode": "CodeMismatchException",
        "wrong": "NotAuthorizedException",
        "valid": True,
        "name": "ada",
        "email": address,
        "refreshed": True,
        "changed": "SUCCESS",
        "out": "SUCCESS",
        "after": "NotAuthorizedException",
        "gone": "NotAuthorizedException",
    }


class Cli:
    """The AWS CLI. `signed` calls are the root's of an account."""

    def __init__(self, server: Server, account: str, home: Path) -> None:
        self._url = server.url
        self._home = home
        self._variables = {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "test"}

    def __call__(self, *words: str, **variables: str) -> Any:
        """What a command prints."""
        program = str(Path(sys.executable).with_name("aws"))
        text = _run(
            program, *words, "--endpoint-url", self._url, "--region", "us-east-1", "--output", "json",
            cwd=self._home, HOME=str(self._home), **{**self._variables, **variables},
        )  # fmt: skip
        return json.loads(text) if text.strip() else None


@pytest.fixture
def cli(server: Server, account: str, tmp_path: Path) -> Cli:
    if not Path(sys.executable).with_name("aws").exists():
        pytest.skip("there is no AWS CLI")
    return Cli(server, account, tmp_path)


def test_the_aws_cli_from_a_password_to_credentials(
    cli: Cli, client: Callable[..., Any], account: str
) -> None:
    pool = Pool(client("cognito-idp"), {})
    pool.user("ada", email="ada@example.com", email_verified="true")
    parameters = f"USERNAME=ada,PASSWORD={PASSWORD}"
    flow = ("--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters", parameters)
    begun = cli("cognito-idp", "initiate-auth", "--client-id", pool.client_id, *flow)
    tokens = begun["AuthenticationResult"]
    user = cli("cognito-idp", "get-user", "--access-token", tokens["AccessToken"])
    assert user["Username"] == "ada"
    listed = cli(
        "cognito-idp", "list-users", "--user-pool-id", pool.id, "--filter", 'email = "ada@example.com"'
    )
    assert [each["Username"] for each in listed["Users"]] == ["ada"]

    provider = f"cognito-idp.us-east-1.amazonaws.com/{pool.id}"
    identities = cli(
        "cognito-identity", "create-identity-pool", "--identity-pool-name", "p", "--no-allow-unauthenticated-identities",
        "--cognito-identity-providers", f"ProviderName={provider},ClientId={pool.client_id}",
    )["IdentityPoolId"]  # fmt: skip
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": identities}},
            }
        ],
    }
    role = cli(
        "iam", "create-role", "--role-name", "people", "--assume-role-policy-document", json.dumps(trust)
    )
    arn = role["Role"]["Arn"]
    cli(
        "cognito-identity", "set-identity-pool-roles", "--identity-pool-id", identities, "--roles", f"authenticated={arn}"
    )  # fmt: skip
    logins = ("--logins", f"{provider}={tokens['IdToken']}")
    nobody = ("--no-sign-request",)
    identity = cli("cognito-identity", "get-id", "--identity-pool-id", identities, *logins, *nobody)[
        "IdentityId"
    ]
    found = cli(
        "cognito-identity", "get-credentials-for-identity", "--identity-id", identity, *logins, *nobody
    )["Credentials"]
    who = cli(
        "sts", "get-caller-identity",
        AWS_ACCESS_KEY_ID=found["AccessKeyId"], AWS_SECRET_ACCESS_KEY=found["SecretKey"], AWS_SESSION_TOKEN=found["SessionToken"],
    )  # fmt: skip
    assert who["Arn"] == f"arn:aws:sts::{account}:assumed-role/people/CognitoIdentityCredentials"

    cli("cognito-idp", "global-sign-out", "--access-token", tokens["AccessToken"])
    with pytest.raises(AssertionError, match="Access Token has been revoked"):
        cli("cognito-idp", "get-user", "--access-token", tokens["AccessToken"])
