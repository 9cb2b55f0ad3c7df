"""Functions as subscribers, against a running server: the event, the permission that they need, dead letters, the status."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from harness import REGION
from sns_answers import replaced

FORWARD = """
import json, os, boto3

def handler(event, context):
    boto3.client("sqs").send_message(
        QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps({"event": event, "trace": os.environ.get("_X_AMZN_TRACE_ID", "")})
    )
"""
Topic = Callable[..., str]
Subscribe = Callable[..., str]


@pytest.fixture
def function(client: Callable[..., Any], deploy: Callable[..., str], queues: Any) -> str:
    """The ARN of a function that puts its events into the queue `seen`."""
    queues.make("seen")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    client("iam").put_role_policy(RoleName="run", PolicyName="sqs", PolicyDocument=json.dumps(policy))
    name = deploy(FORWARD, Environment={"Variables": {"QUEUE": "seen"}}, Timeout=20)
    arn: str = client("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    return arn


def permit(client: Callable[..., Any], function: str, topic: str) -> None:
    client("lambda").add_permission(
        FunctionName=function,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )


def test_the_event(
    client: Callable[..., Any], sns: Any, topic: Topic, subscribe: Subscribe, queues: Any, function: str
) -> None:
    arn = topic(SignatureVersion="2")
    permit(client, function, arn)
    made = subscribe(arn, "lambda", function)
    given = {
        "attr1": {"DataType": "Number", "StringValue": "1"},
        "list": {"DataType": "String.Array", "StringValue": '["x"]'},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\2\3\4"},
    }
    sns.publish(
        TopicArn=arn, Message="Hello world.", Subject="[Subject] Test subject", MessageAttributes=given
    )
    sns.publish(TopicArn=arn, Message=json.dumps({"default": "d", "lambda": "own"}), MessageStructure="json")
    events = [*queues.bodies("seen", wait_s=20), *queues.bodies("seen", wait_s=2)]
    while len(events) < 2:
        events += queues.bodies("seen", wait_s=20)
    (first, second) = sorted(
        (each["event"]["Records"][0] for each in events), key=lambda each: each["Sns"]["Message"]
    )
    assert {name: first[name] for name in first if name != "Sns"} == {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": made,
    }
    common = {
        "MessageId": "<MessageId>",
        "Signature": "<Signature>",
        "SignatureVersion": "1",
        "SigningCertUrl": "<SigningCertUrl>",
        "Timestamp": "<Timestamp>",
        "TopicArn": arn,
        "Type": "Notification",
        "UnsubscribeUrl": "<UnsubscribeUrl>",
    }
    assert replaced(first["Sns"]) == {
        **common,
        "Message": "Hello world.",
        "Subject": "[Subject] Test subject",
        "MessageAttributes": {
            "attr1": {"Type": "String", "Value": "1"},
            "list": {"Type": "String", "Value": '["x"]'},
            "bytes": {"Type": "Binary", "Value": "AgME"},
        },
    }
    assert replaced(second["Sns"]) == {**common, "Message": "own", "Subject": None, "MessageAttributes": {}}


def test_without_permission(
    client: Callable[..., Any],
    sns: Any,
    topic: Topic,
    subscribe: Subscribe,
    queues: Any,
    function: str,
    account: str,
) -> None:
    """It is refused, goes to the dead letters, and the status log tells why; with permission the next one arrives."""
    iam = client("iam")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = iam.create_role(
        RoleName="feedback",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}),
    )["Role"]["Arn"]
    allowed = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}}
    iam.put_role_policy(RoleName="feedback", PolicyName="p", PolicyDocument=json.dumps(allowed))
    arn = topic(LambdaFailureFeedbackRoleArn=role, LambdaSuccessFeedbackRoleArn=role)
    policy = json.dumps({"deadLetterTargetArn": queues.make("dead", arn)})
    subscribe(arn, "lambda", function, RedrivePolicy=policy)
    permit(client, function, f"{arn}-other")
    sns.publish(TopicArn=arn, Message="refused")
    (body,) = queues.bodies("dead", wait_s=20)
    assert body["Message"] == "refused"
    (failure,) = logged(client, f"sns/{REGION}/{account}/t/Failure")
    assert (failure["status"], failure["delivery"]["statusCode"]) == ("FAILURE", 403)
    assert "lambda:InvokeFunction" in json.loads(failure["delivery"]["providerResponse"])["ErrorMessage"]
    client("lambda").remove_permission(FunctionName=function, StatementId="sns")
    permit(client, function, arn)
    published = sns.publish(TopicArn=arn, Message="allowed")
    (seen,) = queues.bodies("seen", wait_s=20)
    assert seen["event"]["Records"][0]["Sns"]["Message"] == "allowed"
    (success,) = logged(client, f"sns/{REGION}/{account}/t")
    assert success["status"] == "SUCCESS"
    assert success["notification"]["messageId"] == published["MessageId"]
    delivery = success["delivery"]
    assert (delivery["destination"], delivery["statusCode"]) == (function, 202)
    assert json.loads(delivery["providerResponse"])["lambdaRequestId"]


def logged(client: Callable[..., Any], group: str) -> list[Any]:
    """What is in a log group, once something is."""
    logs = client("logs")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        if any(each["logGroupName"] == group for each in found):
            events = logs.filter_log_events(logGroupName=group)["events"]
            if events:
                return [json.loads(event["message"]) for event in events]
    raise AssertionError(f"nothing was logged to {group}")


def test_a_function_that_is_gone(
    client: Callable[..., Any], sns: Any, topic: Topic, subscribe: Subscribe, queues: Any, account: str
) -> None:
    arn = topic()
    policy = json.dumps({"deadLetterTargetArn": queues.make("dead", arn)})
    gone = f"arn:aws:lambda:{REGION}:{account}:function:gone"
    subscribe(arn, "lambda", gone, RedrivePolicy=policy)
    sns.publish(
        TopicArn=arn, Message="lost", MessageAttributes={"a": {"DataType": "Number", "StringValue": "1"}}
    )
    (body,) = queues.bodies("dead", wait_s=20)
    assert (body["Message"], body["MessageAttributes"]) == ("lost", {"a": {"Type": "Number", "Value": "1"}})
