"""Checkpoints: tokens that are good once, updates that are taken all or none, limits, and the state that is read back."""

import asyncio
import json
from typing import Any

import pytest

from portico.services.lambda_.durable.checkpoint import OPERATIONS_MAX
from portico.wire.errors import AwsError

PENDING = {"Status": "PENDING"}


def update(name: str, kind: str, action: str = "START", **more: Any) -> dict[str, Any]:
    return {"Id": name, "Type": kind, "Action": action, **more}


def wait(name: str, seconds: int = 60, **more: Any) -> dict[str, Any]:
    return update(name, "WAIT", WaitOptions={"WaitSeconds": seconds}, **more)


async def told(call: Any) -> str:
    """The message of the refusal."""
    with pytest.raises(AwsError) as refused:
        await call
    assert (refused.value.code, refused.value.status) == ("InvalidParameterValueException", 400)
    return str(refused.value.message)


async def inside(stage: Any, body: Any, **more: Any) -> Any:
    """Run `body(event)` as a durable function, and what it says as the execution's result; the answer of Invoke."""

    async def handler(event: Any) -> Any:
        return {"Status": "SUCCEEDED", "Result": json.dumps(await body(event))}

    await stage.function(handler)
    return await stage.run(**more)


async def test_a_token_is_good_once(stage: Any) -> None:
    async def body(event: Any) -> Any:
        first = event.token
        await event.checkpoint(update("s", "STEP"))
        second = event.token
        assert second != first
        event.token = first
        said = await told(event.checkpoint(update("t", "STEP")))
        event.token = second
        await event.checkpoint()
        assert event.token not in (first, second)
        return said

    assert (await inside(stage, body))["Payload"] == "Invalid checkpoint token"


async def test_tokens_of_others_and_of_the_past(stage: Any) -> None:
    tokens: list[Any] = []

    async def body(event: Any) -> Any:
        tokens.append(event)
        if len(tokens) == 1:
            return None
        mine, event.token = event.token, tokens[0].token
        said = [await told(event.checkpoint())]
        for text in ("QUJD", "QUJDREVGOjEyMzQ="):
            event.token = text
            said.append(await told(event.checkpoint()))
        event.token = mine
        request = {
            "DurableExecutionArn": event.arn.replace("/durable", ":1/durable").replace("$LATEST:1", "1")
        }
        said.append(await told(stage.call("CheckpointDurableExecution", CheckpointToken=mine, **request)))
        return said

    await inside(stage, body)
    other = "Checkpoint token is not valid for the durable execution ARN"
    assert (await inside(stage, body, payload=2))["Payload"] == [
        other,
        "Invalid checkpoint token",
        "Invalid checkpoint token",
        other,
    ]
    assert await told(tokens[0].checkpoint()) == "Invalid checkpoint token"


async def test_the_same_request_again_gets_the_same_answer(stage: Any) -> None:
    async def handler(event: Any) -> Any:
        first = event.token
        answer = await event.checkpoint(wait("w"), ClientToken="c1")
        for after_s in (0, 899):
            stage.clock.advance(after_s)
            event.token = first
            assert await event.checkpoint(wait("w"), ClientToken="c1") == answer
        event.token = first
        other = await told(event.checkpoint(wait("w"), ClientToken="c2"))
        stage.clock.advance(2)
        event.token = first
        late = await told(event.checkpoint(wait("w"), ClientToken="c1"))
        return {"Status": "SUCCEEDED", "Result": json.dumps([other, late])}

    await stage.function(handler, timeout_s=10_000)
    shown = await stage.ended(await stage.start())
    assert json.loads(shown["Result"]) == ["Invalid checkpoint token"] * 2


async def test_updates_are_taken_all_or_none(stage: Any) -> None:
    async def body(event: Any) -> Any:
        said = await told(event.checkpoint(update("a", "STEP"), update("b", "WAIT", "SUCCEED")))
        answer = await event.checkpoint()
        assert answer["NewExecutionState"]["Operations"] == []
        return said

    answer = await inside(stage, body)
    assert answer["Payload"] == "Invalid WAIT action."
    assert "StepStarted" not in await stage.kinds(answer["DurableExecutionArn"])


@pytest.mark.parametrize(
    ("updates", "message"),
    [
        (
            [update("x", "EXECUTION", "SUCCEED"), update("s", "STEP")],
            "EXECUTION checkpoint must be the last update.",
        ),
        (
            [update("x", "EXECUTION", "SUCCEED"), update("y", "EXECUTION", "FAIL")],
            "Cannot checkpoint multiple EXECUTION updates.",
        ),
        ([wait("w"), wait("w")], "Cannot update the same operation twice in a single request."),
        (
            [update("s", "STEP"), update("s", "STEP", "SUCCEED"), update("s", "STEP")],
            "Cannot update the same operation twice in a single request.",
        ),
        ([wait("w", ParentId="nobody")], "Invalid parent operation id."),
        ([update("s", "STEP"), wait("w", ParentId="s")], "Invalid parent operation id."),
        ([update("x", "EXECUTION", "RETRY")], "Invalid EXECUTION action."),
        (
            [update("s", "STEP", "SUCCEED", Payload="x" * (1024 * 1024 + 1))],
            "STEP output payload size must be less than or equal to 1048576 bytes.",
        ),
        (
            [update("s", "STEP", "FAIL", Error={"ErrorData": "x" * (1024 * 1024)})],
            "Error object size must be less than or equal to 1048576 bytes.",
        ),
    ],
)
async def test_batches_that_are_refused(stage: Any, updates: list[Any], message: str) -> None:
    async def body(event: Any) -> Any:
        return await told(event.checkpoint(*updates))

    assert (await inside(stage, body))["Payload"] == message


async def test_a_step_can_begin_and_end_in_one_request(stage: Any) -> None:
    async def body(event: Any) -> Any:
        answer = await event.checkpoint(
            update("c", "CONTEXT"),
            update("s", "STEP", ParentId="c", Name="add", SubType="Step"),
            update("s", "STEP", "SUCCEED", ParentId="c", Payload="3"),
            update("c", "CONTEXT", "SUCCEED", Payload="4"),
        )
        return [
            (each["Id"], each["Type"], each["Status"], each.get("StepDetails"), each.get("ContextDetails"))
            for each in answer["NewExecutionState"]["Operations"]
        ]

    assert (await inside(stage, body))["Payload"] == [
        ["c", "CONTEXT", "SUCCEEDED", None, {"ReplayChildren": False, "Result": "4"}],
        ["s", "STEP", "SUCCEEDED", {"Attempt": 1, "Result": "3"}, None],
    ]


async def test_time_passes_between_checkpoints(stage: Any) -> None:
    """A running function learns at its next checkpoint what has come due."""

    async def body(event: Any) -> Any:
        await event.checkpoint(wait("w", 5))
        stage.clock.advance(5)
        answer = await event.checkpoint()
        return [(each["Id"], each["Status"]) for each in answer["NewExecutionState"]["Operations"]]

    answer = await inside(stage, body)
    assert answer["Payload"] == [["w", "SUCCEEDED"]]
    assert stage.invocations == ["f"]


async def test_a_wait_that_is_cancelled_never_ends(stage: Any) -> None:
    async def body(event: Any) -> Any:
        await event.checkpoint(wait("w", 5))
        answer = await event.checkpoint(update("w", "WAIT", "CANCEL"))
        stage.clock.advance(6)
        assert (await event.checkpoint())["NewExecutionState"]["Operations"] == []
        return answer["NewExecutionState"]["Operations"][0]["Status"]

    answer = await inside(stage, body)
    assert answer["Payload"] == "CANCELLED"
    assert "WaitCancelled" in await stage.kinds(answer["DurableExecutionArn"])


async def test_a_large_result_is_checkpointed(stage: Any) -> None:
    async def handler(event: Any) -> Any:
        answer = await event.checkpoint(
            update("x", "EXECUTION", "SUCCEED", Payload=json.dumps("x" * 5_000_000))
        )
        assert "CheckpointToken" not in answer
        return {"Status": "SUCCEEDED", "Result": ""}

    await stage.function(handler)
    assert (await stage.run())["Payload"] == "x" * 5_000_000


async def test_a_result_that_is_too_large_for_an_event(stage: Any) -> None:
    async def handler(event: Any) -> Any:
        large = json.dumps("x" * 1024 * 1024)
        said = await told(event.checkpoint(update("x", "EXECUTION", "SUCCEED", Payload=large)))
        return {"Status": "FAILED", "Error": {"ErrorMessage": said}}

    await stage.function(handler)
    shown = await stage.ended(await stage.start())
    words = "EXECUTION output payload size must be less than or equal to 1048576 bytes."
    assert shown["Error"] == {"ErrorMessage": words}


async def test_more_operations_than_allowed_end_the_execution(stage: Any) -> None:
    async def handler(event: Any) -> Any:
        for first in range(0, OPERATIONS_MAX, 500):
            steps = [update(f"s{n}", "STEP", "SUCCEED") for n in range(first, first + 500)]
            assert (await event.checkpoint(*steps))["CheckpointToken"]
        answer = await event.checkpoint(update("more", "STEP", "SUCCEED"))
        assert "CheckpointToken" not in answer
        return PENDING

    await stage.function(handler)
    answer = await stage.run()
    assert answer["Payload"]["errorType"] == "ServiceQuotaExceededException"
    assert str(OPERATIONS_MAX) in answer["Payload"]["errorMessage"]


async def test_the_state_comes_in_pages(stage: Any) -> None:
    async def body(event: Any) -> Any:
        await event.checkpoint(*(wait(f"w{n}") for n in range(5)))
        read: list[str] = []
        marker = ""
        while True:
            page = await stage.call(
                "GetDurableExecutionState",
                DurableExecutionArn=event.arn,
                CheckpointToken=event.token,
                Marker=marker,
                MaxItems=2,
            )
            read += [each["Id"] for each in page["Operations"]]
            marker = page.get("NextMarker", "")
            if not marker:
                return read[1:]

    assert (await inside(stage, body))["Payload"] == ["w0", "w1", "w2", "w3", "w4"]


async def test_a_state_that_is_asked_for_without_right(stage: Any) -> None:
    async def body(event: Any) -> Any:
        ask = {"DurableExecutionArn": event.arn}
        return [
            await told(stage.call("GetDurableExecutionState", CheckpointToken="QUJD", **ask)),
            await told(
                stage.call("GetDurableExecutionState", CheckpointToken=event.token, Marker="x", **ask)
            ),
        ]

    assert (await inside(stage, body))["Payload"] == ["Invalid checkpoint token", "Invalid marker"]


@pytest.mark.parametrize(("replay", "shown"), [(False, ["c"]), (True, ["c", "d", "s"])])
async def test_children_of_ended_contexts(stage: Any, replay: bool, shown: list[str]) -> None:
    async def body(event: Any) -> Any:
        await event.checkpoint(
            update("c", "CONTEXT"),
            update("d", "CONTEXT", ParentId="c"),
            update("s", "STEP", "SUCCEED", ParentId="d", Payload="1"),
            update("c", "CONTEXT", "SUCCEED", Payload="", ContextOptions={"ReplayChildren": replay}),
        )
        page = await stage.call(
            "GetDurableExecutionState", DurableExecutionArn=event.arn, CheckpointToken=event.token
        )
        return [each["Id"] for each in page["Operations"]][1:]

    assert (await inside(stage, body))["Payload"] == shown


async def test_an_input_that_the_event_has_no_room_for(stage: Any) -> None:
    async def handler(event: Any) -> Any:
        state = event["InitialExecutionState"]
        assert state == {"Operations": [], "NextMarker": "0"}
        page = await stage.call(
            "GetDurableExecutionState",
            DurableExecutionArn=event.arn,
            CheckpointToken=event.token,
            Marker=state["NextMarker"],
        )
        [first] = page["Operations"]
        assert "NextMarker" not in page
        return {"Status": "SUCCEEDED", "Result": str(len(first["ExecutionDetails"]["InputPayload"]))}

    await stage.function(handler)
    assert (await stage.run(payload="x" * 5_000_000))["Payload"] == 5_000_002


async def test_only_one_of_two_invocations_makes_progress(stage: Any) -> None:
    """Concurrent checkpoints with one token: one is taken, whoever it is."""

    async def body(event: Any) -> Any:
        token = event.token
        request = {"DurableExecutionArn": event.arn, "CheckpointToken": token}
        answers = await asyncio.gather(
            *(
                stage.call("CheckpointDurableExecution", Updates=[update(f"s{n}", "STEP")], **request)
                for n in range(10)
            ),
            return_exceptions=True,
        )
        taken = [each for each in answers if isinstance(each, dict)]
        assert {str(each) for each in answers if not isinstance(each, dict)} == {"Invalid checkpoint token"}
        return len(taken)

    assert (await inside(stage, body))["Payload"] == 1
