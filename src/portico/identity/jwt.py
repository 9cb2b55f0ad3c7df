"""JSON Web Tokens, taken apart, and the rules that hold for every one of them.

Who may have signed one is in `issuers.py`, whole verification in `tokens.py`.

Source: RFC 7519; RFC 8725 (algorithms are the verifier's choice, never the token's); OpenID Connect Core, section 3.1.3.7; STS API
Reference, AssumeRoleWithWebIdentity.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Reason = Literal[
    "malformed", "keys", "unreachable", "signature", "expired", "old", "claim", "issuer", "audience"
]

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
"""The signatures that are believed: asymmetric ones only, so that a public key is never taken for a shared secret."""
TOKEN_CHARS_MAX = 64 * 1024
_LEEWAY_S = 300
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*").fullmatch


class TokenError(Exception):
    """The token is not accepted; the message is in STS's words where STS has any."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.message = message


class WebToken(msgspec.Struct, frozen=True, gc=False):
    """A token as it was sent, taken apart and not verified. `issuer` has its scheme, `url` has not (as providers are registered)."""

    text: str
    algorithm: str
    key_id: str
    claims: dict[str, Any]

    @property
    def issuer(self) -> str:
        """The `iss` claim."""
        return str(self.claims.get("iss", ""))

    @property
    def url(self) -> str:
        """The issuer without scheme and closing slash."""
        return self.issuer.removeprefix("https://").removesuffix("/")

    @property
    def audiences(self) -> tuple[str, ...]:
        """The `aud` claim, always several."""
        given = self.claims.get("aud") or ()
        return tuple(str(one) for one in given) if isinstance(given, list | tuple) else (str(given),)


class _Header(msgspec.Struct, frozen=True, gc=False):
    alg: str
    kid: str = ""
    crit: list[str] | None = None


_HEADER = msgspec.json.Decoder(_Header)
_CLAIMS = msgspec.json.Decoder(dict[str, Any])


def parse(text: str) -> WebToken:
    """Take a token apart. Nothing in it can be believed yet.

    Raises:
        TokenError: `malformed`.
    """
    parts = _COMPACT(text) if len(text) <= TOKEN_CHARS_MAX else None
    try:
        if parts is None:
            raise ValueError("not three parts of base64url")
        header, claims = _HEADER.decode(_decoded(parts[1])), _CLAIMS.decode(_decoded(parts[2]))
        if header.crit is not None:
            raise ValueError("extensions that must be understood and are not")
    except ValueError as error:
        raise TokenError(
            "malformed",
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        ) from error
    return WebToken(text, header.alg, header.kid, claims)


def read(text: str) -> WebToken:
    """Take an ID token apart, as STS wants them. Nothing in it can be believed yet.

    Raises:
        TokenError: `malformed`, or `claim` for one that is missing.
    """
    token = parse(text)
    for name, kinds in (("iss", str), ("sub", str), ("aud", (str, list)), ("exp", (int, float))):
        if not token.claims.get(name) or not isinstance(token.claims[name], kinds):
            raise TokenError("claim", f"Missing a required claim: {name}")
    return token


def check_times(claims: Mapping[str, Any], now: float, *, age_s_max: float | None = None) -> None:
    """Judge `exp`, which must be there, `nbf` and `iat` by `now` (seconds). With `age_s_max`, `iat` must be there and that young.

    Raises:
        TokenError: `expired`, `old`, `claim`.
    """
    expires, issued, start = (_number(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None:
        raise TokenError("claim", "Missing a required claim: exp")
    if now >= expires:
        raise TokenError(
            "expired",
            f"Token expired: current date/time {int(now)} must be before the expiration date/time {int(expires)}",
        )
    if age_s_max is not None:
        if issued is None:
            raise TokenError("claim", "Missing a required claim: iat")
        if now - issued > age_s_max:
            raise TokenError("old", f"Token too old: {int(now) - int(issued)}")
    if max(issued or 0, start or 0) > now + _LEEWAY_S:
        raise TokenError("claim", "Token is not valid yet")


def _number(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenError("claim", f"Missing a required claim: {name}")
    return value


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
