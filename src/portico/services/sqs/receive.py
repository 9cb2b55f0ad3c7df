"""ReceiveMessage: leases on messages, at once or within a long poll."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.sqs import access, errors
from portico.services.sqs.handles import handle_of
from portico.services.sqs.message import TRACE, Contents, check_id, decode, md5_of_attributes
from portico.services.sqs.polling import Ask, poll
from portico.services.sqs.records import Queue, queue_arn
from portico.services.sqs.send import sequence_number
from portico.services.sqs.service import Sqs, requested
from portico.store.port import Message

if TYPE_CHECKING:
    from portico.services.sqs import shapes

_MESSAGES_MAX = 10
_VISIBILITY_S_MAX = 43_200
_WAIT_S_MAX = 20
_EVERYTHING = frozenset({"All", ".*", "*"})
_SYSTEM_ATTRIBUTES = frozenset(
    {
        *("All", "SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"),
        *("SequenceNumber", "MessageDeduplicationId", "MessageGroupId", TRACE, "DeadLetterQueueSourceArn"),
    }
)


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """Which attributes are answered with each message."""

    system: frozenset[str]
    own: frozenset[str]


@access.shared()
async def receive_message(sqs: Sqs, call: Call, request: "shapes.ReceiveMessageRequest") -> dict[str, Any]:
    """Receive up to ten messages; wait up to 20 seconds for the first, if that is asked for or the queue's attribute says so.

    Raises:
        NonExistentQueue: there is no such queue, or it is deleted meanwhile. InvalidParameterValue: a bound.
        OverLimit: 120,000 messages of a standard queue are in flight.
    """
    queue = await requested(call, request)
    ask, wanted = _ask(queue, request), _wanted(request)
    queue, messages = await poll(sqs, queue, ask)
    counts = sqs.counters.of(queue.key)
    counts.received += len(messages)
    counts.empty_receives += not messages
    received_at = sqs.clock.now()
    shown = [_shown(queue, message, wanted, received_at) for message in messages]
    return {"Messages": shown} if shown else {}


def _ask(queue: Queue, request: "shapes.ReceiveMessageRequest") -> Ask:
    limit = request.get("MaxNumberOfMessages")
    if limit is not None and not 1 <= limit <= _MESSAGES_MAX:
        reason = f"Must be between 1 and {_MESSAGES_MAX}, if provided."
        raise errors.invalid_value(limit, "MaxNumberOfMessages", reason)
    visibility = request.get("VisibilityTimeout")
    if visibility is not None and not 0 <= visibility <= _VISIBILITY_S_MAX:
        reason = f"Must be between 0 and {_VISIBILITY_S_MAX}, if provided."
        raise errors.invalid_value(visibility, "VisibilityTimeout", reason)
    wait = request.get("WaitTimeSeconds")
    if wait is not None and not 0 <= wait <= _WAIT_S_MAX:
        reason = f"Must be >= 0 and <= {_WAIT_S_MAX}, if provided."
        raise errors.invalid_value(wait, "WaitTimeSeconds", reason)
    attempt = request.get("ReceiveRequestAttemptId")
    if attempt is not None:
        if not queue.fifo:
            raise errors.wrong_for_type(attempt, "ReceiveRequestAttemptId")
        check_id(attempt, "ReceiveRequestAttemptId")
    return Ask(
        limit or 1,
        queue.seconds("VisibilityTimeout") if visibility is None else visibility,
        queue.seconds("ReceiveMessageWaitTimeSeconds") if wait is None else wait,
        attempt or "",
    )


def _wanted(request: Mapping[str, Any]) -> Wanted:
    names = {*(request.get("MessageSystemAttributeNames") or ()), *(request.get("AttributeNames") or ())}
    for name in names:
        if name not in _SYSTEM_ATTRIBUTES:
            raise errors.unknown_attribute(name)
    return Wanted(frozenset(names), frozenset(request.get("MessageAttributeNames") or ()))


def _shown(queue: Queue, message: Message, wanted: Wanted, received_at: float) -> dict[str, Any]:
    contents = decode(message.body)
    shown: dict[str, Any] = {
        "MessageId": message.message_id,
        "ReceiptHandle": handle_of(queue, message.receipt, received_at),
        "MD5OfBody": contents.body_md5,
        "Body": contents.body,
    }
    if wanted.system:
        every = _system(queue, message, contents)
        chosen = {
            name: value for name, value in every.items() if "All" in wanted.system or name in wanted.system
        }
        if chosen:
            shown["Attributes"] = chosen
    if wanted.own and contents.attributes:
        _add_attributes(shown, contents, wanted.own)
    return shown


def _add_attributes(shown: dict[str, Any], contents: Contents, wanted: Collection[str]) -> None:
    """The message attributes that are asked for, by name, by `prefix.*`, or all, and the checksum over these."""
    chosen = contents.attributes
    if not _EVERYTHING.intersection(wanted):
        prefixes = tuple(name[:-2] for name in wanted if name.endswith(".*"))
        chosen = {
            name: value
            for name, value in contents.attributes.items()
            if name in wanted or (prefixes and name.startswith(prefixes))
        }
    if chosen:
        whole = len(chosen) == len(contents.attributes)
        shown["MD5OfMessageAttributes"] = contents.attributes_md5 if whole else md5_of_attributes(chosen)
        shown["MessageAttributes"] = {name: value.shown() for name, value in chosen.items()}


def _system(queue: Queue, message: Message, contents: Contents) -> dict[str, str]:
    found = {
        "SenderId": contents.sender,
        "SentTimestamp": _ms(message.sent_at),
        "ApproximateReceiveCount": str(message.receives),
        "ApproximateFirstReceiveTimestamp": _ms(message.first_received_at),
    }
    if contents.group:
        found["MessageGroupId"] = contents.group
    if queue.fifo:
        # A dead letter is deduplicated by its id, as it came here without one of its own.
        found["MessageDeduplicationId"] = message.message_id if message.moved_from else contents.deduplication
        found["SequenceNumber"] = sequence_number(message.sequence)
    if contents.trace:
        found[TRACE] = contents.trace
    if message.moved_from is not None:
        _, account, region, name, _ = map(str, message.moved_from)
        found["DeadLetterQueueSourceArn"] = queue_arn(account, region, name)
    return found


def _ms(seconds: float) -> str:
    return str(int(seconds * 1000))
