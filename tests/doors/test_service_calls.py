"""URIs of service integrations, and answers of the query protocol in JSON."""

import json

import pytest

from portico.doors import query_json
from portico.doors.service_calls import Target, target
from portico.wire.errors import AwsError
from portico.wire.model import codec

URI = "arn:aws:apigateway:eu-west-1:"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("sqs:action/SendMessage", Target("eu-west-1", "sqs", "", "SendMessage", "/", "")),
        (
            "sqs:action/SendMessage&QueueUrl=x",
            Target("eu-west-1", "sqs", "", "SendMessage", "/", "QueueUrl=x"),
        ),
        ("sqs:path/123456789012/q", Target("eu-west-1", "sqs", "", "", "/123456789012/q", "")),
        ("s3:path/bucket/a/b?list-type=2", Target("eu-west-1", "s3", "", "", "/bucket/a/b", "list-type=2")),
        ("bucket.s3:path/key", Target("eu-west-1", "s3", "bucket", "", "/key", "")),
        ("dynamodb:action/PutItem", Target("eu-west-1", "dynamodb", "", "PutItem", "/", "")),
        ("states:action/StartExecution", Target("eu-west-1", "states", "", "StartExecution", "/", "")),
    ],
)
def test_targets(uri: str, expected: Target) -> None:
    assert target(URI + uri) == expected


@pytest.mark.parametrize(
    "uri", ["", "http://x", URI + "sqs", URI + "sqs:other/x", "arn:aws:sqs:eu-west-1:1:q"]
)
def test_what_is_no_target(uri: str) -> None:
    assert target(uri) is None


def test_answers_have_null_for_what_is_not_there() -> None:
    given = {
        "Messages": [{"MessageId": "m", "Body": "b", "MessageAttributes": {"a": {"DataType": "String"}}}]
    }
    body = json.loads(query_json.answer("sqs", "ReceiveMessage", given, "r").body)["ReceiveMessageResponse"]
    message = body["ReceiveMessageResult"]["messages"][0]
    assert body["ResponseMetadata"] == {"RequestId": "r"}
    assert (message["MessageId"], message["Attributes"], message["ReceiptHandle"]) == ("m", None, None)
    assert message["MessageAttributes"]["a"]["DataType"] == "String"
    assert message["MessageAttributes"]["a"]["StringValue"] is None
    empty = json.loads(query_json.answer("sqs", "DeleteMessage", None, "r").body)
    assert empty == {"DeleteMessageResponse": {"ResponseMetadata": {"RequestId": "r"}}}


def test_errors_in_json() -> None:
    error = AwsError("InvalidParameterValue", "a <b> & c", 400)
    reply = query_json.refusal(codec("sqs", "SendMessage", "query").encode_error(error, "r"), "r")
    assert json.loads(reply.body) == {
        "Error": {"Code": "InvalidParameterValue", "Message": "a <b> & c", "Type": "Sender"},
        "RequestId": "r",
    }
