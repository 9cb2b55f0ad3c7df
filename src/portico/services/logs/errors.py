"""The words of CloudWatch Logs' errors."""

from portico.wire.errors import AwsError


def no_group() -> AwsError:
    """The log group does not exist."""
    return AwsError("ResourceNotFoundException", "The specified log group does not exist.")


def no_stream() -> AwsError:
    """The log stream does not exist."""
    return AwsError("ResourceNotFoundException", "The specified log stream does not exist.")


def group_exists() -> AwsError:
    """A log group of that name exists."""
    return AwsError("ResourceAlreadyExistsException", "The specified log group already exists")


def stream_exists() -> AwsError:
    """A log stream of that name exists."""
    return AwsError("ResourceAlreadyExistsException", "The specified log stream already exists")


def invalid(message: str) -> AwsError:
    """A parameter can't be used."""
    return AwsError("InvalidParameterException", message)


def exclusive(message: str) -> AwsError:
    """Parameters that exclude each other, for the operations that say so with ValidationException."""
    return AwsError("ValidationException", message)


def no_policy(name: str) -> AwsError:
    """No resource policy of that name."""
    return AwsError("ResourceNotFoundException", f"Policy with name [{name}] does not exist.")


def limit() -> AwsError:
    """A quota is used up."""
    return AwsError("LimitExceededException", "Resource limit exceeded.")


def no_resource() -> AwsError:
    """The ARN names nothing that has tags."""
    return AwsError("ResourceNotFoundException", "The specified resource does not exist.")


def too_many_tags() -> AwsError:
    """More than 50 tags."""
    return AwsError("TooManyTagsException", "A resource can have no more than 50 tags.")
