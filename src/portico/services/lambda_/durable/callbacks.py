"""Callbacks: what an external system says about the work that a durable execution is waiting for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.lambda_ import errors
from portico.services.lambda_.durable import access, identifiers, refusals, timers, updates
from portico.services.lambda_.durable.ledger import Ledger, shown_payload
from portico.services.lambda_.durable.records import OPEN, ErrorObject, Operation
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        SendDurableExecutionCallbackFailureRequest,
        SendDurableExecutionCallbackFailureResponse,
        SendDurableExecutionCallbackHeartbeatRequest,
        SendDurableExecutionCallbackHeartbeatResponse,
        SendDurableExecutionCallbackSuccessRequest,
        SendDurableExecutionCallbackSuccessResponse,
    )


@operation(on=access.callback_execution_arn)
async def send_durable_execution_callback_success(
    lam: Lambda, call: Call, request: "SendDurableExecutionCallbackSuccessRequest"
) -> "SendDurableExecutionCallbackSuccessResponse":
    """The work is done; `Result` (text, at most 1 MB) is what the execution goes on with.

    Raises:
        InvalidParameterValueException: the id is none, or the result is no text.
        ResourceNotFoundException: the execution is gone.
        CallbackTimeoutException: it is too late.

    Source: API reference, SendDurableExecutionCallbackSuccess.
    """
    ledger, callback = await _waiting(call, request)
    try:
        result = (request.get("Result") or b"").decode()
    except UnicodeDecodeError as error:
        raise errors.invalid("Result must be UTF-8 encoded text.") from error
    _end(ledger, callback, "SUCCEEDED", result=result or None)
    return {}


@operation(on=access.callback_execution_arn)
async def send_durable_execution_callback_failure(
    lam: Lambda, call: Call, request: "SendDurableExecutionCallbackFailureRequest"
) -> "SendDurableExecutionCallbackFailureResponse":
    """The work has failed; `Error` (at most 1 MB) says why.

    Raises:
        InvalidParameterValueException, ResourceNotFoundException, CallbackTimeoutException: as for a success.

    Source: API reference, SendDurableExecutionCallbackFailure.
    """
    error: Any = request.get("Error") or {}
    updates.check_error(error)
    ledger, callback = await _waiting(call, request)
    _end(ledger, callback, "FAILED", error=error)
    return {}


@operation(on=access.callback_execution_arn)
async def send_durable_execution_callback_heartbeat(
    lam: Lambda, call: Call, request: "SendDurableExecutionCallbackHeartbeatRequest"
) -> "SendDurableExecutionCallbackHeartbeatResponse":
    """The work goes on: the time in which the next heartbeat has to come begins anew.

    Raises:
        InvalidParameterValueException, ResourceNotFoundException, CallbackTimeoutException: as for a success.

    Source: API reference, SendDurableExecutionCallbackHeartbeat.
    """
    ledger, callback = await _waiting(call, request)
    if callback.heartbeat_s:
        ledger.set_timer(f"{callback.number}h", call.now + callback.heartbeat_s)
    ledger.save()
    return {}


async def _waiting(call: Call, request: Mapping[str, Any]) -> tuple[Ledger, Operation]:
    """The callback that still waits, and its execution."""
    place = identifiers.callback_place(request["CallbackId"])
    named = identifiers.parsed(place.arn) if place is not None else None
    if place is None or named is None or named.region != call.scope.region:
        raise refusals.unknown_callback()
    ledger = await Ledger.opened(call.tx, named.key, call.now)
    callback = await ledger.numbered(place.operation) if ledger is not None else None
    if ledger is None or callback is None or callback.callback_id != request["CallbackId"]:
        raise refusals.callback_not_found()
    await timers.fire(ledger)
    after = await ledger.numbered(place.operation)
    if after is None or not after.pends or ledger.execution.status not in OPEN:
        raise refusals.callback_closed()
    return ledger, after


def _end(
    ledger: Ledger,
    callback: Operation,
    status: str,
    *,
    result: str | None = None,
    error: ErrorObject | None = None,
) -> None:
    after = msgspec.structs.replace(callback, status=status, ended_at=ledger.now, result=result, error=error)
    ledger.put(callback, after)
    ledger.set_timer(str(callback.number), None)
    ledger.set_timer(f"{callback.number}h", None)
    details = {"Result": shown_payload(result)} if error is None else {"Error": shown_payload(error)}
    ledger.record(f"Callback{status.capitalize()}", details, after)
    ledger.unseen(callback.number)
    ledger.save()
