"""The key that SNS signs its messages with, and its certificate, made once for a data directory.

Receivers fetch the certificate from the address that a message names, `/_portico/sns/SimpleNotificationService-<32 hex>.pem`. The key is
sealed under the data directory's key.

Source: SNS Developer Guide, "Verifying the signatures of Amazon SNS messages": RSA, SHA-1 in version 1 and SHA-256 in version 2.
"""

import asyncio
import base64
import hashlib
from typing import TYPE_CHECKING

import msgspec

from portico.identity.sealing import Sealer
from portico.services.sns.notification import Signature
from portico.store.cache import RecordCache
from portico.store.port import Conflict, Put, VersionIs
from portico.store.table import Table
from portico.wire.errors import AwsError
from portico.wire.http import Head, Reply

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

PATH = "/_portico/sns/"
_PURPOSE = "sns signing key"


class SigningKey(msgspec.Struct, frozen=True, gc=False):
    """`sealed` is the private key (PKCS 8, DER), `certificate` a PEM."""

    sealed: str
    certificate: str


KEYS = Table("sns.signing", SigningKey)


class Signer:
    """Signs; `ready` has to be awaited before the first time."""

    def __init__(self, cache: RecordCache, sealer: Sealer, origin: str) -> None:
        self._cache = cache
        self._sealer = sealer
        self._origin = origin
        self._key: RSAPrivateKey | None = None
        self._certificate = ""
        self._name = ""
        self._making = asyncio.Lock()

    async def ready(self) -> None:
        """Read the key, or make it."""
        if self._key is None:
            async with self._making:
                await self._read()

    def sign(self, text: bytes, version: str) -> Signature:
        """The signature of a text in a version."""
        from portico.services.sns import signing_keys

        assert self._key is not None
        signature = signing_keys.sign(self._key, text, version)
        return Signature(version, base64.b64encode(signature).decode(), f"{self._origin}{PATH}{self._name}")

    async def certificate(self, head: Head) -> Reply:
        """The certificate, to whoever asks for it by its name.

        Raises:
            AwsError: NotFound, it has another name.
        """
        await self.ready()
        if head.path.removeprefix(PATH) != self._name:
            raise AwsError("NotFound", f"There is nothing at {head.path}", 404)
        return Reply(200, (("Content-Type", "application/x-pem-file"),), self._certificate.encode())

    async def _read(self) -> None:
        from portico.services.sns import signing_keys  # with cryptography, which is large

        while self._key is None:
            held = await self._cache.get(KEYS)
            if held is None:
                der, certificate = await asyncio.to_thread(signing_keys.make)
                made = SigningKey(self._sealer.seal(_PURPOSE, der), certificate)
                try:
                    await self._cache.store.commit(
                        [Put(KEYS.key(), KEYS.encode(made))], [VersionIs(KEYS.key(), 0)]
                    )
                except Conflict:
                    continue  # another process was faster
                continue
            key = signing_keys.load(self._sealer.unseal(_PURPOSE, held.value.sealed))
            self._certificate = held.value.certificate
            digest = hashlib.sha256(self._certificate.encode()).hexdigest()
            self._name = f"SimpleNotificationService-{digest[:32]}.pem"
            self._key = key
