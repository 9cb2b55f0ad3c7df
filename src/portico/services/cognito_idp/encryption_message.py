"""A message of the AWS Encryption SDK: what is encrypted under a data key, with that key in it, encrypted by KMS. Pure.

Format 1, algorithm suite 0x0378 (AES-256-GCM, the key derived by HKDF with SHA-384, signed by ECDSA on P-384), one frame: what Cognito
makes. Any of the SDKs that does not insist on key commitment reads it.

Source: AWS Encryption SDK Developer Guide, "Message format reference", "Body additional authenticated data", "Algorithms reference",
"Initialization vector reference"; a message of Cognito's, as a user published it (aws-sdk-rust, issue 1250).
"""

import os
import struct
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_VERSION = 1
_CUSTOMER_DATA = 0x80
_SUITE = 0x0378
_KEY_BYTES = 32
_NONCE_BYTES = 12
_FRAMED = 2
_FRAME_BYTES = 4096
_LAST = 0xFFFFFFFF
_FIRST_FRAME = 1
_FINAL_FRAME = b"AWSKMSEncryptionClient Final Frame"
_PROVIDER = b"aws-kms"
PUBLIC_KEY = "aws-crypto-public-key"


class Writer:
    """Writes one message. Its `context` goes to KMS along with the request for the data key: the public half of the key that the message
    is signed with is in it."""

    def __init__(self, context: Mapping[str, str]) -> None:
        from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key

        self._signer = generate_private_key(SECP384R1())
        self.context = {**context, PUBLIC_KEY: _public(self._signer)}

    def message(self, plaintext: bytes, data_key: bytes, encrypted_key: bytes, key_arn: str) -> bytes:
        """The message with `plaintext` (less than a frame, 4,096 bytes). `data_key` and `encrypted_key` are KMS's answer, for the key
        `key_arn`."""
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA384

        if len(plaintext) >= _FRAME_BYTES:
            raise ValueError("more than one frame holds")
        message_id = os.urandom(16)
        header = self._header(message_id, encrypted_key, key_arn)
        cipher = AESGCM(_derived(data_key, message_id))
        header_nonce, frame_nonce = (number.to_bytes(_NONCE_BYTES, "big") for number in (0, _FIRST_FRAME))
        proof = cipher.encrypt(header_nonce, b"", header)
        bound = message_id + _FINAL_FRAME + struct.pack(">IQ", _FIRST_FRAME, len(plaintext))
        body = struct.pack(">II", _LAST, _FIRST_FRAME) + frame_nonce + struct.pack(">I", len(plaintext))
        body += cipher.encrypt(frame_nonce, plaintext, bound)
        signed = header + header_nonce + proof + body
        return signed + _counted(self._signer.sign(signed, ECDSA(SHA384())))

    def _header(self, message_id: bytes, encrypted_key: bytes, key_arn: str) -> bytes:
        return b"".join(
            (
                struct.pack(">BBH", _VERSION, _CUSTOMER_DATA, _SUITE),
                message_id,
                _counted(_serialized(self.context)),
                struct.pack(">H", 1),
                *(_counted(part) for part in (_PROVIDER, key_arn.encode(), encrypted_key)),
                struct.pack(">B4xBI", _FRAMED, _NONCE_BYTES, _FRAME_BYTES),
            )
        )


def _derived(data_key: bytes, message_id: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA384
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    info = struct.pack(">H", _SUITE) + message_id
    return HKDF(SHA384(), _KEY_BYTES, salt=None, info=info).derive(data_key)


def _public(signer: "EllipticCurvePrivateKey") -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = signer.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return b64encode(point).decode()


def _serialized(context: Mapping[str, str]) -> bytes:
    pairs = sorted((key.encode(), value.encode()) for key, value in context.items())
    return struct.pack(">H", len(pairs)) + b"".join(_counted(part) for pair in pairs for part in pair)


def _counted(part: bytes) -> bytes:
    return struct.pack(">H", len(part)) + part
