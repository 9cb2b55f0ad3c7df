"""What happens to a received message: deleted, or its visibility changed, one by one or in batches."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.sqs import access, errors
from portico.services.sqs.batches import BatchAnswer, check_entries
from portico.services.sqs.handles import read_handle
from portico.services.sqs.records import Queue
from portico.services.sqs.service import Sqs, requested
from portico.store.port import Ack, ChangeVisibility, Outcome, Settled
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.sqs import shapes

Entry = Mapping[str, Any]
_VISIBILITY_S_MAX = 43_200
_BEYOND = f"Total VisibilityTimeout for the message is beyond the limit [{_VISIBILITY_S_MAX} seconds]"


@access.shared()
async def delete_message(sqs: Sqs, call: Call, request: "shapes.DeleteMessageRequest") -> dict[str, Any]:
    """Delete a received message. An older receipt of a message that another has received since deletes nothing.

    Raises:
        NonExistentQueue, ReceiptHandleIsInvalid. InvalidParameterValue: on a FIFO queue, the visibility timeout is over.
    """
    queue = await requested(call, request)
    handle = request["ReceiptHandle"]
    (outcome,) = await call.tx.commit_each([_delete(call, queue, handle)])
    _check_deleted(sqs, queue, handle, outcome)
    return {}


@access.shared("sqs:DeleteMessage")
async def delete_message_batch(
    sqs: Sqs, call: Call, request: "shapes.DeleteMessageBatchRequest"
) -> dict[str, Any]:
    """Delete up to ten received messages, each for itself.

    Raises:
        NonExistentQueue, EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct.
    """
    entries = request["Entries"]
    check_entries("DeleteMessageBatch", entries)
    queue = await requested(call, request)

    def delete(entry: Entry) -> Ack:
        return _delete(call, queue, entry["ReceiptHandle"])

    def check(entry: Entry, outcome: Outcome) -> None:
        _check_deleted(sqs, queue, entry["ReceiptHandle"], outcome)

    return await _each(call, entries, delete, check)


@access.shared()
async def change_message_visibility(
    sqs: Sqs, call: Call, request: "shapes.ChangeMessageVisibilityRequest"
) -> dict[str, Any]:
    """Let a received message be visible again so many seconds from now (0: now), at most 12 hours after it was received.

    Raises:
        NonExistentQueue, ReceiptHandleIsInvalid. InvalidParameterValue: a bound, or the message is not in flight any more.
    """
    queue = await requested(call, request)
    handle = request["ReceiptHandle"]
    change = _change(call, queue, handle, request["VisibilityTimeout"])
    (outcome,) = await call.tx.commit_each([change])
    _check_changed(handle, outcome)
    return {}


@access.shared("sqs:ChangeMessageVisibility")
async def change_message_visibility_batch(
    sqs: Sqs, call: Call, request: "shapes.ChangeMessageVisibilityBatchRequest"
) -> dict[str, Any]:
    """Change the visibility of up to ten received messages, each for itself.

    Raises:
        NonExistentQueue, EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct.
    """
    entries = request["Entries"]
    check_entries("ChangeMessageVisibilityBatch", entries)
    queue = await requested(call, request)

    def change(entry: Entry) -> ChangeVisibility:
        return _change(call, queue, entry["ReceiptHandle"], entry.get("VisibilityTimeout") or 0)

    def check(entry: Entry, outcome: Outcome) -> None:
        _check_changed(entry["ReceiptHandle"], outcome)

    return await _each(call, entries, change, check)


async def _each(
    call: Call,
    entries: Sequence[Entry],
    make: Callable[[Entry], Ack | ChangeVisibility],
    check: Callable[[Entry, Outcome], None],
) -> dict[str, Any]:
    """The answer to a batch: what `make` gives for an entry is committed, each for itself; `make` and `check` refuse by raising."""
    answer, made = BatchAnswer(), list[tuple[Entry, Ack | ChangeVisibility]]()
    for entry in entries:
        try:
            made.append((entry, make(entry)))
        except AwsError as error:
            answer.fail(entry["Id"], error)
    outcomes = await call.tx.commit_each([op for _, op in made])
    for (entry, _), outcome in zip(made, outcomes, strict=True):
        try:
            check(entry, outcome)
            answer.successful.append({"Id": entry["Id"]})
        except AwsError as error:
            answer.fail(entry["Id"], error)
    return answer.answer()


def _delete(call: Call, queue: Queue, handle: str) -> Ack:
    """On a FIFO queue the lease has to last; on a standard one the receipt is good until another has the message."""
    receipt = read_handle(queue, handle).receipt
    return Ack(queue.messages, receipt, call.now if queue.fifo else None)


def _check_deleted(sqs: Sqs, queue: Queue, handle: str, outcome: Outcome) -> None:
    assert isinstance(outcome, Settled)
    if outcome.state == "done":
        sqs.counters.of(queue.key).deleted += 1
    elif queue.fifo and outcome.state != "gone":
        raise errors.expired_receipt(handle)


def _change(call: Call, queue: Queue, handle: str, timeout_s: int) -> ChangeVisibility:
    if not 0 <= timeout_s <= _VISIBILITY_S_MAX:
        reason = f"VisibilityTimeout must be >= 0 and <= {_VISIBILITY_S_MAX}."
        raise errors.invalid_value(timeout_s, "VisibilityTimeout", reason)
    known = read_handle(queue, handle)
    if call.now + timeout_s > known.received_at + _VISIBILITY_S_MAX and timeout_s:
        raise errors.invalid_value(timeout_s, "VisibilityTimeout", _BEYOND)
    at = call.now if queue.fifo else None
    return ChangeVisibility(queue.messages, known.receipt, call.now + timeout_s, at=at)


def _check_changed(handle: str, outcome: Outcome) -> None:
    assert isinstance(outcome, Settled)
    if outcome.state != "done":
        raise errors.not_in_flight(handle)
