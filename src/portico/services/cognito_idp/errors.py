"""The words of Cognito's errors."""

from collections.abc import Iterable

from portico.wire.errors import AwsError


def invalid(message: str) -> AwsError:
    """A parameter can't be used."""
    return AwsError("InvalidParameterException", message)


def not_authorized(message: str) -> AwsError:
    """The caller may not, or is not who it says."""
    return AwsError("NotAuthorizedException", message)


def wrong_password() -> AwsError:
    """The password is wrong, or there is no such user and the client does not tell."""
    return not_authorized("Incorrect username or password.")


def no_pool(pool_id: str) -> AwsError:
    """There is no such user pool in the account and region."""
    return AwsError("ResourceNotFoundException", f"User pool {pool_id} does not exist.")


def no_client(client_id: str) -> AwsError:
    """There is no such client."""
    return AwsError("ResourceNotFoundException", f"User pool client {client_id} does not exist.")


def not_found(message: str) -> AwsError:
    """Something else is not there."""
    return AwsError("ResourceNotFoundException", message)


def no_user() -> AwsError:
    """There is no such user."""
    return AwsError("UserNotFoundException", "User does not exist.")


def no_user_of_client() -> AwsError:
    """There is no such user, in the words of the calls that confirm."""
    return AwsError("UserNotFoundException", "Username/client id combination not found.")


def not_confirmed() -> AwsError:
    """The user has not been confirmed."""
    return AwsError("UserNotConfirmedException", "User is not confirmed.")


def disabled() -> AwsError:
    """The user is disabled."""
    return not_authorized("User is disabled.")


def reset_required() -> AwsError:
    """The password has to be reset first."""
    return AwsError("PasswordResetRequiredException", "Password reset required for the user")


def username_exists(message: str = "User already exists") -> AwsError:
    """The name, or what signs in in its place, is taken."""
    return AwsError("UsernameExistsException", message)


def alias_exists(attribute: str) -> AwsError:
    """The alias is another user's."""
    return AwsError("AliasExistsException", f"An account with the {attribute} already exists.")


def bad_password(reason: str) -> AwsError:
    """The password does not follow the pool's policy."""
    return AwsError("InvalidPasswordException", f"Password did not conform with policy: {reason}")


def used_password() -> AwsError:
    """The password is one of the user's last ones."""
    return AwsError(
        "PasswordHistoryPolicyViolationException", "Password has previously been used and cannot be reused."
    )


def code_mismatch() -> AwsError:
    """The code is wrong."""
    return AwsError("CodeMismatchException", "Invalid verification code provided, please try again.")


def code_expired() -> AwsError:
    """The code is too old, or there is none."""
    return AwsError("ExpiredCodeException", "Invalid code provided, please request a code again.")


def limit_exceeded(message: str = "Attempt limit exceeded, please try after some time.") -> AwsError:
    """Too many tries, or too many of something."""
    return AwsError("LimitExceededException", message)


def bad_state(message: str) -> AwsError:
    """The user is in no state for this."""
    return AwsError("UnsupportedUserStateException", message)


def group_exists() -> AwsError:
    """A group of that name is there."""
    return AwsError("GroupExistsException", "A group with the name already exists.")


def duplicate_provider(message: str) -> AwsError:
    """An identity provider of that name, or with that identifier, is there."""
    return AwsError("DuplicateProviderException", message)


def precondition(message: str) -> AwsError:
    """Something else has to be done first."""
    return AwsError("PreconditionNotMetException", message)


def not_of_schema(wrong: Iterable[str]) -> AwsError:
    """Attributes that the pool's schema does not take, a line each."""
    lines = "".join(f"{each}\n" for each in wrong)
    return invalid(f"Attributes did not conform to the schema: {lines}")


def bad_tags(message: str) -> AwsError:
    """Tags that a pool can't have."""
    return AwsError("UserPoolTaggingException", message)


def bad_oauth_flow(message: str) -> AwsError:
    """OAuth flows that a client can't have."""
    return AwsError("InvalidOAuthFlowException", message)


def no_scope(scope: str) -> AwsError:
    """No resource server of the pool has the scope."""
    return AwsError("ScopeDoesNotExistException", f"Invalid scope requested: {scope}")


def not_in_tier(feature: str) -> AwsError:
    """The pool's plan does not have the feature."""
    return AwsError(
        "FeatureUnavailableInTierException", f"{feature} is not available in the pool's feature plan."
    )


def no_secret_hash(client_id: str) -> AwsError:
    """The client has a secret, and the request has no hash of it."""
    return not_authorized(f"Client {client_id} is configured with secret but SECRET_HASH was not received")


def bad_secret_hash(client_id: str) -> AwsError:
    """The hash was not made with the client's secret."""
    return not_authorized(f"Unable to verify secret hash for client {client_id}")


def trigger_failed(message: str) -> AwsError:
    """A trigger's function answered with an error."""
    return AwsError("UserLambdaValidationException", message)


def trigger_answer(message: str) -> AwsError:
    """What a trigger's function answered can't be used."""
    return AwsError("InvalidLambdaResponseException", message)


def trigger_unreachable(message: str) -> AwsError:
    """A trigger's function could not be called."""
    return AwsError("UnexpectedLambdaException", message)


def not_delivered(message: str) -> AwsError:
    """A code could not be sent."""
    return AwsError("CodeDeliveryFailureException", message)


def unavailable(what: str) -> AwsError:
    """501: something of Cognito that Portico does not have."""
    return AwsError("NotImplemented", f"Portico does not implement {what}", 501)


def invalid_configuration(message: str) -> AwsError:
    """The pool is configured so that this can't be done."""
    return AwsError("InvalidUserPoolConfigurationException", message)


def factor_mismatch(message: str = "Invalid code or auth state for the user.") -> AwsError:
    """The code of a second factor is wrong."""
    return AwsError("CodeMismatchException", message)


def factor_expired(message: str) -> AwsError:
    """The code of a second factor was right once."""
    return AwsError("ExpiredCodeException", message)


def no_software_token() -> AwsError:
    """The user has no authenticator app."""
    return AwsError(
        "SoftwareTokenMFANotFoundException", "Software Token MFA has not been enabled by the userPool"
    )


def software_token_failed() -> AwsError:
    """The code does not show that the app has the secret."""
    return AwsError("EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA")


def refresh_reused() -> AwsError:
    """A refresh token that another has taken the place of came again."""
    return AwsError("RefreshTokenReuseException", "Refresh token has been reused")


def unsupported_token() -> AwsError:
    """Only refresh tokens can be revoked."""
    return AwsError("UnsupportedTokenTypeException", "Token is not a refresh token.")


def unauthorized(message: str) -> AwsError:
    """The client is not the one that it says, in the words of RevokeToken."""
    return AwsError("UnauthorizedException", message)


def not_revocable() -> AwsError:
    """The client's tokens can't be revoked (EnableTokenRevocation)."""
    return AwsError("UnsupportedOperationException", "Token revocation is not enabled for the client.")


def device_exists() -> AwsError:
    """The device is confirmed already."""
    return AwsError("DeviceKeyExistsException", "Device key already exists.")
