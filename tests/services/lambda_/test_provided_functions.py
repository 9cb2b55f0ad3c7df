"""OS-only runtimes behind the API: programs in a zip, layers with a bootstrap or with extensions, streamed answers."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import programs
from portico.environments.interpreters import own

Make = Callable[..., Any]
EXAMPLE = Path(__file__).parents[3] / "examples" / "provided" / "bootstrap"


def packed(mode: int = 0o755, **files: str) -> bytes:
    """A zip of these programs, slashes in their names as `__`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name.replace("__", "/"))
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


@pytest.fixture
def bootstrap(active: Make) -> Make:
    """`bootstrap(source, ...)`: an active function whose `bootstrap` is this; its name."""

    def make(source: str, *, runtime: str = "provided.al2023", mode: int = 0o755, **options: Any) -> str:
        code = {"ZipFile": packed(mode, bootstrap=source)}
        active("f", Runtime=runtime, Handler="any.thing", Code=code, **options)
        return "f"

    return make


def invoked(client: Make, name: str, event: object = None) -> tuple[Any, Any, str]:
    """The answer, its payload, and the tail of the log."""
    payload = json.dumps(event).encode()
    answer = client("lambda").invoke(FunctionName=name, Payload=payload, LogType="Tail")
    return answer, json.loads(answer["Payload"].read()), base64.b64decode(answer["LogResult"]).decode()


@pytest.mark.parametrize("runtime", ["provided.al2", "provided.al2023"])
def test_the_example(client: Make, bootstrap: Make, runtime: str) -> None:
    name = bootstrap(EXAMPLE.read_text(), runtime=runtime)
    answer, payload, log = invoked(client, name, {"a": 1})
    assert "FunctionError" not in answer
    assert payload == {"bytes": len('{"a": 1}')}
    assert 'got {"a": 1}, ' in log
    assert "Init Duration:" in log
    answer, payload, _ = invoked(client, name)
    assert answer["FunctionError"] == "Unhandled"
    assert payload == {"errorType": "Example.Empty", "errorMessage": "There is nothing to count."}


def test_what_it_finds_in_its_environment(client: Make, bootstrap: Make) -> None:
    source = "while True:\n    answer(event()[0], dict(os.environ))"
    name = bootstrap(programs.python(source), Environment={"Variables": {"MINE": "1"}})
    _, found, _ = invoked(client, name)
    assert found["MINE"] == "1"
    assert found["_HANDLER"] == "any.thing"
    assert found["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert found["AWS_LAMBDA_RUNTIME_API"].startswith("127.0.0.1:")
    assert "AWS_EXECUTION_ENV" not in found


def test_one_that_is_not_executable(client: Make, bootstrap: Make) -> None:
    answer, payload, log = invoked(client, bootstrap(programs.SHELL, mode=0o644))
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == "Runtime.InvalidEntrypoint"
    assert payload["errorMessage"].endswith("/bootstrap: permission denied")
    assert "Error Type: Runtime.InvalidEntrypoint" in log


STREAM = """
while True:
    number, event_, _ = event()
    parts = (f"part {n} ".encode() for n in range(event_["parts"]))
    kind = {"Lambda-Runtime-Function-Response-Mode": "streaming", "Content-Type": "text/plain"}
    if not event_.get("error"):
        call("POST", f"{RUNTIME}/invocation/{number}/response", parts, kind, encode_chunked=True)
        continue
    import base64
    document = base64.b64encode(b'{"errorType": "Mine", "errorMessage": "late"}')
    connection.putrequest("POST", f"{RUNTIME}/invocation/{number}/response")
    for name, value in {**kind, "Transfer-Encoding": "chunked"}.items():
        connection.putheader(name, value)
    connection.putheader("Trailer", "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body")
    connection.endheaders()
    for part in parts:
        connection.send(b"%x\\r\\n%s\\r\\n" % (len(part), part))
    connection.send(b"0\\r\\nLambda-Runtime-Function-Error-Type: Mine\\r\\n")
    connection.send(b"Lambda-Runtime-Function-Error-Body: " + document + b"\\r\\n\\r\\n")
    connection.getresponse().read()
"""


def test_a_streamed_answer(client: Make, bootstrap: Make) -> None:
    name = bootstrap(programs.python(STREAM))
    answer = client("lambda").invoke_with_response_stream(FunctionName=name, Payload=b'{"parts": 3}')
    *parts, last = answer["EventStream"]
    assert last == {"InvokeComplete": {}}
    assert b"".join(part["PayloadChunk"]["Payload"] for part in parts) == b"part 0 part 1 part 2 "
    whole = client("lambda").invoke(FunctionName=name, Payload=b'{"parts": 2}')
    assert whole["Payload"].read() == b"part 0 part 1 "


def test_a_streamed_answer_that_ends_in_an_error(client: Make, bootstrap: Make) -> None:
    name = bootstrap(programs.python(STREAM))
    payload = b'{"parts": 1, "error": true}'
    *parts, last = client("lambda").invoke_with_response_stream(FunctionName=name, Payload=payload)[
        "EventStream"
    ]
    assert parts == [{"PayloadChunk": {"Payload": b"part 0 "}}]
    complete = last["InvokeComplete"]
    assert complete["ErrorCode"] == "Unhandled"
    assert json.loads(complete["ErrorDetails"])["errorMessage"] == "late"


def test_a_bootstrap_and_an_extension_from_layers(client: Make, active: Make) -> None:
    lam = client("lambda")
    watch = "register('INVOKE')\nwhile True:\n    print('saw', next_event()['requestId'], flush=True)"
    layers = [
        lam.publish_layer_version(LayerName=name, Content={"ZipFile": content})["LayerVersionArn"]
        for name, content in {
            "runtime": packed(bootstrap=programs.SHELL),
            "watcher": packed(extensions__watcher=programs.extension(watch)),
        }.items()
    ]
    active("f", Runtime="provided.al2023", Handler="x", Code={"ZipFile": packed(some="file")}, Layers=layers)
    answer, payload, log = invoked(client, "f", [1])
    assert payload == {"got": [1]}
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert f"saw {request_id}" in log
    assert "EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE]\n" in log


def test_what_an_extension_does_after_the_answer_is_in_the_report(client: Make, active: Make) -> None:
    lam, logs = client("lambda"), client("logs")
    slow = "import time\nregister('INVOKE')\nwhile next_event():\n    time.sleep(0.5)\n    print('done', flush=True)"
    layer = lam.publish_layer_version(
        LayerName="slow", Content={"ZipFile": packed(extensions__slow=programs.extension(slow))}
    )
    active(
        "f", Runtime=own(), Layers=[layer["LayerVersionArn"]]
    )  # so that the extension's interpreter is there
    logs.create_log_group(logGroupName="/aws/lambda/f")
    _, _, tail = invoked(client, "f", 1)
    assert "done" not in tail
    told: list[str] = []
    while not any(text.startswith("REPORT") for text in told):
        told = [event["message"] for event in logs.filter_log_events(logGroupName="/aws/lambda/f")["events"]]
    assert "done\n" in told
    (report,) = [text for text in told if text.startswith("REPORT")]
    assert float(report.partition("\tDuration: ")[2].partition(" ms")[0]) >= 500
