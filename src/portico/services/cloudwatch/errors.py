"""The words of CloudWatch's errors."""

from collections.abc import Iterable

from portico.wire.errors import AwsError

_VALUE = "InvalidParameterValueException"
_COMBINATION = "InvalidParameterCombinationException"


def invalid(*messages: str) -> AwsError:
    """Values that can't be used; CloudWatch tells all of them, each on a line of its own."""
    return AwsError(_VALUE, "\n".join(messages))


def missing(parameter: str) -> AwsError:
    """A parameter that must be there is not."""
    return AwsError("MissingRequiredParameterException", f"The parameter {parameter} is required.")


def combination(message: str) -> AwsError:
    """Parameters that can't be used together."""
    return AwsError(_COMBINATION, message)


def exclusive(one: str, other: str) -> AwsError:
    """Two parameters of which only one may be given."""
    return combination(
        f"The parameters {one} and {other} are mutually exclusive and you have specified both."
    )


def none_of(parameters: Iterable[str]) -> AwsError:
    """One of several parameters has to be given."""
    return combination(f"At least one of the parameters {' and '.join(parameters)} must be specified.")


def refused(*messages: str) -> AwsError:
    """A query that can't be carried out, in the words of the newer operations."""
    return AwsError("ValidationError", "\n".join(messages))


def bad_token() -> AwsError:
    """A token that was never given out."""
    return invalid("Invalid nextToken")


def bad_data_token() -> AwsError:
    """A token that GetMetricData never gave out, or that is of another query."""
    return AwsError("InvalidNextToken", "The next token specified is invalid.")


def unavailable(why: str) -> AwsError:
    """Metrics can't be written or read now: the disk is full or has failed."""
    return AwsError("ServiceUnavailable", f"The metrics can't be reached: {why}", 503)


def unsupported(operation: str, what: str) -> AwsError:
    """A part of an operation that can't be honoured, named rather than ignored."""
    return AwsError("NotImplemented", f"Portico does not implement {what} of cloudwatch:{operation} yet", 501)
