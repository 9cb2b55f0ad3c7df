"""Where the next page of a list begins: an opaque token."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from portico.services.cognito_identity import errors


def token_after(identifier: str) -> str:
    """The token for what comes after the item with this identifier."""
    return urlsafe_b64encode(identifier.encode()).decode()


def after_of(request: Mapping[str, Any]) -> str:
    """The identifier in a request's `NextToken`, "" for none.

    Raises:
        AwsError: InvalidParameterException, it is not one of ours.
    """
    try:
        return urlsafe_b64decode((request.get("NextToken") or "").encode()).decode()
    except ValueError as error:
        raise errors.invalid("Invalid NextToken.") from error
