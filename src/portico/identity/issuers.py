"""Who issues tokens, and the keys that they sign with: Portico itself, and foreign OpenID Connect issuers.

A foreign issuer's URL comes from a caller, so its keys are fetched through the guarded client (`base/outbound`), over https only, and
kept for an hour. A token with an unknown key id has them fetched again, at most once a minute for each issuer. Portico's own keys are
looked up in process: its issuers are never asked over HTTP.

Source: OpenID Connect Discovery; RFC 7517.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Protocol

import msgspec

from portico.base.outbound import Outbound, OutboundError
from portico.identity.jwt import ALGORITHMS, TokenError, WebToken

_KEPT_MAX = 256
_KEEP_S = 3600.0
_AGAIN_S = 60.0
_DOCUMENT_BYTES_MAX = 256 * 1024


class PublicKey:
    """A public key (a JSON Web Key), ready to check signatures. It is read when it is first used: not every key of an issuer is."""

    __slots__ = ("_imported", "jwk")

    def __init__(self, jwk: Mapping[str, Any]) -> None:
        self.jwk = jwk
        self._imported: Any = None

    def check(self, token: WebToken) -> None:
        """Check a token's signature.

        Raises:
            TokenError: `signature`.
        """
        from joserfc.errors import JoseError
        from joserfc.jwk import import_key
        from joserfc.util import urlsafe_b64decode

        if token.algorithm not in ALGORITHMS:
            raise TokenError("signature", f"Unsupported signing algorithm: {token.algorithm}")
        if self.jwk.get("alg", token.algorithm) != token.algorithm:
            raise TokenError("signature", "Token signature could not be verified")
        signed, _, signature = token.text.rpartition(".")
        try:
            if self._imported is None:
                self._imported = import_key(dict(self.jwk))
            algorithm = _registry().get_alg(token.algorithm)
            algorithm.check_key(self._imported)
            # not `deserialize_compact`: the token is taken apart already, and that takes as long as the signature itself
            valid = algorithm.verify(signed.encode(), urlsafe_b64decode(signature.encode()), self._imported)
        except (JoseError, ValueError, TypeError) as error:
            raise TokenError("signature", "Token signature could not be verified") from error
        if not valid:
            raise TokenError("signature", "Token signature could not be verified")


@cache
def _registry() -> Any:
    from joserfc.jws import JWSRegistry

    return JWSRegistry(algorithms=ALGORITHMS)


Keys = Mapping[str, PublicKey]
"""An issuer's keys by key id."""


class OwnIssuer(Protocol):
    """Issuers that Portico is itself: a service implements this for the tokens that it signs."""

    def name(self, issuer: str) -> str | None:
        """What the issuer is called, whichever of its addresses `issuer` is; None if its form is not that of one of these."""

    async def keys(self, name: str) -> Keys | None:
        """The keys of the issuer of that name, or None if there is no such issuer here."""

    async def ended(self, name: str, claims: Mapping[str, Any]) -> str:
        """Why a token of the issuer of that name, which was verified, holds no longer for who asks; "" if it does."""


class Issuers:
    """All issuers: our own, added by the services that sign, and those that are found by their URL."""

    __slots__ = ("_foreign", "_own")

    def __init__(self, foreign: "Discovery") -> None:
        self._foreign = foreign
        self._own: list[OwnIssuer] = []

    def add(self, own: OwnIssuer) -> None:
        """Have tokens of these issuers verified in process."""
        self._own.append(own)

    def name(self, issuer: str) -> str:
        """What an issuer is called: the same for all addresses of one of our own, else its URL."""
        for own in self._own:
            name = own.name(issuer)
            if name is not None:
                return name
        return issuer.removesuffix("/")

    async def key(self, token: WebToken) -> tuple[PublicKey, bool]:
        """The key that the token says it was signed with, and whether that is Portico's own.

        Raises:
            TokenError: `keys` (the issuer has no such key), `unreachable` (try again).
        """
        keys = await self.own_keys(token.issuer)
        if keys is None:
            return await self._foreign.key(token), False
        if token.key_id not in keys:
            raise no_keys()
        return keys[token.key_id], True

    async def own_keys(self, issuer: str) -> Keys | None:
        """The keys of one of our own issuers; None if it is none of them, or there no longer."""
        for own in self._own:
            name = own.name(issuer)
            keys = None if name is None else await own.keys(name)
            if keys is not None:
                return keys
        return None

    async def ended(self, issuer: str, claims: Mapping[str, Any]) -> str:
        """Why a token that was verified holds no longer, by the word of its issuer ("The user is disabled."); "" if it does, or its issuer
        is none of our own."""
        for own in self._own:
            name = own.name(issuer)
            if name is not None:
                return await own.ended(name, claims)
        return ""


class _Fetched(msgspec.Struct, frozen=True, gc=False):
    """An issuer's keys, and when they were fetched (`monotonic`)."""

    keys: dict[str, PublicKey]
    at: float


class Discovery:
    """Finds the keys of foreign issuers. `monotonic` judges the age of kept ones."""

    __slots__ = ("_kept", "_locks", "_monotonic", "_outbound")

    def __init__(self, outbound: Outbound, *, monotonic: Callable[[], float]) -> None:
        self._outbound = outbound
        self._monotonic = monotonic
        self._kept: dict[str, _Fetched] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def key(self, token: WebToken) -> PublicKey:
        """The key that the token's issuer publishes under the token's key id.

        Raises:
            TokenError: `keys`, `unreachable`, `signature` (the algorithm is none that is believed).
        """
        if token.algorithm not in ALGORITHMS:
            raise TokenError("signature", f"Unsupported signing algorithm: {token.algorithm}")
        issuer = token.issuer
        async with self._locks.setdefault(issuer, asyncio.Lock()):
            try:
                return await self._held_key(issuer, token.key_id)
            finally:
                self._forget()

    async def _held_key(self, issuer: str, key_id: str) -> PublicKey:
        kept = self._kept.get(issuer)
        age_s = self._monotonic() - kept.at if kept else _KEEP_S
        if kept is None or age_s >= _KEEP_S or (key_id not in kept.keys and age_s >= _AGAIN_S):
            kept = _Fetched(await self._fetch(issuer), self._monotonic())
            self._kept[issuer] = kept
        key = kept.keys.get(key_id)
        if key is None and not key_id and len(kept.keys) == 1:
            key = next(iter(kept.keys.values()))
        if key is None:
            raise no_keys()
        return key

    def _forget(self) -> None:
        """Keep the memory of issuers bounded; those that are being asked keep their locks."""
        while len(self._kept) > _KEPT_MAX:
            self._kept.pop(next(iter(self._kept)))
        if len(self._locks) > _KEPT_MAX:
            self._locks = {issuer: lock for issuer, lock in self._locks.items() if lock.locked()}

    async def _fetch(self, issuer: str) -> dict[str, PublicKey]:
        discovery = await self._document(f"{issuer.removesuffix('/')}/.well-known/openid-configuration")
        if str(discovery.get("issuer", "")).removesuffix("/") != issuer.removesuffix("/"):
            raise no_keys()
        keys = (await self._document(str(discovery.get("jwks_uri", "")))).get("keys")
        if not isinstance(keys, list):
            raise no_keys()
        usable = [
            key
            for key in keys
            if isinstance(key, dict) and key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"
        ]
        return {str(key.get("kid", "")): PublicKey(key) for key in usable}

    async def _document(self, url: str) -> dict[str, Any]:
        if not url.startswith("https://"):
            raise no_keys()
        try:
            response = await self._outbound.request("GET", url, bytes_max=_DOCUMENT_BYTES_MAX)
        except OutboundError as error:
            if error.reason in ("timeout", "unreachable", "unresolved"):
                raise TokenError("unreachable", f"Identity provider could not be reached: {url}") from error
            raise no_keys() from error
        if response.status >= 500:
            raise TokenError("unreachable", f"Identity provider answered {response.status}: {url}")
        try:
            if response.status != 200:
                raise no_keys()
            return msgspec.json.decode(response.body, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise no_keys() from error


def no_keys() -> TokenError:
    """The issuer has no such key, or is no issuer."""
    return TokenError(
        "keys",
        "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity "
        "documentation for requirements",
    )
