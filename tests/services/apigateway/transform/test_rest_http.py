"""HTTP and HTTP_PROXY integrations, with a backend on this machine; and what must not be reached by them."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from http_api import Came
from rest_integrations import Integrated, Site

PASSED: dict[str, Any] = {"responses": {"200": {}}}
FAILED = (504, "Network error communicating with endpoint")
TIMEOUT = (504, "Endpoint request timed out")


def seen(came: Came) -> tuple[dict[str, Any], dict[str, str]]:
    """What the backend was asked, and its headers."""
    asked = came.json
    return asked, {name.lower(): value for name, value in asked["headers"]}


def test_a_proxy_passes_everything_on(api: Integrated, backend: Site) -> None:
    api.put(
        "/x/{proxy+}",
        "HTTP_PROXY",
        "ANY",
        integrationHttpMethod="ANY",
        uri=f"{backend.url}/base/{{proxy}}",
        method={"requestParameters": {"method.request.path.proxy": True}},
        requestParameters={"integration.request.path.proxy": "method.request.path.proxy"},
    )
    came = api.ask(
        "/x/a%20b/c?q=1&q=2&e=%26",
        "PUT",
        {
            "X-Own": "1",
            "Content-Type": "text/plain",
            "User-Agent": "me/1",
            "Via": "1.1 x",
            "Connection": "keep-alive",
        },
        b"body",
    )
    asked, headers = seen(came)
    assert came.status == 200
    assert (asked["method"], asked["path"], asked["body"]) == ("PUT", "/base/a%20b/c?q=1&q=2&e=%26", "body")
    assert (headers["x-own"], headers["content-type"], headers["user-agent"]) == ("1", "text/plain", "me/1")
    assert headers["host"] == backend.url.removeprefix("http://")
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-amzn-trace-id"].startswith("Root=1-")
    assert headers["content-length"] == "4"
    assert "via" not in headers


def test_what_a_proxy_is_answered(api: Integrated, backend: Site) -> None:
    backend.answers["/answer"] = (
        201,
        [
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
            ("Server", "own/1"),
            ("WWW-Authenticate", "Basic"),
            ("Via", "1.1 y"),
            ("Keep-Alive", "timeout=5"),
            ("Content-Type", "text/html"),
        ],
        b"<p>",
    )
    api.put("/a", "HTTP_PROXY", uri=f"{backend.url}/answer", integrationHttpMethod="GET")
    came = api.ask("/a")
    assert (came.status, came.body) == (201, b"<p>")
    assert came.many["set-cookie"] == ["a=1", "b=2"]
    assert came.headers["x-amzn-remapped-server"] == "own/1"
    assert came.headers["x-amzn-remapped-www-authenticate"] == "Basic"
    assert came.headers["content-type"] == "text/html"
    assert not {"via", "server", "keep-alive", "www-authenticate"} & came.headers.keys()


def test_a_request_and_an_answer_are_mapped(api: Integrated, backend: Site) -> None:
    backend.answers["/v1/pets/7"] = (
        404,
        [("Content-Type", "application/json"), ("X-Code", "c")],
        b'{"why": "gone"}',
    )
    api.variables = {"host": backend.url.removeprefix("http://"), "version": "v1"}
    api.put(
        "/pets/{id}",
        "HTTP",
        "POST",
        uri="http://${stageVariables.host}/${stageVariables.version}/pets/{number}",
        method={
            "requestParameters": {
                "method.request.path.id": True,
                "method.request.querystring.q": False,
                "method.request.header.X-In": False,
            }
        },
        requestParameters={
            "integration.request.path.number": "method.request.path.id",
            "integration.request.querystring.search": "method.request.querystring.q",
            "integration.request.querystring.kind": "method.request.body.kind",
            "integration.request.header.X-Out": "method.request.header.X-In",
            "integration.request.header.X-Static": "'fixed'",
            "integration.request.header.X-Stage": "context.stage",
            "integration.request.header.X-Variable": "stageVariables.version",
        },
        requestTemplates={
            "application/json": '#set($context.requestOverride.header.X-Static = "overridden")'
            '#set($context.requestOverride.querystring.more = "1 2"){"wrapped": $input.json("$")}'
        },
        headers={"X-Reason": True, "X-Code": True},
        responses={
            "200": {},
            "410": {
                "selectionPattern": "4\\d{2}",
                "responseParameters": {
                    "method.response.header.X-Reason": "integration.response.body.why",
                    "method.response.header.X-Code": "integration.response.header.X-Code",
                },
                "responseTemplates": {"application/json": '{"told": "$input.path("$.why")"}'},
            },
        },
    )
    came = api.ask("/pets/7?q=a%26b", "POST", {"X-In": "in", "X-Not": "on"}, '{"kind": "cat"}')
    assert (came.status, came.json) == (410, {"told": "gone"})
    assert (came.headers["x-reason"], came.headers["x-code"]) == ("gone", "c")
    asked = backend.asked[-1]
    headers = {name.lower(): value for name, value in asked["headers"]}
    assert asked["path"] == "/v1/pets/7?search=a%26b&kind=cat&more=1%202"
    assert json.loads(asked["body"]) == {"wrapped": {"kind": "cat"}}
    assert (headers["x-out"], headers["x-static"], headers["x-stage"]) == ("in", "overridden", "prod")
    assert headers["x-variable"] == "v1"
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"] == f"AmazonAPIGateway_{api.rest.id}"
    assert "x-not" not in headers


@pytest.mark.parametrize(
    "path",
    ["..%2f..%2fadmin", "%2e%2e%2fadmin", "a%0d%0aX-Evil:%201", "a%3fadmin=1", "a%23b", "a%5c..%5cadmin"],
)
def test_a_parameter_stays_in_its_place(api: Integrated, backend: Site, path: str) -> None:
    api.put(
        "/x/{id}",
        "HTTP_PROXY",
        uri=f"{backend.url}/base/{{id}}/end",
        integrationHttpMethod="GET",
        method={"requestParameters": {"method.request.path.id": True}},
        requestParameters={"integration.request.path.id": "method.request.path.id"},
    )
    before = len(backend.asked)
    came = api.ask(f"/x/{path}")
    for asked in backend.asked[before:]:
        assert asked["path"].startswith("/base/")
        assert asked["path"].endswith("/end")
        assert "/../" not in asked["path"]
        assert asked["path"].count("/") == 3
        assert "?" not in asked["path"]
        assert not any(name.lower() == "x-evil" for name, _ in asked["headers"])
    assert came.status in (200, 400)


def test_verbs_and_methods_without_a_body(api: Integrated, backend: Site) -> None:
    api.put("/a", "HTTP_PROXY", "ANY", uri=f"{backend.url}/verb", integrationHttpMethod="ANY")
    for verb in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert api.ask("/a", verb).json["method"] == verb
    assert api.ask("/a", "HEAD").status == 200
    assert backend.asked[-1]["method"] == "HEAD"


def test_connections_are_kept(api: Integrated, backend: Site) -> None:
    api.put("/a", "HTTP_PROXY", uri=f"{backend.url}/kept", integrationHttpMethod="GET")
    api.ask("/a")
    before = backend.connections
    assert [api.ask("/a").status for _ in range(5)] == [200] * 5
    assert backend.connections - before <= 1


def test_a_dead_backend_holds_nothing_else_up(api: Integrated, backend: Site) -> None:
    api.put(
        "/slow", "HTTP_PROXY", uri=f"{backend.url}/slow", integrationHttpMethod="GET", timeoutInMillis=400
    )
    api.put("/quick", "HTTP_PROXY", uri=f"{backend.url}/quick", integrationHttpMethod="GET")
    api.put("/none", "HTTP_PROXY", uri="http://127.0.0.1:1/", integrationHttpMethod="GET")
    api.put("/name", "HTTP_PROXY", uri="http://nowhere.invalid/", integrationHttpMethod="GET")
    api.ask("/quick")
    with ThreadPoolExecutor(12) as pool:
        slow = [pool.submit(api.ask, "/slow") for _ in range(8)]
        assert [api.ask("/quick").status for _ in range(10)] == [200] * 10
        assert {one.result().message for one in slow} == {TIMEOUT}
    assert api.ask("/none").message == FAILED
    assert api.ask("/name").message == FAILED
    assert api.ask("/none").headers["x-amzn-errortype"] == "InternalServerErrorException"


@pytest.mark.parametrize(
    "head",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
    ],
)
def test_answers_that_are_none(api: Integrated, head: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(head)
        connection.close()

    threading.Thread(target=serve, daemon=True).start()
    api.put(
        "/a", "HTTP_PROXY", uri=f"http://127.0.0.1:{listener.getsockname()[1]}/", integrationHttpMethod="GET"
    )
    with listener:
        assert api.ask("/a").message == FAILED


def test_too_large_an_answer(api: Integrated, backend: Site) -> None:
    backend.answers["/large"] = (200, [], b"x" * (10 * 1024 * 1024 + 1))
    backend.answers["/largest"] = (200, [], b"x" * (10 * 1024 * 1024))
    api.put("/a", "HTTP_PROXY", uri=f"{backend.url}/large", integrationHttpMethod="GET")
    api.put("/b", "HTTP_PROXY", uri=f"{backend.url}/largest", integrationHttpMethod="GET")
    assert api.ask("/a").message == FAILED
    assert len(api.ask("/b").body) == 10 * 1024 * 1024


def test_the_control_plane_is_no_backend(api: Integrated) -> None:
    port = api.rest.server.port
    for at, uri in enumerate(
        [
            f"http://127.0.0.1:{port}/_portico/health",
            f"http://localhost:{port}/2015-03-31/functions",
            f"http://[::1]:{port}/_portico/health",
        ]
    ):
        api.put(f"/p{at}", "HTTP_PROXY", uri=uri, integrationHttpMethod="GET")
        assert api.ask(f"/p{at}").message == FAILED


def test_front_doors_are_backends(api: Integrated) -> None:
    api.mock("/inner", '{"statusCode": 200}', "inner", "GET")
    host = api.rest.host
    api.put("/outer", "HTTP_PROXY", uri=f"http://{host}/prod/inner", integrationHttpMethod="GET")
    path = f"http://127.0.0.1:{api.rest.server.port}/_portico/apis/{api.rest.id}/prod/inner"
    api.put("/path", "HTTP_PROXY", uri=path, integrationHttpMethod="GET")
    assert api.ask("/outer").body == b"inner"
    assert api.ask("/path").body == b"inner"


def test_a_door_is_not_a_way_to_the_control_plane(api: Integrated) -> None:
    api.put(
        "/a",
        "HTTP_PROXY",
        "POST",
        uri=f"http://{api.rest.host}/2015-03-31/functions",
        integrationHttpMethod="POST",
        requestParameters={"integration.request.header.Host": f"'127.0.0.1:{api.rest.server.port}'"},
    )
    assert api.ask("/a", "POST", {}, "{}").message == FAILED


def test_a_host_that_is_mapped(api: Integrated, backend: Site) -> None:
    api.put(
        "/a",
        "HTTP_PROXY",
        uri=f"{backend.url}/host",
        integrationHttpMethod="GET",
        requestParameters={
            "integration.request.header.Host": "'inner.example'",
            "integration.request.header.X-Text": "'€'",
        },
    )
    _, headers = seen(api.ask("/a"))
    assert headers["host"] == "inner.example"
    assert headers["x-text"].encode("latin-1").decode() == "€"


def test_no_uri(api: Integrated) -> None:
    api.put("/a", "HTTP", uri="http://${stageVariables.none}", integrationHttpMethod="GET", **PASSED)
    api.put("/b", "HTTP_PROXY", uri="http://127.0.0.1/{id}", integrationHttpMethod="GET")
    assert api.ask("/a").status in (500, 504)
    assert api.ask("/b").message == (500, "Internal server error")


def test_a_stream_is_passed_on(api: Integrated, backend: Site) -> None:
    backend.answers["/stream"] = (200, [("Content-Type", "text/event-stream")], b"data: x\n\n" * 100_000)
    api.put(
        "/a",
        "HTTP_PROXY",
        uri=f"{backend.url}/stream",
        integrationHttpMethod="GET",
        responseTransferMode="STREAM",
    )
    came = api.ask("/a")
    assert (came.status, len(came.body)) == (200, 900_000)
    assert came.headers["content-type"] == "text/event-stream"


def test_large_bodies_are_mapped(api: Integrated, backend: Site) -> None:
    large = json.dumps({"fill": ["x"] * 50_000, "kind": {"a": [1]}})
    backend.answers["/large-json"] = (200, [("Content-Type", "application/json")], large.encode())
    api.put(
        "/a",
        "HTTP",
        "POST",
        uri=f"{backend.url}/large-json",
        requestParameters={"integration.request.querystring.kind": "method.request.body.kind"},
        headers={"X-Kind": False, "X-Whole": False},
        responses={
            "200": {
                "responseParameters": {"method.response.header.X-Kind": "integration.response.body.kind.a[0]"}
            }
        },
    )
    came = api.ask("/a", "POST", {}, large)
    assert came.headers["x-kind"] == "1"
    assert backend.asked[-1]["path"] == "/large-json?kind=%7B%22a%22%3A%5B1%5D%7D"
    assert "x-kind" in api.ask("/a", "POST", {}, "no json").headers
    assert backend.asked[-1]["path"] == "/large-json"


def test_a_signature_stays_here(api: Integrated, backend: Site) -> None:
    signed = {"authorizationType": "AWS_IAM"}
    api.put("/a", "HTTP_PROXY", uri=f"{backend.url}/signed", integrationHttpMethod="GET", method=signed)
    api.put("/b", "HTTP_PROXY", uri=f"{backend.url}/signed", integrationHttpMethod="GET")
    api.ask("/b")
    _, headers = seen(api.rest.ask_signed("/a", (api.rest.account, "test")))
    assert not {name for name in headers if name.startswith("x-amz-") or name == "authorization"}
    _, own = seen(api.ask("/b", "GET", {"Authorization": "Bearer mine"}))
    assert own["authorization"] == "Bearer mine"
