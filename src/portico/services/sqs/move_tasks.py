"""Message move tasks: started, listed, cancelled. `moving.py` does the work.

Source: SQS API reference, StartMessageMoveTask, ListMessageMoveTasks, CancelMessageMoveTask; Developer Guide, "Dead-letter queue
redrive".
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import Check, operation
from portico.services.sqs import access, errors
from portico.services.sqs.dead_letters import sources
from portico.services.sqs.records import QUEUES, Queue
from portico.services.sqs.service import Sqs, named_by_arn
from portico.services.sqs.task_handles import read_task_handle, task_handle
from portico.services.sqs.tasks import ACTIVE, TASKS, MoveTask, put_task

if TYPE_CHECKING:
    from portico.services.sqs import shapes

_RATE_MAX = 500
_ACTIVE_MAX = 100
_LISTED_MAX = 10
_NO_SOURCE = "The resource that you specified for the SourceArn parameter doesn't exist."
_NO_DESTINATION = "The resource that you specified for the DestinationArn parameter doesn't exist."
_NO_TASK = "Task does not exist."
_NOT_DEAD_LETTERS = "Source queue must be configured as a Dead Letter Queue."
_RUNS_ALREADY = (
    "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
)


async def _moving(sqs: Sqs, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """What moving messages comes to: reading and deleting here, sending there."""
    source, target = request["SourceArn"], request.get("DestinationArn")
    policy = await access.source_policy(sqs, call, request)
    names = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    checks = [Check(name, source, policy=policy) for name in names]
    address = named_by_arn(source)
    queue = None
    if address is not None:
        queue = await call.tx.get(QUEUES, address.account, address.region, address.name)
    if target:
        found = named_by_arn(target)
        held = await call.tx.get(QUEUES, found.account, found.region, found.name) if found else None
        checks.append(
            Check("sqs:SendMessage", target, policy=held.attributes.get("Policy") if held else None)
        )
    elif queue is not None:
        checks += [
            Check("sqs:SendMessage", each.arn, policy=each.attributes.get("Policy"))
            for each in await sources(call, queue)
        ]
    return checks


@operation(on=access.on_source, keys=access.tags_of_source, policy=access.source_policy, also=_moving)
async def start_message_move_task(
    sqs: Sqs, call: Call, request: "shapes.StartMessageMoveTaskRequest"
) -> dict[str, Any]:
    """Begin to move a dead letter queue's messages to another queue, or each back to where it came from.

    Raises:
        ResourceNotFoundException: there is no such queue. InvalidParameterValue: the source takes nobody's dead letters, the
            queues are of different types, the rate is not from 1 to 500, or a task runs already.
    """
    rate = request.get("MaxNumberOfMessagesPerSecond")
    if rate is not None and not 1 <= rate <= _RATE_MAX:
        reason = f"Must be between 1 and {_RATE_MAX}, if provided."
        raise errors.invalid_value(rate, "MaxNumberOfMessagesPerSecond", reason)
    source = await _queue(call, request["SourceArn"], _NO_SOURCE)
    target = request.get("DestinationArn")
    if target is not None:
        destination = await _queue(call, target, _NO_DESTINATION)
        if destination.key == source.key:
            raise errors.invalid("Source queue arn and destination queue arn cannot be the same.")
        if destination.fifo != source.fifo:
            raise errors.invalid("Source and destination queues must be of the same type.")
    if not await sources(call, source):
        raise errors.invalid(_NOT_DEAD_LETTERS)
    tasks = await call.tx.scan(TASKS, source.account, source.region)
    active = [task for task in tasks if task.status in ACTIVE]
    if any(task.source == source.name for task in active):
        raise errors.invalid(_RUNS_ALREADY)
    if len(active) >= _ACTIVE_MAX:
        raise errors.over_limit(f"There can be no more than {_ACTIVE_MAX} active message move tasks.")
    depth = await sqs.store.depth(source.messages, now=call.now)
    task = MoveTask(
        *(source.account, source.region, source.name, ids.uuid(), call.now),
        destination=target or "",
        rate=rate or 0,
        to_move=depth.visible,
    )
    put_task(call.tx, task)
    return {"TaskHandle": task_handle(task.task_id, source.arn)}


@operation(on=access.on_source, keys=access.tags_of_source, policy=access.source_policy)
async def list_message_move_tasks(
    sqs: Sqs, call: Call, request: "shapes.ListMessageMoveTasksRequest"
) -> dict[str, Any]:
    """The latest tasks of a source queue, the newest first; one, or up to ten if that is asked for.

    Raises:
        ResourceNotFoundException: there is no such queue. InvalidParameterValue: `MaxResults` is not from 1 to 10.
    """
    limit = request.get("MaxResults")
    if limit is not None and not 1 <= limit <= _LISTED_MAX:
        raise errors.invalid_value(limit, "MaxResults", f"Must be between 1 and {_LISTED_MAX}, if provided.")
    source = await _queue(call, request["SourceArn"], _NO_SOURCE)
    tasks = await call.tx.scan(TASKS, *source.key, reverse=True, limit=limit or 1)
    return {"Results": [_shown(task, source) for task in tasks]}


@operation(on=access.on_task, keys=access.tags_of_task, policy=access.task_policy)
async def cancel_message_move_task(
    sqs: Sqs, call: Call, request: "shapes.CancelMessageMoveTaskRequest"
) -> dict[str, Any]:
    """Stop a task that runs; what it has moved stays moved.

    Raises:
        InvalidParameterValue: the handle is none. ResourceNotFoundException: there is no such task, or it does not run.
    """
    handle = read_task_handle(request["TaskHandle"])
    source = await _queue(call, handle.source_arn, _NO_SOURCE)
    for task in await call.tx.scan(TASKS, *source.key):
        if task.task_id == handle.task_id and task.status == "RUNNING":
            put_task(call.tx, msgspec.structs.replace(task, status="CANCELLING"))
            return {"ApproximateNumberOfMessagesMoved": task.moved}
    raise errors.no_resource(_NO_TASK)


async def _queue(call: Call, arn: str, missing: str) -> Queue:
    address = named_by_arn(arn)
    here = (call.scope.account, call.scope.region)
    if address is None or (address.account, address.region) != here:
        raise errors.no_resource(missing)
    found = await call.tx.get(QUEUES, *here, address.name)
    if found is None:
        raise errors.no_resource(missing)
    return found


def _shown(task: MoveTask, source: Queue) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "Status": task.status,
        "SourceArn": source.arn,
        "ApproximateNumberOfMessagesMoved": task.moved,
        "ApproximateNumberOfMessagesToMove": task.to_move,
        "StartedTimestamp": int(task.started_at * 1000),
    }
    if task.status == "RUNNING":
        shown["TaskHandle"] = task_handle(task.task_id, source.arn)
    if task.destination:
        shown["DestinationArn"] = task.destination
    if task.rate:
        shown["MaxNumberOfMessagesPerSecond"] = task.rate
    if task.failure:
        shown["FailureReason"] = task.failure
    return shown
