"""What authorisation asks of an operation: which queue, with which condition values, under which policy.

Actions are checked on the queue's ARN. The queue's own policy counts for the operations that AWS opens to other accounts; the rest
only its owner may call.

Source: SQS Developer Guide, "Amazon SQS API permissions: Actions and resource reference" and "Limitations of Amazon SQS custom
policies".
"""

from collections.abc import Callable, Mapping
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import F, Values, operation
from portico.services.sqs import errors
from portico.services.sqs.queue_url import Address
from portico.services.sqs.records import QUEUES, Queue, queue_arn
from portico.services.sqs.service import Sqs, addressed, addressed_arn, named_by_arn
from portico.services.sqs.task_handles import read_task_handle

Request = Mapping[str, Any]


def on_queue(call: Call, request: Request) -> list[str]:
    """The queue that `QueueUrl` names."""
    return [addressed_arn(call, request)]


def on_named(call: Call, request: Request) -> list[str]:
    """The queue that `QueueName` names, in the caller's account or the one that is given."""
    account = request.get("QueueOwnerAWSAccountId") or call.scope.account
    return [queue_arn(account, call.scope.region, request["QueueName"])]


def on_source(call: Call, request: Request) -> list[str]:
    """The queue that `SourceArn` names."""
    if named_by_arn(request["SourceArn"]) is None:
        raise errors.invalid(
            "You must use this format to specify the SourceArn: arn:aws:sqs:<region>:<account>:<name>"
        )
    return [request["SourceArn"]]


async def tags_of_queue(call: Call, request: Request) -> dict[str, Values]:
    """`aws:ResourceTag/...` of the queue."""
    return await _tags(call, addressed(call, request))


async def tags_of_both(call: Call, request: Request) -> dict[str, Values]:
    """The tags of the queue, and those that the request sets or removes."""
    return {**await tags_of_queue(call, request), **tags_of_request(call, request)}


def tags_of_request(call: Call, request: Request) -> dict[str, Values]:
    """`aws:RequestTag/...` and `aws:TagKeys`."""
    tags = request.get("tags") or request.get("Tags") or {}
    names = tuple(tags) or tuple(request.get("TagKeys") or ())
    keys: dict[str, Values] = {"aws:TagKeys": names} if names else {}
    return keys | {f"aws:RequestTag/{key}": value for key, value in tags.items()}


async def queue_policy(sqs: Sqs, call: Call, request: Request) -> str | None:
    """The policy of the queue that `QueueUrl` names."""
    return await _policy(call, addressed(call, request))


async def named_policy(sqs: Sqs, call: Call, request: Request) -> str | None:
    """The policy of the queue that `QueueName` names."""
    account = request.get("QueueOwnerAWSAccountId") or call.scope.account
    return await _policy(call, Address(account, call.scope.region, request["QueueName"]))


async def own_policy(sqs: Sqs, call: Call, request: Request) -> str | None:
    """The queue's policy for principals of its own account: no policy opens these operations to others."""
    return await queue_policy(sqs, call, request) if _is_own(call, request) else None


def _is_own(call: Call, request: Request) -> bool:
    return addressed(call, request).account == call.scope.account


async def tags_of_source(call: Call, request: Request) -> dict[str, Values]:
    """`aws:ResourceTag/...` of the queue that `SourceArn` names."""
    return await _tags(call, named_by_arn(request["SourceArn"]))


async def source_policy(sqs: Sqs, call: Call, request: Request) -> str | None:
    """The policy of the queue that `SourceArn` names."""
    return await _policy(call, named_by_arn(request["SourceArn"]))


def on_task(call: Call, request: Request) -> list[str]:
    """The source queue of the task that `TaskHandle` names."""
    return [read_task_handle(request["TaskHandle"]).source_arn]


async def tags_of_task(call: Call, request: Request) -> dict[str, Values]:
    """`aws:ResourceTag/...` of the task's source queue."""
    return await _tags(call, named_by_arn(read_task_handle(request["TaskHandle"]).source_arn))


async def task_policy(sqs: Sqs, call: Call, request: Request) -> str | None:
    """The policy of the task's source queue."""
    return await _policy(call, named_by_arn(read_task_handle(request["TaskHandle"]).source_arn))


async def _tags(call: Call, address: Address | None) -> dict[str, Values]:
    found = await _queue(call, address)
    return {} if found is None else {f"aws:ResourceTag/{key}": value for key, value in found.tags.items()}


async def _policy(call: Call, address: Address | None) -> str | None:
    found = await _queue(call, address)
    return None if found is None else found.attributes.get("Policy")


async def _queue(call: Call, address: Address | None) -> Queue | None:
    if address is None:
        return None
    return await call.tx.get(QUEUES, address.account, address.region, address.name)


def shared(action: str = "") -> Callable[[F], F]:
    """Bind a function to an operation on the queue that `QueueUrl` names, which the queue's policy can open to everybody. `action` is the
    permission it needs, where that is not named as the operation is."""
    return operation(action=action, on=on_queue, keys=tags_of_queue, policy=queue_policy, anonymous=True)


def own(function: F) -> F:
    """Bind a function to an operation on the queue that `QueueUrl` names, which only principals of its account may be allowed."""
    return operation(on=on_queue, keys=tags_of_queue, policy=own_policy)(function)
