"""Any service behind a REST API: by action, by path, by target, as the integration's role."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness import REGION
from http_api import TRUST
from rest_integrations import Integrated

Client = Callable[..., Any]


@pytest.fixture
def caller(client: Client) -> str:
    """A role that API Gateway may be, and that may do anything with queues and topics."""
    iam = client("iam")
    arn: str = iam.create_role(RoleName="gateway", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": ["sqs:*", "sns:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName="gateway", PolicyName="p", PolicyDocument=document)
    return arn


def uri(rest: str) -> str:
    return f"arn:aws:apigateway:{REGION}:{rest}"


def received(client: Client, url: str) -> list[str]:
    answer = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def test_a_message_by_path(api: Integrated, client: Client, caller: str) -> None:
    url = client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    api.put(
        "/a",
        "AWS",
        "POST",
        uri=uri(f"sqs:path/{api.rest.account}/orders"),
        credentials=caller,
        requestParameters={"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        requestTemplates={"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
        responses={"200": {}},
    )
    came = api.ask("/a", "POST", {}, '{"a": "1 & 2"}')
    answer = came.json["SendMessageResponse"]
    assert came.status == 200
    assert len(answer["ResponseMetadata"]["RequestId"]) == 36
    assert answer["SendMessageResult"].keys() >= {"MD5OfMessageBody", "MessageId", "SequenceNumber"}
    assert answer["SendMessageResult"]["SequenceNumber"] is None
    assert received(client, url) == ['{"a": "1 & 2"}']


def test_a_message_by_action(api: Integrated, client: Client, caller: str) -> None:
    url = client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    api.put(
        "/a",
        "AWS",
        "GET",
        uri=uri("sqs:action/SendMessage"),
        credentials=caller,
        method={"requestParameters": {"method.request.querystring.text": False}},
        requestParameters={
            "integration.request.querystring.QueueUrl": f"'{url}'",
            "integration.request.querystring.MessageBody": "method.request.querystring.text",
        },
        responses={
            "200": {
                "responseTemplates": {
                    "application/json": '{"id": "$input.path("$.SendMessageResponse.SendMessageResult.MessageId")"}'
                }
            }
        },
    )
    assert len(api.ask("/a?text=by%20action").json["id"]) == 36
    assert received(client, url) == ["by action"]


def test_a_message_by_target(api: Integrated, client: Client, caller: str) -> None:
    url = client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    api.put(
        "/a",
        "AWS",
        "POST",
        uri=uri("sqs:path//"),
        credentials=caller,
        requestParameters={
            "integration.request.header.X-Amz-Target": "'AmazonSQS.SendMessage'",
            "integration.request.header.Content-Type": "'application/x-amz-json-1.0'",
        },
        requestTemplates={
            "application/json": f'{{"QueueUrl": "{url}", "MessageBody": "$input.path("$.text")"}}'
        },
        responses={"200": {}},
    )
    came = api.ask("/a", "POST", {}, '{"text": "by target"}')
    assert len(came.json["MessageId"]) == 36
    assert received(client, url) == ["by target"]


def test_a_topic(api: Integrated, client: Client, caller: str) -> None:
    topic = client("sns").create_topic(Name="news")["TopicArn"]
    api.put(
        "/a",
        "AWS",
        "POST",
        uri=uri("sns:action/Publish"),
        credentials=caller,
        requestParameters={"integration.request.querystring.TopicArn": f"'{topic}'"},
        requestTemplates={
            "application/json": "#set($context.requestOverride.querystring.Message = $input.body)"
        },
        responses={"200": {}},
    )
    answer = api.ask("/a", "POST", {}, "extra, extra").json["PublishResponse"]
    assert len(answer["PublishResult"]["MessageId"]) == 36


def test_errors_are_answers(api: Integrated, client: Client, caller: str) -> None:
    api.put(
        "/a",
        "AWS",
        "POST",
        uri=uri("sqs:action/GetQueueUrl"),
        credentials=caller,
        requestParameters={"integration.request.querystring.QueueName": "'nothing'"},
        responses={
            "200": {},
            "404": {
                "selectionPattern": "4..",
                "responseTemplates": {"application/json": '{"code": "$input.path("$.Error.Code")"}'},
            },
        },
    )
    came = api.ask("/a", "POST", {}, "{}")
    assert (came.status, came.json) == (404, {"code": "AWS.SimpleQueueService.NonExistentQueue"})


def test_the_role_decides(api: Integrated, client: Client, caller: str) -> None:
    client("iam").delete_role_policy(RoleName="gateway", PolicyName="p")
    api.put(
        "/a",
        "AWS",
        "POST",
        uri=uri("sqs:action/ListQueues"),
        credentials=caller,
        responses={"200": {}, "403": {"selectionPattern": "403"}},
    )
    came = api.ask("/a", "POST", {}, "{}")
    assert (came.status, came.json["Error"]["Code"]) == (403, "AccessDenied")
    assert "assumed-role/gateway/" in came.json["Error"]["Message"]


def test_nobody_calls(api: Integrated) -> None:
    api.put(
        "/a",
        "AWS",
        "POST",
        uri=uri("sqs:action/ListQueues"),
        responses={"200": {}, "403": {"selectionPattern": "403"}},
    )
    assert api.ask("/a", "POST", {}, "{}").status == 403


def test_what_portico_has_not(api: Integrated, caller: str) -> None:
    api.put(
        "/a",
        "AWS",
        "POST",
        uri=uri("glue:action/GetJobs"),
        credentials=caller,
        responses={"200": {}, "501": {"selectionPattern": "501"}},
    )
    api.put(
        "/b",
        "AWS",
        "POST",
        uri=uri("sqs:action/Nonsense"),
        credentials=caller,
        responses={"200": {}, "400": {"selectionPattern": "400"}},
    )
    assert api.ask("/a", "POST", {}, "{}").status == 501
    assert api.ask("/b", "POST", {}, "{}").status == 400


def test_a_rest_protocol(api: Integrated, client: Client, deploy: Callable[..., str]) -> None:
    deploy("def handler(event, context):\n    pass\n", name="shown")
    iam = client("iam")
    arn = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=document)
    api.put(
        "/f/{name}",
        "AWS",
        "GET",
        uri=uri("lambda:path/2015-03-31/functions/{name}/configuration"),
        integrationHttpMethod="GET",
        credentials=arn,
        method={"requestParameters": {"method.request.path.name": True}},
        requestParameters={"integration.request.path.name": "method.request.path.name"},
        responses={"200": {}, "404": {"selectionPattern": "404"}},
    )
    assert api.ask("/f/shown").json["FunctionName"] == "shown"
    assert api.ask("/f/missing").status == 404
