"""From the records to AWS's shapes: operations, events, executions."""

from typing import Any

from portico.services.lambda_.durable.records import Event, Execution, Operation

Shape = dict[str, Any]


def operation(held: Operation) -> Shape:
    """An operation as GetDurableExecutionState, a checkpoint's answer and the invocation's event have it; times in seconds."""
    shown: Shape = {
        "Id": held.id,
        "Type": held.type,
        "StartTimestamp": held.started_at,
        "Status": held.status,
    }
    for member, value in (("ParentId", held.parent), ("Name", held.name), ("SubType", held.sub_type)):
        if value is not None:
            shown[member] = value
    if held.ended_at:
        shown["EndTimestamp"] = held.ended_at
    name, details = _DETAILS[held.type](held)
    shown[name] = details
    return shown


def for_function(held: Operation) -> Shape:
    """An operation in the event that the function is invoked with: as JSON, times in milliseconds."""
    shown = operation(held)
    _to_milliseconds(shown)
    return shown


def _to_milliseconds(shape: Shape) -> None:
    for member, value in shape.items():
        if isinstance(value, dict) and member.endswith("Details"):
            _to_milliseconds(value)
        elif member.endswith("Timestamp"):
            shape[member] = int(value * 1000)


def _outcome(held: Operation) -> Shape:
    shown: Shape = {}
    if held.result is not None:
        shown["Result"] = held.result
    if held.error is not None:
        shown["Error"] = held.error
    return shown


def _execution(held: Operation) -> tuple[str, Shape]:
    return "ExecutionDetails", {} if held.input is None else {"InputPayload": held.input}


def _context(held: Operation) -> tuple[str, Shape]:
    return "ContextDetails", {"ReplayChildren": held.replay_children} | _outcome(held)


def _step(held: Operation) -> tuple[str, Shape]:
    shown: Shape = {"Attempt": held.attempt} | _outcome(held)
    if held.due_at:
        shown["NextAttemptTimestamp"] = held.due_at
    return "StepDetails", shown


def _wait(held: Operation) -> tuple[str, Shape]:
    return "WaitDetails", {"ScheduledEndTimestamp": held.due_at}


def _callback(held: Operation) -> tuple[str, Shape]:
    return "CallbackDetails", {"CallbackId": held.callback_id} | _outcome(held)


def _chained(held: Operation) -> tuple[str, Shape]:
    return "ChainedInvokeDetails", _outcome(held)


_DETAILS = {
    "EXECUTION": _execution,
    "CONTEXT": _context,
    "STEP": _step,
    "WAIT": _wait,
    "CALLBACK": _callback,
    "CHAINED_INVOKE": _chained,
}


def event(held: Event, *, with_data: bool) -> Shape:
    """An event of the history; without data every payload is left out and marked as truncated."""
    shown: Shape = {"EventType": held.kind, "EventId": held.id, "EventTimestamp": held.at}
    for member, value in (
        ("Id", held.operation),
        ("Name", held.name),
        ("ParentId", held.parent),
        ("SubType", held.sub_type),
    ):
        if value is not None:
            shown[member] = value
    shown[f"{held.kind}Details"] = held.details if with_data else _without_data(held.details)
    return shown


def _without_data(details: Shape) -> Shape:
    return {
        member: {"Truncated": "Payload" in value}
        if isinstance(value, dict) and "Truncated" in value
        else value
        for member, value in details.items()
    }


def summary(execution: Execution) -> Shape:
    """An execution as ListDurableExecutionsByFunction has it."""
    shown: Shape = {
        "DurableExecutionArn": execution.arn,
        "DurableExecutionName": execution.name,
        "FunctionArn": execution.function_arn,
        "Status": execution.status,
        "StartTimestamp": execution.started_at,
    }
    if execution.ended_at:
        shown["EndTimestamp"] = execution.ended_at
    return shown
