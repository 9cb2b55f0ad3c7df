"""What the tests of HTTP APIs share."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness import Server
from http_api import TRUST, HttpApi


@pytest.fixture
def api(server: Server, client: Callable[..., Any], account: str) -> HttpApi:
    """An HTTP API without anything in it."""
    return HttpApi(server, client, account)


@pytest.fixture
def gateway_role(client: Callable[..., Any]) -> Callable[[str], str]:
    """`gateway_role(actions)`: the ARN of a role that API Gateway may assume and that may do these actions."""

    def make(*actions: str) -> str:
        iam = client("iam")
        arn: str = iam.create_role(RoleName="gateway", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        iam.put_role_policy(
            RoleName="gateway",
            PolicyName="p",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        return arn

    return make
