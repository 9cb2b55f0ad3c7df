"""Redrive policies: which queue takes a queue's dead letters, and whose dead letters a queue takes."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.base import arn
from portico.calls.call import Call
from portico.services.sqs import errors
from portico.services.sqs.queue_url import Address
from portico.services.sqs.records import QUEUES, Queue
from portico.services.sqs.service import named_by_arn

_RECEIVES_MAX = 1000
_SOURCES_MAX = 10
_PERMISSIONS = ("allowAll", "denyAll", "byQueue")
_UNSUPPORTED = "Amazon SQS can't create the redrive allow policy, as it's in an unsupported format."


class Redrive(msgspec.Struct, frozen=True, gc=False):
    """A `RedrivePolicy`: the dead letter queue, and after how many receives a message goes there."""

    dead_letters: Address
    receives_max: int


def redrive(queue: Queue) -> Redrive | None:
    """The queue's redrive policy."""
    text = queue.attributes.get("RedrivePolicy")
    if not text:
        return None
    policy = json.loads(text)
    target = named_by_arn(policy["deadLetterTargetArn"])
    return None if target is None else Redrive(target, policy["maxReceiveCount"])


async def check_redrive_policy(call: Call, source: Address, text: str) -> str:
    """The `RedrivePolicy` of a queue as it is kept, once it may be set.

    Raises:
        AwsError: it is no redrive policy, its target is no queue of the same kind, account and region, or does not take the queue's
            dead letters.
    """
    policy = _object(text, "RedrivePolicy")
    for member in ("maxReceiveCount", "deadLetterTargetArn"):
        if policy.get(member) in (None, ""):
            reason = f"Redrive policy does not contain mandatory attribute: {member}."
            raise errors.invalid_value(text, "RedrivePolicy", reason)
    receives_max = _receives_max(text, policy["maxReceiveCount"])
    target = named_by_arn(str(policy["deadLetterTargetArn"]))
    if target is None:
        raise errors.invalid_value(text, "RedrivePolicy", "Invalid value for deadLetterTargetArn.")
    found = await call.tx.get(QUEUES, target.account, target.region, target.name)
    if found is None or (target.account, target.region) != (source.account, source.region):
        raise errors.invalid_value(text, "RedrivePolicy", "Dead letter target does not exist.")
    if found.fifo != source.name.endswith(".fifo"):
        reason = "Dead-letter queue must be same type of queue as the source."
        raise errors.invalid_value(text, "RedrivePolicy", reason)
    if not takes_from(found, source):
        reason = "The dead-letter queue's redrive allow policy does not allow this queue."
        raise errors.invalid_value(text, "RedrivePolicy", reason)
    kept = {"deadLetterTargetArn": found.arn, "maxReceiveCount": receives_max}
    return json.dumps(kept, separators=(",", ":"))


def check_allow_policy(text: str) -> None:
    """Whether `text` is a `RedriveAllowPolicy`.

    Raises:
        AwsError: it is not.
    """
    policy = _object(text, "RedriveAllowPolicy")
    permission, sources = policy.get("redrivePermission"), policy.get("sourceQueueArns")
    by_queue = permission == "byQueue"
    fits = (
        permission in _PERMISSIONS
        and policy.keys() <= {"redrivePermission", "sourceQueueArns"}
        and by_queue == (sources is not None)
        and (not by_queue or _is_list_of_queues(sources))
    )
    if not fits:
        raise errors.invalid_value(text, "RedriveAllowPolicy", _UNSUPPORTED)


def takes_from(queue: Queue, source: Address) -> bool:
    """Whether the queue takes dead letters of `source`."""
    text = queue.attributes.get("RedriveAllowPolicy")
    policy: Mapping[str, Any] = json.loads(text) if text else {}
    permission = policy.get("redrivePermission", "allowAll")
    if permission == "byQueue":
        return any(named_by_arn(each) == source for each in policy["sourceQueueArns"])
    return bool(permission == "allowAll")


def _object(text: str, parameter: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        reason = (
            _UNSUPPORTED if parameter == "RedriveAllowPolicy" else "Redrive policy is not a valid JSON map."
        )
        raise errors.invalid_value(text, parameter, reason)
    return found


def _receives_max(text: str, given: object) -> int:
    number = int(given) if isinstance(given, str) and given.isascii() and given.isdigit() else given
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= _RECEIVES_MAX:
        reason = f"Invalid value for maxReceiveCount: {given}, valid values are from 1 to {_RECEIVES_MAX} both inclusive."
        raise errors.invalid_value(text, "RedrivePolicy", reason)
    return number


def _is_list_of_queues(sources: object) -> bool:
    return (
        isinstance(sources, list)
        and 1 <= len(sources) <= _SOURCES_MAX
        and all(isinstance(each, str) and arn.parse(each) and named_by_arn(each) for each in sources)
    )
