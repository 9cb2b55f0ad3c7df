"""Queue attributes: what each may be, which go together, and what a request's attributes make of a queue's.

Source: SQS API reference, CreateQueue and SetQueueAttributes.
"""

from collections.abc import Callable, Mapping

import msgspec

from portico.calls.call import Call
from portico.identity.policy.parse import PolicyError, parse
from portico.services.sqs import errors
from portico.services.sqs.queue_url import Address
from portico.services.sqs.redrive import check_allow_policy, check_redrive_policy

_POLICY_BYTES_MAX = 8_192


class Attribute(msgspec.Struct, frozen=True, gc=False):
    """An attribute that can be set: whether a value fits, whether `""` removes it, and whether only FIFO queues have it."""

    fits: Callable[[str], bool]
    removable: bool = False
    fifo_only: bool = False


def _number(low: int, high: int) -> Callable[[str], bool]:
    def fits(value: str) -> bool:
        return len(value) <= 10 and value.isascii() and value.isdigit() and low <= int(value) <= high

    return fits


def _one_of(*values: str) -> Callable[[str], bool]:
    return lambda value: value in values


def _policy(value: str) -> bool:
    if len(value.encode()) > _POLICY_BYTES_MAX:
        return False
    try:
        parse(value, "resource")
    except PolicyError:
        return False
    return True


def _anything(value: str) -> bool:
    return True


ATTRIBUTES: Mapping[str, Attribute] = {
    "DelaySeconds": Attribute(_number(0, 900)),
    "MaximumMessageSize": Attribute(_number(1_024, 1_048_576)),
    "MessageRetentionPeriod": Attribute(_number(60, 1_209_600)),
    "ReceiveMessageWaitTimeSeconds": Attribute(_number(0, 20)),
    "VisibilityTimeout": Attribute(_number(0, 43_200)),
    "Policy": Attribute(_policy, removable=True),
    "RedrivePolicy": Attribute(_anything, removable=True),
    "RedriveAllowPolicy": Attribute(_anything, removable=True),
    "KmsMasterKeyId": Attribute(_anything, removable=True),
    "KmsDataKeyReusePeriodSeconds": Attribute(_number(60, 86_400), removable=True),
    "SqsManagedSseEnabled": Attribute(_one_of("true", "false")),
    "FifoQueue": Attribute(_one_of("true", "false"), fifo_only=True),
    "ContentBasedDeduplication": Attribute(_one_of("true", "false"), fifo_only=True),
    "DeduplicationScope": Attribute(_one_of("queue", "messageGroup"), fifo_only=True),
    "FifoThroughputLimit": Attribute(_one_of("perQueue", "perMessageGroupId"), fifo_only=True),
}

FIFO_DEFAULTS: Mapping[str, str] = {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoQueue": "true",
    "FifoThroughputLimit": "perQueue",
}
_EXPLAINED = ("DeduplicationScope", "FifoThroughputLimit")
_KMS = ("KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds")
_TWO_ENCRYPTIONS = "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE."
_PER_GROUP = (
    "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup."
)


def check_values(given: Mapping[str, str], *, fifo: bool) -> None:
    """Whether each attribute is one, is one of this type of queue, and has a value that fits.

    Raises:
        AwsError: InvalidAttributeName, InvalidAttributeValue.
    """
    for name, value in given.items():
        attribute = ATTRIBUTES.get(name)
        if attribute is None:
            raise errors.unknown_attribute(name)
        if attribute.fifo_only and not fifo:
            if name in _EXPLAINED:
                raise errors.misplaced_attribute(
                    f"You can specify the {name} only when FifoQueue is set to true."
                )
            raise errors.unknown_attribute(name)
        if not (value == "" and attribute.removable) and not attribute.fits(value):
            raise errors.bad_attribute(name)
    if given.get("KmsMasterKeyId") and given.get("SqsManagedSseEnabled") == "true":
        raise errors.misplaced_attribute(_TWO_ENCRYPTIONS)


async def merged(
    call: Call, queue: Address, before: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, str]:
    """The attributes of a queue that has `before` and is given others, which `check_values` has passed.

    Raises:
        AwsError: they do not go together.
    """
    after = {**before, **given}
    if given.get("RedrivePolicy"):
        after["RedrivePolicy"] = await check_redrive_policy(call, queue, given["RedrivePolicy"])
    if given.get("RedriveAllowPolicy"):
        check_allow_policy(given["RedriveAllowPolicy"])
    if given.get("KmsMasterKeyId"):
        after["SqsManagedSseEnabled"] = "false"
    elif given.get("SqsManagedSseEnabled") == "true":
        after.update(dict.fromkeys(_KMS, ""))
    if (
        after.get("FifoThroughputLimit") == "perMessageGroupId"
        and after.get("DeduplicationScope") != "messageGroup"
    ):
        raise errors.bad_attribute("FifoThroughputLimit", _PER_GROUP)
    return {name: value for name, value in after.items() if value != ""}
