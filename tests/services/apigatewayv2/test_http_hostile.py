"""What hostile or careless callers send to HTTP APIs, and functions answer.

Source: RFC 9110, RFC 9112 (framing); API Gateway Developer Guide, "Quotas for HTTP APIs".
"""

import socket
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from http_api import ECHO, HttpApi

ANSWER = "import json\ndef handler(event, context):\n    return json.loads(event['body'])\n"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def echo(api: HttpApi, deploy: Callable[..., str]) -> HttpApi:
    """An API that answers everything with its event."""
    api.stage()
    api.route("ANY /{proxy+}", api.integrate(deploy(ECHO)))
    return api


@pytest.mark.parametrize(
    ("path", "proxy"),
    [
        ("/%00", "\x00"),
        ("/%0d%0aX:1", "\r\nX:1"),
        ("/%ff", "\ufffd"),
        ("/a/../b", "a/../b"),
        ("/a//b", "a//b"),
        ("/a;b=c", "a;b=c"),
        ("/%2e%2e%2fb", "../b"),
    ],
)
def test_paths_arrive_decoded(echo: HttpApi, path: str, proxy: str) -> None:
    event = echo.ask(path).json["echo"]
    assert (event["rawPath"], event["pathParameters"]["proxy"]) == (f"/{proxy}", proxy)


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("a", {"a": ""}),
        ("a=%zz", {"a": "%zz"}),
        ("=", {"": ""}),
        ("a=1;b=2", {"a": "1;b=2"}),
        ("a[]=1&a[]=2", {"a[]": "1,2"}),
        ("a=1%262", {"a": "1&2"}),
        ("a=+", {"a": " "}),
    ],
)
def test_queries_arrive_as_they_are(echo: HttpApi, query: str, parameters: dict[str, str]) -> None:
    event = echo.ask(f"/x?{query}").json["echo"]
    assert event["rawQueryString"] == query
    assert event["queryStringParameters"] == parameters


def test_nobody_claims_what_is_ours_to_say(echo: HttpApi) -> None:
    claimed = {
        "X-Forwarded-For": "9.9.9.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Port": "1",
        "X-Amzn-Trace-Id": "nonsense",
        "apigw-requestid": "mine",
    }
    came = echo.ask("/x", headers=claimed)
    headers = came.json["echo"]["headers"]
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-port"] == str(echo.server.port)
    assert headers["x-forwarded-for"].endswith(", 127.0.0.1")
    assert headers["x-amzn-trace-id"].startswith("Root=1-")
    assert came.headers["apigw-requestid"] != "mine"
    assert came.json["echo"]["requestContext"]["http"]["sourceIp"] == "127.0.0.1"


def test_no_header_is_injected_by_a_mapping(api: HttpApi, deploy: Callable[..., str]) -> None:
    target = api.integrate(
        deploy(ANSWER),
        RequestParameters={"overwrite:header.x-one": "$request.body.headers.x"},
        ResponseParameters={"200": {"append:header.x-two": "$request.body.headers.x"}},
    )
    api.stage()
    api.route("POST /", target)
    came = api.ask("/", "POST", JSON, '{"statusCode":200,"headers":{"x":"a\\r\\nSet-Cookie: b"}}')
    assert came.message == (500, "Internal Server Error")
    came = api.ask("/", "POST", JSON, '{"statusCode":200,"headers":{"x":"a"}}')
    assert came.headers["x-two"] == "a"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_has_none(api: HttpApi, deploy: Callable[..., str], status: int) -> None:
    api.stage()
    api.route("POST /", api.integrate(deploy(ANSWER)))
    came = api.ask("/", "POST", JSON, f'{{"statusCode":{status},"body":"text"}}')
    assert (came.status, came.body) == (status, b"")


def test_own_headers_of_a_function_do_not_break_the_framing(api: HttpApi, deploy: Callable[..., str]) -> None:
    api.stage()
    api.route("POST /{version}", api.integrate(deploy(ANSWER)))
    body = (
        '{"statusCode":200,"body":"text","headers":{"Content-Length":"1","Transfer-Encoding":"chunked",'
        '"Connection":"upgrade","apigw-requestid":"x"}}'
    )
    came = api.ask("/two", "POST", JSON, body)
    assert (came.body, came.headers["content-length"]) == (b"text", "4")
    assert "transfer-encoding" not in came.headers
    assert len(came.many["apigw-requestid"]) == 1


def test_head_and_options(echo: HttpApi) -> None:
    came = echo.ask("/x", "HEAD")
    assert (came.status, came.body) == (200, b"")
    assert echo.ask("/x", "OPTIONS").json["echo"]["requestContext"]["http"]["method"] == "OPTIONS"


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_smuggled_requests_go_nowhere(echo: HttpApi, head: str) -> None:
    """One answer, a refusal, and the connection ends."""
    with socket.create_connection(("127.0.0.1", echo.server.port), timeout=10) as connection:
        request = (
            f"POST /x HTTP/1.1\r\nHost: {echo.host}\r\n{head}GET /admin HTTP/1.1\r\nHost: {echo.host}\r\n\r\n"
        )
        connection.sendall(request.encode("latin-1"))
        answer = b""
        while data := connection.recv(65536):
            answer += data
    assert answer.startswith(b"HTTP/1.1 4")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_an_address_in_another_region_is_nobodys(echo: HttpApi) -> None:
    port = echo.server.port
    assert echo.ask("/x", host=f"{echo.id}.execute-api.us-east-1.localhost:{port}").status == 200
    assert echo.ask("/x", host=f"{echo.id}.execute-api.eu-west-1.localhost:{port}").status == 404
    assert echo.ask("/x", host=f"{echo.id}.execute-api.evil.example:{port}").status != 200


def test_an_api_has_room_for_ten_stages(api: HttpApi) -> None:
    for number in range(10):
        api.stage(f"s{number}")
    with pytest.raises(ClientError, match="Maximum number of stages") as caught:
        api.stage("more")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
