"""Formats of access logs, and the groups that they go to."""

from typing import Any

import pytest

from portico.calls.call import Scope
from portico.doors.access_log import DoorLogs, Group, compiled_format, group_of
from portico.identity.principal import Principal, root

VALUES: dict[str, Any] = {
    "requestId": "r1",
    "identity.sourceIp": "10.0.0.1",
    "identity.userAgent": 'evil"},{"x":"\n2nd line',
    "status": 200,
    "isCanaryRequest": True,
    "error.messageString": '"no"',
    "authorizer.claims.cognito-groups": "a,b",
}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("plain", "plain"),
        ("$context.requestId", "r1"),
        ("$context.requestId $context.status.", "r1 200."),
        ("[$context.identity.sourceIp] $context.nothing", "[10.0.0.1] -"),
        ("${context.requestId}$context.isCanaryRequest", "r1true"),
        ("$context.identity.userAgent", 'evil"},{"x":" 2nd line'),
        ('{"ua":"$context.identity.userAgent"}', '{"ua":"evil\\"},{\\"x\\":\\"\\n2nd line"}'),
        ('{"e":$context.error.messageString,"s":$context.status}', '{"e":"no","s":200}'),
        ("$context.authorizer.claims.cognito-groups", "a,b"),
        ("$contextual $input", "$contextual $input"),
    ],
)
def test_lines(text: str, line: str) -> None:
    assert compiled_format(text).line(VALUES.get) == line


@pytest.mark.parametrize(
    ("arn", "group"),
    [
        ("arn:aws:logs:us-east-1:111122223333:log-group:a/b", Group("111122223333", "us-east-1", "a/b")),
        ("arn:aws:logs:us-east-1:111122223333:log-group:a/b:*", Group("111122223333", "us-east-1", "a/b")),
        ("arn:aws:firehose:us-east-1:111122223333:deliverystream/amazon-apigateway-x", None),
        ("arn:aws:logs:us-east-1:111122223333:log-group:", None),
        ("nothing", None),
    ],
)
def test_groups(arn: str, group: Group | None) -> None:
    assert group_of(arn) == group


class Logs:
    """Clients whose calls are kept: how many lines each group got."""

    def __init__(self) -> None:
        self.put: dict[str, int] = {}

    def of(self, principal: Principal, scope: Scope) -> "Logs":
        return self

    async def call(self, service: str, operation: str, **request: Any) -> None:
        name = request["logGroupName"]
        self.put[name] = self.put.get(name, 0) + len(request["logEvents"])


async def test_a_flood_leaves_room_for_others() -> None:
    logs = Logs()
    lines = DoorLogs(logs)  # type: ignore[arg-type]  # what it is asked is all that is there
    for number in range(30_000):
        loud = Group("111122223333", "us-east-1", "loud")
        lines.write(loud, loud.account, lambda: root("111122223333"), [(number, "x")], request_id="r")
    quiet = Group("444455556666", "us-east-1", "quiet")
    lines.write(quiet, quiet.account, lambda: root("444455556666"), [(1, "x")] * 5, request_id="r")
    await lines.flush()
    assert logs.put == {"loud": 10_000, "quiet": 5}
    assert lines.dropped_total == 20_000
    lines.write(quiet, quiet.account, lambda: root("444455556666"), [(1, "x")], request_id="r")
    await lines.flush()
    assert logs.put["quiet"] == 6
