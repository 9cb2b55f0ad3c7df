"""Invoke, from the caller's side: status, headers, payload, log tail, errors of functions and of callers."""

import base64
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import pytest

from gates import Gate

Make = Callable[..., Any]

CONTEXT = """
import os
def handler(event, context):
    return {
        "id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "version": context.function_version,
        "memory": context.memory_limit_in_mb,
        "group": context.log_group_name,
        "client": context.client_context.custom if context.client_context else None,
        "environment": dict(os.environ),
    }
"""


def answered(lam: Any, **request: Any) -> Any:
    answer = lam.invoke(**request)
    assert "FunctionError" not in answer, answer["Payload"].read()
    return json.loads(answer["Payload"].read())


# test_echo_invoke


@pytest.mark.parametrize(
    "value", ["null", '"text"', "1.5", "true", "[]", '{"a": {"b": [1, 2]}}', '{"ä": "€"}']
)
def test_any_json_comes_back(client: Make, server: Any, value: str, account: str, echo: str) -> None:
    assert answered(echo_client(server), FunctionName=echo, Payload=value.encode()) == json.loads(value)


ECHO_ACCOUNT = "100000000001"


def echo_client(server: Any) -> Any:
    return server.client("lambda", ECHO_ACCOUNT)


@pytest.fixture(scope="module")
def echo(server: Any) -> str:
    """A function that answers its event, made once."""
    from conftest import TRUST_LAMBDA, zip_of

    iam, lam = server.client("iam", ECHO_ACCOUNT), echo_client(server)
    role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    lam.create_function(
        FunctionName="echo",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": zip_of({"app.py": "def handler(event, context):\n    return event\n"})},
    )
    return "echo"


def test_an_answer(server: Any, echo: str) -> None:
    answer = echo_client(server).invoke(FunctionName=echo, Payload=b'{"a": 1}')
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer
    assert "LogResult" not in answer
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amz-executed-version"] == "$LATEST"
    assert headers["content-type"] == "application/json"
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["x-amzn-requestid"])


def test_no_payload_is_an_empty_object(server: Any, echo: str) -> None:
    assert answered(echo_client(server), FunctionName=echo) == {}


def test_a_dry_run_runs_nothing(server: Any, echo: str) -> None:
    answer = echo_client(server).invoke(FunctionName=echo, InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    assert answer["Payload"].read() == b""


def test_the_tail_of_the_log(client: Make, deploy: Make) -> None:
    name = deploy("def handler(event, context):\n    print('hello')\n    return 1\n")
    lam = client("lambda")
    answer = lam.invoke(FunctionName=name, LogType="Tail")
    request_id = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    assert lines[:3] == [
        f"START RequestId: {request_id} Version: $LATEST",
        "hello",
        f"END RequestId: {request_id}",
    ]
    assert re.fullmatch(
        rf"REPORT RequestId: {request_id}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
        r"Max Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms\t",
        lines[3],
    )
    again = lam.invoke(FunctionName=name, LogType="Tail")
    assert "Init Duration" not in base64.b64decode(again["LogResult"]).decode()


# test_introspection_invoke


def test_what_a_function_sees(client: Make, deploy: Make, account: str, server: Any) -> None:
    name = deploy(CONTEXT, Environment={"Variables": {"TEST_KEY": "TEST_VAL"}}, MemorySize=1024)
    lam = client("lambda")
    context = base64.b64encode(b'{"custom": {"who": "me"}}').decode()
    seen = answered(lam, FunctionName=name, ClientContext=context)
    arn = f"arn:aws:lambda:us-east-1:{account}:function:{name}"
    assert (seen["arn"], seen["version"], seen["memory"]) == (arn, "$LATEST", "1024")
    assert (seen["group"], seen["client"]) == (f"/aws/lambda/{name}", {"who": "me"})
    environment = seen["environment"]
    expected = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": server.url,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_REGION": "us-east-1",
        "TEST_KEY": "TEST_VAL",
        "TZ": ":UTC",
        "_HANDLER": "app.handler",
    }
    assert {key: environment.get(key) for key in expected} == expected
    assert re.fullmatch(
        r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", environment["AWS_LAMBDA_LOG_STREAM_NAME"]
    )
    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert environment["_X_AMZN_TRACE_ID"].startswith("Root=1-")
    assert not [key for key in environment if key.startswith("PORTICO_")]
    qualified = answered(lam, FunctionName=name, Qualifier="$LATEST")
    assert qualified["arn"] == f"{arn}:$LATEST"


def test_a_function_acts_as_its_role(client: Make, deploy: Make, account: str) -> None:
    name = deploy(
        """
        import boto3
        def handler(event, context):
            try:
                boto3.client("lambda").list_functions()
            except Exception as error:
                denied = error.response["Error"]["Code"]
            return [boto3.client("sts").get_caller_identity()["Arn"], denied]
        """,
        Timeout=30,
    )
    assert answered(client("lambda"), FunctionName=name) == [
        f"arn:aws:sts::{account}:assumed-role/run/{name}",
        "AccessDeniedException",
    ]


# test_uncaught_exception_invoke


def test_an_exception(client: Make, deploy: Make) -> None:
    name = deploy("def handler(event, context):\n    raise ValueError('no')\n")
    answer = client("lambda").invoke(FunctionName=name)
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-function-error"] == "Unhandled"
    error = json.loads(answer["Payload"].read())
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "no")
    assert error["requestId"] == answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    assert "app.py" in error["stackTrace"][0]


@pytest.mark.parametrize(
    ("source", "handler", "error_type", "message"),
    [
        ("x = (", "app.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app': "),
        (
            "import nothing_like_it",
            "app.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': ",
        ),
        ("x = 1", "app.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        (
            "x = 1",
            "app",
            "Runtime.MalformedHandlerName",
            "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
        ),
        (
            "import os\ndef handler(e, c): os._exit(1)",
            "app.handler",
            "Runtime.ExitError",
            "Runtime exited with error: exit status 1",
        ),
        (
            "import os\ndef handler(e, c): os._exit(0)",
            "app.handler",
            "Runtime.ExitError",
            "Runtime exited without providing a reason",
        ),
        (
            "def handler(e, c): return object()",
            "app.handler",
            "Runtime.MarshalError",
            "Unable to marshal response: ",
        ),
        (
            "def handler(e, c):\n  while 1: pass",
            "app.handler",
            "Sandbox.Timedout",
            "Task timed out after 1.00 seconds",
        ),
        (
            "def handler(e, c): return 'x' * 7_000_000",
            "app.handler",
            "Function.ResponseSizeTooLarge",
            "exceeded maximum allowed payload size (6291556 bytes).",
        ),
    ],
)
def test_how_functions_fail(
    client: Make, deploy: Make, source: str, handler: str, error_type: str, message: str
) -> None:
    name = deploy(source, handler=handler, Timeout=1)
    answer = client("lambda").invoke(FunctionName=name)
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    error = json.loads(answer["Payload"].read())
    assert error["errorType"] == error_type
    assert message in error["errorMessage"]


# test_invalid_invoke


def test_callers_that_err(server: Any, echo: str, refused: Make) -> None:
    lam = echo_client(server)
    with refused(400, "ValidationException"):
        lam.invoke(FunctionName="arn:aws:lambda:us-east-1:123400000000@function:myfn")
    with refused(400, "InvalidRequestContentException"):
        lam.invoke(FunctionName=echo, Payload=b"test data")
    with refused(400, "InvalidRequestContentException"):
        lam.invoke(FunctionName=echo, ClientContext="%%%")
    with refused(400, "ValidationException"):
        lam.invoke(FunctionName=echo, InvocationType="Sometimes")
    with refused(400, "InvalidParameterValueException"):
        lam.invoke(FunctionName=echo, TenantId="me")
    arn = f"arn:aws:lambda:us-east-1:{ECHO_ACCOUNT}:function:{echo}"
    with refused(404, "ResourceNotFoundException", f"Function not found: {arn}:7"):
        lam.invoke(FunctionName=echo, Qualifier="7")
    words = "Request must be smaller than 6291456 bytes for the InvokeFunction operation"
    with refused(413, "RequestEntityTooLargeException", words):
        lam.invoke(FunctionName=echo, Payload=b'"' + b"x" * 6_291_455 + b'"')
    words = "1048578 byte payload is too large for the Event invocation type (limit 1048576 bytes)"
    with refused(413, "RequestEntityTooLargeException", words):
        lam.invoke(FunctionName=echo, InvocationType="Event", Payload=b'"' + b"x" * 1_048_576 + b'"')


def test_six_megabytes_there_and_back(server: Any, echo: str) -> None:
    payload = b'"' + b"x" * (6_291_456 - 2) + b'"'
    assert echo_client(server).invoke(FunctionName=echo, Payload=payload)["Payload"].read() == payload


def test_an_event_runs_after_its_202(client: Make, deploy: Make) -> None:
    name = deploy("def handler(event, context):\n    print('came', event['n'])\n")
    answer = client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=b'{"n": 42}')
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    old = client("lambda").invoke_async(FunctionName=name, InvokeArgs=b'{"n": 43}')
    assert old["Status"] == 202
    logs = client("logs")
    seen: set[str] = set()
    for _ in range(200):
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        except logs.exceptions.ResourceNotFoundException:
            continue
        seen = {event["message"] for event in events}
        if {"came 42\n", "came 43\n"} <= seen:
            break
    assert {"came 42\n", "came 43\n"} <= seen


def test_a_new_function_can_be_invoked_at_once(client: Make, create: Make) -> None:
    create("f")
    assert answered(client("lambda"), FunctionName="f", Payload=b"1") == 1


def test_reserved_concurrency_is_enforced(client: Make, deploy: Make, gate: Gate) -> None:
    name = deploy(f"def handler(event, context):\n    {gate.wait}\n", Timeout=60)
    lam = client("lambda")
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)

    def call(_: int) -> str:
        try:
            return str(client("lambda").invoke(FunctionName=name)["StatusCode"])
        except lam.exceptions.TooManyRequestsException as error:
            return str(error.response["Reason"])

    with ThreadPoolExecutor(4) as callers:
        calls = [callers.submit(call, number) for number in range(4)]
        first = as_completed(calls, timeout=60)
        refused = [next(first).result(), next(first).result()]
        gate.open()
    assert refused == ["ReservedFunctionConcurrentInvocationLimitExceeded"] * 2
    assert sorted(call.result() for call in calls) == ["200", "200", *refused]


def test_a_role_that_is_gone(client: Make, create: Make, package: Make, refused: Make) -> None:
    iam = client("iam")
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},'
        '"Action":"sts:AssumeRole"}]}'
    )
    role = iam.create_role(RoleName="short", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    create("f", Role=role)
    iam.delete_role(RoleName="short")
    with refused(
        403, "AccessDeniedException", "The role defined for the function cannot be assumed by Lambda."
    ):
        client("lambda").invoke(FunctionName="f")
