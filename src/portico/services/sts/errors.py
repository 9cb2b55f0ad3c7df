"""The words of STS's errors.

Sources: STS API Reference (codes and statuses); the messages are those that STS answers with.
"""

from portico.wire.errors import AwsError


def access_denied(message: str) -> AwsError:
    """403 `AccessDenied`."""
    return AwsError("AccessDenied", message, 403)


def not_authorized(caller: str, action: str, resource: str) -> AwsError:
    """The role is absent: told as if it did not trust the caller."""
    message = f"User: {caller} is not authorized to perform: {action} on resource: {resource}"
    return access_denied(f"{message} because no role trust policy allows the {action} action")


def root_may_not_assume() -> AwsError:
    """The root user can't assume roles."""
    return access_denied("Roles may not be assumed by root accounts.")


def session_credentials(operation: str) -> AwsError:
    """An operation that needs a long-term key was called with temporary credentials."""
    return access_denied(f"Cannot call {operation} with session credentials")


def mfa_failed() -> AwsError:
    """No device of that serial number gave that code."""
    return access_denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")


def no_contexts() -> AwsError:
    """Context assertions of trusted token issuers are refused by name: ignoring them would grant more than was asked for."""
    return AwsError(
        "NotImplemented", "Portico does not implement sts:AssumeRole with ProvidedContexts yet", 501
    )


def validation(message: str) -> AwsError:
    """400 `ValidationError`, for what the model can't say."""
    return AwsError("ValidationError", message, 400)


def invalid_parameter(message: str) -> AwsError:
    """400 `InvalidParameterValue`."""
    return AwsError("InvalidParameterValue", message, 400)


def chained_too_long() -> AwsError:
    """A role assumed with temporary credentials lasts an hour at most."""
    return validation(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    )


def too_long_for_role() -> AwsError:
    """The role's own maximum is shorter."""
    return validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")


def malformed_policy(message: str) -> AwsError:
    """A session policy is none."""
    return AwsError("MalformedPolicyDocument", message, 400)


def packed_too_large(percent: int, *, policy: bool) -> AwsError:
    """Session policy and tags are too large together."""
    message = (
        f"Packed policy consumes {percent}% of allotted space, please use smaller policy."
        if policy
        else f"Packed size of session tags consumes {percent}% of allotted space."
    )
    return AwsError("PackedPolicyTooLarge", message, 400)


def invalid_identity_token(message: str) -> AwsError:
    """The web identity token is not accepted."""
    return AwsError("InvalidIdentityToken", message, 400)


def invalid_authorization_message() -> AwsError:
    """The encoded message was not made by this server."""
    return AwsError("InvalidAuthorizationMessageException", "Message is not valid", 400)
