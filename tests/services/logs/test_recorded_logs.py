"""CloudWatch Logs answers as AWS did in the recorded cases, each test named for its case."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Route53LogsToCloudWatchLogs",
            "Effect": "Allow",
            "Principal": {"Service": ["route53.amazonaws.com"]},
            "Action": "logs:PutLogEvents",
            "Resource": "arn:aws:logs:us-east-1:111122223333:log-group:/aws/route53/*",
        }
    ],
}
NO_GROUP = ("ResourceNotFoundException", "The specified log group does not exist.")
NO_STREAM = ("ResourceNotFoundException", "The specified log stream does not exist.")
BAD_TOKEN = ("InvalidParameterException", "The specified nextToken is invalid.")
LIMIT_10001 = (
    "InvalidParameterException",
    "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: "
    "Member must have value less than or equal to 10000",
)
DAY_MS = 24 * 3600 * 1000


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    """Code and message of a call that answers 400."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def bare(response: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def arn_of(account: str, group: str) -> str:
    return f"arn:aws:logs:us-east-1:{account}:log-group:{group}"


class TestEvents:
    def test_put_log_events_to_invalid_stream(self, logs: Any, group: str, now: int) -> None:
        events = [{"timestamp": now, "message": "m"}]
        assert (
            refused(logs.put_log_events, logGroupName=group, logStreamName="none", logEvents=events)
            == NO_STREAM
        )

    def test_put_log_events_wrong_order(self, put: Callable[..., Any], now: int) -> None:
        assert refused(lambda: put("a", (now, "2"), (now - 1, "1"))) == (
            "InvalidParameterException",
            "Log events in a single PutLogEvents request must be in chronological order.",
        )

    def test_put_log_events_too_old(self, put: Callable[..., Any], now: int) -> None:
        answer = bare(put("a", (now - 20 * DAY_MS, "old")))
        assert answer.keys() == {"nextSequenceToken", "rejectedLogEventsInfo"}
        assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}

    def test_put_log_events_too_new(self, put: Callable[..., Any], now: int) -> None:
        answer = bare(put("a", (now + DAY_MS, "new")))
        assert answer.keys() == {"nextSequenceToken", "rejectedLogEventsInfo"}
        assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 0}

    def test_get_log_events_invalid_token(self, logs: Any, group: str) -> None:
        assert (
            refused(logs.get_log_events, logGroupName=group, logStreamName="a", nextToken="no") == BAD_TOKEN
        )

    def test_get_log_events_limit_validation(self, logs: Any, group: str) -> None:
        assert (
            refused(logs.get_log_events, logGroupName=group, logStreamName="a", limit=10_001) == LIMIT_10001
        )

    def test_resource_does_not_exist(self, logs: Any, group: str) -> None:
        assert refused(logs.get_log_events, logGroupName="none", logStreamName="a") == NO_GROUP
        assert refused(logs.get_log_events, logGroupName=group, logStreamName="none") == NO_STREAM


class TestFilter:
    def test_filter_log_events_limit_validation(self, logs: Any, group: str) -> None:
        assert refused(logs.filter_log_events, logGroupName=group, limit=10_001) == LIMIT_10001

    def test_filter_log_events_unknown_token(self, logs: Any, group: str) -> None:
        assert refused(logs.filter_log_events, logGroupName=group, nextToken="no") == BAD_TOKEN


class TestGroups:
    def test_create_log_group_with_kms_key(self, logs: Any, account: str) -> None:
        key = f"arn:aws:kms:us-east-1:{account}:key/1"
        with pytest.raises(ClientError, match=r"kmsKeyId of logs:CreateLogGroup") as caught:
            logs.create_log_group(logGroupName="g", kmsKeyId=key)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
        assert logs.describe_log_groups()["logGroups"] == []

    def test_create_log_group_duplicate_error(self, logs: Any, group: str) -> None:
        assert refused(logs.create_log_group, logGroupName=group) == (
            "ResourceAlreadyExistsException",
            "The specified log group already exists",
        )

    def test_create_log_group_invalid_name_length(self, logs: Any) -> None:
        assert refused(logs.create_log_group, logGroupName="g" * 600) == (
            "InvalidParameterException",
            "Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
        )

    def test_describe_log_groups_with_prefix(self, logs: Any, account: str) -> None:
        for name in ("p-2", "p-1", "p-3", "other"):
            logs.create_log_group(logGroupName=name)
        groups = logs.describe_log_groups(logGroupNamePrefix="p-")["logGroups"]
        created = [shown.pop("creationTime") for shown in groups]
        assert all(isinstance(at, int) for at in created)
        assert groups == [
            {
                "arn": f"{arn_of(account, name)}:*",
                "deletionProtectionEnabled": False,
                "logGroupArn": arn_of(account, name),
                "logGroupClass": "STANDARD",
                "logGroupName": name,
                "metricFilterCount": 0,
                "storedBytes": 0,
            }
            for name in ("p-1", "p-2", "p-3")
        ]

    def test_describe_log_groups_with_pattern(self, logs: Any, group: str) -> None:
        answer = bare(logs.describe_log_groups(logGroupNamePattern="tests"))
        assert answer.keys() == {"logGroups", "nextToken"}
        assert [set(shown) for shown in answer["logGroups"]] == [
            {"arn", "creationTime", "logGroupArn", "logGroupClass", "logGroupName", "metricFilterCount"}
        ]
        rest = logs.describe_log_groups(logGroupNamePattern="tests", nextToken=answer["nextToken"])
        assert bare(rest) == {"logGroups": []}

    def test_describe_log_groups_prefix_and_pattern_error(self, logs: Any) -> None:
        assert refused(logs.describe_log_groups, logGroupNamePrefix="a", logGroupNamePattern="b") == (
            "InvalidParameterException",
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        )

    def test_list_log_groups_with_pattern(self, logs: Any, group: str) -> None:
        assert bare(logs.describe_log_groups(logGroupNamePattern="nomatch")) == {"logGroups": []}
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePattern="port")
        assert [shown["logGroupName"] for page in pages for shown in page["logGroups"]] == [group]


class TestTags:
    def test_create_log_group_with_tags(self, logs: Any) -> None:
        logs.create_log_group(logGroupName="g", tags={"env": "testing"})
        assert bare(logs.list_tags_log_group(logGroupName="g")) == {"tags": {"env": "testing"}}

    def test_tag_log_group(self, logs: Any, group: str) -> None:
        logs.tag_log_group(logGroupName=group, tags={"tag_key_1": "tag_value_1"})
        assert bare(logs.list_tags_log_group(logGroupName=group)) == {"tags": {"tag_key_1": "tag_value_1"}}

    def test_untag_log_group(self, logs: Any) -> None:
        logs.create_log_group(logGroupName="g", tags={"tag_key_1": "1", "tag_key_2": "2"})
        logs.untag_log_group(logGroupName="g", tags=["tag_key_1"])
        assert bare(logs.list_tags_log_group(logGroupName="g")) == {"tags": {"tag_key_2": "2"}}

    def test_tag_resource_api(self, logs: Any, account: str) -> None:
        logs.create_log_group(logGroupName="g", tags={"env": "testing1"})
        arn = arn_of(account, "g")

        def both() -> tuple[dict[str, str], dict[str, str]]:
            by_name = logs.list_tags_log_group(logGroupName="g")["tags"]
            return by_name, logs.list_tags_for_resource(resourceArn=arn)["tags"]

        assert both() == ({"env": "testing1"},) * 2
        logs.tag_resource(resourceArn=arn, tags={"test1": "val1", "test2": "val2"})
        assert both() == ({"env": "testing1", "test1": "val1", "test2": "val2"},) * 2
        logs.tag_log_group(logGroupName="g", tags={"test3": "val3"})
        assert both() == ({"env": "testing1", "test1": "val1", "test2": "val2", "test3": "val3"},) * 2
        logs.untag_log_group(logGroupName="g", tags=["env", "test1"])
        logs.untag_resource(resourceArn=arn, tagKeys=["test3"])
        assert both() == ({"test2": "val2"},) * 2


class TestResourcePolicies:
    def test_put_resource_policy(self, logs: Any) -> None:
        policy = bare(logs.put_resource_policy(policyName="p", policyDocument=json.dumps(POLICY)))
        shown = policy.pop("resourcePolicy")
        assert policy == {}
        assert isinstance(shown.pop("lastUpdatedTime"), int)
        assert shown == {
            "policyDocument": json.dumps(POLICY),
            "policyName": "p",
            "policyScope": "ACCOUNT",
        }

    def test_put_resource_policy_update(self, logs: Any) -> None:
        logs.put_resource_policy(policyName="p", policyDocument=json.dumps(POLICY))
        changed = {
            "Version": "2008-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "route53.amazonaws.com"},
                    "Action": "logs:*",
                    "Resource": "*",
                }
            ],
        }
        logs.put_resource_policy(policyName="p", policyDocument=json.dumps(changed))
        (shown,) = logs.describe_resource_policies()["resourcePolicies"]
        assert json.loads(shown["policyDocument"]) == changed
        assert shown.keys() == {"lastUpdatedTime", "policyDocument", "policyName", "policyScope"}

    def test_describe_resource_policies(self, logs: Any) -> None:
        for name in ("p2", "p1", "p3"):
            logs.put_resource_policy(policyName=name, policyDocument=json.dumps(POLICY))
        whole = bare(logs.describe_resource_policies())
        assert whole.keys() == {"resourcePolicies"}
        assert [shown["policyName"] for shown in whole["resourcePolicies"]] == ["p1", "p2", "p3"]
        pages = logs.get_paginator("describe_resource_policies").paginate(PaginationConfig={"PageSize": 2})
        assert [len(page["resourcePolicies"]) for page in pages] == [2, 1]

    def test_delete_resource_policy_not_found(self, logs: Any) -> None:
        assert refused(logs.delete_resource_policy, policyName="non-existent") == (
            "ResourceNotFoundException",
            "Policy with name [non-existent] does not exist.",
        )

    def test_put_resource_policy_limit_exceeded(self, logs: Any) -> None:
        for at in range(10):
            logs.put_resource_policy(policyName=f"p{at}", policyDocument=json.dumps(POLICY))
        assert refused(
            logs.put_resource_policy, policyName="eleventh", policyDocument=json.dumps(POLICY)
        ) == (
            "LimitExceededException",
            "Resource limit exceeded.",
        )


class TestStreams:
    @pytest.fixture
    def stream(self, account: str) -> dict[str, Any]:
        """What is shown of a stream without events, but for its time."""
        return {
            "arn": f"{arn_of(account, 'g')}:log-stream:s",
            "logStreamName": "s",
            "storedBytes": 0,
        }

    def described(self, logs: Any, **request: Any) -> list[dict[str, Any]]:
        answer = bare(logs.describe_log_streams(**request))
        assert answer.keys() == {"logStreams"}
        assert all(isinstance(shown.pop("creationTime"), int) for shown in answer["logStreams"])
        found: list[dict[str, Any]] = answer["logStreams"]
        return found

    def test_create_and_delete_log_stream(self, logs: Any, stream: dict[str, Any]) -> None:
        logs.create_log_group(logGroupName="g")
        logs.create_log_stream(logGroupName="g", logStreamName="s")
        assert self.described(logs, logGroupName="g") == [stream]
        logs.delete_log_stream(logGroupName="g", logStreamName="s")
        assert self.described(logs, logGroupName="g") == []

    def test_create_log_stream_duplicate_error(self, logs: Any, group: str) -> None:
        assert refused(logs.create_log_stream, logGroupName=group, logStreamName="a") == (
            "ResourceAlreadyExistsException",
            "The specified log stream already exists",
        )

    def test_describe_log_streams_with_log_group_identifier(
        self, logs: Any, account: str, stream: dict[str, Any]
    ) -> None:
        logs.create_log_group(logGroupName="g")
        logs.create_log_stream(logGroupName="g", logStreamName="s")
        assert self.described(logs, logGroupIdentifier="g") == [stream]
        assert self.described(logs, logGroupIdentifier=arn_of(account, "g")) == [stream]
        assert refused(logs.describe_log_streams, logGroupName="g", logGroupIdentifier="g") == (
            "ValidationException",
            "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
        )

    def test_describe_log_streams_with_prefix(self, logs: Any) -> None:
        logs.create_log_group(logGroupName="g")
        for name in ("s-3", "s-1", "t", "s", "s-2"):
            logs.create_log_stream(logGroupName="g", logStreamName=name)
        shown = self.described(logs, logGroupName="g", logStreamNamePrefix="s")
        assert [one["logStreamName"] for one in shown] == ["s", "s-1", "s-2", "s-3"]

    def test_log_stream_arn_format(self, logs: Any, stream: dict[str, Any]) -> None:
        logs.create_log_group(logGroupName="g")
        logs.create_log_stream(logGroupName="g", logStreamName="s")
        assert self.described(logs, logGroupName="g")[0]["arn"] == stream["arn"]
