"""What authorisation asks of an operation: which topic, with which condition values, under which policy.

Actions are checked on the topic's ARN, those on a subscription on its topic's. The topic's policy counts for the operations that its
statements may name; the rest only the owner's account may call.

Source: SNS Developer Guide, "Access policy language"; Service Authorization Reference, "Amazon SNS".
"""

from collections.abc import Callable, Mapping
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import Values
from portico.services.sns import errors
from portico.services.sns.records import TOPICS, Topic, topic_arn
from portico.services.sns.service import Address, Sns, subscription_of, topic_of
from portico.services.sns.topic_policy import policy_of

Request = Mapping[str, Any]


def target_of(call: Call, text: str) -> Address:
    """The topic that `TargetArn` names.

    Raises:
        AwsError: InvalidParameter, it names a device, of which Portico has none.
    """
    if text.split(":", 5)[-1].startswith("endpoint/"):
        raise errors.invalid_because("TargetArn", "No endpoint found for the target arn specified")
    return topic_of(call, text, "TargetArn")


# The members that name what a request is about, in the order in which they count, and how each is read.
_NAMES: Mapping[str, Callable[[Call, str], Address]] = {
    "TopicArn": topic_of,
    "ResourceArn": lambda call, text: topic_of(call, text, "ResourceArn"),
    "SubscriptionArn": subscription_of,
    "TargetArn": target_of,
}


def addressed(call: Call, request: Request) -> Address | None:
    """The topic that a request is about; None for one about a phone number.

    Raises:
        AwsError: InvalidParameter, it is named by what is no ARN of a topic, or of one in another region.
    """
    for name, read in _NAMES.items():
        if name in request:
            return read(call, request[name])
    return None


def on_topic(call: Call, request: Request) -> list[str]:
    """The topic that a request is about."""
    found = addressed(call, request)
    return ["*"] if found is None else [found.topic_arn]


def on_named(call: Call, request: Request) -> list[str]:
    """The topic of the caller's that `Name` names."""
    return [topic_arn(call.scope.account, call.scope.region, request["Name"])]


async def keys_of_topic(call: Call, request: Request) -> dict[str, Values]:
    """`aws:ResourceTag/...` of the topic, and on whose behalf a service calls."""
    found = await _topic(call, request)
    keys: dict[str, Values] = (
        {} if found is None else {f"aws:ResourceTag/{k}": v for k, v in found.tags.items()}
    )
    if call.principal.source_account:
        keys["aws:SourceOwner"] = call.principal.source_account
    return keys


async def keys_of_subscribe(call: Call, request: Request) -> dict[str, Values]:
    """Those of the topic, and `sns:Endpoint` and `sns:Protocol`."""
    keys = await keys_of_topic(call, request)
    keys["sns:Protocol"] = request["Protocol"].lower()
    if "Endpoint" in request:
        keys["sns:Endpoint"] = request["Endpoint"]
    return keys


def keys_of_tags(call: Call, request: Request) -> dict[str, Values]:
    """`aws:RequestTag/...` and `aws:TagKeys`."""
    tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()}
    names = tuple(tags) or tuple(request.get("TagKeys") or ())
    keys: dict[str, Values] = {"aws:TagKeys": names} if names else {}
    return keys | {f"aws:RequestTag/{key}": value for key, value in tags.items()}


async def keys_of_tagging(call: Call, request: Request) -> dict[str, Values]:
    """The tags of the topic, and those that the request sets or removes."""
    return {**await keys_of_topic(call, request), **keys_of_tags(call, request)}


async def topic_policy(sns: Sns, call: Call, request: Request) -> str | None:
    """The policy of the topic that a request is about."""
    found = await _topic(call, request)
    return None if found is None else policy_of(found)


async def _topic(call: Call, request: Request) -> Topic | None:
    address = addressed(call, request)
    return None if address is None else await call.tx.get(TOPICS, *address.key)
