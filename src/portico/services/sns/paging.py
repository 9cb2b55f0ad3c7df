"""Lists in pages of 100, and the tokens between them."""

import base64
import binascii

from portico.services.sns import errors

PAGE = 100


def token_after(last: str) -> str:
    """The token of the page that begins behind `last`."""
    return base64.urlsafe_b64encode(last.encode()).decode()


def position(token: str | None) -> str:
    """What a page begins behind, `""` for the first.

    Raises:
        AwsError: InvalidParameter, the token is not one of ours.
    """
    if not token:
        return ""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise errors.invalid_because("NextToken", "Unable to deserialize token") from None
