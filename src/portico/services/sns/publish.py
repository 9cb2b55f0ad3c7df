"""Publish and PublishBatch: acknowledged when every delivery is on disk."""

import hashlib
import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.sns import access, due, errors, sms
from portico.services.sns.fan_out import fan_out
from portico.services.sns.message import Message, attributes_of, bodies_of, check_id, check_subject, size_of
from portico.services.sns.records import PUBLISHED, Published, Topic
from portico.services.sns.service import Sns, existing
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.sns import shapes

ENTRIES_MAX = 10
_DEDUPLICATED_S = 300.0
_ID = re.compile(r"[A-Za-z0-9_-]*").fullmatch
_ID_CHARS_MAX = 80
_PHONE = re.compile(r"\+?[0-9]{5,15}").fullmatch
_NO_GROUP = "The MessageGroupId parameter is required for FIFO topics"
_NO_DEDUPLICATION = "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
_NOT_OF_TYPE = "The request includes MessageDeduplicationId parameter that is not valid for this topic type"


@operation(on=access.on_topic, keys=access.keys_of_topic, policy=access.topic_policy, anonymous=True)
async def publish(sns: Sns, call: Call, request: "shapes.PublishInput") -> dict[str, Any]:
    """Publish a message to a topic, or a text message to a telephone.

    Raises:
        NotFound: there is no such topic. InvalidParameter, ParameterValueInvalid: what the topic's type, the message's size or its
            structure rules out.
    """
    phone = request.get("PhoneNumber")
    if phone is not None:
        if not _PHONE(phone):
            raise errors.invalid_because("PhoneNumber", f"{phone} is not valid to publish to")
        return await _to_phone(sns, call, phone, request)
    address = access.addressed(call, request)
    if address is None:
        raise errors.invalid("TopicArn or TargetArn Reason: no value for required parameter")
    topic = await existing(call, address)
    message, size = _message(sns, call, topic, request)
    if size > topic.bytes_max:
        raise errors.invalid("Message too long")
    (answer,) = await _published(sns, call, topic, [(message, size)])
    return answer


@operation(
    action="sns:Publish",
    on=access.on_topic,
    keys=access.keys_of_topic,
    policy=access.topic_policy,
    anonymous=True,
)
async def publish_batch(sns: Sns, call: Call, request: "shapes.PublishBatchInput") -> dict[str, Any]:
    """Publish up to ten messages, together no larger than one may be.

    Raises:
        NotFound: there is no such topic. EmptyBatchRequest, TooManyEntriesInBatchRequest, BatchEntryIdsNotDistinct,
        InvalidBatchEntryId, BatchRequestTooLong. InvalidParameter, ParameterValueInvalid: as Publish, for all of them.
    """
    entries = request["PublishBatchRequestEntries"]
    address = access.addressed(call, request)
    assert address is not None
    topic = await existing(call, address)
    _check_entries(entries)
    messages = [_message(sns, call, topic, entry) for entry in entries]
    if sum(size for _, size in messages) > topic.bytes_max:
        raise AwsError(
            "BatchRequestTooLong", "The length of all the messages put together is more than the limit."
        )
    answers = await _published(sns, call, topic, messages)
    successful = [{"Id": entry["Id"], **answer} for entry, answer in zip(entries, answers, strict=True)]
    return {"Successful": successful, "Failed": []}


def _message(sns: Sns, call: Call, topic: Topic, given: Mapping[str, Any]) -> tuple[Message, int]:
    """The message of a request or an entry, and its size."""
    text, structure = given["Message"], given.get("MessageStructure")
    bodies = bodies_of(text, structure)
    check_subject(given.get("Subject"))
    group, deduplication = _ordering(topic, text, given)
    attributes = attributes_of(given.get("MessageAttributes"))
    message = Message(
        ids.uuid(),
        bodies,
        call.now,
        given.get("Subject"),
        attributes,
        bool(structure),
        group,
        deduplication,
        sns.sequences.next(call.now) if topic.fifo else "",
        call.origin.trace,
    )
    return message, size_of(text, attributes)


def _ordering(topic: Topic, text: str, given: Mapping[str, Any]) -> tuple[str, str]:
    """Group and deduplication of a message, as the topic's type asks."""
    group, deduplication = given.get("MessageGroupId"), given.get("MessageDeduplicationId")
    if group is not None:
        check_id(group, "MessageGroupId")
    if not topic.fifo:
        if deduplication is not None:
            raise errors.invalid_because("MessageDeduplicationId", _NOT_OF_TYPE)
        return group or "", ""
    if group is None:
        raise errors.invalid(_NO_GROUP)
    if deduplication is not None:
        check_id(deduplication, "MessageDeduplicationId")
    elif topic.attributes.get("ContentBasedDeduplication") != "true":
        raise errors.invalid(_NO_DEDUPLICATION)
    else:
        deduplication = hashlib.sha256(text.encode()).hexdigest()
    return group, deduplication


async def _to_phone(sns: Sns, call: Call, phone: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Text a message to one telephone.

    Raises:
        AwsError: InvalidParameter, it is longer than a text message can be; as Publish otherwise.
    """
    bodies = bodies_of(given["Message"], given.get("MessageStructure"))
    attributes = attributes_of(given.get("MessageAttributes"))
    message = Message(ids.uuid(), bodies, call.now, attributes=attributes, trace=call.origin.trace)
    if len(message.body("sms")) > sms.SMS_CHARS_MAX:
        raise errors.invalid("Message too long")
    await sms.text(sns, call, message, phone)
    return {"MessageId": message.id}


async def _published(
    sns: Sns, call: Call, topic: Topic, messages: list[tuple[Message, int]]
) -> list[dict[str, Any]]:
    """Fan messages out, but for duplicates, and tell their ids."""
    fresh, answers = list[Message](), list[dict[str, Any]]()
    for message, size in messages:
        first = await _first_of(call, topic, message) if topic.fifo else None
        if first is None:
            fresh.append(message)
            call.tx.then(partial(_count, sns, topic, size))
            first = Published(message.id, message.sequence, 0.0)
        answer = {"MessageId": first.message_id}
        answers.append({**answer, "SequenceNumber": first.sequence} if topic.fifo else answer)
    await fan_out(sns, call, topic, fresh)
    return answers


def _count(sns: Sns, topic: Topic, size: int) -> None:
    counts = sns.counters.of(topic.key)
    counts.published += 1
    counts.published_bytes += size
    counts.most_bytes = max(counts.most_bytes, size)
    counts.least_bytes = min(counts.least_bytes or size, size)


async def _first_of(call: Call, topic: Topic, message: Message) -> Published | None:
    """The message that this is a duplicate of; if there is none, others will be duplicates of this one for five minutes."""
    scope = message.group if topic.attributes.get("FifoThroughputScope") == "MessageGroup" else ""
    key = (topic.identity, scope, message.deduplication)
    found = await call.tx.get(PUBLISHED, *key)
    if found is not None and found.until > call.now:
        return found
    until = call.now + _DEDUPLICATED_S
    call.tx.put(PUBLISHED, Published(message.id, message.sequence, until), *key)
    call.tx.add(due.at(until, "published", key, message.id))
    return None


def _check_entries(entries: list[Any]) -> None:
    if not entries:
        raise AwsError("EmptyBatchRequest", "The batch request doesn't contain any entries.")
    if len(entries) > ENTRIES_MAX:
        raise AwsError(
            "TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible."
        )
    names = [entry["Id"] for entry in entries]
    for name in names:
        if not name or not _ID(name):
            words = (
                f"The Id of a batch entry in the batch request contains an impermissible character: {name}"
            )
            raise AwsError("InvalidBatchEntryId", words)
        if len(name) > _ID_CHARS_MAX:
            raise AwsError(
                "InvalidBatchEntryId", f"The Id of a batch entry in the batch request is too long: {name}"
            )
    if len(set(names)) != len(names):
        raise AwsError(
            "BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id."
        )
