"""A topic's policy: the one that it has by default, and what it may be set to. Pure.

Source: SNS API reference, SetTopicAttributes; Developer Guide, "Amazon SNS access policies" (limits; the default policy).
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from portico.identity.policy.parse import PolicyError, parse
from portico.services.sns import errors
from portico.services.sns.records import Topic

_BYTES_MAX = 30 * 1024
_STATEMENTS_MAX = 100
_DEFAULT_ACTIONS = (
    "SNS:GetTopicAttributes",
    "SNS:SetTopicAttributes",
    "SNS:AddPermission",
    "SNS:RemovePermission",
    "SNS:DeleteTopic",
    "SNS:Subscribe",
    "SNS:ListSubscriptionsByTopic",
    "SNS:Publish",
)
ACTIONS = frozenset(
    {
        *_DEFAULT_ACTIONS,
        "SNS:Receive",
        "SNS:ListTagsForResource",
        "SNS:GetDataProtectionPolicy",
        "SNS:PutDataProtectionPolicy",
        "SNS:*",
    }
)
_KNOWN = frozenset(action.lower() for action in ACTIONS)


def policy_of(topic: Topic) -> str:
    """The policy that holds for a topic, as text."""
    return topic.attributes.get("Policy") or default_policy(topic.arn, topic.account)


@lru_cache(4_096)
def default_policy(arn: str, owner: str) -> str:
    """The policy of a topic that was given none: services that act for its owner may use it."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": list(_DEFAULT_ACTIONS),
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": owner}},
    }
    return json.dumps(
        {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]},
        separators=(",", ":"),
    )


def check_policy(text: str, arn: str) -> str:
    """The policy as it is kept, without spaces between its parts.

    Raises:
        AwsError: InvalidParameter, it is no policy of this topic.
    """
    if len(text.encode()) > _BYTES_MAX:
        raise errors.invalid_because("Policy", "Policy is too large")
    try:
        parse(text, "resource")
    except PolicyError as error:
        raise errors.invalid(f"Policy Error: {error.message}") from None
    policy: dict[str, Any] = json.loads(text)
    statements = statements_of(policy)
    if len(statements) > _STATEMENTS_MAX:
        raise errors.invalid_because("Policy", f"more than {_STATEMENTS_MAX} statements")
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if len(set(sids)) != len(sids):
        raise errors.invalid("Policy Error: null")
    for statement in statements:
        _check_actions(statement)
        if any(not _is_of(resource, arn) for resource in _listed(statement.get("Resource", []))):
            raise errors.invalid("Policy statement resource is not this topic")
    return json.dumps(policy, separators=(",", ":"))


def statements_of(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements of a policy, which may be a single one."""
    found = policy.get("Statement") or []
    return list(found) if isinstance(found, list) else [found]


def _check_actions(statement: Mapping[str, Any]) -> None:
    for action in _listed(statement.get("Action", [])):
        lowered = action.lower()
        if lowered != "*" and not lowered.startswith("sns:"):
            raise errors.invalid("Policy statement action out of service scope!")
        if "*" not in lowered and "?" not in lowered and lowered not in _KNOWN:
            raise errors.invalid("Policy statement action out of service scope!")


def _is_of(resource: str, arn: str) -> bool:
    return resource == arn or "*" in resource or "?" in resource


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
