"""The query protocol, which older clients speak: forms in, XML out, at `/` or at the queue's own path."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from harness import Server
from sqs_answers import plain, query

Ask = Callable[..., tuple[int, Any]]
SECOND = "Root=1-5759e988-bd862e3fe1be46a994272793"


@pytest.fixture
def ask(server: Server, account: str) -> Ask:
    """`ask(Action=..., ...)`: status and contents of the answer; signed, at `/`, unless said otherwise."""

    def send(path: str = "/", *, signed: bool = True, **parameters: str) -> tuple[int, Any]:
        given = {name.replace("__", "."): value for name, value in parameters.items()}
        status, answer = query(f"{server.url}{path}", given, account if signed else None)
        return status, answer

    return send


def result(answer: tuple[int, ElementTree.Element]) -> Any:
    """What stands in the result of an answer of 200."""
    status, element = answer
    assert status == 200, plain(element)
    members = dict(plain(element))
    members.pop("ResponseMetadata")
    assert len(members) <= 1
    return next(iter(members.values()), None)


def error(answer: tuple[int, ElementTree.Element]) -> tuple[int, str, str]:
    """Status, code and message of an error."""
    status, element = answer
    (name, members), (id_name, _) = plain(element)
    assert (name, id_name) == ("Error", "RequestId")
    said = dict(members)
    assert said.keys() == {"Type", "Code", "Message", "Detail"}
    assert said["Type"] == "Sender"
    return status, said["Code"], said["Message"]


@pytest.mark.parametrize("operation", ["SendMessage", "DeleteMessage", "ChangeMessageVisibility"])
def test_a_batch_without_entries(ask: Ask, operation: str) -> None:
    created = result(ask(Action="CreateQueue", QueueName="q"))
    answer = ask(Action=f"{operation}Batch", QueueUrl=created[0][1])
    words = f"There should be at least one {operation}BatchRequestEntry in the request."
    assert error(answer) == (400, "AWS.SimpleQueueService.EmptyBatchRequest", words)


def test_a_message_there_and_back(ask: Ask, account: str) -> None:
    (created,) = result(
        ask(Action="CreateQueue", QueueName="q", Attribute__1__Name="DelaySeconds", Attribute__1__Value="0")
    )
    url = created[1]
    assert url.endswith(f"/{account}/q")
    sent = dict(
        result(
            ask(
                Action="SendMessage",
                Version="2012-11-05",
                QueueUrl=url,
                MessageBody="<m> & m",
                MessageAttribute__1__Name="a",
                MessageAttribute__1__Value__DataType="String",
                MessageAttribute__1__Value__StringValue="x",
                MessageSystemAttribute__1__Name="AWSTraceHeader",
                MessageSystemAttribute__1__Value__DataType="String",
                MessageSystemAttribute__1__Value__StringValue=SECOND,
            )
        )
    )
    assert sent.keys() == {
        *("MessageId", "MD5OfMessageBody", "MD5OfMessageAttributes", "MD5OfMessageSystemAttributes")
    }
    ((name, message),) = result(
        ask(
            Action="ReceiveMessage",
            QueueUrl=url,
            AttributeName__1="AWSTraceHeader",
            MessageAttributeName__1="All",
        )
    )
    assert name == "Message"
    members = dict(message)
    assert members["Body"] == "<m> & m"
    assert members["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert members["Attribute"] == [("Name", "AWSTraceHeader"), ("Value", SECOND)]
    assert dict(members["MessageAttribute"])["Value"] == [("StringValue", "x"), ("DataType", "String")]
    answer = ask(Action="DeleteMessage", QueueUrl=url, ReceiptHandle=members["ReceiptHandle"])
    assert result(answer) is None
    assert result(ask(Action="ReceiveMessage", QueueUrl=url)) in (None, "")


def test_batches_and_lists_are_numbered(ask: Ask) -> None:
    ask(Action="CreateQueue", QueueName="q")
    one = result(ask(Action="GetQueueAttributes", QueueUrl="q", AttributeName="DelaySeconds"))
    assert one == [("Attribute", [("Name", "DelaySeconds"), ("Value", "0")])]
    entries = {
        f"SendMessageBatchRequestEntry__{n}__{name}": value
        for n, entry in enumerate(({"Id": "a", "MessageBody": "m"}, {"Id": "b", "MessageBody": "\x01"}), 1)
        for name, value in entry.items()
    }
    sent, failed = result(ask("/", Action="SendMessageBatch", QueueUrl="q", **entries))
    assert (sent[0], dict(sent[1])["Id"]) == ("SendMessageBatchResultEntry", "a")
    assert (failed[0], dict(failed[1])["Code"]) == ("BatchResultErrorEntry", "InvalidMessageContents")
    attributes = result(
        ask(
            Action="GetQueueAttributes",
            QueueUrl="q",
            AttributeName__1="DelaySeconds",
            AttributeName__2="VisibilityTimeout",
        )
    )
    assert attributes == [
        ("Attribute", [("Name", "DelaySeconds"), ("Value", "0")]),
        ("Attribute", [("Name", "VisibilityTimeout"), ("Value", "30")]),
    ]


def test_a_queues_own_path_names_it(ask: Ask, account: str) -> None:
    ask(Action="CreateQueue", QueueName="q")
    for path in (f"/{account}/q", f"/queue/us-east-1/{account}/q", f"/{account}/q/"):
        assert dict(result(ask(path, Action="SendMessage", MessageBody="m")))["MD5OfMessageBody"]
    assert error(ask(f"/{account}/none", Action="SendMessage", MessageBody="m"))[1] == (
        "AWS.SimpleQueueService.NonExistentQueue"
    )
    assert error(ask(Action="SendMessage", MessageBody="m")) == (
        400,
        "MissingParameter",
        "The request must contain the parameter QueueUrl.",
    )


def test_errors_have_their_older_codes_and_words(ask: Ask) -> None:
    assert error(ask(Action="GetQueueUrl", QueueName="none")) == (
        400,
        "AWS.SimpleQueueService.NonExistentQueue",
        "The specified queue does not exist for this wsdl version.",
    )
    ask(Action="CreateQueue", QueueName="q")
    assert error(ask(Action="ReceiveMessage", QueueUrl="q", MaxNumberOfMessages="11")) == (
        400,
        "InvalidParameterValue",
        "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    )
    ask(Action="PurgeQueue", QueueUrl="q")
    assert error(ask(Action="PurgeQueue", QueueUrl="q"))[:2] == (
        403,
        "AWS.SimpleQueueService.PurgeQueueInProgress",
    )
    assert error(ask(Action="Nope"))[1] == "InvalidAction"
    assert error(ask())[1] == "MissingAction"


def test_unsigned_calls_where_the_queues_policy_allows_them(ask: Ask, sqs: Any, account: str) -> None:
    arn = f"arn:aws:sqs:us-east-1:{account}:open"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    url = sqs.create_queue(QueueName="open", Attributes={"Policy": policy})["QueueUrl"]
    path = f"/{account}/open"
    assert result(ask(path, signed=False, Action="SendMessage", MessageBody="from anybody"))
    status, code, words = error(ask(path, signed=False, Action="ReceiveMessage"))
    assert (status, code) == (403, "AccessDenied")
    assert arn in words
    assert error(ask(path, signed=False, Action="DeleteQueue"))[0] == 403
    (message,) = sqs.receive_message(QueueUrl=url, AttributeNames=["SenderId"])["Messages"]
    assert message["Attributes"] == {"SenderId": "127.0.0.1"}


def test_json_may_be_sent_to_the_queues_own_path(server: Server, sqs: Any, account: str) -> None:
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    there = server.client("sqs", account)
    there.meta.events.register(
        "before-sign.sqs.*", lambda request, **_: setattr(request, "url", f"{server.url}/{account}/q")
    )
    there.send_message(QueueUrl=url, MessageBody="m")
    assert len(there.receive_message(QueueUrl=url)["Messages"]) == 1


def test_a_refusal_in_json_is_403_with_its_older_code(
    server: Server, sqs: Any, queue: Callable[..., str]
) -> None:
    stranger = server.client("sqs", "222233334444")
    with pytest.raises(stranger.exceptions.ClientError) as caught:
        stranger.send_message(QueueUrl=queue(), MessageBody="m")
    response = caught.value.response
    assert response["Error"]["Code"] == "AccessDenied"
    assert response["Error"]["QueryErrorCode"] == "AccessDeniedException"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 403
