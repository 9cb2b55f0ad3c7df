"""Executions go on where they were after the server has died, with what was on disk."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from portico.services.lambda_.durable.records import RUNS, Run
from portico.store.port import Send
from portico.wire.errors import AwsError

PENDING = {"Status": "PENDING"}
DAY_S = 86_400


async def waits(event: Any) -> Any:
    if event.operations:
        return {"Status": "SUCCEEDED", "Result": f'"{event.operations["w"]["Status"]}"'}
    options = {"WaitSeconds": 30 * DAY_S}
    await event.checkpoint({"Id": "w", "Type": "WAIT", "Action": "START", "WaitOptions": options})
    return PENDING


async def test_a_wait_outlives_the_server(make_stage: Any, tmp_path: Path) -> None:
    async with make_stage(tmp_path, durable=True) as first:
        await first.function(waits, timeout_s=60 * DAY_S)
        arn = await first.start()
        await first.suspended(arn)
    async with make_stage(tmp_path, durable=True) as second:
        second.functions["f"] = waits
        assert (await second.get(arn))["Status"] == "RUNNING"
        second.jump(30 * DAY_S)
        assert (await second.ended(arn))["Result"] == '"SUCCEEDED"'


async def test_what_became_due_meanwhile_is_done_at_once(make_stage: Any, tmp_path: Path) -> None:
    async with make_stage(tmp_path, durable=True) as first:
        await first.function(waits, timeout_s=60 * DAY_S)
        arn = await first.start()
        await first.suspended(arn)
        clock = first.clock
    clock.advance(31 * DAY_S)
    async with make_stage(tmp_path, durable=True, clock=clock) as second:
        second.functions["f"] = waits
        assert (await second.ended(arn))["Result"] == '"SUCCEEDED"'


async def test_an_invocation_that_was_cut_off_is_made_again(make_stage: Any, tmp_path: Path) -> None:
    """With another token: the first one, should it still run, can't checkpoint any more."""
    tokens: list[Any] = []

    async def hangs(event: Any) -> Any:
        tokens.append(event)
        await event.checkpoint({"Id": "s", "Type": "STEP", "Action": "START"})
        await asyncio.Event().wait()

    async def ends(event: Any) -> Any:
        assert event.operations["s"]["Status"] == "STARTED"
        assert event.token != tokens[0].token
        await event.checkpoint({"Id": "s", "Type": "STEP", "Action": "SUCCEED"})
        return {"Status": "SUCCEEDED", "Result": "1"}

    async with make_stage(tmp_path, durable=True) as first:
        await first.function(hangs)
        arn = await first.start()
        await first.until(arn, lambda record: record.next_operation == 2)
    async with make_stage(tmp_path, durable=True) as second:
        second.functions["f"] = ends
        assert (await second.ended(arn))["Result"] == "1"


async def test_a_deletion_that_was_cut_off_goes_on(make_stage: Any, tmp_path: Path) -> None:
    async with make_stage(tmp_path, durable=True) as first:
        await first.function(waits)
        arn = await first.start()
        await first.suspended(arn)
        await first.call("StopDurableExecution", DurableExecutionArn=arn)
        await first.close()
        await first.call("DeleteDurableExecution", DurableExecutionArn=arn)
        assert (await first.get(arn))["Status"] == "DELETING"
    async with make_stage(tmp_path, durable=True) as second:
        await second.until(arn, lambda record: record is None)
        rows = await second.store.scan(())
        assert [row.key for row in rows if str(row.key[0]).startswith("lambda.durable")] == []


async def test_two_invocations_of_one_run(stage: Any) -> None:
    """Were a message received twice, only the invocation that began last could checkpoint, and end the execution."""
    events: list[Any] = []
    go_on = asyncio.Event()

    async def handler(event: Any) -> Any:
        events.append(event)
        await go_on.wait()
        return {"Status": "SUCCEEDED", "Result": str(events.index(event))}

    await stage.function(handler)
    arn = await stage.start()
    await stage.invoked("f")
    record = await stage.until(arn, lambda record: record.stage == "invoked")
    again = msgspec.json.encode(Run(record.key, run=record.run))
    await stage.store.commit([Send(RUNS, again)])
    await stage.invoked("f", "f")
    with pytest.raises(AwsError, match="Invalid checkpoint token"):
        await events[0].checkpoint()
    assert (await events[1].checkpoint())["CheckpointToken"]
    go_on.set()
    assert (await stage.ended(arn))["Result"] == "1"
    assert (await stage.kinds(arn)).count("InvocationCompleted") == 1
