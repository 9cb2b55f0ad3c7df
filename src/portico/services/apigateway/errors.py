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
