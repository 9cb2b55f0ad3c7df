"""Pages of queues by name, and the tokens between them."""

import base64

from portico.services.sqs import errors


def page_limit(given: int | None, most: int) -> int:
    """How many a page has.

    Raises:
        AwsError: `given` is not from 1 to `most`.
    """
    if given is not None and not 1 <= given <= most:
        raise errors.invalid_value(
            given, "MaxResults", f"MaxResults must be an integer between 1 and {most}."
        )
    return given or most


def token_after(name: str) -> str:
    """The token of the page that begins behind `name`."""
    return base64.b64encode(name.encode()).decode()


def position(token: str | None) -> str:
    """The name behind which a page begins, "" for the first.

    Raises:
        AwsError: the token is not one of ours.
    """
    if not token:
        return ""
    try:
        return base64.b64decode(token, validate=True).decode()
    except ValueError:
        raise errors.invalid("Invalid or expired next token.") from None
