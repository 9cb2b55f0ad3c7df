"""AWS's own SDK for durable functions, in functions of a real server: every kind of operation, and an order that takes functions."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_durable_execution_sdk_python as sdk
import pytest

from harness import TRUST_LAMBDA, Server, running

ROOT = Path(__file__).resolve().parents[4]
HEAD = """
import boto3
from aws_durable_execution_sdk_python import durable_execution
from aws_durable_execution_sdk_python.config import *
from aws_durable_execution_sdk_python.retries import RetryStrategyConfig, create_retry_strategy
from aws_durable_execution_sdk_python.waits import WaitForConditionConfig, WaitForConditionDecision

RETRIES = StepConfig(retry_strategy=create_retry_strategy(
    RetryStrategyConfig(max_attempts=3, initial_delay=Duration.from_seconds(1), max_delay=Duration.from_seconds(1))))
"""
RIGHTS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["lambda:InvokeFunction", "lambda:SendDurableExecutionCallbackSuccess"],
                "Resource": "*",
            }
        ],
    }
)


def package(source: str) -> bytes:
    """A zip of the source and the SDK."""
    buffer = io.BytesIO()
    folder = Path(sdk.__file__).parent
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
        for file in folder.rglob("*.py"):
            archive.write(file, f"{folder.name}/{file.relative_to(folder)}")
    return buffer.getvalue()


class Functions:
    """Functions on a server of their own."""

    def __init__(self, server: Server) -> None:
        self.lam = server.client("lambda")
        self.server = server
        self._logs = server.client("logs")
        iam = server.client("iam")
        self.role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        managed = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicDurableExecutionRolePolicy"
        iam.attach_role_policy(RoleName="run", PolicyArn=managed)
        iam.put_role_policy(RoleName="run", PolicyName="more", PolicyDocument=RIGHTS)

    def function(self, name: str, source: str, **options: Any) -> None:
        self.lam.create_function(
            FunctionName=name,
            Handler="app.handler",
            Runtime="python3.13",
            Role=self.role,
            Timeout=30,
            Code={"ZipFile": package(source)},
            **options,
        )

    def run(self, source: str, payload: Any = None) -> tuple[Any, list[dict[str, Any]]]:
        """The result of this body of a durable function, and its history."""
        name = f"f{len(self.lam.list_functions()['Functions'])}"
        self.function(name, HEAD + source, DurableConfig={"ExecutionTimeout": 60})
        answer = self.lam.invoke(FunctionName=name, Qualifier="$LATEST", Payload=json.dumps(payload))
        result = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, result
        return result, self.history(answer["DurableExecutionArn"])

    def history(self, arn: str) -> list[dict[str, Any]]:
        pages = self.lam.get_paginator("get_durable_execution_history")
        return [event for page in pages.paginate(DurableExecutionArn=arn) for event in page["Events"]]

    def history_until(self, arn: str, *last: str) -> None:
        """Look at the history until its last events are these."""
        while tuple(kinds(self.history(arn))[-len(last) :]) != last:
            continue

    def printed(self, function: str, pattern: str) -> str:
        """What the function's log has at `pattern`, once it is there."""
        while True:
            try:
                events = self._logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
            except self._logs.exceptions.ResourceNotFoundException:
                continue
            found = re.search(pattern, "".join(event["message"] for event in events))
            if found:
                return found[1]


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Functions]:
    with running(tmp_path_factory.mktemp("durable") / "data") as server:
        yield Functions(server)


def kinds(history: list[dict[str, Any]]) -> list[str]:
    return [event["EventType"] for event in history]


def test_steps_are_tried_again(functions: Functions) -> None:
    result, history = functions.run(
        """
@durable_execution
def handler(event, context):
    def flaky(step):
        if step.attempt < 3:
            raise RuntimeError(f"closed {step.attempt}")
        return step.attempt
    first = context.step(flaky, name="flaky", config=RETRIES)
    return [first, context.step(lambda _: first + 1, name="second")]
"""
    )
    assert result == [3, 4]
    failed = [event["StepFailedDetails"] for event in history if event["EventType"] == "StepFailed"]
    assert [each["Error"]["Payload"]["ErrorMessage"] for each in failed] == ["closed 1", "closed 2"]
    assert all(each["RetryDetails"]["NextAttemptDelaySeconds"] >= 1 for each in failed)


def test_a_step_that_fails_for_good(functions: Functions) -> None:
    result, history = functions.run(
        """
@durable_execution
def handler(event, context):
    def broken(_):
        raise RuntimeError("no")
    try:
        context.step(broken, name="broken", config=RETRIES)
    except Exception as error:
        return [type(error).__name__, str(error)]
"""
    )
    assert result == ["StepError", "no"]
    assert kinds(history).count("StepFailed") == 3


def test_contexts_branches_and_items(functions: Functions) -> None:
    result, history = functions.run(
        """
@durable_execution
def handler(event, context):
    def kid(inner):
        five = inner.step(lambda _: 5, name="five")
        inner.wait(Duration.from_seconds(1))
        return five * 2
    def branch(number):
        def run(inner):
            inner.wait(Duration.from_seconds(number))
            return inner.step(lambda _: number, name="inner")
        return run
    return {
        "child": context.run_in_child_context(kid, name="kid"),
        "parallel": context.parallel([branch(1), branch(1), branch(2)], name="branches").get_results(),
        "map": context.map(event, lambda inner, item, index, items: inner.step(lambda _: item * item),
                           name="squares").get_results(),
    }
""",
        [1, 2, 3, 4],
    )
    assert result == {"child": 10, "parallel": [1, 1, 2], "map": [1, 4, 9, 16]}
    assert kinds(history).count("ContextSucceeded") == 10


def test_callbacks_conditions_and_their_timeouts(functions: Functions) -> None:
    result, _ = functions.run(
        """
@durable_execution
def handler(event, context):
    called = context.create_callback(name="called", config=CallbackConfig(timeout=Duration.from_days(1)))
    def call(_):
        boto3.client("lambda").send_durable_execution_callback_success(CallbackId=called.callback_id, Result=b'"yes"')
    context.step(call, name="call")
    ignored = context.create_callback(name="ignored", config=CallbackConfig(timeout=Duration.from_seconds(1)))
    try:
        ignored.result()
    except Exception as error:
        late = type(error).__name__
    def poll(state, _):
        return state + 1
    def enough(state, attempt):
        return WaitForConditionDecision.stop_polling() if state >= 3 else WaitForConditionDecision.continue_waiting(
            Duration.from_seconds(1))
    polled = context.wait_for_condition(
        poll, config=WaitForConditionConfig(initial_state=0, wait_strategy=enough), name="poll")
    return [called.result(), late, polled]
"""
    )
    assert result == ['"yes"', "CallbackTimeoutError", 3]


def test_chained_invocations(functions: Functions) -> None:
    functions.function("plain", "def handler(event, context): return {'got': event}")
    functions.function(
        "child",
        HEAD
        + """
@durable_execution
def handler(event, context):
    context.wait(Duration.from_seconds(1))
    if event["bad"]:
        raise ValueError("bad child")
    return "good child"
""",
        DurableConfig={"ExecutionTimeout": 60},
    )
    result, history = functions.run(
        """
@durable_execution
def handler(event, context):
    said = [context.invoke(function_name="plain", payload={"n": 1}, name="plain"),
            context.invoke(function_name="child:$LATEST", payload={"bad": False}, name="good")]
    for name, payload in (("child:$LATEST", {"bad": True}), ("gone", {})):
        try:
            context.invoke(function_name=name, payload=payload, name=name.partition(":")[0])
        except Exception as error:
            said.append([type(error).__name__, str(error).partition(":")[0]])
    return said
"""
    )
    assert result == [
        {"got": {"n": 1}},
        "good child",
        ["InvokeError", "bad child"],
        ["InvokeError", "Function not found"],
    ]
    assert kinds(history).count("ChainedInvokeFailed") == 2


def test_results_that_need_the_state_to_be_read_in_pages(functions: Functions) -> None:
    """Nine results of 700 KB are more than an event holds, so the SDK reads them page by page."""
    result, _ = functions.run(
        """
@durable_execution
def handler(event, context):
    sizes = [len(context.step(lambda _: "x" * 700_000, name=f"s{n}")) for n in range(9)]
    context.wait(Duration.from_seconds(1))
    return [sizes, "y" * 500_000]
"""
    )
    assert result == [[700_000] * 9, "y" * 500_000]


def test_the_example(functions: Functions) -> None:
    functions.function(
        "order",
        (ROOT / "examples/durable/app.py").read_text(),
        DurableConfig={"ExecutionTimeout": 31_622_400},
    )
    order = json.dumps({"amount": 12, "customer": "Ada"})
    arn = functions.lam.invoke(
        FunctionName="order", Qualifier="$LATEST", InvocationType="Event", Payload=order
    )["DurableExecutionArn"]
    callback_id = functions.printed("order", r"approve with (\S+)")
    functions.history_until(arn, "InvocationCompleted")
    functions.server.advance("6d")
    functions.lam.send_durable_execution_callback_success(CallbackId=callback_id, Result=b"by the boss")
    functions.history_until(arn, "WaitStarted", "InvocationCompleted")
    functions.server.advance("2d")
    functions.history_until(arn, "ExecutionSucceeded")
    result = functions.lam.get_durable_execution(DurableExecutionArn=arn)["Result"]
    assert json.loads(result) == {
        "receipt": "charged 12",
        "approval": "by the boss",
        "told": ["told Ada", "told the shop"],
    }
