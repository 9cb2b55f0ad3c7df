"""Data protection policies: kept and answered. Nothing is masked or refused by them.

Source: SNS API reference, PutDataProtectionPolicy.
"""

import json
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.sns import access, errors
from portico.services.sns.records import TOPICS
from portico.services.sns.service import Sns, requested

if TYPE_CHECKING:
    from portico.services.sns import shapes

_CHARS_MAX = 30_720
_VERSION = "2021-06-01"


def check_data_protection(text: str) -> None:
    """Whether a text is a data protection policy.

    Raises:
        AwsError: InvalidParameter.
    """
    if len(text) > _CHARS_MAX:
        raise errors.invalid_because("DataProtectionPolicy", "Policy is too large")
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        policy = None
    if not isinstance(policy, dict) or policy.get("Version") != _VERSION or not policy.get("Statement"):
        raise errors.invalid_because("DataProtectionPolicy", "Policy is not valid")


@operation(on=access.on_topic, keys=access.keys_of_topic, policy=access.topic_policy)
async def put_data_protection_policy(
    sns: Sns, call: Call, request: "shapes.PutDataProtectionPolicyInput"
) -> dict[str, Any]:
    """Keep a topic's data protection policy; `""` removes it.

    Raises:
        NotFound: there is no such topic. InvalidParameter: it is no such policy.
    """
    topic = await requested(call, request, "ResourceArn")
    text = request["DataProtectionPolicy"]
    if text:
        check_data_protection(text)
    call.tx.put(TOPICS, msgspec.structs.replace(topic, data_protection=text), *topic.key)
    return {}


@operation(on=access.on_topic, keys=access.keys_of_topic, policy=access.topic_policy)
async def get_data_protection_policy(
    sns: Sns, call: Call, request: "shapes.GetDataProtectionPolicyInput"
) -> dict[str, Any]:
    """A topic's data protection policy.

    Raises:
        NotFound: there is no such topic.
    """
    topic = await requested(call, request, "ResourceArn")
    return {"DataProtectionPolicy": topic.data_protection} if topic.data_protection else {}
