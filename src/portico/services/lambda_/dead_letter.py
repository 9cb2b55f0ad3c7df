"""`DeadLetterConfig` of a function: where events go that it could not process.

Source: API reference, DeadLetterConfig; Developer Guide, "Retaining records of asynchronous invocations" (standard queues and topics).
"""

from portico.base.arn import parse as parse_arn
from portico.services.lambda_ import errors

_KINDS = ("sqs", "sns")


def checked(arn: str) -> str:
    """The target's ARN; empty takes it away.

    Raises:
        InvalidParameterValueException: it is neither a queue nor a topic, or one that is FIFO.
    """
    if not arn:
        return ""
    parts = parse_arn(arn)
    if parts is None or parts.service not in _KINDS or not parts.account or not parts.resource:
        raise errors.invalid(
            f"The dead-letter target {arn} is not valid: it must be the ARN of an SQS queue or an SNS topic."
        )
    if parts.resource.endswith(".fifo"):
        raise errors.invalid(
            f"The dead-letter target {arn} is not valid: FIFO queues and topics are not supported."
        )
    return arn
