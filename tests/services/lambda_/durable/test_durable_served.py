"""Durable executions over HTTP: every operation with boto3, who may use which, and a server that is killed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import TRUST_LAMBDA, running

SOURCE = """
import boto3

lam = boto3.client("lambda")

def handler(event, context):
    def checkpoint(*updates):
        return lam.checkpoint_durable_execution(
            DurableExecutionArn=event["DurableExecutionArn"], CheckpointToken=event["CheckpointToken"], Updates=updates)
    operations = {each["Id"]: each for each in event["InitialExecutionState"]["Operations"][1:]}
    if "c" not in operations:
        try:
            checkpoint({"Id": "c", "Type": "CALLBACK", "Action": "START"})
        except Exception as error:
            return {"Status": "FAILED", "Error": {"ErrorType": type(error).__name__, "ErrorMessage": str(error)}}
        return {"Status": "PENDING"}
    return {"Status": "SUCCEEDED", "Result": operations["c"]["CallbackDetails"].get("Result")}
"""
DURABLE = {"ExecutionTimeout": 600, "RetentionPeriodInDays": 3}
MANAGED = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicDurableExecutionRolePolicy"
Make = Callable[..., Any]


def started(lam: Any, name: str) -> str:
    answer = lam.invoke(FunctionName=name, Qualifier="$LATEST", InvocationType="Event", Payload=b"{}")
    assert answer["StatusCode"] == 202
    return str(answer["DurableExecutionArn"])


def callback(lam: Any, arn: str) -> str:
    """The id of its callback, as soon as its invocation has ended."""
    while True:
        events = lam.get_durable_execution_history(DurableExecutionArn=arn)["Events"]
        if events[-1]["EventType"] == "InvocationCompleted":
            return str(events[1]["CallbackStartedDetails"]["CallbackId"])


def ended(lam: Any, arn: str) -> Any:
    while (shown := lam.get_durable_execution(DurableExecutionArn=arn))["Status"] == "RUNNING":
        continue
    return shown


def forgotten(lam: Any, arn: str) -> None:
    """Look for an execution that is being deleted until it is not there any more."""
    try:
        while lam.get_durable_execution(DurableExecutionArn=arn)["Status"] == "DELETING":
            continue
    except lam.exceptions.ResourceNotFoundException:
        return
    raise AssertionError(f"{arn} is still there")


def code(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**request)
    return str(refused.value.response["Error"]["Code"])


@pytest.fixture
def waiting(client: Make, deploy: Make) -> tuple[Any, str]:
    """The client and an execution that waits for its callback."""
    client("iam").attach_role_policy(RoleName="run", PolicyArn=MANAGED)
    name = deploy(SOURCE, DurableConfig=DURABLE, Timeout=30)
    lam = client("lambda")
    arn = started(lam, name)
    callback(lam, arn)
    return lam, arn


def test_the_configuration(client: Make, deploy: Make) -> None:
    lam = client("lambda")
    name = deploy(SOURCE, DurableConfig={"ExecutionTimeout": 60})
    shown = lam.get_function_configuration(FunctionName=name)
    assert shown["DurableConfig"] == {"ExecutionTimeout": 60, "RetentionPeriodInDays": 14}
    changed = lam.update_function_configuration(
        FunctionName=name, DurableConfig={"RetentionPeriodInDays": 90}
    )
    assert changed["DurableConfig"] == {"ExecutionTimeout": 60, "RetentionPeriodInDays": 90}
    lam.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    assert lam.publish_version(FunctionName=name)["DurableConfig"] == changed["DurableConfig"]
    plain = deploy(SOURCE)
    assert "DurableConfig" not in lam.get_function_configuration(FunctionName=plain)
    for request in (
        {"FunctionName": plain, "DurableConfig": DURABLE},
        {"FunctionName": name, "DurableConfig": {"KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/x"}},
    ):
        assert code(lam.update_function_configuration, **request) == "InvalidParameterValueException"


def test_from_the_beginning_to_the_end(waiting: tuple[Any, str]) -> None:
    lam, arn = waiting
    callback_id = callback(lam, arn)
    lam.send_durable_execution_callback_heartbeat(CallbackId=callback_id)
    lam.send_durable_execution_callback_success(CallbackId=callback_id, Result=b'{"by": "\xc3\xa4"}')
    shown = ended(lam, arn)
    assert (shown["Status"], shown["Result"]) == ("SUCCEEDED", '{"by": "\u00e4"}')
    assert shown["DurableConfig"] == DURABLE
    assert (
        code(lam.send_durable_execution_callback_success, CallbackId=callback_id)
        == "CallbackTimeoutException"
    )
    function = arn.split(":function:")[1].split(":")[0]
    [listed] = lam.list_durable_executions_by_function(FunctionName=function, Statuses=["SUCCEEDED"])[
        "DurableExecutions"
    ]
    assert listed["DurableExecutionArn"] == arn
    assert listed["EndTimestamp"] == shown["EndTimestamp"]
    answer = lam.delete_durable_execution(DurableExecutionArn=arn)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    forgotten(lam, arn)


def test_paused_resumed_and_stopped(waiting: tuple[Any, str]) -> None:
    lam, arn = waiting
    lam.pause_durable_execution(DurableExecutionArn=arn, Reason="look")
    shown = lam.get_durable_execution(DurableExecutionArn=arn)
    assert (shown["Status"], shown["PauseDetails"]["Reason"]) == ("PAUSED", "look")
    assert code(lam.delete_durable_execution, DurableExecutionArn=arn) == "ResourceConflictException"
    lam.resume_durable_execution(DurableExecutionArn=arn)
    error = {"ErrorType": "Operator", "ErrorMessage": "enough", "StackTrace": ["here"]}
    stopped = lam.stop_durable_execution(DurableExecutionArn=arn, Error=error)["StopTimestamp"]
    shown = lam.get_durable_execution(DurableExecutionArn=arn)
    assert (shown["Status"], shown["Error"], shown["EndTimestamp"]) == ("STOPPED", error, stopped)


def test_what_can_not_be_streamed(waiting: tuple[Any, str]) -> None:
    lam, arn = waiting
    name = arn.split(":function:")[1].split(":")[0]
    call = {"FunctionName": name, "Qualifier": "$LATEST", "Payload": b"{}"}
    assert code(lam.invoke_with_response_stream, **call) == "InvalidParameterValueException"


def test_the_name_is_taken(client: Make, deploy: Make) -> None:
    client("iam").attach_role_policy(RoleName="run", PolicyArn=MANAGED)
    request = {"FunctionName": deploy(SOURCE, DurableConfig=DURABLE), "Qualifier": "$LATEST"}
    request |= {"InvocationType": "Event", "DurableExecutionName": "order-1"}
    lam = client("lambda")
    first = lam.invoke(**request, Payload=b"1")["DurableExecutionArn"]
    assert lam.invoke(**request, Payload=b"1")["DurableExecutionArn"] == first
    with pytest.raises(lam.exceptions.DurableExecutionAlreadyStartedException) as refused:
        lam.invoke(**request, Payload=b"2")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert refused.value.response["Type"] == "User"


def test_a_role_that_may_not_checkpoint(client: Make, deploy: Make) -> None:
    name = deploy(SOURCE, DurableConfig=DURABLE, Timeout=30)
    answer = client("lambda").invoke(FunctionName=name, Qualifier="$LATEST", Payload=b"{}")
    said = json.load(answer["Payload"])
    assert answer["FunctionError"] == "Unhandled"
    assert "AccessDeniedException" in said["errorMessage"]
    assert "lambda:CheckpointDurableExecution" in said["errorMessage"]
    assert answer["DurableExecutionArn"] in said["errorMessage"]


def test_who_may_use_an_execution(client: Make, waiting: tuple[Any, str]) -> None:
    """The permission is asked for on the execution, also when it is a callback that names it."""
    lam, arn = waiting
    iam = client("iam")
    iam.create_user(UserName="clerk")
    key = iam.create_access_key(UserName="clerk")["AccessKey"]
    clerk = client("lambda", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    callback_id = callback(lam, arn)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("GetDurableExecution", {"DurableExecutionArn": arn}),
        ("SendDurableExecutionCallbackSuccess", {"CallbackId": callback_id, "Result": b"1"}),
    ]
    methods = {
        "GetDurableExecution": clerk.get_durable_execution,
        "SendDurableExecutionCallbackSuccess": clerk.send_durable_execution_callback_success,
    }
    for name, request in calls:
        assert code(methods[name], **request) == "AccessDeniedException"
        statement = {"Effect": "Allow", "Action": f"lambda:{name}", "Resource": arn.rsplit("/", 1)[0] + "/*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName="clerk", PolicyName="p", PolicyDocument=document)
        methods[name](**request)
    assert ended(lam, arn)["Result"] == "1"


def test_a_killed_server_goes_on(tmp_path: Path, package: Make) -> None:
    with running(tmp_path / "data") as server:
        iam = server.client("iam")
        role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        iam.attach_role_policy(RoleName="run", PolicyArn=MANAGED)
        server.client("lambda").create_function(
            FunctionName="f",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role,
            Timeout=30,
            Code={"ZipFile": package(SOURCE)},
            DurableConfig=DURABLE,
        )
        arn = started(server.client("lambda"), "f")
        callback_id = callback(server.client("lambda"), arn)
        second = started(server.client("lambda"), "f")
        server.kill()
    with running(tmp_path / "data") as server:
        lam = server.client("lambda")
        lam.send_durable_execution_callback_success(CallbackId=callback_id, Result=b'"alive"')
        assert ended(lam, arn)["Result"] == '"alive"'
        lam.send_durable_execution_callback_failure(
            CallbackId=callback(lam, second), Error={"ErrorMessage": "x"}
        )
        shown = ended(lam, second)
        assert (shown["Status"], "Result" in shown) == ("SUCCEEDED", False)
