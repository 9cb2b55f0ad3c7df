"""Stopping, pausing, resuming and deleting executions."""

from typing import Any

import pytest

from portico.wire.errors import AwsError

PENDING = {"Status": "PENDING"}
WAIT = {"Id": "w", "Type": "WAIT", "Action": "START", "WaitOptions": {"WaitSeconds": 60}}


async def waits(event: Any) -> Any:
    """Waits for a minute, then is done."""
    if event.operations:
        return {"Status": "SUCCEEDED", "Result": '"done"'}
    await event.checkpoint(WAIT)
    return PENDING


async def conflict(call: Any) -> None:
    with pytest.raises(AwsError) as refused:
        await call
    assert (refused.value.code, refused.value.status) == ("ResourceConflictException", 409)


async def suspended(stage: Any) -> str:
    """An execution that waits for a minute."""
    await stage.function(waits)
    arn = await stage.start()
    await stage.suspended(arn)
    return str(arn)


async def test_stop(stage: Any) -> None:
    arn = await suspended(stage)
    error = {"ErrorType": "Operator", "ErrorMessage": "not needed"}
    stopped = await stage.call("StopDurableExecution", DurableExecutionArn=arn, Error=error)
    shown = await stage.get(arn)
    assert (shown["Status"], shown["Error"]) == ("STOPPED", error)
    assert shown["EndTimestamp"] == stopped["StopTimestamp"]
    stage.jump(60)
    assert await stage.call("StopDurableExecution", DurableExecutionArn=arn) == stopped
    assert (await stage.kinds(arn))[-1] == "ExecutionStopped"
    assert stage.invocations == ["f"]


async def test_stop_while_the_function_runs(stage: Any) -> None:
    said: list[str] = []

    async def handler(event: Any) -> Any:
        await stage.call("StopDurableExecution", DurableExecutionArn=event.arn)
        with pytest.raises(AwsError) as refused:
            await event.checkpoint(WAIT)
        said.append(str(refused.value.message))
        return {"Status": "SUCCEEDED", "Result": "1"}

    await stage.function(handler)
    answer = await stage.run()
    assert answer["FunctionError"] == "Unhandled"
    await stage.suspended(answer["DurableExecutionArn"])
    assert (await stage.get(answer["DurableExecutionArn"]))["Status"] == "STOPPED"
    assert said == ["Invalid checkpoint token"]


async def test_a_pause_between_invocations(stage: Any) -> None:
    arn = await suspended(stage)
    await stage.call("PauseDurableExecution", DurableExecutionArn=arn, Reason="look at it")
    shown = await stage.get(arn)
    assert shown["Status"] == "PAUSED"
    assert shown["PauseDetails"]["Reason"] == "look at it"
    assert shown["PauseDetails"]["ExecutionTimeoutPaused"] is True
    assert shown["ExpectedExecutionTimeoutTimestamp"] == pytest.approx(shown["StartTimestamp"] + 366 * 86_400)
    stage.jump(60)
    await stage.until(arn, lambda record: record.unseen == (1,))
    assert stage.invocations == ["f"]
    stage.jump(10_000)
    await stage.call("ResumeDurableExecution", DurableExecutionArn=arn)
    assert (await stage.ended(arn))["Result"] == '"done"'
    kinds = await stage.kinds(arn)
    assert kinds.index("ExecutionPaused") < kinds.index("WaitSucceeded") < kinds.index("ExecutionResumed")


async def test_resuming_what_still_waits(stage: Any) -> None:
    arn = await suspended(stage)
    await stage.call("PauseDurableExecution", DurableExecutionArn=arn)
    await stage.call("ResumeDurableExecution", DurableExecutionArn=arn)
    record = await stage.suspended(arn)
    assert (record.status, record.run) == ("RUNNING", 1)
    stage.jump(60)
    assert (await stage.ended(arn))["Status"] == "SUCCEEDED"


async def test_a_pause_while_the_function_runs(stage: Any) -> None:
    async def handler(event: Any) -> Any:
        if event.operations:
            return {"Status": "SUCCEEDED", "Result": "2"}
        await stage.call("PauseDurableExecution", DurableExecutionArn=event.arn)
        assert (await stage.get(event.arn))["Status"] == "PAUSING"
        answer = await event.checkpoint({"Id": "s", "Type": "STEP", "Action": "SUCCEED"})
        assert "CheckpointToken" not in answer
        assert (await stage.get(event.arn))["Status"] == "PAUSED"
        return PENDING

    await stage.function(handler)
    arn = await stage.start()
    await stage.suspended(arn)
    assert (await stage.get(arn))["Status"] == "PAUSED"
    await stage.call("ResumeDurableExecution", DurableExecutionArn=arn)
    assert (await stage.ended(arn))["Result"] == "2"


async def test_a_pause_that_is_taken_back(stage: Any) -> None:
    async def handler(event: Any) -> Any:
        await stage.call("PauseDurableExecution", DurableExecutionArn=event.arn)
        await stage.call("ResumeDurableExecution", DurableExecutionArn=event.arn)
        assert (await event.checkpoint())["CheckpointToken"]
        return {"Status": "SUCCEEDED", "Result": "1"}

    await stage.function(handler)
    answer = await stage.run()
    assert answer["Payload"] == 1
    assert "ExecutionPaused" not in await stage.kinds(answer["DurableExecutionArn"])


async def test_resumed_before_the_interrupted_invocation_has_ended(stage: Any) -> None:
    async def handler(event: Any) -> Any:
        if event.operations:
            return {"Status": "SUCCEEDED", "Result": "2"}
        await stage.call("PauseDurableExecution", DurableExecutionArn=event.arn)
        await event.checkpoint({"Id": "s", "Type": "STEP", "Action": "SUCCEED"})
        await stage.call("ResumeDurableExecution", DurableExecutionArn=event.arn)
        return PENDING

    await stage.function(handler)
    assert (await stage.run())["Payload"] == 2
    assert stage.invocations == ["f", "f"]


@pytest.mark.parametrize(("paused", "status"), [(True, "RUNNING"), (False, "TIMED_OUT")])
async def test_the_timeout_while_paused(stage: Any, paused: bool, status: str) -> None:
    await stage.function(waits, timeout_s=900)
    arn = await stage.start()
    await stage.suspended(arn)
    await stage.call("PauseDurableExecution", DurableExecutionArn=arn, ExecutionTimeoutPaused=paused)
    stage.jump(50)
    stage.jump(1000)
    if paused:
        await stage.until(arn, lambda record: record.unseen)
        await stage.function(lambda event: never(), timeout_s=900)
        await stage.call("ResumeDurableExecution", DurableExecutionArn=arn)
        shown = await stage.get(arn)
        left = shown["ExpectedExecutionTimeoutTimestamp"] - stage.clock.now()
        assert left == pytest.approx(900, abs=5)
    else:
        shown = await stage.ended(arn)
    assert shown["Status"] == status


async def never() -> Any:
    raise RuntimeError("not now")


async def test_what_can_not_be_done_in_this_state(stage: Any) -> None:
    arn = await suspended(stage)
    for operation in ("ResumeDurableExecution", "DeleteDurableExecution"):
        await conflict(stage.call(operation, DurableExecutionArn=arn))
    await stage.call("PauseDurableExecution", DurableExecutionArn=arn, ClientToken="t")
    await stage.call("PauseDurableExecution", DurableExecutionArn=arn, ClientToken="t")
    await conflict(stage.call("PauseDurableExecution", DurableExecutionArn=arn, ClientToken="u"))
    await conflict(stage.call("DeleteDurableExecution", DurableExecutionArn=arn))
    await stage.call("StopDurableExecution", DurableExecutionArn=arn)
    for operation in ("PauseDurableExecution", "ResumeDurableExecution"):
        await conflict(stage.call(operation, DurableExecutionArn=arn))


async def test_delete(stage: Any) -> None:
    arn = await suspended(stage)
    await stage.call("StopDurableExecution", DurableExecutionArn=arn)
    answer = await stage.call("DeleteDurableExecution", DurableExecutionArn=arn)
    assert answer["DeletionRequestTimestamp"] <= stage.clock.now()
    await stage.until(arn, lambda record: record is None)
    left = [row.key for row in await stage.store.scan(()) if str(row.key[0]).startswith("lambda.durable")]
    assert left == []


@pytest.mark.parametrize(
    "operation",
    [
        "GetDurableExecution",
        "GetDurableExecutionHistory",
        "StopDurableExecution",
        "PauseDurableExecution",
        "ResumeDurableExecution",
        "DeleteDurableExecution",
    ],
)
async def test_what_is_not_there(stage: Any, operation: str) -> None:
    arn = await suspended(stage)
    for other in (
        arn[:-1] + ("0" if arn[-1] != "0" else "1"),
        arn.replace("$LATEST", "7"),
        arn.replace("eu-", "us-"),
    ):
        with pytest.raises(AwsError) as refused:
            await stage.call(operation, DurableExecutionArn=other)
        assert (refused.value.code, refused.value.status) == ("ResourceNotFoundException", 404)
        assert other in str(refused.value.message)
