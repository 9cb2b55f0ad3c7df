"""Where rest protocols put things: path, query, headers, status, payload."""

from typing import Any

import pytest

from portico.wire.http import Head
from portico.wire.model import codec


def decode(
    service: str,
    operation: str,
    *,
    labels: dict[str, str] | None = None,
    query: str = "",
    body: bytes = b"",
    headers: tuple[tuple[str, str], ...] = (),
) -> dict[str, Any]:
    return codec(service, operation).decode(Head("POST", "/", query, headers), labels or {}, body)


def test_invoke_takes_its_parameters_from_everywhere() -> None:
    params = decode(
        "lambda",
        "Invoke",
        labels={"FunctionName": "hello"},
        query="Qualifier=prod&ignored=1",
        headers=(
            ("host", "h"),
            ("x-amz-invocation-type", "Event"),
            ("x-amz-log-type", "Tail"),
            ("x-amz-log-type", "None"),
        ),
        body=b"\x00\xff",
    )
    assert params == {
        "FunctionName": "hello",
        "Qualifier": "prod",
        "InvocationType": "Event",
        "LogType": "Tail",
        "Payload": b"\x00\xff",
    }


def test_invoke_answers_with_status_headers_and_the_bytes_as_they_are() -> None:
    reply = codec("lambda", "Invoke").encode(
        {
            "StatusCode": 202,
            "FunctionError": None,
            "ExecutedVersion": "7",
            "Payload": b"\x00\xff",
            "Unknown": 1,
        },
        "id",
    )
    assert (reply.status, reply.body) == (202, b"\x00\xff")
    assert dict(reply.headers) == {
        "x-amzn-RequestId": "id",
        "Content-Type": "application/json",
        "X-Amz-Executed-Version": "7",
    }


def test_an_answer_without_a_body_has_none() -> None:
    reply = codec("lambda", "RemovePermission").encode({}, "id")
    assert (reply.status, reply.body) == (204, b"")


def test_the_models_status_is_the_answers() -> None:
    assert codec("lambda", "CreateFunction").encode({"FunctionName": "f"}, "id").status == 201
    assert codec("lambda", "ListFunctions").encode({"Functions": []}, "id").body == b'{"Functions":[]}'


def test_lists_in_headers_and_queries() -> None:
    labels = {"Bucket": "b", "Key": "k"}
    headers = (("x-amz-object-attributes", 'ETag, "a,b",ObjectSize'),)
    params = decode("s3", "GetObjectAttributes", labels=labels, headers=headers)
    assert params["ObjectAttributes"] == ["ETag", "a,b", "ObjectSize"]
    untagged = decode("lambda", "UntagResource", labels={"Resource": ARN}, query="tagKeys=a&tagKeys=b%20c")
    assert untagged["TagKeys"] == ["a", "b c"]


ARN = "arn:aws:lambda:us-east-1:111111111111:function:f"


def test_metadata_goes_both_ways() -> None:
    headers = (("x-amz-meta-colour", "blue"), ("x-amz-meta-word", "gr\xc3\xbcn"), ("x-amz-metal", "no"))
    params = decode("s3", "PutObject", labels={"Bucket": "b", "Key": "k"}, headers=headers, body=b"x")
    assert params["Metadata"] == {"colour": "blue", "word": "grün"}
    reply = codec("s3", "GetObject").encode(
        {"Body": b"x", "ContentType": "text/css", "Metadata": {"word": "grün"}}, "id"
    )
    assert ("x-amz-meta-word", "gr\xc3\xbcn") in reply.headers
    assert [value for name, value in reply.headers if name == "Content-Type"] == ["text/css"]


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b=c", "a\nb", "a\x00b"])
def test_a_value_can_not_end_its_header(value: str) -> None:
    reply = codec("s3", "GetObject").encode(
        {"Body": b"", "ContentType": value, "Metadata": {value: value}}, "id"
    )
    assert not any(bad in name + text for name, text in reply.headers for bad in "\r\n\0")


def test_what_chose_the_operation_is_no_parameter() -> None:
    params = decode("apigateway", "ImportRestApi", query="mode=import&basepath=prepend", body=b"{}")
    assert params["parameters"] == {"basepath": "prepend"}
