"""GetTopicAttributes and SetTopicAttributes."""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import Check, operation
from portico.services.sns import access
from portico.services.sns.archives import archive_after
from portico.services.sns.attributes import FEEDBACK_ROLES, kept
from portico.services.sns.service import Sns, requested, tally_of
from portico.services.sns.shown import shown_topic
from portico.services.sns.topics import passes, put_topic

if TYPE_CHECKING:
    from portico.services.sns import shapes

_KEPT_EMPTY = frozenset({"DisplayName"})


@operation(on=access.on_topic, keys=access.keys_of_topic, policy=access.topic_policy)
async def get_topic_attributes(
    sns: Sns, call: Call, request: "shapes.GetTopicAttributesInput"
) -> dict[str, Any]:
    """A topic's attributes.

    Raises:
        NotFound: there is no such topic. InvalidParameter: the ARN.
    """
    topic = await requested(call, request)
    return {"Attributes": shown_topic(topic, call.now, await tally_of(call, topic.identity))}


async def _pass_role(sns: Sns, call: Call, request: "shapes.SetTopicAttributesInput") -> list[Check]:
    role = request.get("AttributeValue") or ""
    return passes([role]) if request["AttributeName"] in FEEDBACK_ROLES and role else []


@operation(on=access.on_topic, keys=access.keys_of_topic, policy=access.topic_policy, also=_pass_role)
async def set_topic_attributes(
    sns: Sns, call: Call, request: "shapes.SetTopicAttributesInput"
) -> dict[str, Any]:
    """Change an attribute; `""` takes a policy, a key or a role away.

    Raises:
        NotFound: there is no such topic. InvalidParameter: there is no such attribute, or it can't have that value.
    """
    topic = await requested(call, request)
    name = request["AttributeName"]
    changed = kept({name: request.get("AttributeValue") or ""}, topic.arn, fifo=topic.fifo, creating=False)
    after = {**topic.attributes, **changed}
    left = {key: value for key, value in after.items() if value or key in _KEPT_EMPTY}
    put_topic(call, topic, attributes=left, archive=archive_after(call, topic, left))
    return {}
