"""One-time passwords by time, as authenticator apps make them: SHA-1, six digits, a new one every 30 seconds.

Source: RFC 6238 and RFC 4226; Cognito Developer Guide, "TOTP software token MFA".
"""

import hmac
import secrets
from base64 import b32decode, b32encode

_STEP_S = 30
_DIGITS = 6
_SECRET_BYTES = 32
_STEPS_ASIDE = 1


def new_secret() -> str:
    """A secret to share with an app, in base 32 without padding."""
    return b32encode(secrets.token_bytes(_SECRET_BYTES)).decode().rstrip("=")


def code(secret: str, step: int) -> str:
    """The code of a step of 30 seconds since the epoch."""
    key = b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}}"


def matching_step(secret: str, given: str, at: float) -> int | None:
    """The step whose code was given, if it is the one of `at` (seconds since the epoch) or next to it. Whoever accepts it has to
    remember it: a code counts once."""
    current = int(at) // _STEP_S
    found = None
    for step in range(current - _STEPS_ASIDE, current + _STEPS_ASIDE + 1):
        if hmac.compare_digest(code(secret, step).encode(), given.encode()):
            found = step
    return found
