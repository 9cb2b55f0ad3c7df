"""What functions write, through the running server: lines around an invocation, refusals explained, restarts survived."""

import io
import json
import time
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import TRUST_LAMBDA, Server, running

PRINTS = "def handler(event, context):\n    print(event)\n    print('two', flush=True)\n"
WRITES = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def zipped(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
    return buffer.getvalue()


def create(server: Server, source: str) -> None:
    iam, functions = server.client("iam"), server.client("lambda")
    role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="run", PolicyArn=WRITES)
    functions.create_function(
        FunctionName="f",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": zipped(source)},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})


def invoke(functions: Any, payload: object, name: str = "f") -> str:
    """Invoke; the request id."""
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(payload))
    assert "FunctionError" not in answer
    request_id: str = answer["ResponseMetadata"]["RequestId"]
    return request_id


def explained(server: Server, request_id: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{server.url}/_portico/explain?request_id={request_id}") as answer:
        decisions: list[dict[str, Any]] = json.load(answer)["decisions"]
    return decisions


def soon(look: Callable[[], list[Any]]) -> list[Any]:
    """What `look` finds, once it finds something (a bounded number of times): logs are written beside the answer."""
    for _ in range(1000):
        if found := look():
            return found
    raise AssertionError("nothing came")


def read(logs: Any, **request: Any) -> list[str]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/f", **request)
    return [event["message"] for page in pages for event in page["events"]]


def test_the_last_lines_are_there_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        create(server, PRINTS)
        functions = server.client("lambda")
        first = invoke(functions, "first")
        last = invoke(functions, "last")  # and at once the end, while its lines are still in memory
        assert server.stop() == 0
    with running(tmp_path / "data") as server:
        lines = read(server.client("logs"))
        own = [line for line in lines if not line.startswith(("INIT_START", "REPORT"))]
        assert own == [
            line
            for request_id, event in ((first, "first"), (last, "last"))
            for line in (
                f"START RequestId: {request_id} Version: $LATEST\n",
                f"{event}\n",
                "two\n",
                f"END RequestId: {request_id}\n",
            )
        ]
        invoke(server.client("lambda"), "again")
        assert soon(lambda: read(server.client("logs"), filterPattern="again")) == ["again\n"]


def test_an_acknowledged_put_survives_kill_9(tmp_path: Path) -> None:
    now = int(time.time() * 1000)
    with running(tmp_path / "data") as server:
        logs = server.client("logs")
        logs.create_log_group(logGroupName="g")
        logs.create_log_stream(logGroupName="g", logStreamName="s")
        for at in range(20):
            event = {"timestamp": now, "message": str(at)}
            logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[event])
        server.kill()
    with running(tmp_path / "data") as server:
        found = server.client("logs").get_log_events(logGroupName="g", logStreamName="s")["events"]
        assert [event["message"] for event in found] == [str(at) for at in range(20)]


def test_a_refusal_is_explained_under_the_invocation(
    server: Server, client: Callable[..., Any], deploy: Callable[..., str]
) -> None:
    name = deploy(PRINTS)
    client("iam").detach_role_policy(RoleName="run", PolicyArn=WRITES)
    request_id = invoke(client("lambda"), "lost", name)
    refused = soon(lambda: [one for one in explained(server, request_id) if not one["allowed"]])
    assert [decision["action"] for decision in refused] == ["logs:CreateLogStream"]
    assert refused[0]["principal"].startswith("arn:aws:sts::")
    assert ":assumed-role/run/" in refused[0]["principal"]
    assert client("logs").describe_log_groups()["logGroups"] == []


def test_a_function_may_write_by_the_name_of_its_group_with_a_star(
    client: Callable[..., Any], deploy: Callable[..., str], account: str
) -> None:
    name = deploy(PRINTS)
    client("iam").detach_role_policy(RoleName="run", PolicyArn=WRITES)
    least = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": f"arn:aws:logs:us-east-1:{account}:log-group:/aws/lambda/{name}:*",
            }
        ],
    }
    client("iam").put_role_policy(RoleName="run", PolicyName="logs", PolicyDocument=json.dumps(least))
    invoke(client("lambda"), "written", name)
    assert soon(
        lambda: [
            group["logGroupName"]
            for group in client("logs").describe_log_groups()["logGroups"]
            if group["storedBytes"]
        ]
    ) == [f"/aws/lambda/{name}"]
