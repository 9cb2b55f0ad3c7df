"""The words of the service's errors."""

from portico.wire.errors import AwsError


def gone() -> AwsError:
    """410: the connection is no more, or was never there."""
    return AwsError("GoneException", None, 410)


def malformed(connection_id: str) -> AwsError:
    """400: that can't be the id of a connection."""
    return AwsError("BadRequestException", f"Invalid connectionId: {connection_id}", 400)


def too_large() -> AwsError:
    """413: more than a message may have."""
    return AwsError("PayloadTooLargeException", "Message size exceeds the maximum of 131072 bytes", 413)


def too_slow() -> AwsError:
    """429: the client does not read what it was sent."""
    return AwsError("LimitExceededException", None, 429)


def forbidden() -> AwsError:
    """403: not a request that is answered here."""
    return AwsError("ForbiddenException", "Forbidden", 403)


def unsigned() -> AwsError:
    """403: the request must be signed."""
    return AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403)


def denied(message: str) -> AwsError:
    """403: the caller may not."""
    return AwsError("AccessDeniedException", message, 403)


def other_region(region: str) -> AwsError:
    """The signature is for another region than the API's."""
    return AwsError(
        "InvalidSignatureException", f"Credential should be scoped to a valid region, not '{region}'. ", 403
    )
