"""Portico's own endpoints: who may call which, from where, and in which mode."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness import Server, running

FROM_AFAR = {"X-Forwarded-For": "192.0.2.7"}


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server behind a proxy: it believes what the proxy says of callers, and is not in development mode."""
    with running(tmp_path_factory.mktemp("proxied") / "data", "--trust-proxy") as server:
        yield server


def root_key(server: Server) -> tuple[str, str]:
    assert server.data is not None
    file: dict[str, Any] = json.loads((server.data / "server.json").read_bytes())
    return file["access_key_id"], file["secret_access_key"]


def asked(
    server: Server,
    method: str,
    path: str,
    key: tuple[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> int:
    """The status that a call is answered with, signed if there is a key."""
    request = AWSRequest(method, f"{server.url}{path}", headers=headers)
    if key is not None:
        SigV4Auth(Credentials(*key), "portico", "us-east-1").add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request(method, path, headers=dict(request.headers.items()))
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("path", ["/_portico/health", "/_localstack/health", "/_portico/metrics"])
def test_what_is_open_here_needs_a_signature_from_elsewhere(proxied: Server, path: str) -> None:
    assert asked(proxied, "GET", path) == 200
    assert asked(proxied, "GET", path, headers=FROM_AFAR) == 403
    assert asked(proxied, "GET", path, root_key(proxied), FROM_AFAR) == 200


def test_outside_development_mode_nothing_is_told_unsigned(proxied: Server) -> None:
    assert asked(proxied, "GET", "/_portico/explain?request_id=x") == 403
    assert asked(proxied, "GET", "/_portico/explain?request_id=x", root_key(proxied)) == 200
    assert asked(proxied, "POST", "/_portico/reset", root_key(proxied)) == 404


@pytest.mark.parametrize("mode", ["audit", "off"])
def test_no_mode_hands_a_backup_to_those_without_permission(tmp_path: Path, mode: str) -> None:
    with running(tmp_path / "data", "--iam", mode) as server:
        iam = server.client("iam")
        iam.create_user(UserName="mallory")
        made = iam.create_access_key(UserName="mallory")["AccessKey"]
        mallory = (made["AccessKeyId"], made["SecretAccessKey"])
        assert server.client("iam", key=mallory[0], secret=mallory[1]).list_users()["Users"]
        for method, path in (
            ("POST", f"/_portico/backup?file={tmp_path}/stolen"),
            ("POST", "/_portico/reset"),
            ("GET", "/_portico/explain?request_id=x"),
        ):
            assert (path, asked(server, method, path, mallory)) == (path, 403)
        assert not (tmp_path / "stolen").exists()
