"""Topic attributes: what each may be, and how they are kept.

Source: SNS API reference, CreateTopic and SetTopicAttributes.
"""

import re
from collections.abc import Callable, Mapping

import msgspec

from portico.services.sns import errors
from portico.services.sns.archive_policies import check_archive_policy
from portico.services.sns.delivery_policy import check_topic_policy
from portico.services.sns.topic_policy import check_policy
from portico.wire.errors import AwsError

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+").fullmatch
_ENDPOINT_KINDS = ("HTTP", "Firehose", "Lambda", "Application", "SQS")
FEEDBACK_ROLES = tuple(
    f"{kind}{end}FeedbackRoleArn" for kind in _ENDPOINT_KINDS for end in ("Success", "Failure")
)
_DISPLAY_CHARS_MAX = 100


class Attribute(msgspec.Struct, frozen=True, gc=False):
    """An attribute that can be set: `keep(value, topic's ARN)` is how a value is kept (`""`: not at all), or refuses it. `created` ones are
    set with CreateTopic only, `fifo_only` ones on FIFO topics."""

    keep: Callable[[str, str], str]
    created: bool = False
    fifo_only: bool = False


def _anything(value: str, _: str) -> str:
    return value


def _display_name(value: str, _: str) -> str:
    if len(value) > _DISPLAY_CHARS_MAX:
        raise errors.invalid_because("DisplayName", f"must be at most {_DISPLAY_CHARS_MAX} characters long")
    if not value.isprintable():
        raise errors.invalid_because("DisplayName", "must not contain control characters")
    return value


def _one_of(name: str, *values: str) -> Callable[[str, str], str]:
    def keep(value: str, _: str) -> str:
        if value not in values:
            raise errors.invalid_because(name, f"Invalid value [{value}]. Must be {' or '.join(values)}.")
        return value

    return keep


def _number(name: str, low: int, high: int) -> Callable[[str, str], str]:
    def keep(value: str, _: str) -> str:
        if not (value.isascii() and value.isdigit() and len(value) <= 10 and low <= int(value) <= high):
            raise errors.invalid_because(name, f"must be a number from {low} to {high}")
        return str(int(value))

    return keep


def _policy(value: str, arn: str) -> str:
    return "" if not value else check_policy(value, arn)


def _delivery_policy(value: str, _: str) -> str:
    return check_topic_policy(value)


def _role(name: str) -> Callable[[str, str], str]:
    def keep(value: str, _: str) -> str:
        if value and not _ROLE(value):
            raise errors.invalid_because(name, "must be the ARN of an IAM role")
        return value

    return keep


def _archive_policy(value: str, _: str) -> str:
    return check_archive_policy(value)


ATTRIBUTES: Mapping[str, Attribute] = {
    "DisplayName": Attribute(_display_name),
    "Policy": Attribute(_policy),
    "DeliveryPolicy": Attribute(_delivery_policy),
    "KmsMasterKeyId": Attribute(_anything),
    "SignatureVersion": Attribute(_one_of("SignatureVersion", "1", "2")),
    "TracingConfig": Attribute(_one_of("TracingConfig", "PassThrough", "Active")),
    "MaximumMessageSize": Attribute(_number("MaximumMessageSize", 1_024, 1_048_576)),
    "FifoTopic": Attribute(_one_of("FifoTopic", "true", "false"), created=True),
    "ContentBasedDeduplication": Attribute(
        _one_of("ContentBasedDeduplication", "true", "false"), fifo_only=True
    ),
    "FifoThroughputScope": Attribute(_one_of("FifoThroughputScope", "Topic", "MessageGroup"), fifo_only=True),
    "ArchivePolicy": Attribute(_archive_policy, fifo_only=True),
    **{name: Attribute(_role(name)) for name in FEEDBACK_ROLES},
    **{
        f"{kind}SuccessFeedbackSampleRate": Attribute(_number(f"{kind}SuccessFeedbackSampleRate", 0, 100))
        for kind in _ENDPOINT_KINDS
    },
}


def kept(given: Mapping[str, str], arn: str, *, fifo: bool, creating: bool) -> dict[str, str]:
    """The attributes of a request as they are kept; `""` is one that is taken away.

    Raises:
        AwsError: InvalidParameter, there is no such attribute, or it can't have this value.
    """
    found: dict[str, str] = {}
    for name, value in given.items():
        attribute = ATTRIBUTES.get(name)
        if attribute is None or (attribute.created and not creating) or (attribute.fifo_only and not fifo):
            raise errors.invalid(
                "Attributes Reason: Unknown attribute " + name if creating else "AttributeName"
            )
        try:
            found[name] = attribute.keep(value, arn)
        except AwsError as error:
            raise (_of_creation(error) if creating else error) from None
    return found


def _of_creation(error: AwsError) -> AwsError:
    """CreateTopic says first that it is about the attributes."""
    words = (error.message or "").removeprefix("Invalid parameter: ")
    if error.code != "InvalidParameter":
        return error
    return errors.invalid_because("Attributes", words)
