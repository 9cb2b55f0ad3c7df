"""The words of the service's errors."""

from portico.wire.errors import AwsError


def bad_request(message: str) -> AwsError:
    """400: the request can't be used."""
    return AwsError("BadRequestException", message, 400)


def not_found(message: str) -> AwsError:
    """404: there is no such thing."""
    return AwsError("NotFoundException", message, 404)


def conflict(message: str) -> AwsError:
    """409: it can't be done as things are."""
    return AwsError("ConflictException", message, 409)


def limit_exceeded(what: str) -> AwsError:
    """429: an API has as many of these as it can have."""
    words = f"Maximum number of {what} for this Api has been reached. Please contact AWS if you need additional {what}."
    return AwsError("TooManyRequestsException", words, 429)


def no_api(account: str, api_id: str) -> AwsError:
    """There is no API of that id in the account and region."""
    return not_found(f"Invalid API identifier specified {account}:{api_id}")


def none_of_id(kind: str, identifier: str) -> AwsError:
    """There is no part of that kind and id in the API."""
    return not_found(f"Invalid {kind} identifier specified {identifier}")


def malformed_route_key() -> AwsError:
    """A route key is not one of an HTTP API."""
    return bad_request(
        "The provided route key is not formatted properly for HTTP protocol. "
        'Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"'
    )


def no_route_setting(route_key: str) -> AwsError:
    """A stage's settings are for a route that there is none of."""
    return not_found(f"Unable to find Route by key {route_key} within the provided RouteSettings")
