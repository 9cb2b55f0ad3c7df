"""Lists in pages, and the tokens between them: the last key of the page before."""

import base64
import binascii

import msgspec

from portico.services.cognito_idp import errors
from portico.store.port import Key, KeyPart


def token_after(key: Key) -> str:
    """The token of the page that begins behind `key`."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key[1:])).decode()


def position(token: str | None, *scope: KeyPart) -> Key | None:
    """The key, without its table, that a page begins behind; None for the first. It is one of those that begin with `scope`.

    Raises:
        AwsError: InvalidParameterException, the token is not one of ours.
    """
    if token is None:
        return None
    try:
        found = msgspec.json.decode(
            base64.b64decode(token, altchars=b"-_", validate=True), type=list[str | int]
        )
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise errors.invalid("Invalid pagination token.") from None
    if tuple(found[: len(scope)]) != scope:
        raise errors.invalid("Invalid pagination token.")
    return tuple(found)
