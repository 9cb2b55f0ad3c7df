"""RSA for SNS's signatures. Imported when the first message is signed: what it needs is large."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

_BITS = 2048
_YEARS = 10


def make() -> tuple[bytes, str]:
    """A new private key (PKCS 8, DER) and its certificate (PEM), signed by itself."""
    key = rsa.generate_private_key(65_537, _BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=365 * _YEARS))
        .sign(key, hashes.SHA256())
    )
    der = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return der, certificate.public_bytes(serialization.Encoding.PEM).decode()


def load(der: bytes) -> rsa.RSAPrivateKey:
    """A key that `make` has made."""
    key = serialization.load_der_private_key(der, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def sign(key: rsa.RSAPrivateKey, text: bytes, version: str) -> bytes:
    """The signature of a text in SNS's signature version (`1` or `2`)."""
    digest = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303  # version 1 is that
    return key.sign(text, padding.PKCS1v15(), digest)
