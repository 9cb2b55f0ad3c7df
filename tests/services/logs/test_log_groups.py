"""Groups and streams: names, pages, protection, retention; a deleted one never comes back."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def names(pages: Any, member: str, name: str) -> list[str]:
    return [shown[name] for page in pages for shown in page[member]]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("with space", r"satisfy regular expression pattern: \[\\\.\\-_/#A-Za-z0-9\]\+"),
        ("", "regular expression"),
        ("aws/mine", "reserved"),
        ("é", "regular expression"),
    ],
)
def test_names_that_aws_refuses(logs: Any, name: str, words: str) -> None:
    with pytest.raises(logs.exceptions.InvalidParameterException, match=words):
        logs.create_log_group(logGroupName=name)


@pytest.mark.parametrize("name", ["a:b", "a*", "", "s" * 513])
def test_names_of_streams_that_aws_refuses(logs: Any, group: str, name: str) -> None:
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.create_log_stream(logGroupName=group, logStreamName=name)


def test_pages_of_groups_and_streams(logs: Any) -> None:
    for at in range(7):
        logs.create_log_group(logGroupName=f"g{at}")
        logs.create_log_stream(logGroupName="g0", logStreamName=f"s{at}")
    two = {"PageSize": 2}
    pages = list(logs.get_paginator("describe_log_groups").paginate(PaginationConfig=two))
    assert [len(page["logGroups"]) for page in pages] == [2, 2, 2, 1]
    assert names(pages, "logGroups", "logGroupName") == [f"g{at}" for at in range(7)]
    streams = logs.get_paginator("describe_log_streams")
    every = [f"s{at}" for at in range(7)]
    for options, wanted in (
        ({}, every),
        ({"descending": True}, every[::-1]),
        ({"logStreamNamePrefix": "s", "descending": True}, every[::-1]),
        ({"logStreamNamePrefix": "s6"}, ["s6"]),
        ({"orderBy": "LastEventTime"}, every),
        ({"orderBy": "LastEventTime", "descending": True}, every[::-1]),
    ):
        pages = streams.paginate(logGroupName="g0", PaginationConfig=two, **options)
        assert names(pages, "logStreams", "logStreamName") == wanted, options
    with pytest.raises(logs.exceptions.InvalidParameterException, match="nextToken is invalid"):
        logs.describe_log_streams(logGroupName="g0", nextToken="no")
    with pytest.raises(logs.exceptions.InvalidParameterException, match="nextToken is invalid"):
        logs.describe_log_streams(logGroupName="g0", nextToken="at:x", orderBy="LastEventTime")
    with pytest.raises(logs.exceptions.InvalidParameterException, match="LastEventTime"):
        logs.describe_log_streams(logGroupName="g0", logStreamNamePrefix="s", orderBy="LastEventTime")


def test_groups_by_pattern_class_and_identifier(logs: Any, account: str) -> None:
    logs.create_log_group(logGroupName="/aws/lambda/one")
    logs.create_log_group(logGroupName="/other/Lambda", logGroupClass="INFREQUENT_ACCESS")

    def listed(**request: Any) -> list[str]:
        return names([logs.list_log_groups(**request)], "logGroups", "logGroupName")

    assert logs.list_log_groups(logGroupNamePattern="one")["logGroups"] == [
        {
            "logGroupName": "/aws/lambda/one",
            "logGroupArn": f"arn:aws:logs:us-east-1:{account}:log-group:/aws/lambda/one",
            "logGroupClass": "STANDARD",
        }
    ]
    assert listed(logGroupNamePattern="ambda") == ["/aws/lambda/one", "/other/Lambda"]
    assert listed(logGroupNamePattern="^/other|one") == ["/aws/lambda/one", "/other/Lambda"]
    assert listed(logGroupNamePattern="^lambda") == []
    assert listed(logGroupClass="INFREQUENT_ACCESS") == ["/other/Lambda"]
    described = logs.describe_log_groups(logGroupClass="ESSENTIALS")
    assert names([described], "logGroups", "logGroupName") == ["/other/Lambda"]
    arn = f"arn:aws:logs:us-east-1:{account}:log-group:/other/Lambda"
    found = logs.describe_log_groups(logGroupIdentifiers=[arn, "none"])
    assert names([found], "logGroups", "logGroupName") == ["/other/Lambda"]
    assert names([logs.describe_log_groups(logGroupNamePattern="lambda")], "logGroups", "logGroupName") == [
        "/aws/lambda/one"
    ]


def test_a_protected_group_keeps_everything(logs: Any, group: str) -> None:
    logs.put_log_group_deletion_protection(logGroupIdentifier=group, deletionProtectionEnabled=True)
    assert logs.describe_log_groups()["logGroups"][0]["deletionProtectionEnabled"] is True
    for delete in (
        lambda: logs.delete_log_group(logGroupName=group),
        lambda: logs.delete_log_stream(logGroupName=group, logStreamName="a"),
    ):
        with pytest.raises(ClientError, match="deletion protection") as caught:
            delete()
        assert caught.value.response["Error"]["Code"] == "ValidationException"
    logs.put_log_group_deletion_protection(logGroupIdentifier=group, deletionProtectionEnabled=False)
    logs.delete_log_group(logGroupName=group)


def test_a_group_made_again_is_empty(logs: Any, group: str, put: Callable[..., Any], now: int) -> None:
    put("a", (now, "of the first group"))
    logs.delete_log_group(logGroupName=group)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.filter_log_events(logGroupName=group)
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="a")
    assert logs.filter_log_events(logGroupName=group)["events"] == []
    assert logs.get_log_events(logGroupName=group, logStreamName="a")["events"] == []
    assert logs.describe_log_groups()["logGroups"][0]["storedBytes"] == 0


def test_a_stream_made_again_is_empty(logs: Any, group: str, put: Callable[..., Any], now: int) -> None:
    put("a", (now, "gone"))
    put("b", (now, "kept"))
    logs.delete_log_stream(logGroupName=group, logStreamName="a")
    assert [e["message"] for e in logs.filter_log_events(logGroupName=group)["events"]] == ["kept"]
    logs.create_log_stream(logGroupName=group, logStreamName="a")
    assert [e["message"] for e in logs.filter_log_events(logGroupName=group)["events"]] == ["kept"]
    assert logs.get_log_events(logGroupName=group, logStreamName="a")["events"] == []
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.delete_log_stream(logGroupName=group, logStreamName="none")


def test_retention(logs: Any, group: str, put: Callable[..., Any], now: int) -> None:
    with pytest.raises(logs.exceptions.InvalidParameterException, match=r"enum value set: \[1, 3, 5,"):
        logs.put_retention_policy(logGroupName=group, retentionInDays=2)
    day = 24 * 3600 * 1000
    put("a", (now - 4 * day, "old"))
    put("a", (now, "new"))
    logs.put_retention_policy(logGroupName=group, retentionInDays=3)
    assert logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 3
    assert [e["message"] for e in logs.filter_log_events(logGroupName=group)["events"]] == ["new"]
    assert put("a", (now - 4 * day, "expired"))["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    logs.delete_retention_policy(logGroupName=group)
    assert "retentionInDays" not in logs.describe_log_groups()["logGroups"][0]


def test_tags_have_limits(logs: Any, account: str, group: str) -> None:
    arn = f"arn:aws:logs:us-east-1:{account}:log-group:{group}"
    logs.tag_resource(resourceArn=arn, tags={f"k{at}": "" for at in range(50)})
    with pytest.raises(logs.exceptions.TooManyTagsException):
        logs.tag_resource(resourceArn=arn, tags={"one more": ""})
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.list_tags_for_resource(resourceArn=arn + "-none")
    for wrong in ("arn:aws:s3:::bucket", "not-an-arn", f"{arn}:log-stream:a"):
        with pytest.raises(logs.exceptions.InvalidParameterException):
            logs.list_tags_for_resource(resourceArn=wrong)


def test_resource_policies_must_be_policies(logs: Any) -> None:
    for document in ("{", '{"Version":"2012-10-17"}', '{"Version":"2012-10-17","Statement":[]}'):
        with pytest.raises(logs.exceptions.InvalidParameterException):
            logs.put_resource_policy(policyName="p", policyDocument=document)
    with pytest.raises(ClientError, match="resourceArn of logs:PutResourcePolicy"):
        logs.put_resource_policy(policyName="p", policyDocument="{}", resourceArn="arn:aws:logs:::x")
