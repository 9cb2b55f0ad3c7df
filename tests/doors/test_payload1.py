"""Payload format 1.0, beside what the API tests ask of it: names of headers, what the door adds, what is empty."""

import json

import msgspec
import pytest

from portico.doors import payload1
from portico.doors.payload1 import Request
from portico.doors.payload2 import Malformed


def test_an_event_has_all_members() -> None:
    made = payload1.event(Request("GET", "/a", "/{x}", (), (), {}, {}, b""), {"stage": "s"})
    assert made == {
        "resource": "/{x}",
        "path": "/a",
        "httpMethod": "GET",
        "headers": None,
        "multiValueHeaders": None,
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"stage": "s"},
        "body": None,
        "isBase64Encoded": False,
    }


def test_the_last_value_stands_for_all() -> None:
    request = Request(
        "GET", "/", "/", (("A", "1"), ("A", "2")), (("q", "1"), ("q", "")), {}, {}, b"\xff", True
    )
    made = msgspec.json.decode(msgspec.json.encode(payload1.event(request, {})))
    assert (made["headers"], made["multiValueHeaders"]) == ({"A": "2"}, {"A": ["1", "2"]})
    assert (made["queryStringParameters"], made["multiValueQueryStringParameters"]) == (
        {"q": ""},
        {"q": ["1", ""]},
    )
    assert (made["body"], made["isBase64Encoded"]) == ("/w==", True)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("content-type", "Content-Type"),
        ("host", "Host"),
        ("x-amzn-trace-id", "X-Amzn-Trace-Id"),
        ("content-md5", "Content-MD5"),
        ("sec-ch-ua", "sec-ch-ua"),
        ("x-api-key", "x-api-key"),
        ("dnt", "DNT"),
        ("cloudfront-is-mobile-viewer", "CloudFront-Is-Mobile-Viewer"),
    ],
)
def test_names_of_headers(name: str, shown: str) -> None:
    assert payload1.shown_name(name) == shown


def test_what_a_client_claims_of_its_way() -> None:
    found = payload1.received(
        (
            ("x-forwarded-for", "6.6.6.6"),
            ("x-forwarded-proto", "gopher"),
            ("x-forwarded-port", "1"),
            ("x-amzn-trace-id", "Root=evil"),
            ("accept", "*/*"),
        ),
        source_ip="127.0.0.1",
        port="443",
        secure=True,
        trace="Root=1-2-3",
    )
    assert found == (
        ("Accept", "*/*"),
        ("X-Amzn-Trace-Id", "Root=1-2-3"),
        ("X-Forwarded-For", "6.6.6.6, 127.0.0.1"),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    )


def test_http_apis_are_less_strict() -> None:
    answer = json.dumps(
        {"statusCode": 200, "statusDescription": "fine", "body": "aGk=", "isBase64Encoded": True}
    )
    assert payload1.answer(answer.encode(), decode=True, strict=False).body == b"hi"
    assert payload1.answer(answer.encode(), decode=False, strict=False).body == b"aGk="
    with pytest.raises(Malformed):
        payload1.answer(answer.encode(), decode=True)
    with pytest.raises(Malformed):
        payload1.answer(b'{"statusCode": 200, "body": "!", "isBase64Encoded": true}', decode=True)
    with pytest.raises(Malformed):
        payload1.answer(b"[" * 200_000, decode=True)
