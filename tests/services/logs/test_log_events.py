"""Putting, reading and filtering events."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

HOUR_MS = 3600 * 1000


def texts(answer: dict[str, Any]) -> list[str]:
    return [event["message"] for event in answer["events"]]


@pytest.fixture
def ten(put: Callable[..., Any], now: int) -> int:
    """Ten events in stream `a`, a millisecond each; the time of the first."""
    put("a", *((now + at, str(at)) for at in range(10)))
    return now


def test_the_end_of_a_stream_comes_first(logs: Any, group: str, ten: int) -> None:
    last = logs.get_log_events(logGroupName=group, logStreamName="a", limit=3)
    assert texts(last) == ["7", "8", "9"]
    assert last["events"][0].keys() == {"timestamp", "message", "ingestionTime"}
    before = logs.get_log_events(
        logGroupName=group, logStreamName="a", limit=3, nextToken=last["nextBackwardToken"]
    )
    assert texts(before) == ["4", "5", "6"]
    again = logs.get_log_events(
        logGroupName=group, logStreamName="a", limit=3, nextToken=before["nextForwardToken"]
    )
    assert texts(again) == ["7", "8", "9"]


def test_a_reader_at_the_end_gets_its_token_back(
    logs: Any, group: str, ten: int, put: Callable[..., Any]
) -> None:
    def page(token: str) -> Any:
        return logs.get_log_events(logGroupName=group, logStreamName="a", nextToken=token, startFromHead=True)

    whole = logs.get_log_events(logGroupName=group, logStreamName="a", startFromHead=True)
    assert texts(whole) == [str(at) for at in range(10)]
    end = page(whole["nextForwardToken"])
    assert (end["events"], end["nextForwardToken"]) == ([], whole["nextForwardToken"])
    start = page(whole["nextBackwardToken"])
    assert (start["events"], start["nextBackwardToken"]) == ([], whole["nextBackwardToken"])
    put("a", (ten + 50, "later"))
    assert texts(page(end["nextForwardToken"])) == ["later"]
    empty = logs.get_log_events(logGroupName=group, logStreamName="b")
    assert empty["events"] == []
    put("b", (ten, "first"))
    for way, wanted in (("nextForwardToken", ["first"]), ("nextBackwardToken", [])):
        request = {"logGroupName": group, "logStreamName": "b", "nextToken": empty[way]}
        assert texts(logs.get_log_events(**request)) == wanted


def test_times_are_included_as_documented(logs: Any, group: str, ten: int) -> None:
    times = {"startTime": ten + 3, "endTime": ten + 6}
    assert texts(logs.get_log_events(logGroupName=group, logStreamName="a", **times)) == ["3", "4", "5"]
    assert texts(logs.filter_log_events(logGroupName=group, **times)) == ["3", "4", "5", "6"]
    assert texts(logs.get_log_events(logGroupName=group, logStreamName="a", endTime=0)) == []


@pytest.mark.parametrize("far", [1 << 62, (1 << 63) - 1])
def test_times_at_the_end_of_the_world(logs: Any, group: str, ten: int, far: int) -> None:
    assert len(texts(logs.filter_log_events(logGroupName=group, endTime=far))) == 10
    assert len(texts(logs.get_log_events(logGroupName=group, logStreamName="a", endTime=far))) == 10
    assert texts(logs.filter_log_events(logGroupName=group, startTime=far, startFromHead=False)) == []
    assert texts(logs.get_log_events(logGroupName=group, logStreamName="a", startTime=far)) == []
    last = {"nextToken": f"f/{'9' * 56}/s", "logGroupName": group}
    assert texts(logs.filter_log_events(**last)) == []
    assert texts(logs.get_log_events(logStreamName="a", **last)) == []
    back = {"nextToken": f"b/{'9' * 56}/s", "logGroupName": group}
    assert len(texts(logs.get_log_events(logStreamName="a", **back))) == 10


def test_streams_are_interleaved(logs: Any, group: str, ten: int, put: Callable[..., Any]) -> None:
    put("b", (ten + 2, "b2"), (ten + 5, "b5"))
    found = logs.filter_log_events(logGroupName=group, interleaved=True, unmask=True)
    assert texts(found) == ["0", "1", "2", "b2", "3", "4", "5", "b5", "6", "7", "8", "9"]
    assert found["searchedLogStreams"] == []
    assert found["events"][3].keys() == {"logStreamName", "timestamp", "message", "ingestionTime", "eventId"}
    assert found["events"][3]["logStreamName"] == "b"
    assert len({event["eventId"] for event in found["events"]}) == 12
    assert texts(logs.filter_log_events(logGroupName=group, startFromHead=False, limit=2)) == ["9", "8"]
    assert texts(logs.filter_log_events(logGroupName=group, logStreamNamePrefix="b")) == ["b2", "b5"]
    assert texts(logs.filter_log_events(logGroupName=group, logStreamNames=["b"])) == ["b2", "b5"]
    both = logs.filter_log_events(logGroupName=group, logStreamNames=["b", "a", "b"])
    assert texts(both) == texts(found)
    assert texts(logs.filter_log_events(logGroupName=group, filterPattern="b -5")) == ["b2"]
    with pytest.raises(logs.exceptions.InvalidParameterException, match="cannot be specified together"):
        logs.filter_log_events(logGroupName=group, logStreamNames=["a"], logStreamNamePrefix="b")
    with pytest.raises(logs.exceptions.ResourceNotFoundException, match="log stream"):
        logs.filter_log_events(logGroupName=group, logStreamNames=["a", "none"])
    with pytest.raises(logs.exceptions.InvalidParameterException, match="Invalid filter pattern"):
        logs.filter_log_events(logGroupName=group, filterPattern="{ $.a = ")


def test_pages_of_a_filter(logs: Any, group: str, ten: int) -> None:
    paginator = logs.get_paginator("filter_log_events")
    for first, wanted in ((True, range(10)), (False, range(9, -1, -1))):
        pages = list(
            paginator.paginate(logGroupName=group, startFromHead=first, PaginationConfig={"PageSize": 3})
        )
        assert [len(page["events"]) for page in pages] == [3, 3, 3, 1]
        assert [text for page in pages for text in texts(page)] == [str(at) for at in wanted]


def test_a_page_has_a_megabyte_at_most(logs: Any, group: str, put: Callable[..., Any], now: int) -> None:
    large = "é" * 130_000
    for at in range(6):
        put("a", (now + at, large))
    pages = list(logs.get_paginator("filter_log_events").paginate(logGroupName=group))
    assert [len(page["events"]) for page in pages] == [4, 2]
    assert len(logs.get_log_events(logGroupName=group, logStreamName="a")["events"]) == 4


def test_what_a_batch_may_be(logs: Any, put: Callable[..., Any], now: int) -> None:
    put("a", (now, "x" * (1_048_576 - 26)))
    with pytest.raises(logs.exceptions.InvalidParameterException, match="1048577 bytes exceeds limit"):
        put("a", (now, "x" * (1_048_576 - 25)))
    with pytest.raises(logs.exceptions.InvalidParameterException, match="24 hours"):
        put("a", (now - 25 * HOUR_MS, "1"), (now, "2"))
    with pytest.raises(logs.exceptions.InvalidParameterException, match="less than or equal to 10000"):
        put("a", *((now, "x") for _ in range(10_001)))
    mixed = put("a", (now - 400 * HOUR_MS, "old"), (now, "kept"), (now + 3 * HOUR_MS, "ahead"))
    assert mixed["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2}


def test_messages_come_back_as_they_were(logs: Any, group: str, put: Callable[..., Any], now: int) -> None:
    message = 'tab\t "quotes" \\ 😀 \x00 line\nanother'
    put("a", (now, message))
    assert texts(logs.get_log_events(logGroupName=group, logStreamName="a")) == [message]
    assert texts(logs.filter_log_events(logGroupName=group, filterPattern="😀")) == [message]


def test_half_a_character_is_refused_or_kept(logs: Any, put: Callable[..., Any], now: int) -> None:
    with pytest.raises(ClientError) as caught:
        put("a", (now, "\ud800"))
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_groups_by_identifier(logs: Any, account: str, group: str, ten: int) -> None:
    arn = f"arn:aws:logs:us-east-1:{account}:log-group:{group}"
    for identifier in (group, arn):
        assert len(logs.filter_log_events(logGroupIdentifier=identifier)["events"]) == 10
        assert len(logs.get_log_events(logGroupIdentifier=identifier, logStreamName="a")["events"]) == 10
    for wrong in ("arn:aws:s3:::bucket", f"{arn}:*", f"{arn}:log-stream:a"):
        with pytest.raises(logs.exceptions.InvalidParameterException):
            logs.filter_log_events(logGroupIdentifier=wrong)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.filter_log_events(logGroupIdentifier=arn.replace("us-east-1", "eu-west-1"))
    with pytest.raises(ClientError, match="At least one of"):
        logs.filter_log_events()


def test_what_streams_and_groups_tell_of_their_events(
    logs: Any, group: str, put: Callable[..., Any], now: int
) -> None:
    put("a", (now, "1"), (now + 5, "22"))
    (shown,) = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="a")["logStreams"]
    assert (shown["firstEventTimestamp"], shown["lastEventTimestamp"]) == (now, now + 5)
    assert shown["lastIngestionTime"] > now
    assert "uploadSequenceToken" in shown
    assert logs.describe_log_groups()["logGroups"][0]["storedBytes"] == 2 * 26 + 3
