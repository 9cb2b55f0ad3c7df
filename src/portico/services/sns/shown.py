"""Attributes of topics and subscriptions as they are answered."""

import json
from typing import Any

from portico.services.sns.delivery_policy import effective_of_subscription, effective_of_topic
from portico.services.sns.endpoints import without_password
from portico.services.sns.notification import timestamp
from portico.services.sns.records import Subscription, Tally, Topic
from portico.services.sns.topic_policy import policy_of

_HTTP = ("http", "https")


def shown_topic(topic: Topic, now: float, tally: Tally | None = None) -> dict[str, str]:
    """A topic's attributes at `now` (seconds, `now` clock)."""
    counts = tally or Tally()
    shown = {
        "TopicArn": topic.arn,
        "Owner": topic.account,
        "Policy": policy_of(topic),
        "DisplayName": "",
        "SubscriptionsConfirmed": str(counts.confirmed),
        "SubscriptionsPending": str(counts.pending),
        "SubscriptionsDeleted": str(counts.deleted),
        "EffectiveDeliveryPolicy": _json(effective_of_topic(topic.attributes.get("DeliveryPolicy"))),
        **topic.attributes,
    }
    if topic.fifo:
        shown = {"FifoTopic": "true", "ContentBasedDeduplication": "false", **shown}
    if topic.archive is not None:
        shown["BeginningArchiveTime"] = timestamp(topic.archive.begins(now))
    return shown


def shown_subscription(subscription: Subscription, topic: Topic | None) -> dict[str, str]:
    """A subscription's attributes; `topic` is None when it is gone."""
    attributes = subscription.attributes
    shown = {
        "SubscriptionArn": subscription.arn,
        "TopicArn": subscription.topic_arn,
        "Protocol": subscription.protocol,
        "Endpoint": without_password(subscription.endpoint),
        "Owner": subscription.owner,
        "PendingConfirmation": _boolean(subscription.pending),
        "ConfirmationWasAuthenticated": _boolean(subscription.authenticated and not subscription.pending),
        "SubscriptionPrincipal": subscription.principal,
        "RawMessageDelivery": "false",
        **attributes,
    }
    if "FilterPolicy" in attributes:
        shown.setdefault("FilterPolicyScope", "MessageAttributes")
    else:
        shown.pop("FilterPolicyScope", None)
    if subscription.replay is not None:
        shown["ReplayStatus"] = subscription.replay.status
    if subscription.protocol in _HTTP:
        of_topic = None if topic is None else topic.attributes.get("DeliveryPolicy")
        effective = effective_of_subscription(attributes.get("DeliveryPolicy"), of_topic)
        shown["EffectiveDeliveryPolicy"] = _json(effective)
    return shown


def listed(subscription: Subscription) -> dict[str, str]:
    """A subscription in a list."""
    return {
        "SubscriptionArn": "PendingConfirmation" if subscription.pending else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": without_password(subscription.endpoint),
        "TopicArn": subscription.topic_arn,
    }


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
