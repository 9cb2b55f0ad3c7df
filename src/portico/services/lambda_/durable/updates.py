"""What an update does to an operation: one table of transitions, and pure functions from operation and update to what follows.

Source: the API's model (Operation, OperationUpdate), the language SDK specification of AWS's durable execution SDKs (states of each
type), and the words of the service's refusals as its SDKs' issues quote them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portico.services.lambda_ import errors
from portico.services.lambda_.durable.ledger import shown_payload
from portico.services.lambda_.durable.records import Operation

Update = Mapping[str, Any]
Details = dict[str, Any]

PAYLOAD_BYTES_MAX = 1024 * 1024
_ENDED = {"SUCCEED": "SUCCEEDED", "FAIL": "FAILED"}


class Applied(msgspec.Struct, frozen=True, gc=False):
    """The operation after the update, the event of the history, and the timers to be set (name: due; None takes one away)."""

    operation: Operation
    event: str
    details: Details
    timers: dict[str, float | None] = {}


class Rule(msgspec.Struct, frozen=True, gc=False):
    """From which statuses (None: there is no such operation yet) an action may be taken, and what it is refused with otherwise."""

    statuses: frozenset[str | None]
    refusal: str


_NEW: frozenset[str | None] = frozenset([None])
_WORKING: frozenset[str | None] = frozenset([None, "STARTED", "READY"])
RULES: dict[tuple[str, str], Rule] = {
    ("STEP", "START"): Rule(frozenset([None, "READY"]), "Invalid current STEP state to start."),
    ("STEP", "SUCCEED"): Rule(_WORKING, "Invalid current STEP state to close."),
    ("STEP", "FAIL"): Rule(_WORKING, "Invalid current STEP state to close."),
    ("STEP", "RETRY"): Rule(_WORKING, "Invalid current STEP state to re-attempt."),
    ("CONTEXT", "START"): Rule(_NEW, "Cannot start a CONTEXT that already exist."),
    ("CONTEXT", "SUCCEED"): Rule(frozenset([None, "STARTED"]), "Invalid current CONTEXT state to close."),
    ("CONTEXT", "FAIL"): Rule(frozenset([None, "STARTED"]), "Invalid current CONTEXT state to close."),
    ("WAIT", "START"): Rule(_NEW, "Cannot start a WAIT that already exist."),
    ("WAIT", "CANCEL"): Rule(
        frozenset(["STARTED"]), "Cannot cancel a WAIT that does not exist or has already completed."
    ),
    ("CALLBACK", "START"): Rule(_NEW, "Cannot start a CALLBACK that already exist."),
    ("CHAINED_INVOKE", "START"): Rule(_NEW, "Cannot start a CHAINED_INVOKE that already exist."),
    ("EXECUTION", "SUCCEED"): Rule(_NEW, "Invalid current EXECUTION state to close."),
    ("EXECUTION", "FAIL"): Rule(_NEW, "Invalid current EXECUTION state to close."),
}


def check(update: Update, current: Operation | None, *, payload_bytes_max: int = PAYLOAD_BYTES_MAX) -> None:
    """Whether the update may be made.

    Raises:
        InvalidParameterValueException: the action is none of this type's or not possible in this state, an option is missing, payload
            and error do not go with the action, or are too large.
    """
    kind, action = update["Type"], update["Action"]
    rule = RULES.get((kind, action))
    if rule is None:
        raise errors.invalid(f"Invalid {kind} action.")
    if current is not None and current.type != kind:
        raise errors.invalid(f"Operation {current.id} is of type {current.type}.")
    if (current and current.status) not in rule.statuses:
        raise errors.invalid(rule.refusal)
    _check_sizes(update, payload_bytes_max)
    if action == "FAIL" and update.get("Payload") is not None:
        raise errors.invalid("Cannot provide a Payload for FAIL action.")
    if action == "SUCCEED" and update.get("Error") is not None:
        raise errors.invalid("Cannot provide an Error for SUCCEED action.")
    if action == "RETRY" and update.get("Error") is not None and update.get("Payload") is not None:
        raise errors.invalid("Cannot provide both error and payload to RETRY a STEP.")
    option = _NEEDED.get((kind, action))
    if option is not None and (update.get(option[0]) or {}).get(option[1]) is None:
        raise errors.invalid(f"Invalid {option[0]} for the given action.")


_NEEDED = {
    ("STEP", "RETRY"): ("StepOptions", "NextAttemptDelaySeconds"),
    ("WAIT", "START"): ("WaitOptions", "WaitSeconds"),
    ("CHAINED_INVOKE", "START"): ("ChainedInvokeOptions", "FunctionName"),
}


def written_bytes(update: Update) -> int:
    """What an update counts towards the data that an execution may write."""
    return len((update.get("Payload") or "").encode()) + error_bytes(update.get("Error"))


def error_bytes(error: Mapping[str, Any] | None) -> int:
    """The size of all fields of an error together."""
    return len(msgspec.json.encode(error)) if error else 0


def _check_sizes(update: Update, payload_bytes_max: int) -> None:
    if len((update.get("Payload") or "").encode()) > payload_bytes_max:
        raise errors.invalid(
            f"{update['Type']} output payload size must be less than or equal to {payload_bytes_max} bytes."
        )
    check_error(update.get("Error"))


def check_error(error: Mapping[str, Any] | None) -> None:
    """An error is at most 1 MB.

    Raises:
        InvalidParameterValueException: it is larger.
    """
    if error_bytes(error) > PAYLOAD_BYTES_MAX:
        raise errors.invalid(f"Error object size must be less than or equal to {PAYLOAD_BYTES_MAX} bytes.")


def started(update: Update, number: int, now: float) -> Operation:
    """A new operation, before anything was done to it."""
    return Operation(
        number=number,
        id=update["Id"],
        type=update["Type"],
        status="STARTED",
        started_at=now,
        name=update.get("Name"),
        parent=update.get("ParentId"),
        sub_type=update.get("SubType"),
    )


def apply(update: Update, current: Operation, now: float) -> Applied:
    """The effect of a checked update on the operation (`started` has made a new one)."""
    return _APPLY[update["Type"], update["Action"]](update, current, now)


def _start_step(update: Update, current: Operation, now: float) -> Applied:
    return Applied(msgspec.structs.replace(current, status="STARTED", due_at=0.0), "StepStarted", {})


def _retry_step(update: Update, current: Operation, now: float) -> Applied:
    delay = update["StepOptions"]["NextAttemptDelaySeconds"]
    error = update.get("Error")
    after = msgspec.structs.replace(
        current,
        status="PENDING",
        attempt=current.attempt + 1,
        due_at=now + delay,
        error=error,
        result=update["Payload"] if update.get("Payload") is not None else current.result,
    )
    retried = {"CurrentAttempt": after.attempt, "NextAttemptDelaySeconds": delay}
    outcome = _outcome("SUCCEED" if error is None else "FAIL", update)
    event = "StepSucceeded" if error is None else "StepFailed"
    return Applied(after, event, outcome | {"RetryDetails": retried}, {str(current.number): now + delay})


def _end_step(update: Update, current: Operation, now: float) -> Applied:
    after = _ended(update, msgspec.structs.replace(current, attempt=current.attempt + 1, due_at=0.0), now)
    details = _outcome(update["Action"], update) | {"RetryDetails": {"CurrentAttempt": after.attempt}}
    return Applied(after, f"Step{after.status.capitalize()}", details, {str(current.number): None})


def _start_context(update: Update, current: Operation, now: float) -> Applied:
    return Applied(current, "ContextStarted", {})


def _end_context(update: Update, current: Operation, now: float) -> Applied:
    replay = bool((update.get("ContextOptions") or {}).get("ReplayChildren"))
    after = msgspec.structs.replace(_ended(update, current, now), replay_children=replay)
    return Applied(after, f"Context{after.status.capitalize()}", _outcome(update["Action"], update))


def _start_wait(update: Update, current: Operation, now: float) -> Applied:
    seconds = update["WaitOptions"]["WaitSeconds"]
    after = msgspec.structs.replace(current, seconds=seconds, due_at=now + seconds)
    details = {"Duration": seconds, "ScheduledEndTimestamp": after.due_at}
    return Applied(after, "WaitStarted", details, {str(current.number): after.due_at})


def _cancel_wait(update: Update, current: Operation, now: float) -> Applied:
    after = msgspec.structs.replace(current, status="CANCELLED", ended_at=now)
    return Applied(after, "WaitCancelled", {}, {str(current.number): None})


def _start_callback(update: Update, current: Operation, now: float) -> Applied:
    """(The callback's id is the caller's: it says where the operation is found.)"""
    options = update.get("CallbackOptions") or {}
    after = msgspec.structs.replace(
        current,
        timeout_s=options.get("TimeoutSeconds") or 0,
        heartbeat_s=options.get("HeartbeatTimeoutSeconds") or 0,
    )
    details: Details = {"CallbackId": current.callback_id}
    timers: dict[str, float | None] = {}
    if after.heartbeat_s:
        details["HeartbeatTimeout"] = after.heartbeat_s
        timers[f"{current.number}h"] = now + after.heartbeat_s
    if after.timeout_s:
        details["Timeout"] = after.timeout_s
        timers[str(current.number)] = now + after.timeout_s
    return Applied(after, "CallbackStarted", details, timers)


def _start_chained(update: Update, current: Operation, now: float) -> Applied:
    options = update["ChainedInvokeOptions"]
    after = msgspec.structs.replace(
        current,
        target=options["FunctionName"],
        tenant=options.get("TenantId"),
        trace=options.get("XAmznTraceId"),
        input=update.get("Payload"),
    )
    details: Details = {"FunctionName": after.target, "Input": shown_payload(after.input)}
    if after.tenant is not None:
        details["TenantId"] = after.tenant
    return Applied(after, "ChainedInvokeStarted", details)


def _ended(update: Update, current: Operation, now: float) -> Operation:
    return msgspec.structs.replace(
        current,
        status=_ENDED[update["Action"]],
        ended_at=now,
        result=update.get("Payload"),
        error=update.get("Error"),
    )


def _outcome(action: str, update: Update) -> Details:
    if action == "SUCCEED":
        return {"Result": shown_payload(update.get("Payload"))}
    return {"Error": shown_payload(update.get("Error"))}


_APPLY: dict[tuple[str, str], Callable[[Update, Operation, float], Applied]] = {
    ("STEP", "START"): _start_step,
    ("STEP", "RETRY"): _retry_step,
    ("STEP", "SUCCEED"): _end_step,
    ("STEP", "FAIL"): _end_step,
    ("CONTEXT", "START"): _start_context,
    ("CONTEXT", "SUCCEED"): _end_context,
    ("CONTEXT", "FAIL"): _end_context,
    ("WAIT", "START"): _start_wait,
    ("WAIT", "CANCEL"): _cancel_wait,
    ("CALLBACK", "START"): _start_callback,
    ("CHAINED_INVOKE", "START"): _start_chained,
}
