"""Queues: made, found, listed, emptied, deleted."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.sqs import access, errors
from portico.services.sqs.attributes import check_values, merged
from portico.services.sqs.paging import page_limit, position, token_after
from portico.services.sqs.queue_url import Address, is_name
from portico.services.sqs.records import (
    DELETED,
    LEFTOVERS,
    QUEUES,
    Deleted,
    Leftover,
    Queue,
    new_incarnation,
)
from portico.services.sqs.service import Sqs, existing, put_queue, requested
from portico.services.sqs.shown import shown

if TYPE_CHECKING:
    from portico.services.sqs import shapes

_NAME_AFTER_DELETE_S = 60.0
_PURGE_EVERY_S = 60.0
_PAGE_MAX = 1_000
_STANDARD_NAME = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
_FIFO_NAME = (
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix "
    "and be 1 to 80 in length."
)


@operation(on=access.on_named, keys=access.tags_of_request)
async def create_queue(sqs: Sqs, call: Call, request: "shapes.CreateQueueRequest") -> dict[str, Any]:
    """Create a queue, or find the one of that name if none of the given attributes differs.

    Raises:
        InvalidParameterValue: the name. InvalidAttributeName, InvalidAttributeValue: an attribute.
        QueueAlreadyExists: there is one of that name, and an attribute differs.
        QueueDeletedRecently: one of that name was deleted less than 60 seconds ago.
    """
    name, given = request["QueueName"], dict(request.get("Attributes") or {})
    fifo = given.get("FifoQueue") == "true"
    _check_name(name, given)
    check_values(given, fifo=fifo)
    address = Address(call.scope.account, call.scope.region, name)
    found = await call.tx.get(QUEUES, address.account, address.region, name)
    attributes = await merged(call, address, {}, given)
    if found is not None:
        _check_same(found, {**given, **attributes})
        return {"QueueUrl": sqs.url(call, found)}
    deleted = await call.tx.get(DELETED, address.account, address.region, name)
    if deleted is not None and call.now - deleted.at < _NAME_AFTER_DELETE_S:
        raise errors.deleted_recently()
    queue = Queue(
        *(address.account, address.region, name, new_incarnation(), new_incarnation(), call.now, call.now),
        attributes,
        dict(request.get("tags") or {}),
    )
    if deleted is not None:
        call.tx.delete(DELETED, *queue.key)
    put_queue(call, queue)
    return {"QueueUrl": sqs.url(call, queue)}


def _check_name(name: str, given: Mapping[str, str]) -> None:
    fifo = given.get("FifoQueue") == "true"
    if not is_name(name, fifo=fifo):
        if "FifoQueue" in given and not fifo and is_name(name, fifo=True):
            raise errors.bad_attribute("FifoQueue")
        raise errors.invalid(_FIFO_NAME if fifo else _STANDARD_NAME)


def _check_same(queue: Queue, given: Mapping[str, str]) -> None:
    """Sorted, so that of several differences always the same is told."""
    has = shown(queue)
    for name in sorted(given):
        if has.get(name, "") != given[name]:
            raise errors.queue_exists(name)


@operation(on=access.on_named, policy=access.named_policy, anonymous=True)
async def get_queue_url(sqs: Sqs, call: Call, request: "shapes.GetQueueUrlRequest") -> dict[str, Any]:
    """The URL of the queue of a name, in one's own or another account.

    Raises:
        NonExistentQueue: there is none.
    """
    account = request.get("QueueOwnerAWSAccountId") or call.scope.account
    queue = await existing(call, Address(account, call.scope.region, request["QueueName"]))
    return {"QueueUrl": sqs.url(call, queue)}


@operation()
async def list_queues(sqs: Sqs, call: Call, request: "shapes.ListQueuesRequest") -> dict[str, Any]:
    """The URLs of the caller's queues by name, those with a prefix; pages only if `MaxResults` is given.

    Raises:
        InvalidParameterValue: `MaxResults` is not from 1 to 1,000, or `NextToken` not one of ours.
    """
    given, prefix = request.get("MaxResults"), request.get("QueueNamePrefix") or ""
    limit = page_limit(given, _PAGE_MAX)
    start = position(request.get("NextToken")) or prefix
    here = (call.scope.account, call.scope.region)
    found = await call.tx.scan(
        QUEUES, *here, after=QUEUES.key(*here, start) if start else None, limit=limit + 1
    )
    exact = await call.tx.get(QUEUES, *here, prefix) if start and start == prefix else None
    queues = [queue for queue in ([exact] if exact else []) + found if queue.name.startswith(prefix)]
    page, answer = queues[:limit], dict[str, Any]()
    if page:
        answer["QueueUrls"] = [sqs.url(call, queue) for queue in page]
    if len(queues) > limit and given is not None:
        answer["NextToken"] = token_after(page[-1].name)
    return answer


@access.own
async def delete_queue(sqs: Sqs, call: Call, request: "shapes.DeleteQueueRequest") -> dict[str, Any]:
    """Delete a queue and its messages. Its name can be used again after 60 seconds.

    Raises:
        NonExistentQueue: there is no such queue.
    """
    queue = await requested(call, request)
    call.tx.delete(QUEUES, *queue.key)
    call.tx.put(DELETED, Deleted(call.now), *queue.key)
    _leave(sqs, call, queue)
    sqs.counters.forget(queue.key)
    return {}


@access.shared()
async def purge_queue(sqs: Sqs, call: Call, request: "shapes.PurgeQueueRequest") -> dict[str, Any]:
    """Remove every message of a queue, those in flight as well. At Portico none of them is received any more afterwards.

    Raises:
        NonExistentQueue: there is no such queue. PurgeQueueInProgress: it was purged less than 60 seconds ago.
    """
    queue = await requested(call, request)
    if queue.purged_at is not None and call.now - queue.purged_at < _PURGE_EVERY_S:
        raise errors.purge_in_progress(queue.name)
    _leave(sqs, call, queue)
    put_queue(call, msgspec.structs.replace(queue, incarnation=new_incarnation(), purged_at=call.now))
    return {}


def _leave(sqs: Sqs, call: Call, queue: Queue) -> None:
    """Leave the queue's messages to be removed, and have who waits for them look again."""
    call.tx.put(LEFTOVERS, Leftover(*queue.key, queue.incarnation), queue.incarnation)
    call.tx.then(partial(sqs.bus.publish, queue.messages))
