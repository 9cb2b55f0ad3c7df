"""AddPermission and RemovePermission: statements of a queue's policy by their label.

Source: SQS API reference, AddPermission; Developer Guide, "Quotas related to policies".
"""

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.sqs import access, errors
from portico.services.sqs.records import Queue
from portico.services.sqs.service import Sqs, put_queue, requested

if TYPE_CHECKING:
    from portico.services.sqs import shapes

_ACTIONS_MAX = 7
_STATEMENTS_MAX = 20
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,80}").fullmatch
_ACCOUNT = re.compile(r"[0-9]{12}").fullmatch
_SHARED = frozenset(
    {
        *("*", "SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "PurgeQueue"),
        *("GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues"),
    }
)
_OWNERS = frozenset(
    {
        *("AddPermission", "RemovePermission", "CreateQueue", "DeleteQueue", "ListQueues", "ListQueueTags"),
        *("SetQueueAttributes", "TagQueue", "UntagQueue", "StartMessageMoveTask", "CancelMessageMoveTask"),
        "ListMessageMoveTasks",
    }
)


@access.own
async def add_permission(sqs: Sqs, call: Call, request: "shapes.AddPermissionRequest") -> dict[str, Any]:
    """Add a statement to the queue's policy: these accounts may do these actions.

    Raises:
        NonExistentQueue: there is no such queue. OverLimit: more than seven actions, or 20 statements.
        InvalidParameterValue: the label is taken or is none, an action can't be given away, or an account is none.
    """
    label, accounts, actions = request["Label"], request["AWSAccountIds"], request["Actions"]
    queue = await requested(call, request)
    _check(label, accounts, actions)
    policy = _policy_of(queue)
    if any(statement.get("Sid") == label for statement in policy["Statement"]):
        raise errors.invalid_value(label, "Label", "Already exists.")
    if len(policy["Statement"]) >= _STATEMENTS_MAX:
        raise errors.over_limit(
            f"{_STATEMENTS_MAX + 1} Statements were found, maximum allowed is {_STATEMENTS_MAX}."
        )
    policy["Statement"].append(
        {
            "Sid": label,
            "Effect": "Allow",
            "Principal": {"AWS": _single([f"arn:aws:iam::{account}:root" for account in accounts])},
            "Action": _single([f"SQS:{action}" for action in actions]),
            "Resource": queue.arn,
        }
    )
    _put_policy(call, queue, policy)
    return {}


@access.own
async def remove_permission(
    sqs: Sqs, call: Call, request: "shapes.RemovePermissionRequest"
) -> dict[str, Any]:
    """Remove the statement of a label; a policy without statements goes as well.

    Raises:
        NonExistentQueue: there is no such queue. InvalidParameterValue: there is no such label.
    """
    queue, label = await requested(call, request), request["Label"]
    policy = _policy_of(queue)
    left = [statement for statement in policy["Statement"] if statement.get("Sid") != label]
    if len(left) == len(policy["Statement"]):
        raise errors.invalid_value(label, "Label", "can't find label.")
    _put_policy(call, queue, {**policy, "Statement": left})
    return {}


def _check(label: str, accounts: Sequence[str], actions: Sequence[str]) -> None:
    if not _LABEL(label):
        reason = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length."
        raise errors.invalid_value(label, "Label", reason)
    if not actions:
        raise errors.missing("Actions")
    if not accounts:
        raise errors.missing("AWSAccountIds")
    if len(actions) > _ACTIONS_MAX:
        raise errors.over_limit(f"{len(actions)} Actions were found, maximum allowed is {_ACTIONS_MAX}.")
    for action in actions:
        if action in _OWNERS:
            reason = "Only the queue owner is allowed to invoke this action."
            raise errors.invalid_value(f"SQS:{action}", "ActionName", reason)
        if action not in _SHARED:
            reason = "Please refer to the appropriate WSDL for a list of valid actions. "
            raise errors.invalid_value(f"SQS:{action}", "ActionName", reason)
    if not all(_ACCOUNT(account) for account in accounts):
        shown = f"[{', '.join(accounts)}]"
        raise errors.invalid_value(shown, "PrincipalId", "Unable to verify.")


def _policy_of(queue: Queue) -> dict[str, Any]:
    """The queue's policy, with a list of statements; an empty one if it has none."""
    text = queue.attributes.get("Policy")
    if not text:
        return {"Version": "2008-10-17", "Id": f"{queue.arn}/SQSDefaultPolicy", "Statement": []}
    policy: dict[str, Any] = json.loads(text)
    found = policy.get("Statement") or []
    return {**policy, "Statement": list(found) if isinstance(found, list) else [found]}


def _put_policy(call: Call, queue: Queue, policy: dict[str, Any]) -> None:
    attributes = {name: value for name, value in queue.attributes.items() if name != "Policy"}
    if policy["Statement"]:
        attributes["Policy"] = json.dumps(policy, separators=(",", ":"))
    put_queue(call, msgspec.structs.replace(queue, attributes=attributes, modified_at=call.now))


def _single(values: list[str]) -> list[str] | str:
    return values[0] if len(values) == 1 else values
