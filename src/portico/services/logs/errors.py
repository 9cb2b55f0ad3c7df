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


def constraint(value: object, member: str, must: str) -> AwsError:
    """A parameter breaks a rule of its own, in the words that the model's rules have."""
    return invalid(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {must}"
    )


def name_too_long() -> AwsError:
    """A name of a group or a stream has more than 512 characters."""
    return invalid("Invalid LogGroup or LogStream, both must have length less than or equal to 512.")


def bad_token() -> AwsError:
    """A token that this operation never gave out."""
    return invalid("The specified nextToken is invalid.")


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


def unavailable(why: str) -> AwsError:
    """Events can't be written or read now: the disk is full or has failed."""
    return AwsError("ServiceUnavailableException", f"The log events can't be reached: {why}", 503)


def unsupported(operation: str, member: str) -> AwsError:
    """A member that can't be honoured, named rather than ignored."""
    return AwsError("NotImplemented", f"Portico does not implement {member} of logs:{operation} yet", 501)
