"""Subscription attributes: what each may be; GetSubscriptionAttributes and SetSubscriptionAttributes.

Source: SNS API reference, Subscribe and SetSubscriptionAttributes.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import arn
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.sns import errors
from portico.services.sns.archive_policies import check_replay_policy
from portico.services.sns.archives import begun
from portico.services.sns.delivery_policy import check_subscription_policy
from portico.services.sns.filter_policy import SCOPES, check_filter_policy, parsed_json
from portico.services.sns.records import TOPICS, Subscription, Topic
from portico.services.sns.service import (
    Sns,
    count,
    put_subscription,
    subscription_at,
    subscription_of,
    tally_of,
)
from portico.services.sns.shown import shown_subscription
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.sns import shapes

_RAW = frozenset({"sqs", "http", "https", "firehose"})
_NAMES = frozenset(
    {
        *("RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "DeliveryPolicy"),
        *("SubscriptionRoleArn", "ReplayPolicy"),
    }
)
_FILTERS_MAX = 200


def kept(
    protocol: str,
    endpoint: str,
    topic: Topic,
    before: Mapping[str, str],
    given: Mapping[str, str],
    now: float,
) -> dict[str, str]:
    """The attributes of a subscription that has `before` and is given others at `now` (seconds, `now` clock).

    Raises:
        AwsError: InvalidParameter, there is no such attribute, or it can't have this value.
    """
    unknown = given.keys() - _NAMES
    if unknown:
        raise errors.invalid("AttributeName")
    after = {**before, **given}
    if "RawMessageDelivery" in given:
        after["RawMessageDelivery"] = _raw(protocol, given["RawMessageDelivery"])
    if "FilterPolicyScope" in given and given["FilterPolicyScope"] not in SCOPES:
        words = f"FilterPolicyScope: Invalid value [{given['FilterPolicyScope']}]. Please use either MessageBody or MessageAttributes"
        raise errors.invalid(words)
    scope = after.get("FilterPolicyScope", "MessageAttributes")
    if after.get("FilterPolicy") and given.keys() & {"FilterPolicy", "FilterPolicyScope"}:
        after["FilterPolicy"] = check_filter_policy(after["FilterPolicy"], scope)
    if given.get("RedrivePolicy"):
        after["RedrivePolicy"] = _redrive(given["RedrivePolicy"], endpoint, topic)
    if "DeliveryPolicy" in given:
        after["DeliveryPolicy"] = check_subscription_policy(given["DeliveryPolicy"])
    if given.get("ReplayPolicy"):
        after["ReplayPolicy"] = check_replay_policy(given["ReplayPolicy"], topic, now)
    return {name: value for name, value in after.items() if value != ""}


def _raw(protocol: str, value: str) -> str:
    lowered = value.lower()
    if lowered not in ("true", "false"):
        raise errors.invalid(f"RawMessageDelivery: Invalid value [{value}]. Must be true or false.")
    if lowered == "true" and protocol not in _RAW:
        raise errors.invalid(f"Delivery protocol [{protocol}] does not support raw message delivery.")
    return lowered


def _redrive(text: str, endpoint: str, topic: Topic) -> str:
    policy = parsed_json(text, "RedrivePolicy")
    target = policy.get("deadLetterTargetArn") if isinstance(policy, dict) else None
    queue = arn.parse(target) if isinstance(target, str) else None
    if queue is None or queue.service != "sqs" or not queue.resource or ":" in queue.resource:
        raise errors.invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn")
    if (queue.account, queue.region) != (topic.account, topic.region):
        raise errors.invalid("RedrivePolicy: the dead-letter queue must be in the topic's account and region")
    if topic.fifo and endpoint.endswith(".fifo") and not queue.resource.endswith(".fifo"):
        raise errors.invalid(
            "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
        )
    if not topic.fifo and queue.resource.endswith(".fifo"):
        raise errors.invalid(
            "RedrivePolicy: must use a standard queue as DLQ for a subscription to a standard topic"
        )
    return text


async def check_filters(
    call: Call, identity: str, before: Mapping[str, str], after: Mapping[str, str]
) -> int:
    """By how many the topic's filter policies grow when a subscription's attributes change.

    Raises:
        AwsError: FilterPolicyLimitExceeded.
    """
    more = ("FilterPolicy" in after) - ("FilterPolicy" in before)
    if more > 0 and (await tally_of(call, identity)).filters >= _FILTERS_MAX:
        raise errors.filter_limit(f"There are already {_FILTERS_MAX} filter policies on this topic")
    return more


def in_subscribe(error: AwsError) -> AwsError:
    """Subscribe says first that it is about the attributes."""
    if error.code != "InvalidParameter":
        return error
    return errors.invalid_because("Attributes", (error.message or "").removeprefix("Invalid parameter: "))


async def own(call: Call, text: str) -> Subscription:
    """The subscription of an ARN, once its owner or the topic's is who asks.

    Raises:
        AwsError: NotFound, InvalidParameter; AuthorizationError for other accounts.
    """
    found = await subscription_at(call, subscription_of(call, text))
    if found is None:
        raise errors.no_subscription()
    if call.scope.account not in (found.owner, found.account):
        raise errors.not_authorized(f"User: {call.principal.arn} is not the owner of {text}")
    return found


@operation()
async def get_subscription_attributes(
    sns: Sns, call: Call, request: "shapes.GetSubscriptionAttributesInput"
) -> dict[str, Any]:
    """A subscription's attributes, for its owner and the topic's.

    Raises:
        NotFound: there is no such subscription. AuthorizationError: it is another's.
    """
    found = await own(call, request["SubscriptionArn"])
    topic = await call.tx.get(TOPICS, *found.topic_key)
    return {"Attributes": shown_subscription(found, topic)}


@operation()
async def set_subscription_attributes(
    sns: Sns, call: Call, request: "shapes.SetSubscriptionAttributesInput"
) -> dict[str, Any]:
    """Change an attribute; `""` takes a policy away.

    Raises:
        NotFound: there is no such subscription. AuthorizationError: it is another's. InvalidParameter: there is no such attribute, or
        it can't have that value.
    """
    found = await own(call, request["SubscriptionArn"])
    topic = await call.tx.get(TOPICS, *found.topic_key)
    if topic is None or topic.identity != found.identity:
        raise errors.no_topic()
    given = {request["AttributeName"]: request.get("AttributeValue") or ""}
    after = kept(found.protocol, found.endpoint, topic, found.attributes, given, call.now)
    more = await check_filters(call, found.identity, found.attributes, after)
    changed = msgspec.structs.replace(found, attributes=after)
    put_subscription(call, begun(call, changed, topic) if "ReplayPolicy" in given else changed)
    await count(call, found.identity, filters=more)
    return {}
