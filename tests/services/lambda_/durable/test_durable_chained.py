"""Chained invocations: functions that are invoked by an execution, as its role, durable or not."""

import json
from typing import Any

import pytest

from portico.base.trace import lineage_of, mark_of

ACCOUNT, REGION = "111122223333", "eu-west-1"
PENDING = {"Status": "PENDING"}
ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"}


def chains(target: str, payload: str = '{"n": 1}') -> Any:
    """A function that invokes `target` and says how that ended."""

    async def handler(event: Any) -> Any:
        held = event.operations.get("i")
        if held is None:
            options = {"FunctionName": target}
            await event.checkpoint(
                {
                    "Id": "i",
                    "Type": "CHAINED_INVOKE",
                    "Action": "START",
                    "Payload": payload,
                    "ChainedInvokeOptions": options,
                }
            )
            return PENDING
        assert held["Status"] in ENDED
        return {"Status": "SUCCEEDED", "Result": json.dumps([held["Status"], held["ChainedInvokeDetails"]])}

    return handler


async def doubles(event: Any) -> Any:
    return event["n"] * 2


async def raises(event: Any) -> Any:
    raise ValueError("no such number")


async def child(event: Any) -> Any:
    """Durable: waits, then returns its input."""
    if not event.operations:
        options = {"WaitSeconds": 60}
        await event.checkpoint({"Id": "w", "Type": "WAIT", "Action": "START", "WaitOptions": options})
        return PENDING
    payload = event["InitialExecutionState"]["Operations"][0]["ExecutionDetails"]["InputPayload"]
    return {"Status": "SUCCEEDED", "Result": payload}


async def executions(stage: Any, name: str) -> list[Any]:
    answer = await stage.call("ListDurableExecutionsByFunction", FunctionName=name)
    found: list[Any] = answer["DurableExecutions"]
    return found


async def test_a_function_that_is_not_durable(stage: Any) -> None:
    await stage.function(doubles, name="d", durable=False)
    await stage.function(chains("d"))
    answer = await stage.run()
    assert answer["Payload"] == ["SUCCEEDED", {"Result": "2"}]
    assert stage.invocations == ["f", "d", "f"]
    kinds = await stage.kinds(answer["DurableExecutionArn"])
    assert "ChainedInvokeStarted" in kinds
    assert "ChainedInvokeSucceeded" in kinds


async def test_a_function_that_fails(stage: Any) -> None:
    await stage.function(raises, name="d", durable=False)
    await stage.function(chains("d"))
    error = {"ErrorMessage": "no such number", "ErrorType": "ValueError"}
    assert (await stage.run())["Payload"] == ["FAILED", {"Error": error}]


async def test_a_durable_function(stage: Any) -> None:
    await stage.function(child, name="c")
    await stage.function(chains("c:$LATEST"))
    arn = await stage.start()
    await stage.suspended(arn)
    await stage.invoked("f", "c")
    [started] = await executions(stage, "c")
    await stage.until(started["DurableExecutionArn"], lambda record: record.parent is not None)
    await stage.suspended(started["DurableExecutionArn"])
    stage.jump(60)
    shown = await stage.ended(arn)
    assert json.loads(shown["Result"]) == ["SUCCEEDED", {"Result": '{"n": 1}'}]
    assert stage.invocations == ["f", "c", "c", "f"]


async def test_a_durable_function_that_is_stopped(stage: Any) -> None:
    await stage.function(child, name="c")
    await stage.function(chains("c:$LATEST"))
    arn = await stage.start()
    await stage.suspended(arn)
    await stage.invoked("f", "c")
    [started] = await executions(stage, "c")
    await stage.until(started["DurableExecutionArn"], lambda record: record.parent is not None)
    error = {"ErrorType": "Operator", "ErrorMessage": "enough"}
    await stage.call("StopDurableExecution", DurableExecutionArn=started["DurableExecutionArn"], Error=error)
    assert json.loads((await stage.ended(arn))["Result"]) == ["STOPPED", {"Error": error}]
    assert "ChainedInvokeStopped" in await stage.kinds(arn)


@pytest.mark.parametrize(
    ("target", "error_type", "message"),
    [
        ("gone", "ResourceNotFoundException", "Function not found"),
        ("c", "InvalidParameterValueException", "requires qualified function identifier"),
    ],
)
async def test_targets_that_are_refused(stage: Any, target: str, error_type: str, message: str) -> None:
    await stage.function(child, name="c")
    await stage.function(chains(target))
    status, details = (await stage.run())["Payload"]
    assert status == "FAILED"
    assert details["Error"]["ErrorType"] == error_type
    assert message in details["Error"]["ErrorMessage"]


async def test_the_role_must_be_allowed_to(stage: Any) -> None:
    await stage.role()
    await stage.function(doubles, name="d", durable=False)
    await stage.function(chains("d"))
    status, details = (await stage.run())["Payload"]
    assert (status, details["Error"]["ErrorType"]) == ("FAILED", "AccessDeniedException")
    assert "lambda:InvokeFunction" in details["Error"]["ErrorMessage"]
    assert "d" not in stage.invocations


async def test_a_result_that_is_too_large(stage: Any) -> None:
    async def large(event: Any) -> Any:
        return "x" * (1024 * 1024)

    await stage.function(large, name="d", durable=False)
    await stage.function(chains("d"))
    status, details = (await stage.run())["Payload"]
    assert status == "FAILED"
    assert "must be less than or equal to 1048576 bytes" in details["Error"]["ErrorMessage"]


async def test_lineage_goes_along(stage: Any) -> None:
    """What an execution invokes has the execution's function in its lineage, whatever trace it was asked to have."""
    seen: list[str] = []
    invoke = stage.invoke

    async def watched(spec: Any, invocation: Any) -> Any:
        seen.append(invocation.trace)
        return await invoke(spec, invocation)

    stage.invoke = watched
    await stage.function(doubles, name="d", durable=False)
    await stage.function(chains("d"))
    await stage.run()
    mark = mark_of(f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f")
    assert lineage_of(seen[1]) == {mark: 0}
