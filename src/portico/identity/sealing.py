"""Sealed texts: what the server hands out and later takes back, unread and unchanged by anybody else.

AES-256-GCM under the data directory's key. The purpose is authenticated along with the content, so that a text sealed
for one use is worthless for another.
"""

import binascii
import hmac
import os
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_FORM = b"\x01"


class SealError(Exception):
    """The text was not sealed here for this purpose, or has been changed since."""


class Sealer:
    """Seals under one 32-byte key. The library that does it is loaded when there is something to seal: a server that has nothing to do
    is a tenth smaller without."""

    __slots__ = ("_cipher_made", "_digest_key", "_key")

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the data key has 32 bytes")
        self._key = key
        self._cipher_made: AESGCM | None = None
        self._digest_key = hmac.digest(key, b"digests", "sha256")

    @property
    def _cipher(self) -> "AESGCM":
        if self._cipher_made is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._cipher_made = AESGCM(self._key)
        return self._cipher_made

    def seal(self, purpose: str, content: bytes) -> str:
        """`content` as a text of base64, readable only by `unseal` with the same purpose."""
        nonce = os.urandom(_NONCE_BYTES)
        return b64encode(_FORM + nonce + self._cipher.encrypt(nonce, content, purpose.encode())).decode()

    def digest(self, purpose: str, content: bytes) -> bytes:
        """32 bytes that are always the same for this content, and that nobody without the key can foretell."""
        return hmac.digest(self._digest_key, purpose.encode() + b"\0" + content, "sha256")

    def unseal(self, purpose: str, text: str) -> bytes:
        """What was sealed.

        Raises:
            SealError: see there.
        """
        from cryptography.exceptions import InvalidTag

        try:
            data = b64decode(text, validate=True)
            if data[:1] != _FORM:
                raise SealError("not a sealed text")
            nonce, sealed = data[1 : 1 + _NONCE_BYTES], data[1 + _NONCE_BYTES :]
            return self._cipher.decrypt(nonce, sealed, purpose.encode())
        except (binascii.Error, ValueError, InvalidTag) as error:
            raise SealError("not a sealed text") from error
