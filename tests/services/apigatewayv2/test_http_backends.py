"""HTTP backends and services behind HTTP APIs.

Source: API Gateway Developer Guide, "Create HTTP proxy integrations for HTTP APIs", "Create AWS service integrations for HTTP APIs".
"""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError

from harness import new_account, running
from http_api import HttpApi


class Backend(BaseHTTPRequestHandler):
    """Tells what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path.startswith("/hang"):
            self.server.released.wait(20)  # type: ignore[attr-defined]
        told = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body.decode(),
        }
        answer = json.dumps(told).encode()
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("X-Backend", "1")
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_POST = do_PUT = do_DELETE = do_OPTIONS = do_HEAD = do_GET  # noqa: N815  # names of the base class

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def backend() -> Iterator[str]:
    """The address of a backend."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    server.daemon_threads = True
    server.released = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.released.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join(5)


def proxied(api: HttpApi, key: str, uri: str, method: str = "ANY", **settings: Any) -> None:
    made = api.control.create_integration(
        ApiId=api.id,
        IntegrationType="HTTP_PROXY",
        IntegrationUri=uri,
        IntegrationMethod=method,
        PayloadFormatVersion="1.0",
        **settings,
    )
    api.route(key, f"integrations/{made['IntegrationId']}")


def test_a_request_goes_on_and_the_answer_comes_back(api: HttpApi, backend: str) -> None:
    api.stage()
    proxied(api, "ANY /shop/{proxy+}", f"{backend}/base/{{proxy}}?fixed=1")
    came = api.ask(
        "/shop/a/b%20c?q=1&q=2",
        "POST",
        {"X-One": "1", "X-Forwarded-For": "9.9.9.9", "Proxy-Authorization": "no", "Connection": "close"},
        "hello",
    )
    assert came.status == 201
    assert came.headers["x-backend"] == "1"
    assert came.many["set-cookie"] == ["a=1", "b=2"]
    told = came.json
    assert (told["method"], told["path"], told["body"]) == ("POST", "/base/a/b%20c?fixed=1&q=1&q=2", "hello")
    headers = told["headers"]
    assert headers["x-one"] == "1"
    assert "x-forwarded-for" not in headers
    assert "proxy-authorization" not in headers
    assert "proto=http" in headers["forwarded"]
    assert f"host={api.host}" in headers["forwarded"]
    assert headers["host"] == backend.removeprefix("http://")


def test_the_integrations_own_method(api: HttpApi, backend: str) -> None:
    api.stage()
    proxied(api, "GET /a/{id}", f"{backend}/x/{{id}}", "DELETE")
    told = api.ask("/a/b%252Fc").json
    assert (told["method"], told["path"]) == ("DELETE", "/x/b%2Fc")
    assert api.ask("/a/b%2Fc").message == (404, "Not Found")  # a border between segments, as at AWS


def test_a_path_that_would_leave_the_backends(api: HttpApi, backend: str) -> None:
    api.stage()
    proxied(api, "ANY /open/{proxy+}", f"{backend}/open/{{proxy}}")
    for path in ("/open/../secret", "/open/%2e%2e/secret", "/open/a/..", "/open/..%2Fsecret"):
        assert api.ask(path).message == (400, "Bad Request"), path


def test_a_mapping_that_would_leave_the_backends(api: HttpApi, backend: str) -> None:
    api.stage()
    proxied(api, "GET /a/{id}", backend, RequestParameters={"overwrite:path": "/open/$request.path.id"})
    proxied(api, "GET /b", backend, RequestParameters={"overwrite:path": "/open/$request.querystring.q"})
    for path in (
        "/a/..%252Fsecret",
        "/a/..",
        "/a/%252e%252e%252fsecret",
        "/b?q=../secret",
        "/b?q=%252e%252e/secret",
        "/b?q=a/./b",
    ):
        assert api.ask(path).message == (400, "Bad Request"), path
    for path in ("/a/..%2Fsecret", "/a/%252e%252e%2fsecret"):
        assert api.ask(path).message == (404, "Not Found"), path
    for query, path in (("a?b", "/open/a%3Fb"), ("a%23b", "/open/a%23b"), ("..b", "/open/..b")):
        assert api.ask(f"/b?q={query}").json["path"].partition("?")[0] == path
    assert api.ask("/b?q=a%0d%0aX-A:b").json["path"].partition("?")[0] == "/open/a%0D%0AX-A:b"


def test_mappings_change_what_the_backend_gets(api: HttpApi, backend: str) -> None:
    api.stage()
    proxied(
        api,
        "ANY /{proxy+}",
        backend,
        RequestParameters={
            "overwrite:path": "/v2/$request.path.proxy",
            "append:header.x-stage": "$context.stage",
            "overwrite:header.Host": "shop.example",
            "remove:querystring.secret": "''",
        },
        ResponseParameters={
            "200": {"remove:header.x-backend": "''", "append:header.x-from": "$stageVariables.none"}
        },
    )
    came = api.ask("/pets/1?secret=1&q=2")
    assert came.json["path"] == "/v2/pets/1?q=2"
    assert came.json["headers"]["x-stage"] == "$default"
    assert came.json["headers"]["host"] == "shop.example"
    assert "x-backend" not in came.headers
    assert "x-from" not in came.headers


def test_a_backend_that_is_slow_or_not_there(api: HttpApi, backend: str) -> None:
    api.stage()
    proxied(api, "GET /slow", f"{backend}/hang", TimeoutInMillis=60)
    proxied(api, "GET /gone", "http://127.0.0.1:9/")
    proxied(api, "GET /fine", f"{backend}/fine")
    assert api.ask("/slow").message == (503, "Service Unavailable")
    assert api.ask("/gone").message == (503, "Service Unavailable")
    assert api.ask("/fine").status == 200


def test_the_control_plane_is_no_backend(api: HttpApi) -> None:
    api.stage()
    proxied(api, "GET /health", f"{api.server.url}/_portico/health")
    assert api.ask("/health").message == (503, "Service Unavailable")


def test_another_api_is_a_backend(api: HttpApi, backend: str) -> None:
    api.stage()
    other = HttpApi(api.server, api.client, api.account)
    other.stage()
    proxied(other, "GET /b", f"{backend}/from-b")
    proxied(api, "GET /a", f"http://{other.host}/b")
    assert api.ask("/a").json["path"] == "/from-b"


@pytest.fixture
def queue(api: HttpApi, client: Callable[..., Any], gateway_role: Callable[..., str]) -> Any:
    """A queue that POST /send sends to, GET /take receives from, and what reads it."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    role = gateway_role("sqs:SendMessage", "sqs:ReceiveMessage")
    api.stage()
    for key, subtype, parameters in (
        ("POST /send", "SQS-SendMessage", {"QueueUrl": url, "MessageBody": "$request.body.order"}),
        (
            "GET /take",
            "SQS-ReceiveMessage",
            {"QueueUrl": url, "MaxNumberOfMessages": "$request.querystring.n"},
        ),
        ("DELETE /all", "SQS-PurgeQueue", {"QueueUrl": url}),
    ):
        made = api.control.create_integration(
            ApiId=api.id,
            IntegrationType="AWS_PROXY",
            IntegrationSubtype=subtype,
            PayloadFormatVersion="1.0",
            CredentialsArn=role,
            RequestParameters=parameters,
        )
        api.route(key, f"integrations/{made['IntegrationId']}")
    return lambda: sqs.receive_message(QueueUrl=url).get("Messages", [])


def test_a_message_is_sent_and_received(api: HttpApi, queue: Callable[[], list[Any]]) -> None:
    came = api.ask("/send", "POST", {"Content-Type": "application/json"}, '{"order": "two shoes"}')
    assert came.status == 200
    assert ElementTree.fromstring(came.body).tag.endswith("SendMessageResponse")
    came = api.ask("/take?n=1")
    assert b"two shoes" in came.body
    assert api.ask("/send", "POST", {"Content-Type": "application/json"}, '{"other": 1}').message == (
        500,
        "Internal Server Error",
    )
    assert api.ask("/take?n=x").status == 500
    assert queue() == []


def test_the_role_decides(api: HttpApi, queue: Callable[[], list[Any]]) -> None:
    came = api.ask("/all", "DELETE")
    assert came.status == 403
    assert b"sqs:purgequeue" in came.body.lower()


def test_a_service_that_is_not_here_is_named(api: HttpApi, gateway_role: Callable[..., str]) -> None:
    made = api.control.create_integration(
        ApiId=api.id,
        IntegrationType="AWS_PROXY",
        IntegrationSubtype="AppConfig-GetConfiguration",
        PayloadFormatVersion="1.0",
        CredentialsArn=gateway_role("*"),
        RequestParameters={"Application": "a", "Environment": "b", "Configuration": "c", "ClientId": "d"},
    )
    api.stage()
    api.route("GET /", f"integrations/{made['IntegrationId']}")
    came = api.ask("/")
    assert came.status == 501
    assert b"appconfig" in came.body


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"IntegrationSubtype": "SQS-Sing"}, "Invalid integration subtype specified: SQS-Sing"),
        ({"IntegrationSubtype": "SQS-SendMessage"}, "Credentials ARN must be specified"),
        ({"IntegrationSubtype": "SQS-PurgeQueue", "CredentialsArn": "r"}, "Parameters: ['QueueUrl'] are required"),
        ({"IntegrationUri": "http://x"}, "IntegrationUri should be a valid Lambda function ARN"),
        ({"IntegrationType": "MOCK"}, "Invalid integration type specified."),
        ({"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "GET", "IntegrationUri": "ftp://x"}, "Invalid HTTP endpoint"),
        ({"IntegrationType": "HTTP_PROXY", "IntegrationUri": "http://x"}, "IntegrationMethod is required"),
        ({"TimeoutInMillis": 30_001}, "Timeout should be between 50 ms and 30000 ms"),
        (
            {
                "IntegrationType": "HTTP_PROXY",
                "IntegrationMethod": "GET",
                "IntegrationUri": "http://x",
                "RequestParameters": {"append:header.Authorization": "x"},
            },
            "Invalid mapping expression specified",
        ),
    ],
)  # fmt: skip
def test_integrations_that_can_not_be(api: HttpApi, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError) as caught:
        api.control.create_integration(
            **{"ApiId": api.id, "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "1.0", **settings}
        )
    assert caught.value.response["Error"]["Code"] == "BadRequestException"
    assert words in caught.value.response["Error"]["Message"]


LISTENER = "arn:aws:elasticloadbalancing:us-east-1:{}:listener/app/inner/50dc6c495c0c9188/f2f7dc8efc522ab2"
SERVICE = "arn:aws:servicediscovery:us-east-1:{}:service/srv-id"


def behind_link(api: HttpApi, key: str, uri: str, **settings: Any) -> None:
    """A route to what is behind a VPC link."""
    link = api.control.create_vpc_link(Name="l", SubnetIds=["subnet-1"])["VpcLinkId"]
    proxied(api, key, uri, ConnectionType="VPC_LINK", ConnectionId=link, **settings)


def test_what_is_behind_a_vpc_link(backend: str) -> None:
    account = "000000000000"
    listener, service = LISTENER.format(account), SERVICE.format(account)
    targets = f"{listener}={backend}, {service}={backend}/"
    with running(None, "--vpc-targets", targets) as server:
        api = HttpApi(server, server.client, account)
        behind_link(api, "ANY /shop/{proxy+}", listener)
        behind_link(
            api, "GET /mapped", f"{service}?stage=prod", RequestParameters={"overwrite:path": "$request.path"}
        )
        api.stage("prod")
        told = api.ask("/prod/shop/a%20b?q=1", "POST", {"X-One": "1"}, "hello").json
        assert (told["method"], told["path"], told["body"]) == ("POST", "/prod/shop/a%20b?q=1", "hello")
        assert (told["headers"]["host"], told["headers"]["x-one"]) == (api.host, "1")
        assert api.ask("/prod/mapped").json["path"] == "/mapped"
        assert api.ask("/prod/shop/../secret").status in (400, 404)
        assert api.ask("/prod/shop/%2e%2e/secret").message == (400, "Bad Request")
        other = HttpApi(server, lambda name: server.client(name, new_account()), new_account())
        behind_link(other, "GET /x", listener)
        other.stage()
        assert other.ask("/x").message == (503, "Service Unavailable")


def test_what_nobody_has_said_is_behind_a_vpc_link(api: HttpApi, account: str) -> None:
    behind_link(api, "GET /x", LISTENER.format(account))
    api.stage()
    assert api.ask("/x").message == (503, "Service Unavailable")
