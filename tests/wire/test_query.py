"""The query protocol where no model says its names any more (SQS), and the action of a request."""

from typing import Any
from urllib.parse import urlencode

import pytest

from portico.wire.http import Head
from portico.wire.model import codec, query_action

HEAD = Head("POST", "/", "", ())


@pytest.mark.parametrize(
    ("operation", "form", "params"),
    [  # the examples of the SQS API reference, by their names
        (
            "CreateQueue",
            {
                "QueueName": "q",
                "Attribute.1.Name": "VisibilityTimeout",
                "Attribute.1.Value": "40",
                "Tag.1.Key": "a",
                "Tag.1.Value": "b",
            },
            {"QueueName": "q", "Attributes": {"VisibilityTimeout": "40"}, "tags": {"a": "b"}},
        ),
        (
            "SendMessage",
            {
                "QueueUrl": "u",
                "MessageBody": "m",
                "DelaySeconds": "5",
                "MessageAttribute.1.Name": "n",
                "MessageAttribute.1.Value.StringValue": "v",
                "MessageAttribute.1.Value.DataType": "String",
            },
            {
                "QueueUrl": "u",
                "MessageBody": "m",
                "DelaySeconds": 5,
                "MessageAttributes": {"n": {"StringValue": "v", "DataType": "String"}},
            },
        ),
        (
            "SendMessageBatch",
            {
                "QueueUrl": "u",
                "SendMessageBatchRequestEntry.1.Id": "a",
                "SendMessageBatchRequestEntry.1.MessageBody": "1",
                "SendMessageBatchRequestEntry.2.Id": "b",
                "SendMessageBatchRequestEntry.2.MessageBody": "2",
            },
            {"QueueUrl": "u", "Entries": [{"Id": "a", "MessageBody": "1"}, {"Id": "b", "MessageBody": "2"}]},
        ),
        (
            "ReceiveMessage",
            {
                "QueueUrl": "u",
                "AttributeName.1": "All",
                "MessageAttributeName.1": "x",
                "MaxNumberOfMessages": "10",
            },
            {
                "QueueUrl": "u",
                "AttributeNames": ["All"],
                "MessageAttributeNames": ["x"],
                "MaxNumberOfMessages": 10,
            },
        ),
        (
            "AddPermission",
            {"QueueUrl": "u", "Label": "l", "AWSAccountId.1": "111111111111", "ActionName.1": "SendMessage"},
            {"QueueUrl": "u", "Label": "l", "AWSAccountIds": ["111111111111"], "Actions": ["SendMessage"]},
        ),
        (
            "UntagQueue",
            {"QueueUrl": "u", "TagKey.1": "a", "TagKey.2": "b"},
            {"QueueUrl": "u", "TagKeys": ["a", "b"]},
        ),
    ],
)
def test_sqs_in_query(operation: str, form: dict[str, str], params: dict[str, Any]) -> None:
    body = urlencode({"Action": operation, "Version": "2012-11-05"} | form).encode()
    assert codec("sqs", operation, "query").decode(HEAD, {}, body) == params


def test_sqs_answers_in_query() -> None:
    message = {"MessageId": "i", "Body": "b", "Attributes": {"SentTimestamp": "1"}}
    reply = codec("sqs", "ReceiveMessage", "query").encode({"Messages": [message]}, "id")
    assert reply.body == (
        b'<ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ReceiveMessageResult><Message>'
        b"<MessageId>i</MessageId><Body>b</Body><Attribute><Name>SentTimestamp</Name><Value>1</Value></Attribute></Message>"
        b"</ReceiveMessageResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></ReceiveMessageResponse>"
    )


def test_a_request_may_be_in_the_url() -> None:
    head = Head("GET", "/", "Action=GetCallerIdentity&Version=2011-06-15&DurationSeconds=900", ())
    assert codec("sts", "GetSessionToken").decode(head, {}, b"") == {"DurationSeconds": 900}


@pytest.mark.parametrize(
    ("body", "query", "found"),
    [
        (b"Action=GetRole&Version=2010-05-08", "", ("GetRole", "2010-05-08")),
        (b"", "Action=GetRole&Version=2010-05-08", ("GetRole", "2010-05-08")),
        (b"Action=A", "Action=B&Version=v", ("A", "v")),
        (b"", "", ("", "")),
        (b"\xff", "", ("", "")),
        (b"Action", "", ("", "")),
        (b"Action=%41", "", ("A", "")),
    ],
)
def test_the_action_of_a_request(body: bytes, query: str, found: tuple[str, str]) -> None:
    assert query_action(body, query) == found
