"""Keys of a fresh account, and callers that have what they are given."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from harness import Server


@pytest.fixture
def kms(client: Callable[..., Any]) -> Any:
    """KMS as the root of this test's account."""
    return client("kms")


@pytest.fixture
def key(kms: Any) -> str:
    """The ARN of a new key with the default policy."""
    arn: str = kms.create_key()["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture
def user(server: Server, client: Callable[..., Any]) -> Callable[..., Any]:
    """`user(name, *statements)`: a user with these statements; its KMS client, which knows its ARN as `.arn`."""

    def make(name: str, *statements: dict[str, Any], account: str | None = None) -> Any:
        iam = client("iam", account)
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        session = boto3.Session(made["AccessKeyId"], made["SecretAccessKey"], region_name="us-east-1")
        found = session.client("kms", endpoint_url=server.url)
        found.arn = arn
        return found

    return make
