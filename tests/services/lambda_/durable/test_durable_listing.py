"""Looking at executions: lists with filters and pages, histories forwards and backwards, with and without data."""

from typing import Any

import pytest

from portico.wire.errors import AwsError


async def echo(event: Any) -> Any:
    payload = event["InitialExecutionState"]["Operations"][0]["ExecutionDetails"]["InputPayload"]
    if payload == '"wait"':
        options = {"WaitSeconds": 60}
        await event.checkpoint({"Id": "w", "Type": "WAIT", "Action": "START", "WaitOptions": options})
        return {"Status": "PENDING"}
    return {"Status": "SUCCEEDED", "Result": payload}


async def started(stage: Any, count: int) -> list[str]:
    """Executions a second apart, in that order, all ended but the last one."""
    await stage.function(echo)
    arns = []
    for number in range(count):
        stage.clock.advance(1)
        last = number == count - 1
        arn = await stage.start(payload="wait" if last else number, DurableExecutionName=f"n{number}")
        await stage.suspended(arn)
        arns.append(str(arn))
    return arns


async def listed(stage: Any, **request: Any) -> list[str]:
    answer = await stage.call("ListDurableExecutionsByFunction", FunctionName="f", **request)
    return [each["DurableExecutionName"] for each in answer["DurableExecutions"]]


async def test_lists(stage: Any) -> None:
    arns = await started(stage, 4)
    times = [(await stage.get(arn))["StartTimestamp"] for arn in arns]
    assert await listed(stage) == ["n3", "n2", "n1", "n0"]
    assert await listed(stage, ReverseOrder=True) == ["n0", "n1", "n2", "n3"]
    assert await listed(stage, Statuses=["RUNNING"]) == ["n3"]
    assert await listed(stage, Statuses=["SUCCEEDED", "FAILED"], MaxItems=2) == ["n2", "n1"]
    assert await listed(stage, DurableExecutionName="n1") == ["n1"]
    assert await listed(stage, StartedAfter=times[1]) == ["n3", "n2"]
    assert await listed(stage, StartedBefore=times[1]) == ["n0"]
    assert len(await listed(stage, Qualifier="$LATEST")) == 4


async def test_pages_of_a_list(stage: Any) -> None:
    await started(stage, 5)
    found: list[str] = []
    request: dict[str, Any] = {"FunctionName": "f", "MaxItems": 2}
    for size in (2, 2, 1):
        answer = await stage.call("ListDurableExecutionsByFunction", **request)
        assert len(answer["DurableExecutions"]) == size
        found += [each["DurableExecutionName"] for each in answer["DurableExecutions"]]
        request["Marker"] = answer.get("NextMarker")
    assert request["Marker"] is None
    assert found == ["n4", "n3", "n2", "n1", "n0"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"FunctionName": "g"}, "ResourceNotFoundException"),
        ({"FunctionName": "f", "Qualifier": "7"}, "ResourceNotFoundException"),
        ({"FunctionName": "f", "Marker": "x"}, "InvalidParameterValueException"),
    ],
)
async def test_lists_that_are_refused(stage: Any, request_: dict[str, Any], code: str) -> None:
    await stage.function(echo)
    with pytest.raises(AwsError) as refused:
        await stage.call("ListDurableExecutionsByFunction", **request_)
    assert refused.value.code == code


async def test_a_history(stage: Any) -> None:
    [arn] = await started(stage, 1)
    history = await stage.call("GetDurableExecutionHistory", DurableExecutionArn=arn)
    assert [event["EventId"] for event in history["Events"]] == [1, 2, 3]
    assert history["Events"][0]["ExecutionStartedDetails"] == {
        "Input": {"Payload": '"wait"', "Truncated": False},
        "ExecutionTimeout": 900,
    }
    assert history["Events"][1]["Id"] == "w"
    assert history["Events"][1]["WaitStartedDetails"]["Duration"] == 60
    backwards = await stage.call("GetDurableExecutionHistory", DurableExecutionArn=arn, ReverseOrder=True)
    assert backwards["Events"] == history["Events"][::-1]
    bare = await stage.call("GetDurableExecutionHistory", DurableExecutionArn=arn, IncludeExecutionData=False)
    assert bare["Events"][0]["ExecutionStartedDetails"] == {
        "Input": {"Truncated": True},
        "ExecutionTimeout": 900,
    }
    assert bare["Events"][1:] == history["Events"][1:]


@pytest.mark.parametrize("reverse", [False, True])
async def test_pages_of_a_history(stage: Any, reverse: bool) -> None:
    [arn] = await started(stage, 1)
    request: dict[str, Any] = {"DurableExecutionArn": arn, "MaxItems": 1, "ReverseOrder": reverse}
    found: list[int] = []
    for _ in range(3):
        answer = await stage.call("GetDurableExecutionHistory", **request)
        found += [event["EventId"] for event in answer["Events"]]
        request["Marker"] = answer.get("NextMarker")
    assert request["Marker"] is None
    assert found == ([3, 2, 1] if reverse else [1, 2, 3])


async def test_an_execution_without_its_data(stage: Any) -> None:
    arn = (await started(stage, 2))[0]
    shown = await stage.call("GetDurableExecution", DurableExecutionArn=arn, IncludeExecutionData=False)
    assert shown["ExecutionDataIncluded"] is False
    assert not shown.keys() & {"InputPayload", "Result", "Error"}
    assert "ExpectedExecutionTimeoutTimestamp" not in shown
