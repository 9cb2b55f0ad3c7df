"""Web identity tokens: JWTs of foreign OpenID Connect issuers, verified with the keys that the issuer publishes.

The issuer's URL comes from the caller, so its keys are fetched through the guarded client (`base/outbound`), over https only, and
kept for an hour. A token with an unknown key id has them fetched again, at most once a minute for each issuer.

Source: OpenID Connect Core, section 3.1.3.7; OpenID Connect Discovery; STS API Reference, AssumeRoleWithWebIdentity.
"""

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from portico.base.outbound import Outbound, OutboundError

Claims = Mapping[str, Any]
Reason = Literal["malformed", "keys", "unreachable", "signature", "expired", "old", "claim"]

_ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
_KEPT_MAX = 256
_KEEP_S = 3600.0
_AGAIN_S = 60.0
_LEEWAY_S = 300
_AGE_S_MAX = 24 * 3600
_DOCUMENT_BYTES_MAX = 256 * 1024


class TokenError(Exception):
    """The token is not accepted; the message is in STS's words."""

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
        given = self.claims.get("aud", ())
        return (given,) if isinstance(given, str) else tuple(str(one) for one in given)


class _Header(msgspec.Struct, frozen=True, gc=False):
    alg: str
    kid: str = ""


class _Keys(msgspec.Struct, frozen=True, gc=False):
    """An issuer's keys by key id, as JSON Web Keys, and when they were fetched (`monotonic`)."""

    by_id: dict[str, dict[str, Any]]
    fetched_at: float


def read(token: str) -> WebToken:
    """Take `token` apart. Nothing in it can be believed yet.

    Raises:
        TokenError: `malformed`, or `claim` for one that is missing.
    """
    try:
        header_text, claims_text, _ = token.split(".")
        header = msgspec.json.decode(_decoded(header_text), type=_Header)
        claims = msgspec.json.decode(_decoded(claims_text), type=dict[str, Any])
    except ValueError as error:
        raise TokenError(
            "malformed",
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        ) from error
    for name, kinds in (("iss", str), ("sub", str), ("aud", (str, list)), ("exp", (int, float))):
        if not claims.get(name) or not isinstance(claims[name], kinds):
            raise TokenError("claim", f"Missing a required claim: {name}")
    return WebToken(token, header.alg, header.kid, claims)


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Verifier:
    """Verifies tokens. `wall` judges their times, `monotonic` the age of kept keys."""

    __slots__ = ("_kept", "_locks", "_monotonic", "_outbound", "_wall")

    def __init__(
        self, outbound: Outbound, *, wall: Callable[[], float], monotonic: Callable[[], float]
    ) -> None:
        self._outbound = outbound
        self._wall = wall
        self._monotonic = monotonic
        self._kept: dict[str, _Keys] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def verify(self, token: WebToken) -> None:
        """Check `token`'s signature with its issuer's keys, then its times. Audience and subject are for the caller to judge.

        Raises:
            TokenError: `keys` (the issuer has no such key), `unreachable` (try again), `signature`, `expired`, `old`, `claim`.
        """
        _check_signature(token, await self._key(token))
        self._check_times(token.claims)

    async def _key(self, token: WebToken) -> dict[str, Any]:
        if token.algorithm not in _ALGORITHMS:
            raise TokenError("signature", f"Unsupported signing algorithm: {token.algorithm}")
        issuer = token.issuer
        async with self._locks.setdefault(issuer, asyncio.Lock()):
            try:
                return await self._held_key(issuer, token.key_id)
            finally:
                self._forget()

    async def _held_key(self, issuer: str, key_id: str) -> dict[str, Any]:
        kept = self._kept.get(issuer)
        age_s = self._monotonic() - kept.fetched_at if kept else _KEEP_S
        if kept is None or age_s >= _KEEP_S or (key_id not in kept.by_id and age_s >= _AGAIN_S):
            kept = _Keys(await self._fetch(issuer), self._monotonic())
            self._kept[issuer] = kept
        key = kept.by_id.get(key_id)
        if key is None and not key_id and len(kept.by_id) == 1:
            key = next(iter(kept.by_id.values()))
        if key is None:
            raise _no_keys()
        return key

    def _forget(self) -> None:
        """Keep the memory of issuers bounded; those that are being asked keep their locks."""
        while len(self._kept) > _KEPT_MAX:
            self._kept.pop(next(iter(self._kept)))
        if len(self._locks) > _KEPT_MAX:
            self._locks = {issuer: lock for issuer, lock in self._locks.items() if lock.locked()}

    async def _fetch(self, issuer: str) -> dict[str, dict[str, Any]]:
        discovery = await self._document(f"{issuer.removesuffix('/')}/.well-known/openid-configuration")
        if str(discovery.get("issuer", "")).removesuffix("/") != issuer.removesuffix("/"):
            raise _no_keys()
        keys = (await self._document(str(discovery.get("jwks_uri", "")))).get("keys")
        if not isinstance(keys, list):
            raise _no_keys()
        usable = [
            key
            for key in keys
            if isinstance(key, dict) and key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"
        ]
        return {str(key.get("kid", "")): key for key in usable}

    async def _document(self, url: str) -> dict[str, Any]:
        if not url.startswith("https://"):
            raise _no_keys()
        try:
            response = await self._outbound.request("GET", url, bytes_max=_DOCUMENT_BYTES_MAX)
        except OutboundError as error:
            if error.reason in ("timeout", "unreachable", "unresolved"):
                raise TokenError("unreachable", f"Identity provider could not be reached: {url}") from error
            raise _no_keys() from error
        if response.status >= 500:
            raise TokenError("unreachable", f"Identity provider answered {response.status}: {url}")
        try:
            if response.status != 200:
                raise _no_keys()
            return msgspec.json.decode(response.body, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise _no_keys() from error

    def _check_times(self, claims: Claims) -> None:
        now, expires = int(self._wall()), int(claims["exp"])
        if now >= expires:
            raise TokenError(
                "expired",
                f"Token expired: current date/time {now} must be before the expiration date/time {expires}",
            )
        issued = claims.get("iat")
        if not isinstance(issued, int | float):
            raise TokenError("claim", "Missing a required claim: iat")
        if now - issued > _AGE_S_MAX:
            raise TokenError("old", f"Token too old: {now - int(issued)}")
        start = max(issued, claims["nbf"] if isinstance(claims.get("nbf"), int | float) else issued)
        if start > now + _LEEWAY_S:
            raise TokenError("claim", "Token is not valid yet")


def _check_signature(token: WebToken, key: Mapping[str, Any]) -> None:
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    try:
        jws.deserialize_compact(token.text, import_key(dict(key)), algorithms=_ALGORITHMS)
    except (JoseError, ValueError, TypeError) as error:
        raise TokenError("signature", "Token signature could not be verified") from error


def _no_keys() -> TokenError:
    return TokenError(
        "keys",
        "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity "
        "documentation for requirements",
    )
