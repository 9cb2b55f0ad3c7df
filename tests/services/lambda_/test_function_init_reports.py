"""What the log tells of an initialisation that fails."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

Make = Callable[..., Any]


def log_of(logs: Any, name: str) -> list[str]:
    """The messages of a function's log, once its REPORT is there."""
    for _ in range(200):
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        except logs.exceptions.ResourceNotFoundException:
            continue
        messages = [event["message"] for event in events]
        if any("REPORT RequestId" in message or "platform.report" in message for message in messages):
            return messages
    raise AssertionError("there is no REPORT")


def test_a_failed_import_has_an_init_report(client: Make, deploy: Make) -> None:
    name = deploy("import nothing_of_that_name\n")
    answer = client("lambda").invoke(FunctionName=name, LogType="Tail")
    assert json.loads(answer["Payload"].read())["errorType"] == "Runtime.ImportModuleError"
    messages = log_of(client("logs"), name)
    assert messages[0].startswith("INIT_START Runtime Version: python:3.12.v1\tRuntime Version ARN: arn:aws:")
    [report] = [message for message in messages if message.startswith("INIT_REPORT")]
    assert re.fullmatch(
        r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: error\tError Type: Runtime\.ImportModuleError\n",
        report,
    )
    tail = base64.b64decode(answer["LogResult"]).decode()
    assert "INIT_" not in tail
    assert tail.startswith("START RequestId: ")


def test_one_that_goes_well_has_none(client: Make, deploy: Make) -> None:
    name = deploy("def handler(event, context):\n    return 1\n")
    client("lambda").invoke(FunctionName=name)
    assert not any("INIT_REPORT" in message for message in log_of(client("logs"), name))


def test_a_failed_import_in_json(client: Make, deploy: Make) -> None:
    name = deploy("1 / 0\n", LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"})
    client("lambda").invoke(FunctionName=name)
    events = [json.loads(message) for message in log_of(client("logs"), name)]
    told = {event["type"]: event["record"] for event in events if "type" in event}
    assert told["platform.initReport"]["status"] == "error"
    assert told["platform.initReport"]["errorType"] == "Runtime.Unknown"
    assert told["platform.report"]["status"] == "error"
    assert "platform.initStart" not in told
