"""Invocations of Python functions: what AWS answered, whole, by recorded case; every case once per Python runtime."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from lambda_answers import ACTIVE, PENDING, arn_of, configuration, found, shown, told

Make = Callable[..., Any]
PYTHONS = [f"python3.{minor}" for minor in range(8, 15)]

INTROSPECTION = """\
import os

def handler(event, context):
    names = (
        "aws_request_id", "function_name", "function_version", "invoked_function_arn", "log_group_name",
        "log_stream_name", "memory_limit_in_mb",
    )
    about = {name: getattr(context, name) for name in names}
    about["remaining_time_in_millis"] = context.get_remaining_time_in_millis()
    return {"ctx": about, "environment": dict(os.environ)}
"""
# What an environment here has no use for: there is no X-Ray daemon, and no shell starts it.
ABSENT = {
    "AWS_XRAY_DAEMON_ADDRESS",
    "_AWS_XRAY_DAEMON_ADDRESS",
    "_AWS_XRAY_DAEMON_PORT",
    "LC_CTYPE",
    "PWD",
    "SHLVL",
}
RECORDED = {
    "AWS_ACCESS_KEY_ID": r"ASIA\w{16}",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EXECUTION_ENV": "AWS_Lambda_{runtime}",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
    "AWS_LAMBDA_FUNCTION_NAME": "f",
    "AWS_LAMBDA_FUNCTION_VERSION": r"\$LATEST",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
    "AWS_LAMBDA_LOG_STREAM_NAME": r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}",
    "AWS_LAMBDA_RUNTIME_API": r"[\d.]+:\d+",
    "AWS_REGION": "us-east-1",
    "AWS_SECRET_ACCESS_KEY": r"\S{40}",
    "AWS_SESSION_TOKEN": r"\S+",
    "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    "AWS_XRAY_DAEMON_ADDRESS": "",
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
    "LAMBDA_TASK_ROOT": r"/.+",  # where the code really lies
    "LANG": r"en_US\.UTF-8",
    "LC_CTYPE": "",
    "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "PWD": "",
    "PYTHONPATH": "/var/runtime",
    "SHLVL": "",
    "TEST_KEY": "TEST_VAL",
    "TZ": ":UTC",
    "_AWS_XRAY_DAEMON_ADDRESS": "",
    "_AWS_XRAY_DAEMON_PORT": "",
    "_HANDLER": r"app\.handler",
    "_X_AMZN_TRACE_ID": r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0.*",
}


def invoked(lam: Any, **request: Any) -> tuple[dict[str, Any], str]:
    """An invocation's answer whole, its payload decoded, and its request id."""
    answer = lam.invoke(**request)
    content = answer["Payload"].read()
    request_id: str = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    return {**shown(answer), "Payload": json.loads(content) if content else None}, request_id


@pytest.mark.parametrize("runtime", PYTHONS)
def test_introspection_invoke(
    client: Make, create: Make, package: Make, account: str, server: Any, runtime: str
) -> None:
    lam, code = client("lambda"), package(INTROSPECTION)
    settings: dict[str, Any] = {
        "Environment": {"Variables": {"TEST_KEY": "TEST_VAL"}},
        "MemorySize": 1024,
        "Runtime": runtime,
    }
    made = create("f", Code={"ZipFile": code}, **settings)
    assert shown(made) == {**configuration(account, "f", code, **settings, **PENDING), "status": 201}
    arn = arn_of(account, "f")
    for qualifier, invoked_arn in ((None, arn), ("$LATEST", f"{arn}:$LATEST")):
        qualified = {"Qualifier": qualifier} if qualifier else {}
        answer, request_id = invoked(lam, FunctionName="f", **qualified)
        payload = answer["Payload"]
        assert answer == {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": payload, "status": 200}
        environment, about = payload["environment"], payload["ctx"]
        assert 0 < about.pop("remaining_time_in_millis") <= 3000
        assert about == {
            "aws_request_id": request_id,
            "function_name": "f",
            "function_version": "$LATEST",
            "invoked_function_arn": invoked_arn,
            "log_group_name": "/aws/lambda/f",
            "log_stream_name": environment["AWS_LAMBDA_LOG_STREAM_NAME"],
            "memory_limit_in_mb": "1024",
        }
        assert environment.pop("AWS_ENDPOINT_URL") == server.url
        assert set(environment) == set(RECORDED) - ABSENT
        for name, value in environment.items():
            assert re.fullmatch(RECORDED[name].replace("{runtime}", re.escape(runtime)), value), (name, value)


@pytest.mark.parametrize("runtime", PYTHONS)
def test_uncaught_exception_invoke(
    client: Make, create: Make, package: Make, account: str, runtime: str
) -> None:
    source = 'def handler(event, context):\n    raise Exception("Failed: " + event["error_msg"])\n'
    code, settings = package(source), {"MemorySize": 1024, "Runtime": runtime}
    made = create("f", Code={"ZipFile": code}, **settings)
    assert shown(made) == {**configuration(account, "f", code, **settings, **PENDING), "status": 201}
    answer, request_id = invoked(
        client("lambda"), FunctionName="f", Payload=b'{"error_msg": "some_error_msg"}'
    )
    assert answer == {
        "ExecutedVersion": "$LATEST",
        "FunctionError": "Unhandled",
        "Payload": {
            "errorMessage": "Failed: some_error_msg",
            "errorType": "Exception",
            "requestId": request_id,
            "stackTrace": [
                '  File "/var/task/app.py", line 2, in handler\n    raise Exception("Failed: " + event["error_msg"])\n'
            ],
        },
        "StatusCode": 200,
        "status": 200,
    }


@pytest.mark.parametrize("runtime", PYTHONS)
def test_echo_invoke(client: Make, create: Make, runtime: str) -> None:
    create("f", Runtime=runtime)
    for value in (1, 1.5, None, True, "text", [], {}, {"a": {"b": [1, "two"]}}, "\u00e4\u20ac"):
        answer, _ = invoked(client("lambda"), FunctionName="f", Payload=json.dumps(value).encode())
        assert answer == {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": value, "status": 200}


@pytest.mark.parametrize("runtime", PYTHONS)
def test_runtime_wrapper_invoke(create: Make, runtime: str) -> None:
    """AWS runs a wrapper script; until Portico does, asking for one is refused rather than ignored."""
    wrapper = {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/environment_wrapper"}
    said = told(create, name="f", Runtime=runtime, Environment={"Variables": wrapper})
    assert said["Error"]["Code"] == "InvalidParameterValueException"
    assert "AWS_LAMBDA_EXEC_WRAPPER" in said["Error"]["Message"]


def test_dead_letter_queue(client: Make, create: Make, package: Make) -> None:
    """The part without a queue: the answer and the log of a function that logs and fails."""
    source = """\
import logging

def handler(event, context):
    print("Lambda log message - print function")
    logging.getLogger().setLevel(logging.INFO)
    logging.info("Lambda log message - logging module")
    raise Exception("Test exception (this is intentional)")
"""
    create("f", Code={"ZipFile": package(source)})
    answer, request_id = invoked(client("lambda"), FunctionName="f", LogType="Tail")
    log = base64.b64decode(answer.pop("LogResult")).decode()
    raised = 'raise Exception("Test exception (this is intentional)")'
    assert answer == {
        "ExecutedVersion": "$LATEST",
        "FunctionError": "Unhandled",
        "Payload": {
            "errorMessage": "Test exception (this is intentional)",
            "errorType": "Exception",
            "requestId": request_id,
            "stackTrace": [f'  File "/var/task/app.py", line 7, in handler\n    {raised}\n'],
        },
        "StatusCode": 200,
        "status": 200,
    }
    *lines, report = log.replace("\r", "\n").splitlines()
    lines[2] = re.sub(r"\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t", "\t<date>\t", lines[2])
    assert lines == [
        f"START RequestId: {request_id} Version: $LATEST",
        "Lambda log message - print function",
        f"[INFO]\t<date>\t{request_id}\tLambda log message - logging module",
        "[ERROR] Exception: Test exception (this is intentional)",
        "Traceback (most recent call last):",
        '\u00a0\u00a0File "/var/task/app.py", line 7, in handler',
        f"\u00a0\u00a0\u00a0\u00a0{raised}",
        f"END RequestId: {request_id}",
    ]
    assert report.startswith(f"REPORT RequestId: {request_id}\t")


def test_what_can_be_asked_of_an_invocation(client: Make, active: Make, package: Make, account: str) -> None:
    """Dry runs and events, with the members that the API reference gives each."""
    lam = client("lambda")
    active("f")
    answer, _ = invoked(lam, FunctionName="f", InvocationType="DryRun")
    assert answer == {"StatusCode": 204, "Payload": None, "status": 204}
    answer, _ = invoked(lam, FunctionName="f", InvocationType="Event")
    assert answer == {"StatusCode": 202, "Payload": None, "status": 202}
    assert shown(lam.get_function(FunctionName="f")) == found(
        configuration(account, "f", package(), **ACTIVE)
    )
