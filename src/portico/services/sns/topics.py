"""Topics: made, listed, deleted."""

import re
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check, operation
from portico.services.sns import access, due, errors
from portico.services.sns.archives import archive_after
from portico.services.sns.attributes import FEEDBACK_ROLES, kept
from portico.services.sns.caller import SNS
from portico.services.sns.data_protection import check_data_protection
from portico.services.sns.paging import PAGE, position, token_after
from portico.services.sns.records import TALLIES, TOPICS, Topic, new_identity, topic_arn
from portico.services.sns.service import Sns, topic_of
from portico.services.sns.shown import shown_topic
from portico.services.sns.tags import merged

if TYPE_CHECKING:
    from portico.services.sns import shapes

_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}").fullmatch
_FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,251}\.fifo").fullmatch


async def pass_feedback_roles(sns: Sns, call: Call, request: "shapes.CreateTopicInput") -> list[Check]:
    """`iam:PassRole` on the roles that delivery status is to be logged as."""
    attributes = request.get("Attributes") or {}
    return passes([attributes[name] for name in FEEDBACK_ROLES if attributes.get(name)])


def passes(roles: list[str]) -> list[Check]:
    """`iam:PassRole` on each role, to SNS."""
    return [Check("iam:PassRole", role, {"iam:PassedToService": SNS}) for role in dict.fromkeys(roles)]


@operation(on=access.on_named, keys=access.keys_of_tags, also=pass_feedback_roles)
async def create_topic(sns: Sns, call: Call, request: "shapes.CreateTopicInput") -> dict[str, Any]:
    """Create a topic, or find the one of that name if none of the given attributes and tags differs.

    Raises:
        InvalidParameter: the name, an attribute, a tag; or there is one of that name, and something differs.
        TagLimitExceeded: more than 50 tags.
    """
    name, given = request["Name"], dict(request.get("Attributes") or {})
    fifo = given.get("FifoTopic") == "true"
    if not (_FIFO_NAME if fifo else _NAME)(name):
        raise errors.invalid("Topic Name")
    arn = topic_arn(call.scope.account, call.scope.region, name)
    attributes = kept(given, arn, fifo=fifo, creating=True)
    tags = merged({}, request.get("Tags") or ())
    protection = request.get("DataProtectionPolicy") or ""
    if protection:
        check_data_protection(protection)
    found = await call.tx.get(TOPICS, call.scope.account, call.scope.region, name)
    if found is not None:
        _check_same(call, found, attributes, tags if "Tags" in request else None)
        return {"TopicArn": found.arn}
    topic = Topic(
        *(call.scope.account, call.scope.region, name, new_identity(), call.now),
        {key: value for key, value in attributes.items() if value and (key, value) != ("FifoTopic", "false")},
        tags,
        protection,
    )
    put_topic(call, topic, archive=archive_after(call, topic, topic.attributes))
    return {"TopicArn": topic.arn}


def _check_same(call: Call, topic: Topic, attributes: dict[str, str], tags: dict[str, str] | None) -> None:
    if tags is not None and any(topic.tags.get(key) != value for key, value in tags.items()):
        raise errors.invalid_because("Tags", "Topic already exists with different tags")
    has = shown_topic(topic, call.now)
    if any(
        has.get(name, "") != value
        for name, value in attributes.items()
        if (name, value) != ("FifoTopic", "false")
    ):
        raise errors.invalid_because("Attributes", "Topic already exists with different attributes")


@operation(on=access.on_topic, keys=access.keys_of_topic, policy=access.topic_policy)
async def delete_topic(sns: Sns, call: Call, request: "shapes.DeleteTopicInput") -> dict[str, Any]:
    """Delete a topic. Nothing is published to its subscriptions any more, which disappear a little later; one that is not there is
    deleted already.

    Raises:
        InvalidParameter: the ARN. InvalidState: it keeps an archive, which would be lost.
    """
    address = topic_of(call, request["TopicArn"])
    topic = await call.tx.get(TOPICS, *address.key)
    if topic is not None:
        if topic.archive is not None:
            raise errors.has_archive()
        call.tx.delete(TOPICS, *topic.key)
        call.tx.delete(TALLIES, topic.identity)
        call.tx.add(due.at(call.now + due.DELETED_TOPIC_S, "topic", topic.key, topic.identity))
        sns.counters.forget(topic.key)
    return {}


@operation()
async def list_topics(sns: Sns, call: Call, request: "shapes.ListTopicsInput") -> dict[str, Any]:
    """The ARNs of the caller's topics by name, 100 at a time.

    Raises:
        InvalidParameter: `NextToken` is not one of ours.
    """
    here = (call.scope.account, call.scope.region)
    after = position(request.get("NextToken"))
    found = await call.tx.scan(
        TOPICS, *here, after=TOPICS.key(*here, after) if after else None, limit=PAGE + 1
    )
    answer: dict[str, Any] = {"Topics": [{"TopicArn": topic.arn} for topic in found[:PAGE]]}
    if len(found) > PAGE:
        answer["NextToken"] = token_after(found[PAGE - 1].name)
    return answer


def put_topic(call: Call, topic: Topic, **changed: Any) -> None:
    """Store a topic with something changed."""
    call.tx.put(TOPICS, msgspec.structs.replace(topic, **changed), *topic.key)
