"""How executions begin, or the one of a name is found again, and how they are waited for.

Source: Developer Guide, "Invoking durable Lambda functions" and "Idempotency" (of durable executions).
"""

import asyncio
import hashlib
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.base.ids import uuid
from portico.bus.port import Bus
from portico.invoke.records import Durable
from portico.services.lambda_.durable import identifiers, refusals
from portico.services.lambda_.durable.ledger import Ledger, committed
from portico.services.lambda_.durable.records import (
    EXECUTIONS,
    NAMES,
    OPEN,
    RESULTS,
    SUCCEEDED,
    ErrorObject,
    Execution,
    Operation,
    Reference,
)
from portico.services.lambda_.names import Name
from portico.store.cache import RecordCache
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError

SYNCHRONOUS_S = 900
_LOOK_S = 1.0
_SHOWN_ERROR = {
    "ErrorMessage": "errorMessage",
    "ErrorType": "errorType",
    "ErrorData": "errorData",
    "StackTrace": "stackTrace",
}

Answer = dict[str, Any]


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """An execution as it is asked for. `name` is empty when the caller gives none; `request_id` where somebody waits for it."""

    function: Name
    version: str
    settings: Durable
    name: str
    event: str
    synchronous: bool
    trace: str
    request_id: str = ""


async def run(cache: RecordCache, bus: Bus, clock: Clock, wanted: Wanted) -> bytes | None:
    """Run an execution that nobody but its caller waits for: its result, or None for its error.

    Raises:
        ServiceException: it has not ended within 15 minutes (it was paused), or was deleted.
    """
    execution = await committed(cache, lambda tx: begin(tx, wanted, clock.now()))
    answer = await answer_of(cache, await ended(cache, bus, execution))
    payload: bytes = answer["Payload"]
    return None if "FunctionError" in answer else payload


async def begin(tx: Transaction, wanted: Wanted, now: float) -> Execution:
    """The execution, begun in this transaction or found under its name.

    Raises:
        DurableExecutionAlreadyStartedException: the name belongs to an execution with another payload.
    """
    function = wanted.function
    digest = hashlib.sha256(wanted.event.encode()).hexdigest()
    if wanted.name:
        known = await tx.get(NAMES, *function.key, wanted.name)
        found = await tx.get(EXECUTIONS, *function.key, known.id) if known is not None else None
        if found is not None:
            if found.digest != digest:
                raise refusals.already_started(wanted.name)
            return found
    execution = Execution(
        account=function.account,
        region=function.region,
        function=function.name,
        version=wanted.version,
        id=identifiers.new_execution_id(now),
        name=wanted.name or uuid(),
        started_at=now,
        timeout_s=wanted.settings.execution_timeout_s,
        retention_days=wanted.settings.retention_days,
        deadline=0.0,
        synchronous=wanted.synchronous,
        digest=digest,
        trace=wanted.trace,
        request_id=wanted.request_id,
    )
    _write(Ledger(tx, execution, now), wanted.event)
    tx.put(NAMES, Reference(id=execution.id), *function.key, execution.name)
    return execution


def _write(ledger: Ledger, event: str) -> None:
    execution = ledger.execution
    ledger.add(
        Operation(
            number=0,
            id=execution.id,
            type="EXECUTION",
            status="STARTED",
            started_at=ledger.now,
            name=execution.name,
            input=event,
        )
    )
    ledger.record(
        "ExecutionStarted",
        {"Input": {"Payload": event, "Truncated": False}, "ExecutionTimeout": execution.timeout_s},
    )
    ledger.set_deadline(ledger.now + execution.timeout_s)
    ledger.resume()
    ledger.save()


async def ended(cache: RecordCache, bus: Bus, execution: Execution) -> Execution:
    """The execution once it has ended.

    Raises:
        ServiceException: it has not within 15 minutes (it was paused), or was deleted.
    """
    subscription = bus.subscribe(EXECUTIONS.key(*execution.key))
    try:
        async with asyncio.timeout(SYNCHRONOUS_S):
            while True:
                held = cache.peek(EXECUTIONS, *execution.key)
                if held is None:
                    break
                if held.value.status not in OPEN:
                    return held.value
                await subscription.wait(_LOOK_S)
    except TimeoutError:
        pass
    finally:
        subscription.close()
    raise AwsError(
        "ServiceException",
        f"The durable execution has not ended: {execution.arn}",
        500,
        fields={"Type": "Service"},
    )


async def answer_of(cache: RecordCache, execution: Execution) -> Answer:
    """What who waits for an execution that has ended is answered."""
    answer: Answer = {
        "StatusCode": 200,
        "ExecutedVersion": execution.version,
        "DurableExecutionArn": execution.arn,
    }
    if execution.status == SUCCEEDED:
        result = await cache.get(RESULTS, *execution.key)
        said = result.value.payload if result is not None else None
        return answer | {"Payload": (said or "null").encode()}
    return answer | {"FunctionError": "Unhandled", "Payload": _error_document(execution.error or {})}


def _error_document(error: ErrorObject) -> bytes:
    """An error as a function's error is answered."""
    return msgspec.json.encode(
        {_SHOWN_ERROR[name]: value for name, value in error.items() if name in _SHOWN_ERROR}
    )
