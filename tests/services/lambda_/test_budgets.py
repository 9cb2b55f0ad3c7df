"""Budgets, from the command to the caller."""

import json
from collections.abc import Callable
from typing import Any

from harness import Server, portico
from lambda_answers import told

Make = Callable[..., Any]


def test_a_function_and_its_budget(server: Server, client: Make, account: str, deploy: Make) -> None:
    deploy("def handler(event, context): return 1\n", name="hello")
    lam = client("lambda")
    made = portico(server, "budget", "set", "hello", "--per-day", "2", "--usd", "0.5", account=account)
    assert made.stdout == "The budget of hello is set.\n", made.stderr
    for _ in range(2):
        assert lam.invoke(FunctionName="hello")["StatusCode"] == 200
    refused = told(lam.invoke, FunctionName="hello")
    assert refused["status"] == 429
    assert refused["Error"]["Code"] == "TooManyRequestsException"
    assert refused["Error"]["Message"].startswith(
        "The budget of function hello is used up: 2 invocations a day."
    )
    assert told(lam.invoke_with_response_stream, FunctionName="hello")["Error"] == refused["Error"]
    listed = portico(server, "budget", "list", account=account).stdout
    assert f"hello (us-east-1, {account}): 2 of 2 a day, 0.005000 of 0.5 USD a day\n" in listed
    portico(server, "budget", "remove", "hello", account=account)
    assert lam.invoke(FunctionName="hello")["StatusCode"] == 200


def test_events_wait(server: Server, client: Make, account: str, deploy: Make) -> None:
    deploy("def handler(event, context): print('it runs')\n", name="hello")
    portico(server, "budget", "set", account, "--per-minute", "0", account=account)
    assert client("lambda").invoke(FunctionName="hello", InvocationType="Event")["StatusCode"] == 202
    logs = client("logs")
    events: list[dict[str, Any]] = []
    while not events:
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/hello")["events"]
        except logs.exceptions.ResourceNotFoundException:
            continue
    assert f"The budget of account {account} is used up: 0 invocations a minute." in events[0]["message"]
    portico(server, "budget", "remove", account, account=account)
    while not any("it runs" in event["message"] for event in events):
        events = logs.filter_log_events(logGroupName="/aws/lambda/hello")["events"]


def test_what_the_command_does_not_take(server: Server, account: str) -> None:
    for wrong in (
        ["set", "hello"],
        ["set", "--usd", "1"],
        ["list", "hello"],
        ["remove", "hello", "--usd", "1"],
    ):
        assert portico(server, "budget", *wrong, account=account).returncode == 2
    assert portico(server, "budget", "set", "hello", "--usd", "-1", account=account).returncode == 2
    strange = portico(server, "budget", "set", "no:name", "--usd", "1", account=account)
    assert strange.returncode == 1
    assert "function" in strange.stderr


def test_a_function_may_not_give_itself_more(client: Make, deploy: Make) -> None:
    deploy(
        """
        import json
        import os
        import urllib.error
        import urllib.request

        def handler(event, context):
            body = json.dumps({"account": "111111111111", "usd": 9}).encode()
            request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/_portico/budget", body)
            try:
                urllib.request.urlopen(request)
            except urllib.error.HTTPError as error:
                return error.code
        """,
        name="greedy",
    )
    answer = client("lambda").invoke(FunctionName="greedy")
    assert json.load(answer["Payload"]) == 403
