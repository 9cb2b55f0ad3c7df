"""Events to their ends: tries, dead letters, invocation records, on a server whose clock is jumped."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import zip_of
from harness import TRUST_LAMBDA, Server, new_account, running

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
SOURCE = """
def handler(event, context):
    if event.get("raise_error"):
        raise Exception("Test exception (this is intentional)")
    return {"seen": event, "id": context.aws_request_id}
"""
TRACE = [
    '  File "/var/task/app.py", line 4, in handler\n    raise Exception("Test exception (this is intentional)")\n'
]


class Stage:
    """A function `f` and a queue `q` in an account of their own."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.account = new_account()
        self.lam, self.sqs, self.iam = (self.client(name) for name in ("lambda", "sqs", "iam"))
        self.role = self.iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        self.iam.attach_role_policy(RoleName="run", PolicyArn=BASIC)
        self.queue = f"arn:aws:sqs:us-east-1:{self.account}:q"
        self.url = self.sqs.create_queue(QueueName="q")["QueueUrl"]
        self.permit("sqs:SendMessage", "lambda:InvokeFunction", "sns:Publish")

    def client(self, service: str) -> Any:
        return self.server.client(service, self.account)

    def permit(self, *actions: str) -> None:
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        self.iam.put_role_policy(RoleName="run", PolicyName="send", PolicyDocument=document)

    def deploy(self, name: str = "f", source: str = SOURCE, **options: Any) -> str:
        made = self.lam.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler="app.handler",
            Role=self.role,
            Code={"ZipFile": zip_of({"app.py": source})},
            **options,
        )
        self.lam.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return str(made["FunctionArn"])

    def configure(self, **options: Any) -> None:
        ends = {end: {"Destination": self.queue} for end in ("OnSuccess", "OnFailure")}
        self.lam.put_function_event_invoke_config(FunctionName="f", DestinationConfig=ends, **options)

    def send(self, event: dict[str, Any], **options: Any) -> str:
        answer = self.lam.invoke(
            **{"FunctionName": "f", "InvocationType": "Event", "Payload": json.dumps(event), **options}
        )
        assert answer["StatusCode"] == 202
        return str(answer["ResponseMetadata"]["RequestId"])

    def received(self, wait_s: int = 20) -> dict[str, Any] | None:
        """The next message of the queue."""
        answer = self.sqs.receive_message(
            QueueUrl=self.url,
            WaitTimeSeconds=wait_s,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return messages[0] if messages else None

    def in_the_end(self, by: str = "61s") -> dict[str, Any]:
        """The next message, however long it takes on the server's clock."""
        for _ in range(60):
            message = self.received(1)
            if message is not None:
                return message
            self.server.advance(by)
        raise AssertionError("nothing came")

    def record(self, by: str = "61s") -> dict[str, Any]:
        """The next invocation record, after a look at its time."""
        told: dict[str, Any] = json.loads(self.in_the_end(by)["Body"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("timestamp"))
        return told


@pytest.fixture(scope="module")
def jumping() -> Iterator[Server]:
    """A server whose clock these tests move."""
    with running(None) as started:
        yield started


@pytest.fixture
def stage(jumping: Server) -> Stage:
    return Stage(jumping)


def context(stage: Stage, request_id: str, condition: str, count: int) -> dict[str, Any]:
    return {
        "requestId": request_id,
        "functionArn": f"arn:aws:lambda:us-east-1:{stage.account}:function:f:$LATEST",
        "condition": condition,
        "approximateInvokeCount": count,
    }


def error(request_id: str) -> dict[str, Any]:
    return {
        "errorMessage": "Test exception (this is intentional)",
        "errorType": "Exception",
        "requestId": request_id,
        "stackTrace": TRACE,
    }


def test_success(stage: Stage) -> None:
    stage.deploy()
    stage.configure()
    sent = stage.send({"n": 1})
    assert stage.record() == {
        "version": "1.0",
        "requestContext": context(stage, sent, "Success", 1),
        "requestPayload": {"n": 1},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"seen": {"n": 1}, "id": sent},
    }
    assert stage.received(0) is None


@pytest.mark.parametrize(("retries", "count"), [(0, 1), (None, 3)])
def test_function_errors(stage: Stage, retries: int | None, count: int) -> None:
    stage.deploy()
    stage.configure(**({} if retries is None else {"MaximumRetryAttempts": retries}))
    sent = stage.send({"raise_error": 1})
    assert stage.record() == {
        "version": "1.0",
        "requestContext": context(stage, sent, "RetriesExhausted", count),
        "requestPayload": {"raise_error": 1},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": error(sent),
    }
    assert stage.received(0) is None


@pytest.mark.parametrize(("age", "count"), [(60, 1), (120, 2)])
def test_too_old_for_the_next_try(stage: Stage, age: int, count: int) -> None:
    stage.deploy()
    stage.configure(MaximumEventAgeInSeconds=age)
    sent = stage.send({"raise_error": 1})
    told = stage.record(by="60s")
    assert told["requestContext"] == context(stage, sent, "EventAgeExceeded", count)
    assert told["responseContext"]["functionError"] == "Unhandled"
    assert told["responsePayload"] == error(sent)


def test_a_dead_letter(stage: Stage) -> None:
    stage.deploy(DeadLetterConfig={"TargetArn": stage.queue})
    sent = stage.send({"raise_error": 1})
    message = stage.in_the_end()
    assert message["Body"] == '{"raise_error": 1}'
    assert message["MessageAttributes"] == {
        "RequestID": {"DataType": "String", "StringValue": sent},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": "Test exception (this is intentional)"},
    }
    assert stage.received(0) is None


DURABLE = """
def handler(event, context):
    kind = event["InitialExecutionState"]["Operations"][0]["ExecutionDetails"]["InputPayload"]
    if kind == '"fine"':
        return {"Status": "SUCCEEDED"}
    return {"Status": "FAILED", "Error": {"ErrorType": "Sad", "ErrorMessage": "it went wrong"}}
"""


def test_a_dead_letter_of_a_durable_execution_that_nobody_waits_for(stage: Stage) -> None:
    """And of no other: not of one that succeeds, nor of one whose caller is told."""
    stage.deploy(
        source=DURABLE,
        DeadLetterConfig={"TargetArn": stage.queue},
        DurableConfig={"ExecutionTimeout": 600, "RetentionPeriodInDays": 1},
    )
    stage.configure()
    answer = stage.lam.invoke(FunctionName="f", Qualifier="$LATEST", Payload=b'"told"')
    assert answer["FunctionError"] == "Unhandled"
    stage.send("fine", Qualifier="$LATEST")  # type: ignore[arg-type]
    sent = stage.send({"n": 1}, Qualifier="$LATEST")
    message = stage.received()
    assert message is not None
    assert message["Body"] == '{"n": 1}'
    assert message["MessageAttributes"] == {
        "RequestID": {"DataType": "String", "StringValue": sent},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": "it went wrong"},
    }
    assert stage.received(0) is None


def test_a_dead_letter_of_a_durable_execution_that_times_out(stage: Stage) -> None:
    waits = """
    import boto3
    def handler(event, context):
        if len(event["InitialExecutionState"]["Operations"]) == 1:
            boto3.client("lambda").checkpoint_durable_execution(
                DurableExecutionArn=event["DurableExecutionArn"], CheckpointToken=event["CheckpointToken"],
                Updates=[{"Id": "w", "Type": "CALLBACK", "Action": "START"}])
        return {"Status": "PENDING"}
    """
    stage.permit("sqs:SendMessage", "lambda:CheckpointDurableExecution")
    stage.deploy(
        source=waits,
        DeadLetterConfig={"TargetArn": stage.queue},
        DurableConfig={"ExecutionTimeout": 600, "RetentionPeriodInDays": 1},
    )
    sent = stage.send({"n": 2}, Qualifier="$LATEST")
    stopped = stage.lam.invoke(FunctionName="f", Qualifier="$LATEST", InvocationType="Event", Payload=b"1")
    stage.lam.stop_durable_execution(DurableExecutionArn=stopped["DurableExecutionArn"])
    stage.server.advance("601s")
    message = stage.received()
    assert message is not None
    assert message["MessageAttributes"]["RequestID"]["StringValue"] == sent
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"]
    assert stage.received(0) is None


def test_both_a_record_and_a_dead_letter(stage: Stage) -> None:
    stage.deploy(DeadLetterConfig={"TargetArn": stage.queue})
    stage.configure(MaximumRetryAttempts=0)
    stage.send({"raise_error": 1})
    bodies = sorted(stage.in_the_end()["Body"][:10] for _ in range(2))
    assert bodies == ['{"raise_er', '{"version"']
    assert stage.received(0) is None


def test_no_concurrency_reserved(stage: Stage) -> None:
    stage.deploy()
    stage.configure()
    stage.lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    sent = stage.send({"n": 1})
    message = stage.received()
    assert message is not None
    told = json.loads(message["Body"])
    assert told["requestContext"] == context(stage, sent, "ZeroReservedConcurrency", 0)
    assert told["requestPayload"] == {"n": 1}
    assert "responseContext" not in told
    assert "responsePayload" not in told


def test_throttled_events_run_in_the_end(stage: Stage) -> None:
    """One place for five events: those that find none are tried again, which counts neither as an error nor as a delivery."""
    source = "import time\ndef handler(event, context):\n    time.sleep(0.2)\n    return event\n"
    stage.deploy(source=source)
    stage.configure(MaximumRetryAttempts=0)
    stage.lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    sent = {stage.send({"n": n}) for n in range(5)}
    told = [stage.record(by="2s")["requestContext"] for _ in range(5)]
    assert {each["requestId"] for each in told} == sent
    assert {(each["condition"], each["approximateInvokeCount"]) for each in told} == {("Success", 1)}
    assert stage.received(0) is None


def test_the_role_is_gone(stage: Stage) -> None:
    """An error of the platform: tried again until the event is too old, and not counted as the function's."""
    stage.deploy(DeadLetterConfig={"TargetArn": stage.queue})
    stage.lam.put_function_event_invoke_config(FunctionName="f", MaximumEventAgeInSeconds=60)
    document = TRUST_LAMBDA.replace("lambda.amazonaws.com", "ec2.amazonaws.com")
    stage.iam.update_assume_role_policy(RoleName="run", PolicyDocument=document)
    stage.send({"n": 1})
    for _ in range(8):
        assert stage.received(0) is None
        stage.server.advance("10s")
    stage.iam.update_assume_role_policy(RoleName="run", PolicyDocument=TRUST_LAMBDA)
    message = stage.in_the_end()
    assert message["Body"] == '{"n": 1}'
    assert message["MessageAttributes"]["ErrorCode"]["StringValue"] == "500"


def test_a_function_as_a_destination(stage: Stage) -> None:
    stage.deploy()
    target = stage.deploy("g", "def handler(event, context):\n    return event\n")
    stage.lam.put_function_event_invoke_config(
        FunctionName="g", DestinationConfig={"OnSuccess": {"Destination": stage.queue}}
    )
    stage.lam.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": target}}
    )
    sent = stage.send({"n": 1})
    told = stage.record()
    assert told["requestPayload"] == told["responsePayload"]
    assert told["requestPayload"]["requestContext"] == context(stage, sent, "Success", 1)


def test_a_topic_as_a_destination_and_as_a_dead_letter(stage: Stage) -> None:
    """The queue that subscribes gets both; a dead letter's attributes are the notification's."""
    sns = stage.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": stage.queue,
        },
    }
    stage.sqs.set_queue_attributes(QueueUrl=stage.url, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=stage.queue, ReturnSubscriptionArn=True)
    stage.deploy(DeadLetterConfig={"TargetArn": topic})
    stage.lam.put_function_event_invoke_config(
        FunctionName="f", MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": topic}}
    )
    sent = stage.send({"raise_error": 1})
    told = [json.loads(stage.in_the_end()["Body"]) for _ in range(2)]
    told.sort(key=lambda notification: "MessageAttributes" in notification)
    record, letter = told
    assert json.loads(record["Message"])["requestContext"] == context(stage, sent, "RetriesExhausted", 1)
    assert letter["Message"] == '{"raise_error": 1}'
    assert letter["MessageAttributes"] == {
        "RequestID": {"Type": "String", "Value": sent},
        "ErrorCode": {"Type": "Number", "Value": "200"},
        "ErrorMessage": {"Type": "String", "Value": "Test exception (this is intentional)"},
    }


def test_a_record_that_is_too_large_for_a_topic(stage: Stage) -> None:
    sns = stage.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": stage.queue}
    document = json.dumps({"Version": "2012-10-17", "Statement": allow})
    stage.sqs.set_queue_attributes(QueueUrl=stage.url, Attributes={"Policy": document})
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=stage.queue, Attributes=raw)
    stage.deploy()
    stage.lam.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": topic}}
    )
    sent = stage.send({"long": "x" * 200_000})
    told = stage.record()
    assert told == {
        "version": "1.0",
        "requestContext": context(stage, sent, "Success", 1),
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
    }


def test_the_permission_is_taken_away(stage: Stage) -> None:
    """Visible in the function's log; tried again; the function is not run again."""
    stage.deploy()
    stage.configure()
    stage.permit("sns:Publish")
    sent = stage.send({"n": 1})
    logs = stage.client("logs")
    said = ""
    for _ in range(200):
        try:
            found = logs.filter_log_events(logGroupName="/aws/lambda/f", filterPattern='"was not sent"')
        except logs.exceptions.ResourceNotFoundException:
            continue
        if found["events"]:
            said = found["events"][0]["message"]
            break
    assert said.startswith(
        f"[ERROR] RequestId: {sent} invocation record for {stage.queue} was not sent: AccessDenied"
    )
    stage.permit("sqs:SendMessage")
    told = stage.record(by="6s")
    assert told["requestContext"] == context(stage, sent, "Success", 1)


def test_an_alias_has_a_configuration_of_its_own(stage: Stage) -> None:
    stage.deploy()
    stage.lam.publish_version(FunctionName="f")
    stage.lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    ends = {"OnFailure": {"Destination": stage.queue}}
    stage.lam.put_function_event_invoke_config(
        FunctionName="f", Qualifier="live", MaximumRetryAttempts=0, DestinationConfig=ends
    )
    stage.send({"raise_error": 1})
    sent = stage.send({"raise_error": 2}, Qualifier="live")
    told = stage.record()
    assert told["requestContext"]["requestId"] == sent
    assert told["requestContext"]["functionArn"].endswith(":function:f:live")
    assert told["responseContext"]["executedVersion"] == "1"
    assert stage.received(0) is None


def test_trace(stage: Stage) -> None:
    stage.deploy()
    stage.configure()
    stage.send({"n": 1})
    message = stage.received()
    assert message is not None
    assert message["Attributes"]["AWSTraceHeader"].startswith("Root=1-")


def test_ends_survive_a_kill(tmp_path: Path) -> None:
    """What waits for its next try when the server is killed has it after the next start."""
    server = Server(tmp_path / "data")
    stage = Stage(server)
    stage.deploy()
    stage.configure()
    sent = stage.send({"raise_error": 1})
    server.kill()
    stage.server = server = Server(tmp_path / "data")
    stage.sqs, stage.url = stage.client("sqs"), f"{server.url}/{stage.account}/q"
    told = stage.record()
    assert told["requestContext"]["requestId"] == sent
    assert told["requestContext"]["condition"] == "RetriesExhausted"
    assert told["requestContext"]["approximateInvokeCount"] in (3, 4)
    assert stage.received(0) is None
    server.stop()
