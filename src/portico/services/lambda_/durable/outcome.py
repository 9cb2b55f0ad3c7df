"""What an invocation of a durable function said, and what follows from it for the execution. Pure, but for the ledger.

Source: the language SDK specification of AWS's durable execution SDKs, "Invocation output" and "Error classification".
"""

import json
from typing import Any

import msgspec

from portico.environments.work import Outcome
from portico.services.lambda_.durable import pausing, refusals, updates
from portico.services.lambda_.durable.ledger import Ledger, shown_payload
from portico.services.lambda_.durable.records import (
    FAILED,
    IDLE,
    OPEN,
    PAUSED,
    PAUSING,
    SUCCEEDED,
    ErrorObject,
)

GIVE_UP_S = 6 * 3600.0
IMMEDIATE_MAX = 3
_BACKOFF_S = (1.0, 300.0)
_OF_THE_ENVIRONMENT = ("Runtime.", "Sandbox.", "Extension.")
_SYNCHRONOUS_BYTES_MAX = 6 * 1024 * 1024


class Ended(msgspec.Struct, frozen=True, gc=False):
    """An invocation that has ended. `error` is set when it did not answer as a durable function does, and is tried again."""

    request_id: str
    started_at: float
    answer: dict[str, Any] = {}
    error: ErrorObject | None = None


class _Refused(Exception):
    """The function's answer is not one that a durable function may give."""


def read(outcome: Outcome, request_id: str, started_at: float) -> Ended:
    """The outcome of an environment, as it is meant."""
    answer = document(outcome.payload)
    if outcome.function_error:
        return Ended(request_id, started_at, error=error_of(answer, outcome.error_type))
    return Ended(request_id, started_at, answer=answer)


def error_of(document: dict[str, Any], error_type: str = "") -> ErrorObject:
    """A function's error document (`errorMessage`, `errorType`, `stackTrace`) as an error object."""
    error: ErrorObject = {}
    if isinstance(document.get("errorMessage"), str):
        error["ErrorMessage"] = document["errorMessage"]
    named = document.get("errorType") or error_type
    if isinstance(named, str) and named:
        error["ErrorType"] = named
    trace = document.get("stackTrace")
    if isinstance(trace, list) and trace:
        error["StackTrace"] = [line if isinstance(line, str) else json.dumps(line) for line in trace]
    return error


def settle(ledger: Ledger, ended: Ended) -> None:
    """Go on with the execution after an invocation: end it, wait, pause, or have it invoked again."""
    ledger.change(stage=IDLE)
    if ledger.execution.status not in OPEN:
        return
    if ended.error is not None:
        _completed(ledger, ended, ended.error)
        _try_again(ledger, ended.error)
        return
    try:
        _check(ledger, ended.answer)
    except _Refused as refused:
        error = {"ErrorMessage": str(refused), "ErrorType": refusals.INVALID_OUTPUT}
        _completed(ledger, ended, error)
        ledger.close(FAILED, error=error)
        return
    _completed(ledger, ended, None)
    ledger.change(token="", answered=None, failures=0, failing_since=0.0)
    _go_on(ledger, ended.answer)


def _go_on(ledger: Ledger, answer: dict[str, Any]) -> None:
    execution = ledger.execution
    status = answer["Status"]
    if execution.status == PAUSED:
        return
    if execution.interrupted:
        ledger.resume()  # a pause took its token away, so this answer is not the execution's; the pause is over already
    elif status == "SUCCEEDED":
        ledger.close(SUCCEEDED, result=answer.get("Result"))
    elif status == "FAILED":
        ledger.close(FAILED, error=answer.get("Error") or {})
    elif execution.status == PAUSING:
        pausing.reached(ledger, interrupted=bool(execution.unseen))
    elif execution.unseen:
        ledger.resume()


def _try_again(ledger: Ledger, error: ErrorObject) -> None:
    """An environment's failure is tried again at once, three times; a handler's with growing delays, for six hours."""
    execution = ledger.execution
    since = execution.failing_since or ledger.now
    ledger.change(failures=execution.failures + 1, failing_since=since, token="", answered=None)
    if execution.status == PAUSED:
        ledger.change(interrupted=True)
    elif execution.status == PAUSING:
        pausing.reached(ledger, interrupted=True)
    elif ledger.now - since > GIVE_UP_S:
        ledger.close(FAILED, error=error)
    else:
        kind = error.get("ErrorType", "")
        at_once = kind.startswith(_OF_THE_ENVIRONMENT) and kind != "Sandbox.Timedout"
        if at_once and execution.failures < IMMEDIATE_MAX:
            ledger.queue_run(ledger.now)
        else:
            ledger.queue_run(
                ledger.now + min(_BACKOFF_S[0] * 2 ** min(execution.failures, 16), _BACKOFF_S[1])
            )


def _check(ledger: Ledger, answer: dict[str, Any]) -> None:
    """Whether the answer is one that a durable function may give now."""
    status, result, error = answer.get("Status"), answer.get("Result"), answer.get("Error")
    if status not in ("SUCCEEDED", "FAILED", "PENDING"):
        raise _Refused("Invalid Status in invocation output.")
    if result is not None and not isinstance(result, str):
        raise _Refused("Invalid Result in invocation output.")
    if error is not None and not isinstance(error, dict):
        raise _Refused("Invalid Error in invocation output.")
    if status == "FAILED" and result:
        raise _Refused("Cannot provide a Result for FAILED status.")
    if status == "SUCCEEDED" and error:
        raise _Refused("Cannot provide an Error for SUCCEEDED status.")
    execution = ledger.execution
    largest = _SYNCHRONOUS_BYTES_MAX if execution.synchronous else updates.PAYLOAD_BYTES_MAX
    if len((result or "").encode()) > largest:
        raise _Refused(f"EXECUTION output payload size must be less than or equal to {largest} bytes.")
    if updates.error_bytes(error) > updates.PAYLOAD_BYTES_MAX:
        raise _Refused(f"Error object size must be less than or equal to {updates.PAYLOAD_BYTES_MAX} bytes.")
    waits = execution.pending or execution.unseen or execution.interrupted or execution.status != "RUNNING"
    if status == "PENDING" and not waits:
        raise _Refused("Cannot return PENDING status with no pending operations.")


def _completed(ledger: Ledger, ended: Ended, error: ErrorObject | None) -> None:
    details: dict[str, Any] = {
        "StartTimestamp": ended.started_at,
        "EndTimestamp": ledger.now,
        "RequestId": ended.request_id,
    }
    if error is not None:
        details["Error"] = shown_payload(error)
    ledger.record("InvocationCompleted", details)


def document(payload: bytes) -> dict[str, Any]:
    """The JSON object in `payload`, empty if there is none."""
    try:
        decoded = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
