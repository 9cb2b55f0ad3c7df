"""Formats of access logs, and the groups that they go to."""

from typing import Any

import pytest

from portico.doors.access_log import Group, compiled_format, group_of

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
