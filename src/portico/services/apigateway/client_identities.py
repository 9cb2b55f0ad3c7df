"""What backends know API Gateway by: the client certificate of a stage, shown when a connection is made.

Source: API Gateway developer guide, "Generate and configure an SSL certificate for backend authentication".
"""

import ssl
import tempfile
from base64 import b64encode

from portico.identity.sealing import Sealer
from portico.services.apigateway.records import CLIENT_CERTIFICATE_KEYS, CLIENT_CERTIFICATES
from portico.store.cache import RecordCache

KEY_PURPOSE = "apigateway client certificate"
_KEPT_MAX = 256
_LINE = 64

Name = tuple[str, str, str, bool]
"""Account, region, certificate, and whether the backend's own certificate is checked."""


class ClientIdentities:
    """Makes the terms on which connections show a certificate; one for each certificate, so that connections are used again."""

    __slots__ = ("_cache", "_kept", "_sealer")

    def __init__(self, cache: RecordCache, sealer: Sealer) -> None:
        self._cache = cache
        self._sealer = sealer
        self._kept: dict[Name, ssl.SSLContext] = {}

    def context(self, account: str, region: str, name: str, *, verify: bool) -> ssl.SSLContext | None:
        """The terms for the certificate `name`; None if it is not there. `verify`: the backend's own has to be a good one."""
        certificate = self._cache.peek(CLIENT_CERTIFICATES, account, region, name)
        key = self._cache.peek(CLIENT_CERTIFICATE_KEYS, account, region, name)
        if certificate is None or key is None:
            return None
        kept = self._kept.get((account, region, name, verify))
        if kept is None:
            kept = _with(
                certificate.value.pem_encoded_certificate,
                self._sealer.unseal(KEY_PURPOSE, key.value.sealed),
                verify=verify,
            )
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            self._kept[account, region, name, verify] = kept
        return kept


def _with(certificate: str, key: bytes, *, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    with (
        tempfile.NamedTemporaryFile() as file
    ):  # OpenSSL reads keys from files only; nobody else may read this one
        file.write((certificate + _pem(key)).encode())
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _pem(key: bytes) -> str:
    text = b64encode(key).decode()
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return "\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----", ""])
