"""Tags of topics.

Source: SNS API reference, TagResource (limits).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.sns import access, errors
from portico.services.sns.records import TOPICS, Topic
from portico.services.sns.service import Sns, topic_of

if TYPE_CHECKING:
    from portico.services.sns import shapes

_TAGS_MAX = 50


def merged(before: Mapping[str, str], given: "Iterable[shapes.Tag]") -> dict[str, str]:
    """Tags with others added or changed.

    Raises:
        AwsError: InvalidParameter, a key comes twice or is AWS's own. TagLimitExceeded: there are more than 50.
    """
    pairs = [(tag["Key"], tag["Value"]) for tag in given]
    added = dict(pairs)
    if len(added) != len(pairs):
        raise errors.invalid("Duplicated keys are not allowed.")
    if any(key.lower().startswith("aws:") for key in added):
        raise errors.invalid("Tag key cannot start with aws: prefix")
    after = {**before, **added}
    if len(after) > _TAGS_MAX:
        raise errors.too_many_tags()
    return after


@operation(on=access.on_topic, keys=access.keys_of_tagging, policy=access.topic_policy)
async def tag_resource(sns: Sns, call: Call, request: "shapes.TagResourceRequest") -> dict[str, Any]:
    """Add or change tags.

    Raises:
        ResourceNotFound: there is no such topic. InvalidParameter: a key comes twice. TagLimitExceeded: more than 50.
    """
    topic = await _tagged(call, request["ResourceArn"])
    after = merged(topic.tags, request["Tags"])
    call.tx.put(TOPICS, msgspec.structs.replace(topic, tags=after), *topic.key)
    return {}


@operation(on=access.on_topic, keys=access.keys_of_tagging, policy=access.topic_policy)
async def untag_resource(sns: Sns, call: Call, request: "shapes.UntagResourceRequest") -> dict[str, Any]:
    """Remove tags; those that are not there do not matter.

    Raises:
        ResourceNotFound: there is no such topic.
    """
    topic, gone = await _tagged(call, request["ResourceArn"]), frozenset(request["TagKeys"])
    left = {key: value for key, value in topic.tags.items() if key not in gone}
    call.tx.put(TOPICS, msgspec.structs.replace(topic, tags=left), *topic.key)
    return {}


@operation(on=access.on_topic, keys=access.keys_of_topic, policy=access.topic_policy)
async def list_tags_for_resource(
    sns: Sns, call: Call, request: "shapes.ListTagsForResourceRequest"
) -> dict[str, Any]:
    """The topic's tags.

    Raises:
        ResourceNotFound: there is no such topic.
    """
    topic = await _tagged(call, request["ResourceArn"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in topic.tags.items()]}


async def _tagged(call: Call, arn: str) -> Topic:
    found = await call.tx.get(TOPICS, *topic_of(call, arn, "ResourceArn").key)
    if found is None:
        raise errors.no_resource()
    return found
