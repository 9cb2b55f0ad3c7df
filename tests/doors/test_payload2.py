"""Payload format 2.0: events and answers, by AWS's documented examples and what would break an answer."""

import json
from typing import Any

import msgspec
import pytest

from portico.doors.payload2 import Answer, Around, Malformed, answer, clf, event
from portico.wire.http import Head

AROUND = Around(
    "123456789012",
    "abc",
    "abc.execute-api.localhost",
    "abc",
    "JKJaXmPLvHcESHA=",
    "/my/path",
    "/my/path",
    "192.0.2.1",
    1583348638.39,
    "443",
    True,
)


def _head(method: str = "GET", query: str = "", *headers: tuple[str, str]) -> Head:
    return Head(method, "/my/path", query, (("host", "abc.execute-api.localhost"), *headers))


def test_the_documented_event() -> None:
    head = _head(
        "POST", "parameter1=value1&parameter1=value2&parameter2=value",
        ("header1", "value1"), ("header2", "value1"), ("header2", "value2"),
        ("cookie", "cookie1=a; cookie2=b"), ("user-agent", "agent"), ("content-type", "text/plain"),
    )  # fmt: skip
    assert event(head, b"Hello from Lambda", AROUND) == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/my/path",
        "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
        "cookies": ["cookie1=a", "cookie2=b"],
        "headers": {
            "host": "abc.execute-api.localhost", "header1": "value1", "header2": "value1,value2", "user-agent": "agent",
            "content-type": "text/plain", "x-forwarded-for": "192.0.2.1", "x-forwarded-port": "443", "x-forwarded-proto": "https",
        },
        "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "abc", "domainName": "abc.execute-api.localhost", "domainPrefix": "abc",
            "http": {
                "method": "POST", "path": "/my/path", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "agent",
            },
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": "$default", "stage": "$default",
            "time": "04/Mar/2020:19:03:58 +0000", "timeEpoch": 1583348638390,
        },
        "body": "Hello from Lambda",
        "isBase64Encoded": False,
    }  # fmt: skip


def test_the_header_of_cookies_may_be_shown_beside_them() -> None:
    around = msgspec.structs.replace(AROUND, cookie_header=True, raw_path="/my%20path", path="/my path")
    made = event(_head("GET", "", ("cookie", "a=1;b=2"), ("cookie", "c=3")), b"", around)
    assert (made["cookies"], made["headers"]["cookie"]) == (["a=1", "b=2", "c=3"], "a=1; b=2; c=3")
    assert (made["rawPath"], made["requestContext"]["http"]["path"]) == ("/my%20path", "/my path")
    assert "cookie" not in event(_head(), b"", around)["headers"]


def test_what_is_empty_is_absent() -> None:
    made = event(_head(), b"", AROUND)
    assert made["rawQueryString"] == ""
    assert made["isBase64Encoded"] is False
    absent = {"cookies", "queryStringParameters", "body", "pathParameters", "stageVariables"}
    assert not absent & made.keys()
    assert not {"authorizer", "authentication"} & made["requestContext"].keys()


@pytest.mark.parametrize(
    ("kind", "body", "encoded", "shown"),
    [
        ("application/json", b'{"a":1}', False, '{"a":1}'),
        ("application/problem+json; charset=utf-8", b"{}", False, "{}"),
        ("text/html", "ä".encode(), False, "ä"),
        ("text/html", b"\xff", True, "/w=="),
        ("application/x-www-form-urlencoded", b"a=b", True, "YT1i"),
        ("image/png", b"\x89PNG", True, "iVBORw=="),
        ("", b"x", True, "eA=="),
    ],
)
def test_bodies_travel_as_text_or_in_base64(kind: str, body: bytes, encoded: bool, shown: str) -> None:
    made = msgspec.json.decode(
        msgspec.json.encode(event(_head("POST", "", ("content-type", kind)), body, AROUND))
    )
    assert (made["isBase64Encoded"], made["body"]) == (encoded, shown)


def test_a_forwarded_address_is_added_to_and_does_not_count() -> None:
    made = event(_head("GET", "", ("x-forwarded-for", "10.0.0.1"), ("x-forwarded-proto", "ftp")), b"", AROUND)
    assert made["headers"]["x-forwarded-for"] == "10.0.0.1, 192.0.2.1"
    assert made["headers"]["x-forwarded-proto"] == "https"
    assert made["requestContext"]["http"]["sourceIp"] == "192.0.2.1"


def test_the_time_is_that_of_access_logs() -> None:
    assert clf(0) == "01/Jan/1970:00:00:00 +0000"


JSON = (("content-type", "application/json"),)


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        ({"message": "Hello"}, Answer(200, JSON, b'{"message": "Hello"}')),
        ("Hello, world!", Answer(200, JSON, b'"Hello, world!"')),
        (None, Answer(200, JSON, b"null")),
        ([1], Answer(200, JSON, b"[1]")),
        ({"statusCode": 204}, Answer(204, JSON, b"")),
        ({"statusCode": "201", "body": "ä"}, Answer(201, JSON, "ä".encode())),
        (
            {"statusCode": 200, "headers": {"Content-Type": "text/html", "X-N": 1, "X-B": True}, "body": "<p>", "cookies": ["a=1", "b=2"]},
            Answer(
                200,
                (("Content-Type", "text/html"), ("X-N", "1"), ("X-B", "true"), ("set-cookie", "a=1"), ("set-cookie", "b=2")),
                b"<p>",
            ),
        ),
        ({"statusCode": 200, "body": "/w==", "isBase64Encoded": True}, Answer(200, JSON, b"\xff")),
        (
            {"statusCode": 200, "headers": {"Transfer-Encoding": "chunked", "Content-Length": "9", "connection": "close"}},
            Answer(200, JSON, b""),
        ),
        ({"statusCode": 200, "headers": None, "cookies": None, "body": None}, Answer(200, JSON, b"")),
    ],
)  # fmt: skip
def test_answers(payload: Any, wanted: Answer) -> None:
    assert answer(json.dumps(payload).encode()) == wanted


@pytest.mark.parametrize(
    "payload",
    [
        b"not json",
        b'{"statusCode": 99}',
        b'{"statusCode": 101}',
        b'{"statusCode": 600}',
        b'{"statusCode": null}',
        b'{"statusCode": true}',
        b'{"statusCode": "2e2"}',
        b'{"statusCode": 200, "headers": []}',
        b'{"statusCode": 200, "headers": {"a": ["b"]}}',
        b'{"statusCode": 200, "headers": {"a": "b\\r\\nset-cookie: c"}}',
        b'{"statusCode": 200, "headers": {"a\\r\\nb": "c"}}',
        b'{"statusCode": 200, "headers": {"a b": "c"}}',
        b'{"statusCode": 200, "headers": {"a": "\\u20ac"}}',
        b'{"statusCode": 200, "cookies": "a=b"}',
        b'{"statusCode": 200, "cookies": ["a=b\\nx: y"]}',
        b'{"statusCode": 200, "body": {"a": 1}}',
        b'{"statusCode": 200, "body": "=", "isBase64Encoded": true}',
        b'{"statusCode": 200, "body": "YQ", "isBase64Encoded": true}',
        b'{"statusCode": 200, "body": "YWE=\\n", "isBase64Encoded": true}',
        b'{"statusCode": 200, "body": "YWFh=", "isBase64Encoded": true}',
    ],
)
def test_answers_that_are_none(payload: bytes) -> None:
    with pytest.raises(Malformed):
        answer(payload)
