"""GetQueueAttributes and SetQueueAttributes."""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.sqs import access, errors
from portico.services.sqs.attributes import ATTRIBUTES, check_values, merged
from portico.services.sqs.queue_url import Address
from portico.services.sqs.records import Queue
from portico.services.sqs.service import Sqs, put_queue, requested
from portico.services.sqs.shown import shown

if TYPE_CHECKING:
    from portico.services.sqs import shapes

_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
_READ_ONLY = frozenset({"QueueArn", "CreatedTimestamp", "LastModifiedTimestamp", *_COUNTS})


@access.shared()
async def get_queue_attributes(
    sqs: Sqs, call: Call, request: "shapes.GetQueueAttributesRequest"
) -> dict[str, Any]:
    """The attributes that are asked for by name; none if none is.

    Raises:
        NonExistentQueue: there is no such queue. InvalidAttributeName: an attribute that no queue has.
    """
    queue = await requested(call, request)
    wanted = set(request.get("AttributeNames") or ())
    for name in wanted - {"All"}:
        if name not in ATTRIBUTES and name not in _READ_ONLY:
            raise errors.unknown_attribute(name)
    everything = "All" in wanted
    found = shown(queue)
    if everything or wanted.intersection(_COUNTS):
        found |= await _counts(sqs, queue, call.now)
    attributes = {name: value for name, value in sorted(found.items()) if everything or name in wanted}
    return {"Attributes": attributes} if attributes else {}


async def _counts(sqs: Sqs, queue: Queue, now: float) -> dict[str, str]:
    depth = await sqs.store.depth(queue.messages, now=now)
    counts = (depth.visible, depth.in_flight, depth.delayed)
    return {name: str(count) for name, count in zip(_COUNTS, counts, strict=True)}


@access.own
async def set_queue_attributes(
    sqs: Sqs, call: Call, request: "shapes.SetQueueAttributesRequest"
) -> dict[str, Any]:
    """Change attributes; `""` removes a policy or a key.

    Raises:
        NonExistentQueue: there is no such queue. InvalidAttributeName, InvalidAttributeValue: an attribute.
        InvalidParameterValue: a redrive policy.
    """
    queue = await requested(call, request)
    given = dict(request["Attributes"])
    check_values(given, fifo=queue.fifo)
    if given.get("FifoQueue", "true") != "true":
        raise errors.bad_attribute("FifoQueue", "Modifying queue type is not supported.")
    attributes = await merged(call, Address(*queue.key), queue.attributes, given)
    put_queue(call, msgspec.structs.replace(queue, attributes=attributes, modified_at=call.now))
    return {}
