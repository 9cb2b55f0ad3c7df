"""TLS for the listener: from given files, or from a local authority in the data directory (`--tls auto`)."""

import datetime
import ssl
from collections.abc import Iterable
from pathlib import Path

_DIRECTORY = "tls"


class TlsError(Exception):
    """The certificate or its key can't be used; the message names the file and says why."""


def from_files(certificate: str | Path, key: str | Path) -> ssl.SSLContext:
    """A server's context (TLS 1.2 or later) for a certificate chain and its key, PEM files.

    Raises:
        TlsError: a file can't be read, is no PEM, or the two do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        raise TlsError(f"the certificate {certificate} with the key {key} can't be used: {error}") from error
    return context


def automatic(data: Path, hostnames: Iterable[str]) -> ssl.SSLContext:
    """A server's context for `localhost`, its subdomains, loopback addresses and `hostnames`.

    The authority and the certificate are kept in `data`/tls; the certificate is made anew when it has less than 30 days left or the
    names have changed, the authority likewise at its end (after ten years).

    Raises:
        TlsError: the directory can't be written, or what is there is damaged.
    """
    from portico.gateway.authority import ensure_leaf

    now = datetime.datetime.now(datetime.UTC)
    try:
        chain, key = ensure_leaf(data / _DIRECTORY, hostnames, now)
    except (OSError, ValueError) as error:
        raise TlsError(f"no certificate can be made in {data / _DIRECTORY}: {error}") from error
    return from_files(chain, key)


def authority_certificate(data: Path) -> Path:
    """Where the local authority's certificate (PEM) is: what clients trust, for instance through `AWS_CA_BUNDLE`."""
    from portico.gateway.authority import AUTHORITY

    return data / _DIRECTORY / AUTHORITY


def _no_password() -> str:
    raise ValueError("the key is encrypted")
