"""Which action is possible in which state, for every type: the whole table, pure."""

from itertools import product
from typing import Any

import pytest

from portico.services.lambda_.durable import updates
from portico.services.lambda_.durable.records import Operation
from portico.wire.errors import AwsError

TYPES = ("EXECUTION", "CONTEXT", "STEP", "WAIT", "CALLBACK", "CHAINED_INVOKE")
ACTIONS = ("START", "SUCCEED", "FAIL", "RETRY", "CANCEL")
STATUSES = (None, "STARTED", "PENDING", "READY", "SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT", "STOPPED")
POSSIBLE: dict[tuple[str, str], set[str | None]] = {
    ("EXECUTION", "SUCCEED"): {None},
    ("EXECUTION", "FAIL"): {None},
    ("CONTEXT", "START"): {None},
    ("CONTEXT", "SUCCEED"): {None, "STARTED"},
    ("CONTEXT", "FAIL"): {None, "STARTED"},
    ("STEP", "START"): {None, "READY"},
    ("STEP", "SUCCEED"): {None, "STARTED", "READY"},
    ("STEP", "FAIL"): {None, "STARTED", "READY"},
    ("STEP", "RETRY"): {None, "STARTED", "READY"},
    ("WAIT", "START"): {None},
    ("WAIT", "CANCEL"): {"STARTED"},
    ("CALLBACK", "START"): {None},
    ("CHAINED_INVOKE", "START"): {None},
}
OPTIONS = {
    "StepOptions": {"NextAttemptDelaySeconds": 5},
    "WaitOptions": {"WaitSeconds": 5},
    "ChainedInvokeOptions": {"FunctionName": "g"},
}


def update(kind: str, action: str, **more: Any) -> dict[str, Any]:
    return {"Id": "o", "Type": kind, "Action": action, **OPTIONS, **more}


def operation(kind: str, status: str) -> Operation:
    return Operation(number=3, id="o", type=kind, status=status, started_at=10.0)


def said(given: dict[str, Any], current: Operation | None = None) -> str:
    with pytest.raises(AwsError) as refused:
        updates.check(given, current)
    return str(refused.value.message)


@pytest.mark.parametrize(("kind", "action"), list(product(TYPES, ACTIONS)))
def test_every_state(kind: str, action: str) -> None:
    possible: set[str | None] = POSSIBLE.get((kind, action), set())
    for status in STATUSES:
        current = operation(kind, status) if status else None
        if status in possible:
            updates.check(update(kind, action), current)
        else:
            assert said(update(kind, action), current)


@pytest.mark.parametrize(
    ("given", "status", "message"),
    [
        (update("STEP", "START"), "STARTED", "Invalid current STEP state to start."),
        (update("STEP", "SUCCEED"), "SUCCEEDED", "Invalid current STEP state to close."),
        (update("STEP", "RETRY"), "PENDING", "Invalid current STEP state to re-attempt."),
        (update("CONTEXT", "START"), "STARTED", "Cannot start a CONTEXT that already exist."),
        (update("CONTEXT", "FAIL"), "FAILED", "Invalid current CONTEXT state to close."),
        (update("WAIT", "START"), "STARTED", "Cannot start a WAIT that already exist."),
        (
            update("WAIT", "CANCEL"),
            "SUCCEEDED",
            "Cannot cancel a WAIT that does not exist or has already completed.",
        ),
        (update("CALLBACK", "START"), "STARTED", "Cannot start a CALLBACK that already exist."),
        (update("CALLBACK", "CANCEL"), "STARTED", "Invalid CALLBACK action."),
        (update("WAIT", "RETRY"), "STARTED", "Invalid WAIT action."),
    ],
)
def test_words_of_a_state(given: dict[str, Any], status: str, message: str) -> None:
    assert said(given, operation(given["Type"], status)) == message


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (update("STEP", "FAIL", Payload="1"), "Cannot provide a Payload for FAIL action."),
        (update("STEP", "SUCCEED", Error={}), "Cannot provide an Error for SUCCEED action."),
        (
            update("STEP", "RETRY", Error={}, Payload="1"),
            "Cannot provide both error and payload to RETRY a STEP.",
        ),
        (update("STEP", "RETRY", StepOptions=None), "Invalid StepOptions for the given action."),
        (update("WAIT", "START", WaitOptions={}), "Invalid WaitOptions for the given action."),
        (
            update("CHAINED_INVOKE", "START", ChainedInvokeOptions=None),
            "Invalid ChainedInvokeOptions for the given action.",
        ),
    ],
)
def test_what_does_not_go_with_an_action(given: dict[str, Any], message: str) -> None:
    assert said(given) == message


def test_an_operation_keeps_its_type() -> None:
    assert said(update("WAIT", "START"), operation("STEP", "STARTED")) == "Operation o is of type STEP."


def test_sizes_are_those_of_bytes() -> None:
    fits = update("STEP", "SUCCEED", Payload="\u00e4" * (512 * 1024))
    updates.check(fits, None)
    assert updates.written_bytes(fits) == 1024 * 1024
    too_large = update("STEP", "SUCCEED", Payload="\u00e4" * (512 * 1024) + "x")
    assert said(too_large) == "STEP output payload size must be less than or equal to 1048576 bytes."


def test_a_retry() -> None:
    error = {"ErrorType": "E"}
    applied = updates.apply(update("STEP", "RETRY", Error=error), operation("STEP", "STARTED"), 100.0)
    after = applied.operation
    assert (after.status, after.attempt, after.due_at, after.error) == ("PENDING", 1, 105.0, error)
    assert applied.timers == {"3": 105.0}
    assert applied.event == "StepFailed"


def test_a_retry_with_a_state_to_go_on_from() -> None:
    applied = updates.apply(update("STEP", "RETRY", Payload="7"), operation("STEP", "STARTED"), 100.0)
    assert (applied.operation.result, applied.event) == ("7", "StepSucceeded")
    ready = updates.apply(update("STEP", "START"), applied.operation, 105.0).operation
    assert (ready.status, ready.result, ready.attempt, ready.due_at) == ("STARTED", "7", 1, 0.0)


def test_a_callback_with_both_timeouts() -> None:
    options = {"TimeoutSeconds": 60, "HeartbeatTimeoutSeconds": 10}
    given = update("CALLBACK", "START", CallbackOptions=options)
    applied = updates.apply(given, updates.started(given, 4, 100.0), 100.0)
    assert applied.timers == {"4": 160.0, "4h": 110.0}
    assert applied.details == {"CallbackId": "", "HeartbeatTimeout": 10, "Timeout": 60}
