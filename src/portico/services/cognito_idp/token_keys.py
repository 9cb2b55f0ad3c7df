"""The keys that a pool signs its tokens with: two, made when the first token is needed, one for ID and one for access tokens.

The private keys are sealed under the data directory's key. They are made and used in threads.

Source: Cognito Developer Guide, "Verifying JSON web tokens": RS256, two keys in the pool's JWKS.
"""

import asyncio
import secrets
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from portico.identity.issuers import Keys, PublicKey
from portico.identity.sealing import Sealer
from portico.services.cognito_idp.records import KEYS, PoolKeys
from portico.store.cache import RecordCache
from portico.store.port import Conflict, Put, VersionIs

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

Use = Literal["id", "access"]
_USES: tuple[Use, ...] = ("id", "access")
_LOADED_MAX = 256
_BITS = 2048
_EXPONENT = 65537


class PoolSigner:
    """A pool's keys, ready for use."""

    __slots__ = ("_heads", "_private", "public", "record")

    def __init__(self, record: PoolKeys, private: "tuple[RSAPrivateKey, ...]") -> None:
        self.record = record
        self._private = dict(zip(_USES, private, strict=True))
        self._heads = {use: _head(kid) for use, kid in zip(_USES, record.ids, strict=True)}
        self.public: Keys = {jwk["kid"]: PublicKey(jwk) for jwk in record.public}

    def sign(self, use: Use, claims: dict[str, Any]) -> str:
        """A token with these claims. It takes 0.3 ms or more, so this belongs in a thread."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        text = self._heads[use] + b"." + _base64(msgspec.json.encode(claims))
        signature = self._private[use].sign(text, PKCS1v15(), SHA256())
        return f"{text.decode()}.{_base64(signature).decode()}"


class TokenKeys:
    """The keys of all pools."""

    __slots__ = ("_cache", "_loaded", "_making", "_sealer")

    def __init__(self, cache: RecordCache, sealer: Sealer) -> None:
        self._cache = cache
        self._sealer = sealer
        self._loaded: dict[str, PoolSigner] = {}
        self._making: dict[str, asyncio.Lock] = {}

    async def of(self, pool: str) -> PoolSigner:
        """The keys of the pool with that id, which exists; made now if there are none yet."""
        held = await self._cache.get(KEYS, pool)
        loaded = self._loaded.get(pool)
        if held is not None and loaded is not None and loaded.record is held.value:
            return loaded
        async with self._making.setdefault(pool, asyncio.Lock()):
            try:
                return await self._load(pool)
            finally:
                self._forget()

    async def _load(self, pool: str) -> PoolSigner:
        while True:
            held = await self._cache.get(KEYS, pool)
            if held is not None:
                loaded = self._loaded.get(pool)
                if loaded is None or loaded.record is not held.value:
                    loaded = await asyncio.to_thread(_opened, held.value, self._sealer)
                    self._loaded[pool] = loaded
                return loaded
            made = await asyncio.to_thread(_made, pool, self._sealer)
            try:
                await self._cache.store.commit(
                    [Put(KEYS.key(pool), KEYS.encode(made))], [VersionIs(KEYS.key(pool), 0)]
                )
            except Conflict:
                continue  # another process was faster

    def _forget(self) -> None:
        """Keep what is in memory bounded; keys that are being made keep their locks."""
        while len(self._loaded) > _LOADED_MAX:
            self._loaded.pop(next(iter(self._loaded)))
        if len(self._making) > _LOADED_MAX:
            self._making = {pool: lock for pool, lock in self._making.items() if lock.locked()}


def _made(pool: str, sealer: Sealer) -> PoolKeys:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    ids, sealed, public = [], [], []
    for _ in _USES:
        key = generate_private_key(_EXPONENT, _BITS)
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        kid = b64encode(secrets.token_bytes(32)).decode()
        ids.append(kid)
        sealed.append(sealer.seal(_purpose(pool), der))
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
    return PoolKeys(pool, tuple(ids), tuple(sealed), tuple(public))


def _opened(record: PoolKeys, sealer: Sealer) -> PoolSigner:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    private = []
    for sealed in record.sealed:
        key = load_der_private_key(sealer.unseal(_purpose(record.pool), sealed), None)
        assert isinstance(key, RSAPrivateKey)
        private.append(key)
    return PoolSigner(record, tuple(private))


def _purpose(pool: str) -> str:
    return f"cognito-idp signing key {pool}"


def _head(kid: str) -> bytes:
    return _base64(msgspec.json.encode({"kid": kid, "alg": "RS256"}))


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
