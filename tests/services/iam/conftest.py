"""IAM as the root of a fresh account, and its users with keys of their own."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def iam(client: Callable[..., Any]) -> Any:
    """IAM as the account's root."""
    return client("iam")


@pytest.fixture
def as_user(client: Callable[..., Any], iam: Any) -> Callable[..., Any]:
    """`as_user(name, *statements)`: IAM as a user that has these statements as its only policy."""

    def make(name: str, *statements: dict[str, Any]) -> Any:
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_user_policy(UserName=name, PolicyName="given", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return client("iam", key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    return make


Refusal = Callable[..., tuple[int, str, str]]


@pytest.fixture
def refusal() -> Refusal:
    """`refusal(call, **request)`: status, code and words of the error that the call ends with."""

    def refused(call: Callable[..., Any], **request: Any) -> tuple[int, str, str]:
        with pytest.raises(ClientError) as caught:
            call(**request)
        response = caught.value.response
        status = response["ResponseMetadata"]["HTTPStatusCode"]
        assert response["Error"]["Type"] == ("Sender" if status < 500 else "Receiver")
        return (
            status,
            response["Error"]["Code"],
            response["Error"]["Message"],
        )

    return refused
