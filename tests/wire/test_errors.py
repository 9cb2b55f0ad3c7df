"""Errors of every model through botocore's parsers: code, message, request id and members are where SDKs look."""

import json
from typing import Any

import pytest
from botocore.parsers import create_parser

from portico.wire.errors import AwsError, not_implemented
from portico.wire.http import Reply
from portico.wire.model import codec, error_reply
from wire import oracle

MESSAGE = "What <you> asked for & more: ünï"
CASES = [(service, str(oracle.model(service).metadata["protocol"])) for service in oracle.SERVICES]
CASES += [("cloudwatch", protocol) for protocol in ("smithy-rpc-v2-cbor", "json", "query")]


def parse(protocol: str, reply: Reply, shape: Any = None) -> dict[str, Any]:
    headers = oracle.HeadersDict(dict(reply.headers))
    response = {"headers": headers, "status_code": reply.status, "body": reply.body, "context": {}}
    parsed: dict[str, Any] = create_parser(protocol).parse(response, shape)
    return parsed


@pytest.mark.parametrize(("service", "protocol"), CASES)
def test_each_error_of_a_model_is_parsed_as_itself(service: str, protocol: str) -> None:
    model = oracle.model(service)
    operation = codec(service, model.operation_names[0], protocol)
    for shape in model.error_shapes:
        said = shape.metadata.get("error", {})
        reply = operation.encode_error(AwsError(shape.name, MESSAGE), "the-id")
        parsed = parse(protocol, reply)
        assert parsed["Error"]["Message"] == MESSAGE, shape.name
        assert reply.status == (
            said.get("httpStatusCode") or (500 if shape.metadata.get("fault") else 400)
        ), shape.name
        assert parsed["ResponseMetadata"]["RequestId"] == "the-id"
        if protocol in ("query", "rest-xml"):
            assert parsed["Error"]["Code"] == (said.get("code") or shape.name)
        elif "awsQueryCompatible" in model.metadata:
            assert parsed["Error"]["QueryErrorCode"] == shape.name
        else:
            assert parsed["Error"]["Code"] == shape.name
        if protocol in ("json", "rest-json", "smithy-rpc-v2-cbor"):
            spelled = next((name for name in shape.members if name.lower() == "message"), None)
            modeled = parse(protocol, reply, shape)
            assert spelled is None or modeled[spelled] == MESSAGE


def test_lambda_spells_its_members_as_each_shape_does() -> None:
    encode = codec("lambda", "GetFunction").encode_error
    missing = encode(AwsError("ResourceNotFoundException", "Function not found"), "id")
    assert missing.status == 404
    assert json.loads(missing.body) == {"Type": "User", "Message": "Function not found"}
    assert dict(missing.headers)["x-amzn-ErrorType"] == "ResourceNotFoundException"
    invalid = encode(AwsError("InvalidParameterValueException", "no"), "id")
    assert json.loads(invalid.body) == {"Type": "User", "message": "no"}
    untyped = encode(AwsError("InvalidParameterValueException", "no", fields={"Type": None}), "id")
    assert json.loads(untyped.body) == {"message": "no"}
    assert json.loads(encode(AwsError("ServiceException", "oh"), "id").body)["Type"] == "Service"


def test_lambda_says_when_to_try_again() -> None:
    throttled = AwsError(
        "TooManyRequestsException",
        "Rate Exceeded.",
        429,
        fields={"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "retryAfterSeconds": "1"},
    )
    reply = codec("lambda", "Invoke").encode_error(throttled, "id")
    assert reply.status == 429
    assert dict(reply.headers)["Retry-After"] == "1"
    assert json.loads(reply.body) == {
        "Type": "User",
        "message": "Rate Exceeded.",
        "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
    }


@pytest.mark.parametrize("protocol", ["json", "query"])
def test_sqs_is_known_by_its_old_code_in_both_protocols(protocol: str) -> None:
    reply = codec("sqs", "GetQueueUrl", protocol).encode_error(
        AwsError("QueueDoesNotExist", "The specified queue does not exist."), "id"
    )
    assert parse(protocol, reply)["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"


def test_an_error_may_be_raised_by_its_code() -> None:
    reply = codec("iam", "GetRole").encode_error(AwsError("NoSuchEntity", "gone"), "id")
    assert reply.status == 404
    assert parse("query", reply)["Error"] == {"Type": "Sender", "Code": "NoSuchEntity", "Message": "gone"}


def test_sqs_errors_without_a_shape_have_both_names() -> None:
    error = AwsError(
        "MissingRequiredParameterException", "The request must contain the parameter MessageBody."
    )
    reply = codec("sqs", "SendMessage", "json").encode_error(error, "id")
    assert json.loads(reply.body)["__type"] == "com.amazon.coral.service#MissingRequiredParameterException"
    assert dict(reply.headers)["x-amzn-query-error"] == "MissingParameter;Sender"


def test_s3_has_a_bare_error_with_its_members() -> None:
    error = AwsError("NoSuchKey", "The specified key does not exist.", 404, fields={"Key": "a<b"})
    reply = codec("s3", "GetObject").encode_error(error, "the-id")
    assert (
        b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>a&lt;b</Key>"
        in reply.body
    )
    assert dict(reply.headers)["x-amz-request-id"] == "the-id"
    assert parse("rest-xml", reply)["Error"]["Key"] == "a<b"


def test_the_answer_to_head_has_no_body() -> None:
    reply = codec("s3", "HeadObject").encode_error(AwsError("NoSuchKey", "gone", 404), "id")
    assert (reply.status, reply.body) == (404, b"")


@pytest.mark.parametrize("protocol", ["json", "rest-json", "query", "rest-xml", "smithy-rpc-v2-cbor"])
def test_errors_without_a_model(protocol: str) -> None:
    reply = error_reply(
        protocol, not_implemented("lambda", "CreateCapacityProvider"), "the-id", service="lambda"
    )
    parsed = parse(protocol, reply)
    assert reply.status == 501
    assert parsed["Error"]["Code"] == "NotImplemented"
    assert "lambda:CreateCapacityProvider" in parsed["Error"]["Message"]


def test_no_line_can_be_smuggled_into_a_header() -> None:
    error = AwsError("Bad\r\nSet-Cookie: a=b", "x", headers={"Retry-After": "1\r\nX: y"})
    for protocol in ("rest-json", "json"):
        for name, value in error_reply(protocol, error, "id").headers:
            assert "\n" not in name + value
            assert "\r" not in name + value


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("ResourceNotFoundException", "com.amazonaws.dynamodb.v20120810#"),
        ("ValidationException", "com.amazon.coral.validate#"),
        ("SerializationException", "com.amazon.coral.service#"),
    ],
)
def test_dynamodb_says_where_an_error_comes_from(code: str, prefix: str) -> None:
    reply = codec("dynamodb", "GetItem").encode_error(AwsError(code, "no"), "id")
    assert json.loads(reply.body) == {"__type": prefix + code, "message": "no"}
    assert parse("json", reply)["Error"] == {"Code": code, "Message": "no"}
