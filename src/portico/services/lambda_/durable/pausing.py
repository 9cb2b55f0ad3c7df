"""The pause of an execution: when it is reached and what it leaves to be done."""

from typing import Any

from portico.services.lambda_.durable.ledger import Ledger
from portico.services.lambda_.durable.records import PAUSED


def reached(ledger: Ledger, *, interrupted: bool) -> None:
    """The execution is paused now. `interrupted`: its function would have gone on, so that resuming has to invoke it."""
    pause = ledger.execution.pause
    if pause is None:
        raise RuntimeError(f"{ledger.execution.arn} is to be paused without a request")
    ledger.change(status=PAUSED, token="", answered=None, interrupted=interrupted)
    details: dict[str, Any] = {
        "PauseRequestTimestamp": pause.at,
        "ExecutionTimeoutPaused": pause.timeout_paused,
    }
    if pause.reason:
        details["Reason"] = {"Payload": pause.reason, "Truncated": False}
    ledger.record("ExecutionPaused", details)
