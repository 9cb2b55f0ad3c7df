"""Security policies: which versions of TLS an API and a custom domain name are spoken to in.

Source: API Gateway Developer Guide, "Security policies for REST APIs", "Supported security policies".
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import Server, new_account, running
from rest_doors import RestApi

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/c"
ONLY_TLS_1_3 = "SecurityPolicy_TLS13_1_3_2025_09"
EITHER = "SecurityPolicy_TLS13_1_2_2021_06"


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that speaks TLS."""
    with running(tmp_path_factory.mktemp("tls") / "data", "--tls", "auto") as server:
        yield server


@pytest.fixture
def rest(secure: Server) -> RestApi:
    """An API behind TLS, with `GET /pets`, not deployed yet."""
    account = new_account()
    authority = f"{secure.data}/tls/authority.pem"

    def client(service: str, **options: Any) -> Any:
        return secure.client(service, account, verify=authority, **options)

    made = RestApi(secure, client, account)
    made.method("/pets")
    return made


def asker(server: Server) -> Callable[[str, str, ssl.TLSVersion], int]:
    """`ask(host, path, version)`: the status of an answer over one version of TLS."""
    assert server.data is not None
    authority = Path(server.data) / "tls" / "authority.pem"

    def ask(host: str, path: str, version: ssl.TLSVersion) -> int:
        context = ssl.create_default_context(cafile=str(authority))
        context.minimum_version = context.maximum_version = version
        plain = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        connection = http.client.HTTPConnection("localhost")
        connection.sock = context.wrap_socket(plain, server_hostname="localhost")
        try:
            connection.request("GET", path, headers={"Host": host})
            return connection.getresponse().status
        finally:
            connection.close()

    return ask


def test_an_api(rest: RestApi) -> None:
    ask = asker(rest.server)
    rest.deploy()
    assert [ask(rest.host, "/prod/pets", version) for version in (TLS_1_2, TLS_1_3)] == [200, 200]
    for policy, statuses in ((ONLY_TLS_1_3, [403, 200]), (EITHER, [200, 200])):
        rest.update("update_rest_api", {"/securityPolicy": policy})
        rest.deploy()
        assert [ask(rest.host, "/prod/pets", version) for version in (TLS_1_2, TLS_1_3)] == statuses


def test_a_name(rest: RestApi) -> None:
    ask, name = asker(rest.server), f"a{rest.account}.example.com"
    rest.deploy()
    rest.control.create_domain_name(
        domainName=name, certificateArn=CERTIFICATE, securityPolicy="SecurityPolicy_TLS13_2025_EDGE"
    )
    rest.control.create_base_path_mapping(domainName=name, restApiId=rest.id, stage="prod")
    assert [ask(name, "/pets", version) for version in (TLS_1_2, TLS_1_3)] == [403, 200]
    lower = [{"op": "replace", "path": "/securityPolicy", "value": "TLS_1_2"}]
    rest.control.update_domain_name(domainName=name, patchOperations=lower)
    assert [ask(name, "/pets", version) for version in (TLS_1_2, TLS_1_3)] == [200, 200]
