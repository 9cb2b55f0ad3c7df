"""What one can do to a durable execution from outside: stop it, pause and resume it, delete it."""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.lambda_.durable import access, pausing, refusals, timers, updates
from portico.services.lambda_.durable.executions import existing
from portico.services.lambda_.durable.ledger import Ledger
from portico.services.lambda_.durable.records import (
    CLOSED,
    DELETING,
    DUE,
    EXECUTIONS,
    INVOKED,
    NAMES,
    OPEN,
    PAUSED,
    PAUSING,
    RUNNING,
    STOPPED,
    Due,
    Pause,
)
from portico.services.lambda_.service import Lambda
from portico.store.port import Send

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        DeleteDurableExecutionRequest,
        DeleteDurableExecutionResponse,
        PauseDurableExecutionRequest,
        PauseDurableExecutionResponse,
        ResumeDurableExecutionRequest,
        ResumeDurableExecutionResponse,
        StopDurableExecutionRequest,
        StopDurableExecutionResponse,
    )

_LONGEST_S = 366 * 86_400.0
_REPEAT_S = 900.0


@operation(on=access.execution_arn)
async def stop_durable_execution(
    lam: Lambda, call: Call, request: "StopDurableExecutionRequest"
) -> "StopDurableExecutionResponse":
    """End an execution for good. Code that is running goes on until it wants to checkpoint, which is refused.

    Stopping what has ended changes nothing and tells when it ended.

    Raises:
        ResourceNotFoundException: no such execution.
        InvalidParameterValueException: the error is larger than 1 MB.

    Source: API reference, StopDurableExecution.
    """
    execution = await existing(call, request)
    error: Any = request.get("Error") or {}
    updates.check_error(error)
    ledger = Ledger(call.tx, execution, call.now)
    await timers.fire(ledger)
    if ledger.execution.status in OPEN:
        ledger.close(STOPPED, error=error)
    if ledger.changed:
        ledger.save()
    return {"StopTimestamp": ledger.execution.ended_at}


@operation(on=access.execution_arn)
async def pause_durable_execution(
    lam: Lambda, call: Call, request: "PauseDurableExecutionRequest"
) -> "PauseDurableExecutionResponse":
    """Don't invoke the function any more until the execution is resumed; waits and callbacks go on. A running invocation may go on to
    its next checkpoint. With `ExecutionTimeoutPaused` (the default) the time until then does not count.

    Raises:
        ResourceNotFoundException: no such execution.
        ResourceConflictException: it is not running.

    Source: API reference, PauseDurableExecution; Developer Guide, "Pausing and resuming durable executions".
    """
    execution = await existing(call, request)
    ledger = Ledger(call.tx, execution, call.now)
    if _is_repetition(ledger, "pause", request.get("ClientToken")):
        return {}
    await timers.fire(ledger)
    if ledger.execution.status != RUNNING:
        raise refusals.not_open(ledger.execution.status)
    timeout_paused = request.get("ExecutionTimeoutPaused", True)
    reason = request.get("Reason") or ""
    ledger.change(status=PAUSING, pause=Pause(call.now, reason, timeout_paused, ledger.execution.deadline))
    if timeout_paused:
        ledger.set_deadline(execution.started_at + _LONGEST_S)
    if ledger.execution.stage != INVOKED:
        pausing.reached(ledger, interrupted=ledger.execution.stage != "idle")
    ledger.save()
    return {}


@operation(on=access.execution_arn)
async def resume_durable_execution(
    lam: Lambda, call: Call, request: "ResumeDurableExecutionRequest"
) -> "ResumeDurableExecutionResponse":
    """Let a paused execution go on: its function is invoked if the pause interrupted it or something has completed meanwhile.

    Raises:
        ResourceNotFoundException: no such execution.
        ResourceConflictException: it is not paused.

    Source: API reference, ResumeDurableExecution; Developer Guide, "Pausing and resuming durable executions".
    """
    execution = await existing(call, request)
    ledger = Ledger(call.tx, execution, call.now)
    if _is_repetition(ledger, "resume", request.get("ClientToken")):
        return {}
    await timers.fire(ledger)
    pause = ledger.execution.pause
    if ledger.execution.status not in (PAUSING, PAUSED) or pause is None:
        raise refusals.not_open(ledger.execution.status)
    was_paused = ledger.execution.status == PAUSED
    ledger.change(status=RUNNING, pause=None)
    if pause.timeout_paused:
        longest = execution.started_at + _LONGEST_S
        ledger.set_deadline(min(pause.deadline + (call.now - pause.at), longest))
    if was_paused:
        _record_resumed(ledger, request.get("Reason") or "")
    if ledger.execution.interrupted or ledger.execution.unseen:
        ledger.resume()
    ledger.save()
    return {}


def _record_resumed(ledger: Ledger, reason: str) -> None:
    details: dict[str, Any] = {"ResumeRequestTimestamp": ledger.now}
    if reason:
        details["Reason"] = {"Payload": reason, "Truncated": False}
    ledger.record("ExecutionResumed", details)


@operation(on=access.execution_arn)
async def delete_durable_execution(
    lam: Lambda, call: Call, request: "DeleteDurableExecutionRequest"
) -> "DeleteDurableExecutionResponse":
    """Delete an execution that has ended, with its history. Its name is free at once, the data goes in the background.

    Raises:
        ResourceNotFoundException: no such execution.
        ResourceConflictException: it has not ended, or is being deleted.

    Source: API reference, DeleteDurableExecution; Developer Guide, "Deleting durable executions".
    """
    execution = await existing(call, request)
    if execution.status not in CLOSED:
        raise refusals.still_open(execution.status)
    deleting = msgspec.structs.replace(execution, status=DELETING)
    call.tx.put(EXECUTIONS, deleting, *execution.key)
    place = (*execution.key[:3], execution.name)
    named = await call.tx.get(NAMES, *place)
    if named is not None and named.id == execution.id:
        call.tx.delete(NAMES, *place)
    call.tx.add(Send(DUE, msgspec.json.encode(Due(execution.key)), visible_at=call.now))
    return {"DeletionRequestTimestamp": call.now}


def _is_repetition(ledger: Ledger, what: str, token: str | None) -> bool:
    """Whether the same was asked for with the same client token in the last 15 minutes; if not, that is remembered."""
    if not token:
        return False
    name = f"{what}:{token}"
    recent = {each: at for each, at in ledger.execution.controls.items() if ledger.now - at < _REPEAT_S}
    ledger.change(controls=recent | {name: ledger.now})
    return name in recent
