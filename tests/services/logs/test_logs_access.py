"""Who may do what: the ARNs that actions are checked on, tags, the account's resource policies, other accounts."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

EVERY_ACTION = "logs:*"


@pytest.fixture
def arn(account: str, group: str) -> str:
    """The group's ARN without `:*`."""
    return f"arn:aws:logs:us-east-1:{account}:log-group:{group}"


def allowed(call: Callable[..., Any], **request: Any) -> bool:
    """Whether the call passes; any other error than AccessDeniedException is raised."""
    try:
        call(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDeniedException":
            return False
        raise
    return True


def test_a_policy_with_a_star_at_the_end_is_for_group_and_streams(
    user: Callable[..., Any], group: str, arn: str, now: int
) -> None:
    reader = user(EVERY_ACTION, f"{arn}:*")
    assert allowed(reader.filter_log_events, logGroupName=group)
    assert allowed(reader.describe_log_streams, logGroupName=group)
    assert allowed(reader.get_log_events, logGroupName=group, logStreamName="a")
    assert allowed(
        reader.put_log_events,
        logGroupName=group,
        logStreamName="a",
        logEvents=[{"timestamp": now, "message": "m"}],
    )
    assert not allowed(reader.describe_log_groups)
    assert not allowed(reader.filter_log_events, logGroupName=f"{group}/other")


def test_only_tagging_by_arn_takes_the_arn_without_a_star(
    user: Callable[..., Any], group: str, arn: str
) -> None:
    reader = user(EVERY_ACTION, arn)
    assert allowed(reader.list_tags_for_resource, resourceArn=arn)
    assert allowed(reader.tag_resource, resourceArn=arn, tags={"a": "b"})
    assert not allowed(reader.filter_log_events, logGroupName=group)
    reader = user(EVERY_ACTION, f"{arn}:*")
    assert not allowed(reader.list_tags_for_resource, resourceArn=arn)


def test_a_stream_can_be_allowed_alone(user: Callable[..., Any], group: str, arn: str) -> None:
    reader = user(EVERY_ACTION, f"{arn}:log-stream:a")
    assert allowed(reader.get_log_events, logGroupName=group, logStreamName="a")
    assert not allowed(reader.get_log_events, logGroupName=group, logStreamName="b")
    assert not allowed(reader.filter_log_events, logGroupName=group)


def test_listing_groups_is_for_all_of_them(user: Callable[..., Any], account: str) -> None:
    assert allowed(user("logs:DescribeLogGroups", f"arn:aws:logs:*:{account}:*").describe_log_groups)
    assert allowed(user("logs:ListLogGroups", "*").list_log_groups)


def test_by_the_tags_of_the_group_and_of_the_request(
    logs: Any, user: Callable[..., Any], group: str, arn: str
) -> None:
    mine = {"StringEquals": {"aws:ResourceTag/team": "blue"}}
    reader = user(EVERY_ACTION, "*", mine)
    assert not allowed(reader.get_log_events, logGroupName=group, logStreamName="a")
    logs.tag_resource(resourceArn=arn, tags={"team": "blue"})
    assert allowed(reader.get_log_events, logGroupName=group, logStreamName="a")
    assert allowed(reader.list_tags_for_resource, resourceArn=arn)
    only_env = {"ForAllValues:StringEquals": {"aws:TagKeys": ["env"]}, "Null": {"aws:TagKeys": "false"}}
    reader = user(["logs:CreateLogGroup", "logs:TagResource"], "*", only_env)
    assert allowed(reader.create_log_group, logGroupName="tagged", tags={"env": "x"})
    assert not allowed(reader.create_log_group, logGroupName="tagged2", tags={"team": "x"})


def test_tags_at_creation_need_their_own_permission(user: Callable[..., Any]) -> None:
    reader = user("logs:CreateLogGroup", "*")
    assert allowed(reader.create_log_group, logGroupName="plain")
    assert not allowed(reader.create_log_group, logGroupName="tagged", tags={"env": "x"})


def test_unmasking_needs_its_own_permission(user: Callable[..., Any], group: str) -> None:
    reader = user("logs:FilterLogEvents", "*")
    assert not allowed(reader.filter_log_events, logGroupName=group, unmask=True)
    reader = user(["logs:FilterLogEvents", "logs:Unmask"], "*")
    assert allowed(reader.filter_log_events, logGroupName=group, unmask=True)


def test_another_account_is_refused(
    logs: Any, client: Callable[..., Any], arn: str, group: str, put: Callable[..., Any], now: int
) -> None:
    put("a", (now, "secret"))
    stranger = client("logs", "999988887777")
    assert not allowed(stranger.filter_log_events, logGroupIdentifier=arn)
    assert not allowed(stranger.get_log_events, logGroupIdentifier=arn, logStreamName="a")
    assert not allowed(stranger.list_tags_for_resource, resourceArn=arn)
    with pytest.raises(ClientError, match="does not exist"):
        stranger.filter_log_events(logGroupName=group)
