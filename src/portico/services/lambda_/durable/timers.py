"""What happens to an execution when time passes: waits end, steps may be tried again, callbacks and executions time out."""

from collections.abc import Callable

import msgspec

from portico.services.lambda_.durable.ledger import Ledger, shown_payload
from portico.services.lambda_.durable.records import OPEN, TIMED_OUT, ErrorObject, Operation

CALLBACK_TIMEOUT: ErrorObject = {
    "ErrorMessage": "Callback timed out",
    "ErrorType": "Callback.Timeout",
}
CALLBACK_HEARTBEAT: ErrorObject = {
    "ErrorMessage": "Callback heartbeat timed out",
    "ErrorType": "Callback.Heartbeat",
}
EXECUTION_TIMEOUT: ErrorObject = {
    "ErrorMessage": "Execution timed out",
    "ErrorType": "Execution.Timeout",
}


async def fire(ledger: Ledger) -> None:
    """Do what is due: first the execution's own deadline, else each timer, in the order of their times."""
    execution = ledger.execution
    if execution.status not in OPEN:
        return
    if execution.deadline <= ledger.now:
        ledger.close(TIMED_OUT, error=EXECUTION_TIMEOUT)
        return
    due = sorted((at, name) for name, at in execution.timers.items() if at <= ledger.now)
    for _, name in due:
        ledger.set_timer(name, None)
        operation = await ledger.numbered(int(name.removesuffix("h")))
        if operation is not None and operation.pends:
            _FIRE[operation.type](ledger, operation, name)
            ledger.unseen(operation.number)


def _end_wait(ledger: Ledger, wait: Operation, name: str) -> None:
    after = msgspec.structs.replace(wait, status="SUCCEEDED", ended_at=ledger.now)
    ledger.put(wait, after)
    ledger.record("WaitSucceeded", {"Duration": wait.seconds}, after)


def _ready_step(ledger: Ledger, step: Operation, name: str) -> None:
    ledger.put(step, msgspec.structs.replace(step, status="READY", due_at=0.0))


def _time_out_callback(ledger: Ledger, callback: Operation, name: str) -> None:
    error = CALLBACK_HEARTBEAT if name.endswith("h") else CALLBACK_TIMEOUT
    after = msgspec.structs.replace(callback, status="TIMED_OUT", ended_at=ledger.now, error=error)
    ledger.put(callback, after)
    ledger.set_timer(str(callback.number), None)
    ledger.set_timer(f"{callback.number}h", None)
    ledger.record("CallbackTimedOut", {"Error": shown_payload(error)}, after)


_FIRE: dict[str, Callable[[Ledger, Operation, str], None]] = {
    "WAIT": _end_wait,
    "STEP": _ready_step,
    "CALLBACK": _time_out_callback,
}
