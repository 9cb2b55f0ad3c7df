"""One decision at every address of a front door: whatever the host, the spelling of the path or the form of the request."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness import REGION, Server
from http_api import HttpApi, sent
from rest_doors import RestApi

Client = Callable[..., Any]
Deploy = Callable[..., str]
TELLS = """
import json

def handler(event, context):
    context = event["requestContext"]
    ip = context.get("identity", context.get("http", {})).get("sourceIp")
    path = event.get("rawPath", event.get("path"))
    return {"statusCode": 200, "body": json.dumps({"ip": ip, "path": path})}
"""


def raw(port: int, message: str) -> tuple[int, bytes]:
    """The status and the whole of the answer to what is sent as it is, in a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(message.encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    return int(answer.split(b" ", 2)[1]) if answer else 0, answer


def addresses(kind: str, identifier: str, port: int, stage: str) -> Iterator[tuple[str, str]]:
    """The hosts of an API or URL, and what its paths begin with there."""
    label = "lambda-url" if kind == "urls" else "execute-api"
    below = f"/{stage}" if stage else ""
    for name in (
        f"{identifier}.{label}.localhost",
        f"{identifier}.{label}.{REGION}.localhost",
        f"{identifier.upper()}.{label}.LOCALHOST",
        f"{identifier}.{label}.localhost.",
        f"{identifier}.{label}.{REGION}.localhost.localstack.cloud",
    ):
        yield f"{name}:{port}", below
        yield name, below
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        yield host, f"/_portico/{kind}/{identifier}{below}"
        if kind == "apis":
            yield host, f"/_aws/execute-api/{identifier}{below}"
            yield host, f"/restapis/{identifier}{below}/_user_request_"


@pytest.fixture
def http(server: Server, client: Client, account: str, deploy: Deploy) -> HttpApi:
    """An HTTP API with an open route and one for signers."""
    api = HttpApi(server, client, account)
    target = api.integrate(deploy(TELLS))
    api.route("GET /open", target)
    api.route("GET /signed", target, AuthorizationType="AWS_IAM")
    api.stage("dev")
    return api


@pytest.fixture
def rest(server: Server, client: Client, account: str, deploy: Deploy) -> RestApi:
    """A REST API with an open method and one that asks for a key."""
    api = RestApi(server, client, account)
    name = deploy(TELLS)
    api.method("/open", function=name)
    api.method("/keyed", function=name, apiKeyRequired=True)
    api.deploy()
    return api


def test_http_apis(http: HttpApi) -> None:
    port = http.server.port
    for host, base in addresses("apis", http.id, port, "dev"):
        statuses = [
            sent(port, f"{base}{path}", "GET", {"Host": host}).status
            for path in (
                "/open",
                "/signed",
                "/%73igned",
                "/signed/",
                "/signed;a=b",
                "//signed",
                "/SIGNED",
                "/no",
            )
        ]
        assert statuses[:3] == [200, 403, 403], (host, base)
        assert set(statuses[3:]) == {404}, (host, base, statuses)
    http.control.update_api(ApiId=http.id, DisableExecuteApiEndpoint=True)
    for host, base in addresses("apis", http.id, port, "dev"):
        assert sent(port, f"{base}/open", "GET", {"Host": host}).status == 404, (host, base)


def test_rest_apis(rest: RestApi) -> None:
    port = rest.server.port
    for host, base in addresses("apis", rest.id, port, "prod"):
        assert sent(port, f"{base}/open", "GET", {"Host": host}).status == 200, (host, base)
        for path in (
            "/keyed",
            "/%6beyed",
            "/keyed/",
            "/keyed?x-api-key=1",
            "/open/../keyed",
            "/.%2e/prod/open",
        ):
            status = sent(port, f"{base}{path}", "GET", {"Host": host}).status
            assert status in (400, 403), (host, base, path)
    rest.update("update_rest_api", {"/disableExecuteApiEndpoint": "true"})
    rest.deploy()
    for host, base in addresses("apis", rest.id, port, "prod"):
        assert sent(port, f"{base}/open", "GET", {"Host": host}).status == 403, (host, base)


def test_function_urls(server: Server, client: Client, deploy: Deploy) -> None:
    name, lam = deploy(TELLS), client("lambda")
    made = lam.create_function_url_config(FunctionName=name, AuthType="NONE")
    identifier = made["FunctionUrl"].partition("//")[2].partition(".")[0]

    def statuses() -> set[int]:
        return {
            sent(server.port, f"{base}/a", "GET", {"Host": host}).status
            for host, base in addresses("urls", identifier, server.port, "")
        }

    assert statuses() == {403}
    for action, more in (
        ("lambda:InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
        ("lambda:InvokeFunction", {"InvokedViaFunctionUrl": True}),
    ):
        assert statuses() == {403}
        lam.add_permission(FunctionName=name, StatementId=action[7:], Action=action, Principal="*", **more)
    assert statuses() == {200}
    lam.update_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    assert statuses() == {403}
    lam.update_function_url_config(FunctionName=name, AuthType="NONE")
    lam.delete_function(FunctionName=name)
    assert statuses() == {403}
    deploy(TELLS, name=name)
    assert statuses() == {403}


def test_regions_that_are_not_ones_own(http: HttpApi, rest: RestApi, client: Client, deploy: Deploy) -> None:
    name, lam = deploy(TELLS, name="other"), client("lambda")
    made = lam.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
    lam.add_permission(
        FunctionName=name,
        StatementId="u",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    lam.add_permission(
        FunctionName=name,
        StatementId="i",
        Action="lambda:InvokeFunction",
        Principal="*",
        InvokedViaFunctionUrl=True,
    )
    url = made.partition("//")[2].partition(".")[0]
    for identifier, label, path in (
        (http.id, "execute-api", "/dev/open"),
        (rest.id, "execute-api", "/prod/open"),
        (url, "lambda-url", "/"),
    ):
        for region, good in ((REGION, True), ("eu-west-1", False)):
            host = f"{identifier}.{label}.{region}.localhost"
            assert (sent(http.server.port, path, "GET", {"Host": host}).status == 200) is good, host


def test_forms_of_requests(http: HttpApi, rest: RestApi) -> None:
    port = http.server.port
    for api, stage in ((http, "dev"), (rest, "prod")):
        end = f"Host: {api.host}\r\nConnection: close\r\n\r\n"
        closed = "signed" if api is http else "keyed"
        for path, wanted in (("open", 200), (closed, 403)):
            place = f"/{stage}/{path}"
            for line in (f"{place} HTTP/1.1", f"http://{api.host}{place} HTTP/1.1", f"{place} HTTP/1.0"):
                assert raw(port, f"GET {line}\r\n{end}")[0] == wanted, line
        for line, more in (
            (f"http://other.localhost/{stage}/open HTTP/1.1", ""),
            (f"http://localhost:{port}/{stage}/open HTTP/1.1", ""),
            (f"/{stage}/open HTTP/1.1", f"Host: {api.host}\r\n"),
            (f"/{stage}/open HTTP/1.1", "Host: localhost\r\n"),
            (f"/{stage}/open HTTP/1.1", "X-A: b\r\n folded: c\r\n"),
            (f"/{stage}/open HTTP/1.1", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
            (f"/{stage}/open\x00 HTTP/1.1", ""),
        ):
            assert raw(port, f"GET {line}\r\n{more}{end}")[0] == 400, (line, more)


def test_nobody_says_whom_they_are_by_a_header(http: HttpApi, rest: RestApi) -> None:
    told = {
        "X-Forwarded-For": "8.8.8.8",
        "Forwarded": "for=8.8.8.8",
        "X-Real-Ip": "8.8.8.8",
        "X-Forwarded-Host": "other.example.com",
        "True-Client-Ip": "8.8.8.8",
    }
    assert http.ask("/dev/open", headers=told).json["ip"] == "127.0.0.1"
    assert rest.ask("/open", headers=told).json["ip"] == "127.0.0.1"
    rest.policy(
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
            "Condition": {"IpAddress": {"aws:SourceIp": "8.8.8.8/32"}},
        }
    )
    rest.deploy()
    assert rest.ask("/open", headers=told).status == 403
