"""The keys that Portico signs tokens with: two for each issuer that it is, made when the first token is needed.

The private keys are sealed under the data directory's key. They are made and used in threads.

Source: Cognito Developer Guide, "Verifying JSON web tokens": RS256, two keys in a pool's JWKS.
"""

import asyncio
import secrets
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from portico.identity.issuers import Keys, PublicKey
from portico.identity.sealing import Sealer
from portico.store.cache import RecordCache
from portico.store.port import Conflict, Put, VersionIs
from portico.store.table import Table

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

Use = Literal["id", "access"]
_USES: tuple[Use, ...] = ("id", "access")
_LOADED_MAX = 256
_BITS = 2048
_EXPONENT = 65537


class SigningKeyPair(msgspec.Struct, frozen=True):
    """An issuer's keys: their ids, the private keys sealed, the public ones as JSON Web Keys; each in the order ID, access."""

    owner: str
    ids: tuple[str, ...]
    sealed: tuple[str, ...]
    public: tuple[dict[str, str], ...]


KEYS = Table("signing-keys", SigningKeyPair)  # (owner)


class Signer:
    """An issuer's keys, ready for use."""

    __slots__ = ("_heads", "_private", "public", "record")

    def __init__(self, record: SigningKeyPair, private: "tuple[RSAPrivateKey, ...]") -> None:
        self.record = record
        self._private = dict(zip(_USES, private, strict=True))
        self._heads = {use: _head(kid) for use, kid in zip(_USES, record.ids, strict=True)}
        self.public: Keys = {jwk["kid"]: PublicKey(jwk) for jwk in record.public}

    def sign(self, *tokens: tuple[Use, dict[str, Any]]) -> list[str]:
        """Tokens with these claims, in order. 0.5 ms each, so this belongs in a thread."""
        return [self._signed(use, claims) for use, claims in tokens]

    def _signed(self, use: Use, claims: dict[str, Any]) -> str:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        text = self._heads[use] + b"." + _base64(msgspec.json.encode(claims))
        signature = self._private[use].sign(text, PKCS1v15(), SHA256())
        return f"{text.decode()}.{_base64(signature).decode()}"


class SigningKeys:
    """The keys of all issuers, by owner (`cognito-idp/POOL`)."""

    __slots__ = ("_cache", "_loaded", "_making", "_sealer")

    def __init__(self, cache: RecordCache, sealer: Sealer) -> None:
        self._cache = cache
        self._sealer = sealer
        self._loaded: dict[str, Signer] = {}
        self._making: dict[str, asyncio.Lock] = {}

    async def public(self, owner: str) -> Keys:
        """The public keys of an owner; none if nothing was ever signed for it."""
        return {} if await self._cache.get(KEYS, owner) is None else (await self.of(owner)).public

    async def of(self, owner: str) -> Signer:
        """The keys of an owner; made now if there are none yet."""
        held = await self._cache.get(KEYS, owner)
        loaded = self._loaded.get(owner)
        if held is not None and loaded is not None and loaded.record is held.value:
            return loaded
        async with self._making.setdefault(owner, asyncio.Lock()):
            try:
                return await self._load(owner)
            finally:
                self._forget()

    async def _load(self, owner: str) -> Signer:
        while True:
            held = await self._cache.get(KEYS, owner)
            if held is not None:
                loaded = self._loaded.get(owner)
                if loaded is None or loaded.record is not held.value:
                    loaded = await asyncio.to_thread(_opened, held.value, self._sealer)
                    self._loaded[owner] = loaded
                return loaded
            made = await asyncio.to_thread(_made, owner, self._sealer)
            key = KEYS.key(owner)
            try:
                await self._cache.store.commit([Put(key, KEYS.encode(made))], [VersionIs(key, 0)])
            except Conflict:
                continue  # another process was faster

    def _forget(self) -> None:
        """Keep what is in memory bounded; keys that are being made keep their locks."""
        while len(self._loaded) > _LOADED_MAX:
            self._loaded.pop(next(iter(self._loaded)))
        if len(self._making) > _LOADED_MAX:
            self._making = {owner: lock for owner, lock in self._making.items() if lock.locked()}


def _made(owner: str, sealer: Sealer) -> SigningKeyPair:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    ids, sealed, public = [], [], []
    for _ in _USES:
        key = generate_private_key(_EXPONENT, _BITS)
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        kid = b64encode(secrets.token_bytes(32)).decode()
        ids.append(kid)
        sealed.append(sealer.seal(_purpose(owner), der))
        numbers = key.public_key().public_numbers()
        public.append(
            {
                "alg": "RS256",
                "e": _base64(numbers.e.to_bytes(3, "big")).decode(),
                "kid": kid,
                "kty": "RSA",
                "n": _base64(numbers.n.to_bytes(_BITS // 8, "big")).decode(),
                "use": "sig",
            }
        )
    return SigningKeyPair(owner, tuple(ids), tuple(sealed), tuple(public))


def _opened(record: SigningKeyPair, sealer: Sealer) -> Signer:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    private = []
    for sealed in record.sealed:
        key = load_der_private_key(sealer.unseal(_purpose(record.owner), sealed), None)
        assert isinstance(key, RSAPrivateKey)
        private.append(key)
    return Signer(record, tuple(private))


def _purpose(owner: str) -> str:
    return f"signing key {owner}"


def _head(kid: str) -> bytes:
    return _base64(msgspec.json.encode({"kid": kid, "alg": "RS256"}))


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
