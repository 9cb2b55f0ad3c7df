"""Fixtures of the tests of CloudWatch Logs: a client, and a group to work in."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

GROUP = "/portico/tests"


@pytest.fixture
def logs(client: Callable[..., Any]) -> Any:
    """Logs as the root of the test's account."""
    return client("logs")


@pytest.fixture
def group(logs: Any) -> str:
    """A group with the streams `a` and `b`; its name."""
    logs.create_log_group(logGroupName=GROUP)
    for stream in "ab":
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    return GROUP


@pytest.fixture
def now() -> int:
    """The time in milliseconds, a minute ago."""
    return int(time.time() * 1000) - 60_000


@pytest.fixture
def put(logs: Any, group: str) -> Callable[..., Any]:
    """`put(stream, (timestamp, message), ...)`."""

    def make(stream: str, *events: tuple[int, str]) -> Any:
        return logs.put_log_events(
            logGroupName=group,
            logStreamName=stream,
            logEvents=[{"timestamp": at, "message": message} for at, message in events],
        )

    return make


@pytest.fixture
def user(client: Callable[..., Any]) -> Callable[..., Any]:
    """`user(action, resource, ...)`: logs as a user who may do `action` on `resource`, under `condition`."""
    iam = client("iam")
    iam.create_user(UserName="reader")
    made = iam.create_access_key(UserName="reader")["AccessKey"]

    def make(action: str | list[str], resource: str, condition: dict[str, Any] | None = None) -> Any:
        statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
        if condition:
            statement["Condition"] = condition
        document = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps(document))
        return client("logs", key=made["AccessKeyId"], secret=made["SecretAccessKey"])

    return make
