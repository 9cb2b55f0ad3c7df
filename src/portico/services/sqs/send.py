"""SendMessage and SendMessageBatch: acknowledged, hence on disk."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import ids
from portico.base.trace import carried
from portico.calls.call import Call
from portico.services.sqs import access, errors
from portico.services.sqs.batches import BatchAnswer, check_entries
from portico.services.sqs.message import (
    TRACE,
    Contents,
    attributes_of,
    check_body,
    check_id,
    encode,
    md5,
    md5_of_attributes,
    trace_of,
)
from portico.services.sqs.records import Queue
from portico.services.sqs.service import Sqs, requested
from portico.store.port import Outcome, Send, Sent
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.sqs import shapes

BATCH_BYTES_MAX = 1_048_576
_DEDUPLICATED_S = 300.0
_DELAY_S_MAX = 900
_SEQUENCE_FROM = 18_800_000_000_000_000_000
_SEQUENCE_STEP = 256
_NO_DEDUPLICATION = "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """A message that is about to be sent, and what is answered about it besides its id."""

    send: Send
    size: int
    answer: dict[str, str]


@access.shared()
async def send_message(sqs: Sqs, call: Call, request: "shapes.SendMessageRequest") -> dict[str, Any]:
    """Put a message on a queue.

    Raises:
        NonExistentQueue: there is no such queue. InvalidMessageContents: characters that no message may have.
        MissingParameter, InvalidParameterValue: what the queue's type or the message's size rules out.
    """
    queue = await requested(call, request)
    _check_fifo(queue, request)
    outgoing = _outgoing(call, queue, request)
    limit = queue.seconds("MaximumMessageSize")
    if outgoing.size > limit:
        raise errors.invalid(
            f"One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes."
        )
    (sent,) = await call.tx.commit_each([outgoing.send])
    return _answered(sqs, queue, outgoing, sent)


@access.shared("sqs:SendMessage")
async def send_message_batch(
    sqs: Sqs, call: Call, request: "shapes.SendMessageBatchRequest"
) -> dict[str, Any]:
    """Put up to ten messages, 1 MiB together, on a queue; each is sent or refused for itself.

    Raises:
        NonExistentQueue, EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct.
        BatchRequestTooLong: more than 1 MiB.
        InvalidParameterValue: an entry of a FIFO queue has no group, or no deduplication.
    """
    entries = request["Entries"]
    check_entries("SendMessageBatch", entries)
    queue = await requested(call, request)
    for entry in entries:
        _check_fifo(queue, entry, group_missing=errors.invalid)
    answer, outgoing = BatchAnswer(), dict[str, Outgoing]()
    limit, size = queue.seconds("MaximumMessageSize"), 0
    for entry in entries:
        try:
            made = _outgoing(call, queue, entry)
            size += made.size
            if made.size > limit and size <= BATCH_BYTES_MAX:
                raise errors.invalid(
                    f"One or more parameters cannot be validated. Reason: Message must be shorter than {limit} bytes."
                )
            outgoing[entry["Id"]] = made
        except AwsError as error:
            answer.fail(entry["Id"], error)
    if size > BATCH_BYTES_MAX:
        raise errors.batch_too_long(size, BATCH_BYTES_MAX)
    became = await call.tx.commit_each([each.send for each in outgoing.values()])
    for (name, each), sent in zip(outgoing.items(), became, strict=True):
        answer.successful.append({"Id": name, **_answered(sqs, queue, each, sent)})
    return answer.answer()


def sequence_number(sequence: int) -> str:
    """The 20 digits of a FIFO message's place in its queue."""
    return str(_SEQUENCE_FROM + sequence * _SEQUENCE_STEP)


def _check_fifo(queue: Queue, given: Mapping[str, Any], group_missing: Any = None) -> None:
    """What the type of a queue asks of a message, before all else."""
    group, deduplication = given.get("MessageGroupId"), given.get("MessageDeduplicationId")
    if not queue.fifo:
        if deduplication is not None:
            raise errors.wrong_for_type(deduplication, "MessageDeduplicationId")
        if group is not None:
            check_id(group, "MessageGroupId")
        return
    if group is None:
        if group_missing is not None:
            raise group_missing("The request must contain the parameter MessageGroupId.")
        raise errors.missing("MessageGroupId")
    check_id(group, "MessageGroupId")
    if deduplication is not None:
        check_id(deduplication, "MessageDeduplicationId")
    elif queue.attributes.get("ContentBasedDeduplication") != "true":
        raise errors.invalid(_NO_DEDUPLICATION)
    if given.get("DelaySeconds"):
        raise errors.wrong_for_type(given["DelaySeconds"], "DelaySeconds")


def _outgoing(call: Call, queue: Queue, given: Mapping[str, Any]) -> Outgoing:
    """The message of a request or an entry that `_check_fifo` has passed."""
    body = given.get("MessageBody") or ""
    check_body(body)
    attributes = attributes_of(given.get("MessageAttributes"))
    trace = trace_of(given.get("MessageSystemAttributes"))
    deduplication = given.get("MessageDeduplicationId") or ""
    if queue.fifo and not deduplication:
        deduplication = hashlib.sha256(body.encode()).hexdigest()
    contents = Contents(
        body,
        md5(body.encode()),
        _sender(call),
        attributes,
        md5_of_attributes(attributes) if attributes else "",
        carried((trace.text or "") if trace else "", call.origin.trace),
        given.get("MessageGroupId") or "",
        deduplication,
    )
    answer = {"MD5OfMessageBody": contents.body_md5}
    if attributes:
        answer["MD5OfMessageAttributes"] = contents.attributes_md5
    if trace is not None:
        answer["MD5OfMessageSystemAttributes"] = md5_of_attributes({TRACE: trace})
    return Outgoing(_send(call, queue, contents, _delay(queue, given)), contents.size, answer)


def _send(call: Call, queue: Queue, contents: Contents, delay_s: int) -> Send:
    name, further = _names(queue, contents)
    return Send(
        queue.messages,
        encode(contents),
        visible_at=call.now + delay_s if delay_s else 0.0,
        message_id=ids.uuid(),
        group=contents.group or None,
        deduplication=name,
        deduplicate_until=call.now + _DEDUPLICATED_S,
        duplicates=further,
        ordered=queue.fifo,
        names_in=queue.lifetime if queue.fifo else None,
    )


def _names(queue: Queue, contents: Contents) -> tuple[str | None, tuple[str, ...]]:
    """The name under which a message is remembered for deduplication, and others under which it may have been sent before the
    queue's scope was made narrower."""
    if not queue.fifo:
        return None, ()
    whole = f":{contents.deduplication}"
    if queue.attributes.get("DeduplicationScope") != "messageGroup":
        return whole, ()
    return f"{len(contents.group)}:{contents.group}{whole}", (whole,)


def _delay(queue: Queue, given: Mapping[str, Any]) -> int:
    """Seconds until the message is visible. On a FIFO queue only the queue's own delay counts."""
    delay: int | None = given.get("DelaySeconds")
    if delay is None or queue.fifo:
        return queue.seconds("DelaySeconds")
    if not 0 <= delay <= _DELAY_S_MAX:
        reason = f"DelaySeconds must be >= 0 and <= {_DELAY_S_MAX}."
        raise errors.invalid_value(delay, "DelaySeconds", reason)
    return delay


def _sender(call: Call) -> str:
    """`SenderId`: a user's or a role session's id, the account of a root, a service's name; who is anonymous goes by the address."""
    return call.origin.source_ip if call.principal.kind == "anonymous" else call.principal.user_id


def _answered(sqs: Sqs, queue: Queue, outgoing: Outgoing, sent: Outcome) -> dict[str, str]:
    assert isinstance(sent, Sent)
    counts = sqs.counters.of(queue.key)
    if sent.duplicate:
        counts.deduplicated += 1
    else:
        counts.sent += 1
        size = outgoing.size
        counts.sent_bytes += size
        counts.most_bytes = max(counts.most_bytes, size)
        counts.least_bytes = min(counts.least_bytes or size, size)
    answer = {"MessageId": sent.message_id, **outgoing.answer}
    return {**answer, "SequenceNumber": sequence_number(sent.sequence)} if queue.fifo else answer
