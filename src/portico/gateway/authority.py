"""A local certificate authority: its certificate for clients to trust, and the server's certificate signed by it."""

import contextlib
import datetime
import ipaddress
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_AUTHORITY_DAYS = 3650
_LEAF_DAYS = 397  # the longest that browsers accept
_RENEW_DAYS = 30
_BACKDATED = datetime.timedelta(hours=1)  # for clocks that lag behind ours
_DOORS = (
    "execute-api", "execute-api.us-east-1", "lambda-url.us-east-1", "auth.us-east-1", "apigw-portal.us-east-1"
)  # fmt: skip
_LOCAL = (
    *("localhost", "*.localhost", "*.us-east-1.localhost", "127.0.0.1", "::1"),
    *(f"*.{door}.localhost" for door in _DOORS),  # a star stands for one label only
)

AUTHORITY, AUTHORITY_KEY = "authority.pem", "authority.key"
LEAF, LEAF_KEY = "server.pem", "server.key"


def ensure_leaf(directory: Path, hostnames: Iterable[str], now: datetime.datetime) -> tuple[Path, Path]:
    """Certificate chain and key (PEM files in `directory`, keys 0600) for the local names and `hostnames`.

    Both authority and certificate are made when missing or near their end; the certificate also when the names differ.

    Raises:
        OSError: the directory can't be written. ValueError: a file there is damaged.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, authority_key = _ensure_authority(directory, now)
    names = tuple(dict.fromkeys((*_LOCAL, *hostnames)))
    chain, key_file = directory / LEAF, directory / LEAF_KEY
    if not _usable(chain, key_file, authority, names, now):
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = _issue(key.public_key(), names, authority, authority_key, now)
        _write(key_file, _private(key))
        _write(chain, _public(leaf) + _public(authority))
    return chain, key_file


def _ensure_authority(
    directory: Path, now: datetime.datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate_file, key_file = directory / AUTHORITY, directory / AUTHORITY_KEY
    if certificate_file.exists() and key_file.exists():
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise ValueError(f"{key_file} is not the key of {certificate_file}; remove both to start anew")
        if _lasts(certificate, now):
            return certificate, key
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _self_signed(key, now)
    _write(key_file, _private(key))
    _write(certificate_file, _public(certificate), mode=0o644)  # functions read it, as users of their own
    return certificate, key


def _self_signed(key: ec.EllipticCurvePrivateKey, now: datetime.datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Portico local authority")])
    usage = _key_usage(key_cert_sign=True, crl_sign=True)
    return (
        _builder(name, name, key.public_key(), now, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _issue(
    public_key: ec.EllipticCurvePublicKey,
    names: Iterable[str],
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    now: datetime.datetime,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _builder(subject, authority.subject, public_key, now, _LEAF_DAYS)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    now: datetime.datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _key_usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode() if not name.isascii() else name)


def _lasts(certificate: x509.Certificate, now: datetime.datetime) -> bool:
    soon = now + datetime.timedelta(days=_RENEW_DAYS)
    return certificate.not_valid_before_utc <= now and soon < certificate.not_valid_after_utc


def _usable(
    chain: Path, key_file: Path, authority: x509.Certificate, names: tuple[str, ...], now: datetime.datetime
) -> bool:
    if not chain.exists() or not key_file.exists():
        return False
    leaf = x509.load_pem_x509_certificate(chain.read_bytes())
    key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    try:
        leaf.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    has = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        _lasts(leaf, now)
        and list(has) == [_general_name(name) for name in names]
        and key.public_key() == leaf.public_key()
    )


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace the file in one step; mkstemp makes it 0600 from its first moment."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
