"""Callbacks: completed from outside, kept alive, timed out, and refused when it is too late."""

from typing import Any

import pytest

from portico.services.lambda_.durable import identifiers
from portico.wire.errors import AwsError

PENDING = {"Status": "PENDING"}


def waiting(timeout_s: int = 0, heartbeat_s: int = 0) -> Any:
    """A function that waits for one callback and returns what it says."""

    async def handler(event: Any) -> Any:
        held = event.operations.get("c")
        if held is None:
            options = {"TimeoutSeconds": timeout_s, "HeartbeatTimeoutSeconds": heartbeat_s}
            await event.checkpoint(
                {"Id": "c", "Type": "CALLBACK", "Action": "START", "CallbackOptions": options}
            )
            return PENDING
        details = held["CallbackDetails"]
        if held["Status"] == "SUCCEEDED":
            return {"Status": "SUCCEEDED", "Result": details.get("Result")}
        return {"Status": "FAILED", "Error": details["Error"]}

    return handler


async def callback(stage: Any, arn: str) -> str:
    """The id of the execution's callback, once it waits for it."""
    await stage.suspended(arn)
    history = await stage.call("GetDurableExecutionHistory", DurableExecutionArn=arn)
    [details] = [
        event["CallbackStartedDetails"]
        for event in history["Events"]
        if event["EventType"] == "CallbackStarted"
    ]
    return str(details["CallbackId"])


async def refused(call: Any) -> tuple[str, int]:
    with pytest.raises(AwsError) as error:
        await call
    return error.value.code, error.value.status


async def test_a_success(stage: Any) -> None:
    await stage.function(waiting())
    arn = await stage.start()
    callback_id = await callback(stage, arn)
    await stage.call("SendDurableExecutionCallbackSuccess", CallbackId=callback_id, Result=b'{"paid": true}')
    assert (await stage.ended(arn))["Result"] == '{"paid": true}'
    assert "CallbackSucceeded" in await stage.kinds(arn)


async def test_a_success_without_a_result(stage: Any) -> None:
    await stage.function(waiting())
    arn = await stage.start()
    await stage.call("SendDurableExecutionCallbackSuccess", CallbackId=await callback(stage, arn))
    shown = await stage.ended(arn)
    assert (shown["Status"], "Result" in shown) == ("SUCCEEDED", False)


async def test_a_failure(stage: Any) -> None:
    await stage.function(waiting())
    arn = await stage.start()
    error = {"ErrorType": "Declined", "ErrorMessage": "no money"}
    await stage.call(
        "SendDurableExecutionCallbackFailure", CallbackId=await callback(stage, arn), Error=error
    )
    assert (await stage.ended(arn))["Error"] == error
    assert "CallbackFailed" in await stage.kinds(arn)


async def test_a_timeout(stage: Any) -> None:
    await stage.function(waiting(timeout_s=60))
    arn = await stage.start()
    callback_id = await callback(stage, arn)
    stage.jump(60)
    assert (await stage.ended(arn))["Error"]["ErrorType"] == "Callback.Timeout"
    late = stage.call("SendDurableExecutionCallbackSuccess", CallbackId=callback_id)
    assert await refused(late) == ("CallbackTimeoutException", 400)


async def test_heartbeats_keep_it_alive(stage: Any) -> None:
    await stage.function(waiting(heartbeat_s=60))
    arn = await stage.start()
    callback_id = await callback(stage, arn)
    for _ in range(3):
        stage.jump(50)
        await stage.call("SendDurableExecutionCallbackHeartbeat", CallbackId=callback_id)
    assert (await stage.get(arn))["Status"] == "RUNNING"
    stage.jump(60)
    assert (await stage.ended(arn))["Error"]["ErrorType"] == "Callback.Heartbeat"


async def test_it_is_completed_once(stage: Any) -> None:
    await stage.function(waiting())
    arn = await stage.start()
    callback_id = await callback(stage, arn)
    await stage.call("SendDurableExecutionCallbackSuccess", CallbackId=callback_id, Result=b"1")
    for operation in ("Success", "Failure", "Heartbeat"):
        again = stage.call(f"SendDurableExecutionCallback{operation}", CallbackId=callback_id)
        assert await refused(again) == ("CallbackTimeoutException", 400)
    assert (await stage.ended(arn))["Result"] == "1"


async def test_ids_that_are_none(stage: Any) -> None:
    await stage.function(waiting())
    arn = await stage.start()
    await callback(stage, arn)
    unknown = identifiers.new_callback_id(arn.replace("f:$LATEST", "g:$LATEST"), 1)
    guessed = identifiers.new_callback_id(arn, 1)
    for callback_id, expected in (
        ("QUJD", ("InvalidParameterValueException", 400)),
        (unknown, ("ResourceNotFoundException", 404)),
        (guessed, ("ResourceNotFoundException", 404)),
    ):
        call = stage.call("SendDurableExecutionCallbackSuccess", CallbackId=callback_id)
        assert await refused(call) == expected
    assert (await stage.get(arn))["Status"] == "RUNNING"


async def test_results_and_errors_that_are_refused(stage: Any) -> None:
    await stage.function(waiting())
    arn = await stage.start()
    callback_id = await callback(stage, arn)
    for operation, request in (
        ("Success", {"Result": b"\xff"}),
        ("Failure", {"Error": {"ErrorData": "x" * (1024 * 1024)}}),
    ):
        call = stage.call(f"SendDurableExecutionCallback{operation}", CallbackId=callback_id, **request)
        assert await refused(call) == ("InvalidParameterValueException", 400)
    assert (await stage.get(arn))["Status"] == "RUNNING"


async def test_a_callback_that_comes_while_the_function_runs(stage: Any) -> None:
    """The function has not seen it and suspends: it is invoked again."""

    async def handler(event: Any) -> Any:
        if event.operations:
            assert event["UpdatedOperationIds"] == ["c"]
            return {"Status": "SUCCEEDED", "Result": event.operations["c"]["CallbackDetails"]["Result"]}
        answer = await event.checkpoint({"Id": "c", "Type": "CALLBACK", "Action": "START"})
        [made] = answer["NewExecutionState"]["Operations"]
        callback_id = made["CallbackDetails"]["CallbackId"]
        await stage.call("SendDurableExecutionCallbackSuccess", CallbackId=callback_id, Result=b'"quick"')
        return PENDING

    await stage.function(handler)
    assert (await stage.run())["Payload"] == "quick"
    assert stage.invocations == ["f", "f"]
