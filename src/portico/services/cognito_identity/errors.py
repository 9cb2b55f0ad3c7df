"""The words of Cognito's identity pools, as AWS answers them; all are 400."""

from portico.wire.errors import AwsError


def invalid(message: str) -> AwsError:
    """InvalidParameterException."""
    return AwsError("InvalidParameterException", message)


def not_authorized(message: str) -> AwsError:
    """NotAuthorizedException."""
    return AwsError("NotAuthorizedException", message)


def conflict(message: str) -> AwsError:
    """ResourceConflictException."""
    return AwsError("ResourceConflictException", message)


def pool_not_found(pool_id: str) -> AwsError:
    """No such pool."""
    return AwsError("ResourceNotFoundException", f"IdentityPool '{pool_id}' not found.")


def identity_not_found(identity_id: str) -> AwsError:
    """No such identity."""
    return AwsError("ResourceNotFoundException", f"Identity '{identity_id}' not found.")


def no_guests() -> AwsError:
    """The pool takes no guests, and nobody has logged in."""
    return not_authorized("Unauthenticated access is not supported for this identity pool.")


def forbidden(identity_id: str) -> AwsError:
    """The identity is not a guest's, and nobody has logged in."""
    return not_authorized(f"Access to Identity '{identity_id}' is forbidden.")


def logins_do_not_match() -> AwsError:
    """A login of a provider that the pool does not have, or of another identity."""
    return not_authorized(
        "Logins don't match. Please include at least one valid login for this identity or identity pool."
    )


def bad_login(why: str) -> AwsError:
    """A login's token is not accepted."""
    return not_authorized(f"Invalid login token. {why}")


def unsupported_token() -> AwsError:
    """A token for a client that the pool does not list."""
    return not_authorized("Token is not from a supported provider of this identity pool.")


def already_linked() -> AwsError:
    """An identity has another user of the same public provider."""
    return conflict(
        "Logins don't match. Please include at least one valid login for this identity or identity pool."
    )


def bad_roles() -> AwsError:
    """There is no role to give, or it does not trust the pool."""
    return AwsError(
        "InvalidIdentityPoolConfigurationException",
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
    )


def no_role() -> AwsError:
    """The mapping gives this user no role."""
    return not_authorized("Access denied by the role mapping of this identity pool.")


def classic_is_off() -> AwsError:
    """The basic flow."""
    return invalid("Basic (classic) flow is not enabled, please use enhanced flow.")


def registered_elsewhere() -> AwsError:
    """A developer's user belongs to another identity."""
    return AwsError(
        "DeveloperUserAlreadyRegisteredException",
        "The developer user identifier is registered with another identity.",
    )


def saml() -> AwsError:
    """What is not there yet."""
    return invalid("SamlProviderARNs are not supported: Portico has no SAML providers yet.")
