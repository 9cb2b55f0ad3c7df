"""Executions from beginning to end: invoked, suspended, invoked again, and what they leave behind."""

import asyncio
import json
from typing import Any

import pytest

from portico.invoke.records import LATEST
from portico.wire.errors import AwsError

PENDING = {"Status": "PENDING"}
DAY_S = 86_400


def step(name: str, action: str, **more: Any) -> dict[str, Any]:
    return {"Id": name, "Type": "STEP", "Action": action, **more}


def wait(name: str, seconds: int) -> dict[str, Any]:
    return {"Id": name, "Type": "WAIT", "Action": "START", "WaitOptions": {"WaitSeconds": seconds}}


def succeeded(result: Any) -> dict[str, Any]:
    return {"Status": "SUCCEEDED", "Result": json.dumps(result)}


async def echo(event: Any) -> Any:
    return succeeded(
        json.loads(event["InitialExecutionState"]["Operations"][0]["ExecutionDetails"]["InputPayload"])
    )


async def one_year(event: Any) -> Any:
    """Waits for a year, once."""
    if "w" not in event.operations:
        await event.checkpoint(wait("w", 365 * DAY_S))
        return PENDING
    assert event.operations["w"]["Status"] == "SUCCEEDED"
    assert event["UpdatedOperationIds"] == ["w"]
    return succeeded("done")


async def test_a_synchronous_call_gets_the_result(stage: Any) -> None:
    await stage.function(echo)
    answer = await stage.run(payload={"n": 1})
    arn = answer.pop("DurableExecutionArn")
    assert answer == {"StatusCode": 200, "ExecutedVersion": LATEST, "Payload": {"n": 1}}
    shown = await stage.get(arn)
    assert shown["Status"] == "SUCCEEDED"
    assert (shown["InputPayload"], shown["Result"]) == ('{"n": 1}', '{"n": 1}')
    assert shown["DurableConfig"] == {"ExecutionTimeout": 900, "RetentionPeriodInDays": 1}
    assert shown["FunctionArn"] == "arn:aws:lambda:eu-west-1:111122223333:function:f:$LATEST"
    assert (
        arn
        == f"{shown['FunctionArn']}/durable-execution/{shown['DurableExecutionName']}/{arn.rsplit('/', 1)[1]}"
    )
    assert await stage.kinds(arn) == ["ExecutionStarted", "InvocationCompleted", "ExecutionSucceeded"]


async def test_what_the_function_is_invoked_with(stage: Any) -> None:
    seen: list[Any] = []

    async def look(event: Any) -> Any:
        seen.append(dict(event))
        return {"Status": "SUCCEEDED"}

    await stage.function(look)
    answer = await stage.run(payload="hi")
    [event] = seen
    token = event.pop("CheckpointToken")
    assert token
    [operation] = event["InitialExecutionState"]["Operations"]
    assert isinstance(operation.pop("StartTimestamp"), int)
    arn = answer["DurableExecutionArn"]
    assert operation == {
        "Id": arn.rsplit("/", 1)[1],
        "Name": arn.rsplit("/", 2)[1],
        "Type": "EXECUTION",
        "Status": "STARTED",
        "ExecutionDetails": {"InputPayload": '"hi"'},
    }
    assert event == {
        "DurableExecutionArn": arn,
        "InitialExecutionState": {"Operations": [operation], "NextMarker": ""},
        "UpdatedOperationIds": [],
    }
    assert answer["Payload"] is None


async def test_a_wait_of_a_year(stage: Any) -> None:
    await stage.function(one_year, timeout_s=366 * DAY_S)
    arn = await stage.start()
    await stage.suspended(arn)
    stage.jump(365 * DAY_S - 60)
    assert (await stage.get(arn))["Status"] == "RUNNING"
    assert stage.invocations == ["f"]
    stage.jump(60)
    assert (await stage.ended(arn))["Result"] == '"done"'
    assert stage.invocations == ["f", "f"]
    kinds = await stage.kinds(arn)
    assert kinds[1:4] == ["WaitStarted", "InvocationCompleted", "WaitSucceeded"]


async def test_a_step_is_tried_again_when_its_time_comes(stage: Any) -> None:
    attempts: list[Any] = []

    async def flaky(event: Any) -> Any:
        held = event.operations.get("s")
        attempts.append(held and (held["Status"], held["StepDetails"]["Attempt"]))
        if held and held["StepDetails"]["Attempt"] == 2:
            await event.checkpoint(step("s", "START"), step("s", "SUCCEED", Payload='"ok"'))
            return succeeded("ok")
        error = {"ErrorType": "Flaky", "ErrorMessage": "not yet"}
        again = {"NextAttemptDelaySeconds": 60}
        await event.checkpoint(step("s", "START"), step("s", "RETRY", Error=error, StepOptions=again))
        return PENDING

    await stage.function(flaky)
    arn = await stage.start()
    for _ in range(2):
        await stage.suspended(arn)
        stage.jump(60)
        await stage.until(arn, lambda record: record.stage != "idle" or record.status != "RUNNING")
    assert (await stage.ended(arn))["Status"] == "SUCCEEDED"
    assert attempts == [None, ("READY", 1), ("READY", 2)]
    history = await stage.call("GetDurableExecutionHistory", DurableExecutionArn=arn)
    retried = [
        event["StepFailedDetails"] for event in history["Events"] if event["EventType"] == "StepFailed"
    ]
    assert [each["RetryDetails"] for each in retried] == [
        {"CurrentAttempt": 1, "NextAttemptDelaySeconds": 60},
        {"CurrentAttempt": 2, "NextAttemptDelaySeconds": 60},
    ]


async def test_a_failure_is_a_function_error(stage: Any) -> None:
    async def fails(event: Any) -> Any:
        return {"Status": "FAILED", "Error": {"ErrorType": "Bad", "ErrorMessage": "no", "StackTrace": ["a"]}}

    await stage.function(fails)
    answer = await stage.run()
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"] == {"errorType": "Bad", "errorMessage": "no", "stackTrace": ["a"]}
    shown = await stage.get(answer["DurableExecutionArn"])
    assert shown["Error"] == {"ErrorType": "Bad", "ErrorMessage": "no", "StackTrace": ["a"]}
    assert "Result" not in shown


async def test_what_is_raised_is_tried_again_with_growing_delays(stage: Any) -> None:
    async def raises(event: Any) -> Any:
        if len(stage.invocations) < 3:
            raise ValueError("once more")
        return succeeded(len(stage.invocations))

    await stage.function(raises)
    arn = await stage.start()
    for run, delay in ((2, 1), (3, 2)):
        await stage.until(arn, lambda record, run=run: record.run == run and record.stage == "queued")
        stage.jump(delay)
    assert (await stage.ended(arn))["Result"] == "3"
    history = await stage.call("GetDurableExecutionHistory", DurableExecutionArn=arn)
    error = history["Events"][1]["InvocationCompletedDetails"]["Error"]
    assert error == {"Payload": {"ErrorMessage": "once more", "ErrorType": "ValueError"}, "Truncated": False}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"statusCode": 200}, "Invalid Status in invocation output."),
        ("text", "Invalid Status in invocation output."),
        ({"Status": "SUCCEEDED", "Result": {"a": 1}}, "Invalid Result in invocation output."),
        ({"Status": "FAILED", "Error": "bad"}, "Invalid Error in invocation output."),
        ({"Status": "FAILED", "Result": "1"}, "Cannot provide a Result for FAILED status."),
        (
            {"Status": "SUCCEEDED", "Error": {"ErrorType": "x"}},
            "Cannot provide an Error for SUCCEEDED status.",
        ),
        (PENDING, "Cannot return PENDING status with no pending operations."),
        (
            {"Status": "SUCCEEDED", "Result": "x" * (6 * 1024 * 1024 + 1)},
            "EXECUTION output payload size must be less than or equal to 6291456 bytes.",
        ),
    ],
)
async def test_an_answer_that_is_none(stage: Any, said: Any, message: str) -> None:
    async def handler(event: Any) -> Any:
        return said

    await stage.function(handler)
    answer = await stage.run()
    assert answer["Payload"] == {"errorType": "InvalidParameterValueException", "errorMessage": message}
    assert await stage.kinds(answer["DurableExecutionArn"]) == [
        "ExecutionStarted",
        "InvocationCompleted",
        "ExecutionFailed",
    ]


async def test_the_execution_times_out(stage: Any) -> None:
    await stage.function(one_year, timeout_s=100)
    waiting = asyncio.ensure_future(stage.run(DurableExecutionName="slow"))
    await stage.invoked("f")
    [execution] = (await stage.call("ListDurableExecutionsByFunction", FunctionName="f"))["DurableExecutions"]
    await stage.suspended(execution["DurableExecutionArn"])
    stage.jump(100)
    answer = await waiting
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorMessage"] == "Execution timed out"
    assert (await stage.get(answer["DurableExecutionArn"]))["Status"] == "TIMED_OUT"
    assert (await stage.kinds(answer["DurableExecutionArn"]))[-1] == "ExecutionTimedOut"


async def test_a_name_is_an_execution(stage: Any) -> None:
    await stage.function(echo)
    first = await stage.run(payload=1, DurableExecutionName="order-1")
    assert await stage.run(payload=1, DurableExecutionName="order-1") == first
    assert await stage.start(payload=1, DurableExecutionName="order-1") == first["DurableExecutionArn"]
    assert stage.invocations == ["f"]
    for ask in (stage.run, stage.start):
        with pytest.raises(AwsError) as refused:
            await ask(payload=2, DurableExecutionName="order-1")
        assert (refused.value.code, refused.value.status) == ("DurableExecutionAlreadyStartedException", 409)
    await stage.function(echo, name="g")
    assert (await stage.run(name="g", payload=2, DurableExecutionName="order-1"))["Payload"] == 2


async def test_many_ask_for_one_name_at_once(stage: Any) -> None:
    await stage.function(echo)
    answers = await asyncio.gather(*(stage.run(payload=1, DurableExecutionName="one") for _ in range(20)))
    assert len({answer["DurableExecutionArn"] for answer in answers}) == 1
    assert stage.invocations == ["f"]


async def test_what_is_refused_before_it_begins(stage: Any) -> None:
    await stage.function(echo, timeout_s=901)
    await stage.function(echo, name="plain", durable=False)
    refusals = {
        "Durable execution requires qualified function identifier": {"FunctionName": "f"},
        "You cannot synchronously invoke a durable function with an executionTimeout greater than 15 minutes.": {
            "FunctionName": "f",
            "Qualifier": LATEST,
        },
        "DurableExecutionName is only supported for durable functions.": {
            "FunctionName": "plain",
            "DurableExecutionName": "x",
        },
    }
    for message, request in refusals.items():
        with pytest.raises(AwsError) as refused:
            await stage.call("Invoke", **request)
        assert (refused.value.code, refused.value.message) == ("InvalidParameterValueException", message)
    assert stage.invocations == []


@pytest.mark.parametrize("kind", ["RequestResponse", "Event", "DryRun"])
async def test_a_payload_that_is_no_text(stage: Any, kind: str) -> None:
    await stage.function(echo)
    with pytest.raises(AwsError) as refused:
        await stage.call("Invoke", FunctionName="f", Qualifier=LATEST, InvocationType=kind, Payload=b'"\xff"')
    assert (refused.value.code, refused.value.status) == ("InvalidRequestContentException", 400)


async def test_a_dry_run_begins_nothing(stage: Any) -> None:
    await stage.function(echo)
    answer = await stage.call("Invoke", FunctionName="f", Qualifier=LATEST, InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    listed = await stage.call("ListDurableExecutionsByFunction", FunctionName="f")
    assert listed == {"DurableExecutions": []}


async def test_the_old_asynchronous_form(stage: Any) -> None:
    await stage.function(echo)
    assert await stage.call("InvokeAsync", FunctionName="f:$LATEST", InvokeArgs=b"7") == {"Status": 202}
    [execution] = (await stage.call("ListDurableExecutionsByFunction", FunctionName="f"))["DurableExecutions"]
    assert (await stage.ended(execution["DurableExecutionArn"]))["Result"] == "7"


async def test_a_deleted_function_ends_its_executions(stage: Any) -> None:
    async def waits(event: Any) -> Any:
        await event.checkpoint(wait("w", 60))
        return PENDING

    await stage.function(waits)
    arn = await stage.start()
    await stage.suspended(arn)
    await stage.call("DeleteFunction", FunctionName="f")
    stage.jump(60)
    shown = await stage.ended(arn)
    assert shown["Error"]["ErrorType"] == "ResourceNotFoundException"


async def test_the_retention_ends(stage: Any) -> None:
    await stage.function(echo, days=2)
    arn = (await stage.run(payload=1, DurableExecutionName="n"))["DurableExecutionArn"]
    stage.jump(2 * DAY_S - 60)
    assert (await stage.get(arn))["Status"] == "SUCCEEDED"
    stage.jump(61)
    await stage.until(arn, lambda record: record is None)
    with pytest.raises(AwsError) as refused:
        await stage.get(arn)
    assert refused.value.code == "ResourceNotFoundException"
    left = [row.key for row in await stage.store.scan(()) if str(row.key[0]).startswith("lambda.durable")]
    assert left == []
    assert (await stage.run(payload=2, DurableExecutionName="n"))["Payload"] == 2


async def test_no_place_is_left(stage: Any) -> None:
    """A caller is told; what has begun waits and goes on."""

    async def waits(event: Any) -> Any:
        if event.operations:
            return succeeded("there was room")
        await event.checkpoint(wait("w", 60))
        return PENDING

    await stage.function(echo)
    done = await stage.run(payload=2, DurableExecutionName="done")
    await stage.function(waits)
    arn = await stage.start()
    await stage.suspended(arn)
    resolved = stage.resolver.resolve("111122223333", "eu-west-1", "f", LATEST)
    permits = [stage.admission.admit(resolved) for _ in range(stage.admission.limit)]
    with pytest.raises(AwsError) as refused:
        await stage.run(payload=1)
    assert refused.value.status == 429
    assert await stage.run(payload=2, DurableExecutionName="done") == done
    stage.jump(60)
    record = await stage.until(
        arn, lambda record: record.run == 2 and record.stage == "queued" and not record.token
    )
    assert record.unseen == (1,)
    for permit in permits:
        permit.release()
    stage.jump(1)
    assert (await stage.ended(arn))["Result"] == '"there was room"'
