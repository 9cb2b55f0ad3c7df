"""The words of API Gateway's errors."""

from portico.wire.errors import AwsError


def not_found(message: str) -> AwsError:
    """404 for a thing that is not there; the words name it."""
    return AwsError("NotFoundException", message, 404)


def bad_request(message: str) -> AwsError:
    """400 for a request that can't be carried out as it is."""
    return AwsError("BadRequestException", message, 400)


def conflict(message: str) -> AwsError:
    """409 for what is in the way of something else."""
    return AwsError("ConflictException", message, 409)


def limit_exceeded(message: str) -> AwsError:
    """429 for one more than there may be."""
    return AwsError("LimitExceededException", message, 429)


def no_api(account: str, api_id: str) -> AwsError:
    """404: no such API in this account and region."""
    return not_found(f"Invalid API identifier specified {account}:{api_id}")


def no_resource() -> AwsError:
    """404: no such resource, or no such API."""
    return not_found("Invalid Resource identifier specified")


def no_method() -> AwsError:
    """404: the resource has no such method."""
    return not_found("Invalid Method identifier specified")


def no_integration() -> AwsError:
    """404: the method has no integration."""
    return not_found("Invalid Integration identifier specified")


def no_status() -> AwsError:
    """404: no answer with this status."""
    return not_found("Invalid Response status code specified")


def invalid_mapping(*problems: str) -> AwsError:
    """400 for expressions that parameters are not to be mapped by."""
    return bad_request(_validation("Invalid mapping expression specified: ", problems))


def invalid_content_type(name: str) -> AwsError:
    """400 for a template of what is no content type."""
    return bad_request(_validation("", (f"Invalid content type specified: {name}",)))


def _validation(start: str, problems: tuple[str, ...]) -> str:
    return f"{start}Validation Result: warnings : [], errors : [{', '.join(problems)}]"
