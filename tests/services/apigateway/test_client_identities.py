"""Client certificates: what a backend sees of the one that a stage has."""

import contextlib
import datetime
import http.server
import json
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness import Server
from rest_apis import Api, patch


def own_certificate(folder: Path) -> Path:
    """A certificate of localhost, signed by itself, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "own.pem"
    file.write_bytes(made.public_bytes(pem) + private)
    return file


@contextlib.contextmanager
def backend(folder: Path, trusted: str) -> Iterator[str]:
    """An HTTPS backend that tells the serial number of its client's certificate, which has to be one of `trusted` if there is any."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown = self.connection.getpeercert()  # type: ignore[attr-defined]
            body = json.dumps({"serial": shown["serialNumber"] if shown else None}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None: ...

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate(folder))
    context.load_verify_locations(cadata=trusted)
    context.verify_mode = ssl.CERT_OPTIONAL
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.mark.parametrize("kind", ["HTTP_PROXY", "HTTP"])
def test_a_backend_sees_the_stage_s_certificate(api: Api, server: Server, tmp_path: Path, kind: str) -> None:
    made = api.client.generate_client_certificate()
    serial = x509.load_pem_x509_certificate(made["pemEncodedCertificate"].encode()).serial_number
    place = {"resourceId": api.root, "httpMethod": "GET"}
    api.call("put_method", **place, authorizationType="NONE")

    def seen() -> Any:
        with urllib.request.urlopen(f"{server.url}/_portico/apis/{api.id}/prod/") as answer:
            return json.loads(answer.read())["serial"]

    with backend(tmp_path, made["pemEncodedCertificate"]) as url:
        api.call(
            "put_integration",
            **place,
            type=kind,
            integrationHttpMethod="GET",
            uri=url,
            tlsConfig={"insecureSkipVerification": True},
        )
        api.call("put_method_response", **place, statusCode="200")
        api.call("put_integration_response", **place, statusCode="200")
        api.deployed("prod")
        assert seen() is None
        name = made["clientCertificateId"]
        shown = patch("replace", "/clientCertificateId", name)
        api.call("update_stage", stageName="prod", patchOperations=[shown])
        assert int(seen(), 16) == int(seen(), 16) == serial
        tried = api.call("test_invoke_method", **place, clientCertificateId=name)
        assert int(json.loads(tried["body"])["serial"], 16) == serial
        hidden = patch("replace", "/clientCertificateId", "")
        api.call("update_stage", stageName="prod", patchOperations=[hidden])
        assert seen() is None
