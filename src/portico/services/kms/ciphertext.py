"""Ciphertexts as KMS hands them out: AES-256-GCM under a key's material, and in clear which key and material that is. Pure.

    form (1) | account (8) | key id (16) | material (32) | nonce (12) | ciphertext and tag

What stands before the nonce, and the encryption context in one order whatever the caller's, are authenticated along. AWS's form is its own
and not documented; nobody but KMS reads either.
"""

import os
from collections.abc import Mapping
from uuid import UUID

import msgspec

_FORM = b"\x02"
_HEAD_BYTES = 57
_NONCE_BYTES = 12
_TAG_BYTES = 16

Context = Mapping[str, str]


class CiphertextError(Exception):
    """No ciphertext of ours, or it was changed, or its encryption context is another."""


class Ciphertext(msgspec.Struct, frozen=True, gc=False):
    """A ciphertext taken apart: the account and id of its key, the id of the material in it, and what is encrypted."""

    account: str
    key: str
    material: str
    head: bytes
    sealed: bytes


def parse(blob: bytes) -> Ciphertext:
    """Take a ciphertext apart; nothing of it is proved yet.

    Raises:
        CiphertextError: it has not the form of one.
    """
    if blob[:1] != _FORM or len(blob) < _HEAD_BYTES + _NONCE_BYTES + _TAG_BYTES:
        raise CiphertextError("not a ciphertext")
    head, sealed = blob[:_HEAD_BYTES], blob[_HEAD_BYTES:]
    account = f"{int.from_bytes(head[1:9], 'big'):012d}"
    return Ciphertext(account, str(UUID(bytes=head[9:25])), head[25:57].hex(), head, sealed)


def encrypt(
    account: str, key: str, material: str, secret: bytes, plaintext: bytes, context: Context
) -> bytes:
    """Encrypt with a material's 32 bytes, `secret`; `material` is its id."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    head = _FORM + int(account).to_bytes(8, "big") + UUID(key).bytes + bytes.fromhex(material)
    nonce = os.urandom(_NONCE_BYTES)
    return head + nonce + AESGCM(secret).encrypt(nonce, plaintext, head + canonical(context))


def decrypt(found: Ciphertext, secret: bytes, context: Context) -> bytes:
    """The plaintext.

    Raises:
        CiphertextError: see there.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce, sealed = found.sealed[:_NONCE_BYTES], found.sealed[_NONCE_BYTES:]
    try:
        return AESGCM(secret).decrypt(nonce, sealed, found.head + canonical(context))
    except InvalidTag:
        raise CiphertextError("another ciphertext or another context") from None


def canonical(context: Context) -> bytes:
    """An encryption context as bytes, the same for the same pairs."""
    return msgspec.json.encode(sorted(context.items()))
