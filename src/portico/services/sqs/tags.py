"""Tags of queues."""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.sqs import access
from portico.services.sqs.service import Sqs, put_queue, requested

if TYPE_CHECKING:
    from portico.services.sqs import shapes


@operation(on=access.on_queue, keys=access.tags_of_both, policy=access.own_policy)
async def tag_queue(sqs: Sqs, call: Call, request: "shapes.TagQueueRequest") -> dict[str, Any]:
    """Add or change tags.

    Raises:
        NonExistentQueue: there is no such queue.
    """
    queue = await requested(call, request)
    put_queue(call, msgspec.structs.replace(queue, tags={**queue.tags, **request["Tags"]}))
    return {}


@operation(on=access.on_queue, keys=access.tags_of_both, policy=access.own_policy)
async def untag_queue(sqs: Sqs, call: Call, request: "shapes.UntagQueueRequest") -> dict[str, Any]:
    """Remove tags; those that are not there do not matter.

    Raises:
        NonExistentQueue: there is no such queue.
    """
    queue, gone = await requested(call, request), frozenset(request["TagKeys"])
    left = {name: value for name, value in queue.tags.items() if name not in gone}
    put_queue(call, msgspec.structs.replace(queue, tags=left))
    return {}


@access.own
async def list_queue_tags(sqs: Sqs, call: Call, request: "shapes.ListQueueTagsRequest") -> dict[str, Any]:
    """The queue's tags.

    Raises:
        NonExistentQueue: there is no such queue.
    """
    tags = (await requested(call, request)).tags
    return {"Tags": dict(tags)} if tags else {}
