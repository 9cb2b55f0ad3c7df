"""Ids as API Gateway makes them: ten characters for APIs, their roots and API keys, six for everything below an API."""

import secrets
import string

_LOWER = string.ascii_lowercase + string.digits
_MIXED = string.ascii_letters + string.digits


def long_id() -> str:
    """The id of an API, a root resource or an API key. It is part of host names, so it begins with a letter."""
    return secrets.choice(string.ascii_lowercase) + _of(_LOWER, 9)


def short_id() -> str:
    """The id of a resource, a deployment, an authorizer, ..."""
    return _of(_LOWER, 6)


def key_value() -> str:
    """The value of an API key: 40 letters and digits."""
    return _of(_MIXED, 40)


def _of(alphabet: str, count: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(count))
