"""Checkpoints: what a durable function's SDK calls to save progress."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.lambda_ import errors
from portico.services.lambda_.durable import (
    access,
    chained,
    identifiers,
    pausing,
    refusals,
    state,
    timers,
    updates,
)
from portico.services.lambda_.durable.ledger import Ledger
from portico.services.lambda_.durable.records import (
    FAILED,
    OPEN,
    PAUSING,
    RUNNING,
    SUCCEEDED,
    Answered,
    Operation,
)
from portico.services.lambda_.durable.replay import check_token, shown_page
from portico.services.lambda_.durable.updates import Update
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        CheckpointDurableExecutionRequest,
        CheckpointDurableExecutionResponse,
    )

OPERATIONS_MAX = 3_000
WRITTEN_BYTES_MAX = 100 * 1024 * 1024
SYNCHRONOUS_BYTES_MAX = 6 * 1024 * 1024
_REPEAT_S = 900.0
_BATCHES = frozenset([("START", "SUCCEED"), ("START", "FAIL"), ("START", "RETRY")])
_ENDS = {"SUCCEED": SUCCEEDED, "FAIL": FAILED}


@operation(on=access.execution_arn)
async def checkpoint_durable_execution(
    lam: Lambda, call: Call, request: "CheckpointDurableExecutionRequest"
) -> "CheckpointDurableExecutionResponse":
    """Save what a durable function has done, all updates or none, and learn what has changed meanwhile.

    The token is used up and a new one given; none is given when the execution has ended, or was asked to pause. The same request
    again (same token, same `ClientToken`, within 15 minutes) gets the same answer.

    Raises:
        InvalidParameterValueException: the token is not the current one; an update is not possible.

    Source: API reference, CheckpointDurableExecution; quotas "durable execution operations" (3,000) and "data written" (100 MB).
    """
    named = access.named(call, request)
    ledger = await Ledger.opened(call.tx, named.key, call.now)
    token = request["CheckpointToken"]
    if ledger is None or ledger.execution.arn != request["DurableExecutionArn"]:
        raise refusals.token_of_another()
    repeated = ledger.execution.answered
    if repeated is not None and _is_repetition(repeated, request, call.now):
        return await _answer(ledger, repeated.operations, repeated.next_token)
    check_token(ledger.execution, token)
    await timers.fire(ledger)
    if ledger.execution.status not in OPEN:
        ledger.save()
        return await _answer(ledger, (), "")
    given = request.get("Updates") or []
    known = set(ledger.execution.unseen)
    await _check_batch(ledger, given)
    known |= await _take(ledger, given)
    ledger.change(unseen=())
    return await _settled(ledger, request, tuple(sorted(known)))


async def _settled(
    ledger: Ledger, request: "CheckpointDurableExecutionRequest", numbers: tuple[int, ...]
) -> "CheckpointDurableExecutionResponse":
    """The next token, or none; and the answer."""
    execution = ledger.execution
    following = ""
    if execution.status == RUNNING:
        following = identifiers.new_token(execution.id)
        client_token = request.get("ClientToken") or ""
        answered = Answered(request["CheckpointToken"], client_token, ledger.now, following, numbers)
        ledger.change(token=following, answered=answered)
    elif execution.status == PAUSING:
        pausing.reached(ledger, interrupted=True)
    answer = await _answer(ledger, numbers, following)
    ledger.save()
    return answer


def _is_repetition(answered: Answered, request: "CheckpointDurableExecutionRequest", now: float) -> bool:
    given = request.get("ClientToken") or ""
    return (
        bool(given)
        and (answered.token, answered.client_token) == (request["CheckpointToken"], given)
        and now - answered.at < _REPEAT_S
    )


async def _answer(
    ledger: Ledger, numbers: tuple[int, ...], following: str
) -> "CheckpointDurableExecutionResponse":
    operations: dict[int, Operation] = {}
    for number in numbers:
        found = await ledger.numbered(number)
        if found is not None:
            operations[number] = found
    answer: dict[str, Any] = {"NewExecutionState": shown_page(state.bounded(operations))}
    if following:
        answer["CheckpointToken"] = following
    return answer  # type: ignore[return-value]


async def _check_batch(ledger: Ledger, given: "list[Any]") -> None:
    """What the updates of one request must keep to among themselves."""
    ends = [update for update in given if update["Type"] == "EXECUTION"]
    if len(ends) > 1:
        raise errors.invalid("Cannot checkpoint multiple EXECUTION updates.")
    if ends and given[-1]["Type"] != "EXECUTION":
        raise errors.invalid("EXECUTION checkpoint must be the last update.")
    contexts: set[str] = set()
    actions: dict[str, list[str]] = {}
    for update in given:
        before = actions.setdefault(update["Id"], [])
        before.append(update["Action"])
        if len(before) > 1 and not (update["Type"] in ("STEP", "CONTEXT") and tuple(before) in _BATCHES):
            raise errors.invalid("Cannot update the same operation twice in a single request.")
        parent = update.get("ParentId")
        if parent is not None and parent not in contexts:
            found = await ledger.operation(parent)
            if found is None or found.type != "CONTEXT":
                raise errors.invalid("Invalid parent operation id.")
        if update["Type"] == "CONTEXT":
            contexts.add(update["Id"])


async def _take(ledger: Ledger, given: "list[Any]") -> set[int]:
    """Apply the updates in their order; the numbers of the operations that changed."""
    changed: Counter[int] = Counter()
    for update in given:
        if update["Type"] == "EXECUTION":
            _end(ledger, update)
            continue
        current = await ledger.operation(update["Id"])
        updates.check(update, current)
        ledger.change(written_bytes=ledger.execution.written_bytes + updates.written_bytes(update))
        if _exceeds(ledger, is_new=current is None):
            return set(changed)
        changed[_apply(ledger, update, current)] += 1
    return set(changed)


def _apply(ledger: Ledger, update: Update, current: Operation | None) -> int:
    new = current
    if new is None:
        new = updates.started(update, ledger.execution.next_operation, ledger.now)
        if new.type == "CALLBACK":
            callback_id = identifiers.new_callback_id(ledger.execution.arn, new.number)
            new = msgspec.structs.replace(new, callback_id=callback_id)
    applied = updates.apply(update, new, ledger.now)
    if current is None:
        ledger.add(applied.operation)
    else:
        ledger.put(current, applied.operation)
    for name, due in applied.timers.items():
        ledger.set_timer(name, due)
    ledger.record(applied.event, applied.details, applied.operation)
    if new.type == "CHAINED_INVOKE":
        chained.send(ledger, applied.operation)
    return applied.operation.number


def _end(ledger: Ledger, update: Update) -> None:
    largest = SYNCHRONOUS_BYTES_MAX if ledger.execution.synchronous else updates.PAYLOAD_BYTES_MAX
    updates.check(update, None, payload_bytes_max=largest)
    ledger.close(_ENDS[update["Action"]], result=update.get("Payload"), error=update.get("Error"))


def _exceeds(ledger: Ledger, *, is_new: bool) -> bool:
    """Whether a quota is exceeded, which ends the execution."""
    execution = ledger.execution
    what = ""
    if is_new and execution.next_operation > OPERATIONS_MAX:
        what = f"{OPERATIONS_MAX} operations"
    elif execution.written_bytes > WRITTEN_BYTES_MAX:
        what = f"{WRITTEN_BYTES_MAX} bytes of data"
    if not what:
        return False
    message = f"The durable execution exceeded its limit of {what}."
    error = {"ErrorMessage": message, "ErrorType": "ServiceQuotaExceededException"}
    ledger.close(FAILED, error=error)
    return True
