"""AddPermission and RemovePermission: statements of a topic's policy by their label.

Source: SNS API reference, AddPermission.
"""

import json
import re
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.sns import access, errors
from portico.services.sns.records import Topic
from portico.services.sns.service import Sns, requested
from portico.services.sns.topic_policy import ACTIONS, check_policy, policy_of, statements_of
from portico.services.sns.topics import put_topic

if TYPE_CHECKING:
    from portico.services.sns import shapes

_ACCOUNT = re.compile(r"[0-9]{12}").fullmatch


@operation(on=access.on_topic, keys=access.keys_of_topic, policy=access.topic_policy)
async def add_permission(sns: Sns, call: Call, request: "shapes.AddPermissionInput") -> dict[str, Any]:
    """Add a statement to the topic's policy: these accounts may do these actions.

    Raises:
        NotFound: there is no such topic. InvalidParameter: the label is taken, an action is none of SNS, an account is none.
    """
    topic = await requested(call, request)
    label, accounts = request["Label"], request["AWSAccountId"]
    actions = [f"SNS:{action}" for action in request["ActionName"]]
    if any(action not in ACTIONS for action in actions) or not actions:
        raise errors.invalid("Policy statement action out of service scope!")
    if not accounts or not all(_ACCOUNT(account) for account in accounts):
        raise errors.invalid("AWSAccountId")
    policy: dict[str, Any] = json.loads(policy_of(topic))
    statements = statements_of(policy)
    if any(statement.get("Sid") == label for statement in statements):
        raise errors.invalid("Statement already exists")
    statements.append(
        {
            "Sid": label,
            "Effect": "Allow",
            "Principal": {"AWS": _single([f"arn:aws:iam::{account}:root" for account in accounts])},
            "Action": _single(actions),
            "Resource": topic.arn,
        }
    )
    _put_policy(call, topic, {**policy, "Statement": statements})
    return {}


@operation(on=access.on_topic, keys=access.keys_of_topic, policy=access.topic_policy)
async def remove_permission(sns: Sns, call: Call, request: "shapes.RemovePermissionInput") -> dict[str, Any]:
    """Remove the statement of a label; one that is not there does not matter.

    Raises:
        NotFound: there is no such topic.
    """
    topic = await requested(call, request)
    policy: dict[str, Any] = json.loads(policy_of(topic))
    left = [each for each in statements_of(policy) if each.get("Sid") != request["Label"]]
    _put_policy(call, topic, {**policy, "Statement": left} if left else None)
    return {}


def _single(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _put_policy(call: Call, topic: Topic, policy: dict[str, Any] | None) -> None:
    attributes = {name: value for name, value in topic.attributes.items() if name != "Policy"}
    if policy is not None:
        attributes["Policy"] = check_policy(json.dumps(policy), topic.arn)
    put_topic(call, topic, attributes=attributes)
