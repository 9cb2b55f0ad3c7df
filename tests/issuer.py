"""An OpenID Connect issuer on loopback, over TLS with a certificate of its own, and tokens that it signs."""

import asyncio
import contextlib
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from portico.base.outbound import Outbound

HOST = "issuer.example"


class Issuer:
    """Answers discovery and keys; `documents` can be changed, `requests` are the paths that were asked for."""

    def __init__(self, certificate: Path) -> None:
        self.certificate = certificate
        self.keys: dict[str, RSAKey | ECKey] = {
            "one": RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        }
        self.requests: list[str] = []
        self.overridden: dict[str, tuple[int, bytes]] = {}
        self.port = 0

    @property
    def url(self) -> str:
        """The issuer, as in `iss`."""
        return f"https://{HOST}:{self.port}"

    @property
    def name(self) -> str:
        """The issuer, as a provider is registered."""
        return f"{HOST}:{self.port}"

    def token(self, *, kid: str = "one", alg: str = "RS256", key: Any = None, **claims: Any) -> str:
        """A token signed with the key `kid`; claims that are None are left out."""
        now = int(datetime.now(UTC).timestamp())
        default = {"iss": self.url, "sub": "somebody", "aud": "my-client", "iat": now, "exp": now + 600}
        held = {name: value for name, value in {**default, **claims}.items() if value is not None}
        header = {"alg": alg, **({"kid": kid} if kid else {})}
        return jws.serialize_compact(
            header, json.dumps(held).encode(), key or self.keys[kid or "one"], algorithms=[alg]
        )

    def outbound(self) -> Outbound:
        """A client that finds this issuer and trusts its certificate."""

        async def resolve(_host: str, _port: int) -> Sequence[str]:
            return ["127.0.0.1"]

        context = ssl.create_default_context(cafile=str(self.certificate))
        return Outbound(allow=["127.0.0.1"], resolve=resolve, context=context)

    def _document(self, path: str) -> tuple[int, bytes]:
        if path in self.overridden:
            return self.overridden[path]
        documents: dict[str, Any] = {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": {"keys": [key.as_dict(private=False) for key in self.keys.values()]},
        }
        return (200, json.dumps(documents[path]).encode()) if path in documents else (404, b"")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            self.requests.append(path)
            status, body = self._document(path)
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        writer.close()


def _certificate(directory: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    names = [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(1)
        )
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = directory / "issuer.pem", directory / "issuer.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, private


@contextlib.asynccontextmanager
async def an_issuer(directory: Path) -> AsyncIterator[Issuer]:
    """An issuer for a test."""
    certificate, private = _certificate(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    issuer = Issuer(certificate)
    server = await asyncio.start_server(issuer.serve, "127.0.0.1", 0, ssl=context)
    issuer.port = server.sockets[0].getsockname()[1]
    yield issuer
    server.close()
    await server.wait_closed()
