"""The words of the HTTP lane's own refusals, of what never becomes a call."""

from portico.wire.errors import AwsError


def too_many_connections() -> AwsError:
    """`Limits.connections`."""
    return AwsError("ServiceUnavailableException", "Too many connections.", 503)


def too_many_requests() -> AwsError:
    """`Limits.requests`."""
    return AwsError("ServiceUnavailableException", "Too many requests at once.", 503)


def head_too_slow() -> AwsError:
    """`Limits.head_s`."""
    return AwsError("RequestTimeoutException", "The request's head took too long", 408)


def body_too_slow() -> AwsError:
    """`Limits.body_rate`."""
    return AwsError("RequestTimeoutException", "The body arrives too slowly", 408)


def incomplete() -> AwsError:
    """The caller has gone in the middle of its request."""
    return AwsError("IncompleteBody", "The connection was closed before the body was complete", 400)


def not_upgradable() -> AwsError:
    """The handler wants another protocol on a connection that was not asked for it, or whose caller has gone."""
    return AwsError("BadRequestException", "The connection can't change its protocol here.", 400)
