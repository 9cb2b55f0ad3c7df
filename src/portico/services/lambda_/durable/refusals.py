"""The words of the errors about durable executions, as AWS answers them (reported by users and in the issues of AWS's own SDKs).

`ResourceNotFoundException`, `ResourceConflictException` and `CallbackTimeoutException` are described by the API's model without their
words; those are Portico's.
"""

from portico.services.lambda_ import errors
from portico.wire.errors import AwsError

USER = {"Type": "User"}
INVALID_OUTPUT = (
    "InvalidParameterValueException"  # the error type of an execution whose function answers what it must not
)


def needs_qualifier() -> AwsError:
    """An invocation names no version or alias."""
    return errors.invalid("Durable execution requires qualified function identifier")


def too_long_to_wait_for() -> AwsError:
    """A synchronous invocation of what may run for longer than a caller can wait."""
    return errors.invalid(
        "You cannot synchronously invoke a durable function with an executionTimeout greater than 15 minutes."
    )


def not_streamed() -> AwsError:
    """InvokeWithResponseStream of a durable function, which has no response of its own."""
    return errors.invalid("Durable functions cannot be invoked with a response stream.")


def not_durable() -> AwsError:
    """An execution's name for a function without `DurableConfig`."""
    return errors.invalid("DurableExecutionName is only supported for durable functions.")


def already_started(name: str) -> AwsError:
    """The name is taken by an execution with another payload."""
    return AwsError(
        "DurableExecutionAlreadyStartedException",
        f"Durable execution already exists with a different payload: {name}",
        409,
        fields=USER,
    )


def invalid_token() -> AwsError:
    """The checkpoint token is not the current one: used already, or of an invocation that is over."""
    return errors.invalid("Invalid checkpoint token")


def token_of_another() -> AwsError:
    """The checkpoint token belongs to another execution."""
    return errors.invalid("Checkpoint token is not valid for the durable execution ARN")


def execution_not_found(arn: str) -> AwsError:
    """No such execution, or not any more."""
    return errors.not_found(f"Durable execution not found: {arn}")


def not_open(status: str) -> AwsError:
    """The execution has ended, or is not in a state for this."""
    return errors.conflict(
        f"The operation cannot be performed at this time. The durable execution is in the following state: {status}"
    )


def still_open(status: str) -> AwsError:
    """Only what has ended can be deleted."""
    return errors.conflict(
        f"Only durable executions in a terminal state can be deleted. The durable execution is in the following state: {status}"
    )


def unknown_callback() -> AwsError:
    """The callback id is none that was given out."""
    return errors.invalid("Invalid callback id")


def callback_not_found() -> AwsError:
    """The callback's execution is gone."""
    return errors.not_found("The callback does not exist.")


def callback_closed() -> AwsError:
    """The callback has been completed, has timed out, or its execution has ended."""
    return AwsError(
        "CallbackTimeoutException",
        "The callback has already been completed or has timed out.",
        400,
        fields=USER,
    )


def invalid_marker() -> AwsError:
    """The page's marker is none that was given out."""
    return errors.invalid("Invalid marker")
