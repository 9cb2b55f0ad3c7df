"""Functions in Node.js behind the API."""

import base64
import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js here")

Make = Callable[..., Any]


@pytest.fixture
def node(active: Make, package: Make) -> Make:
    """`node(source, ...)`: an active function whose `index.js` (or `file`) is `source`; its name."""

    def make(source: str, *, file: str = "index.js", runtime: str = "nodejs22.x", **options: Any) -> str:
        code = {"ZipFile": package(source, file)}
        active("f", Runtime=runtime, Handler="index.handler", Code=code, **options)
        return "f"

    return make


@pytest.mark.parametrize("runtime", ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"])
def test_an_event_goes_in_and_an_answer_comes_out(client: Make, node: Make, runtime: str) -> None:
    source = """
        exports.handler = async (event, context) => {
          console.log('got', event);
          return {event, version: context.functionVersion, runtime: process.env.AWS_EXECUTION_ENV};
        };
    """
    answer = client("lambda").invoke(
        FunctionName=node(source, runtime=runtime), Payload=b'{"a": 1}', LogType="Tail"
    )
    assert "FunctionError" not in answer
    expected = {"event": {"a": 1}, "version": "$LATEST", "runtime": f"AWS_Lambda_{runtime}"}
    assert json.loads(answer["Payload"].read()) == expected
    log = base64.b64decode(answer["LogResult"]).decode()
    assert "\tINFO\tgot { a: 1 }\n" in log
    assert "Init Duration:" in log


def test_an_error_is_answered_as_aws_answers_it(client: Make, node: Make) -> None:
    source = "exports.handler = async (event) => { throw new Error('Error: some_error_msg'); };"
    answer = client("lambda").invoke(FunctionName=node(source), Payload=b"{}")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    document = json.loads(answer["Payload"].read())
    trace = document.pop("trace")
    assert document == {"errorType": "Error", "errorMessage": "Error: some_error_msg"}
    assert trace[:2] == [
        "Error: Error: some_error_msg",
        "    at exports.handler (/var/task/index.js:1:44)",
    ]


def test_what_a_function_finds_around_it(client: Make, node: Make) -> None:
    source = "export const handler = async () => process.env;"
    name = node(
        source, file="index.mjs", runtime="nodejs20.x", Environment={"Variables": {"TEST_KEY": "TEST_VAL"}}
    )
    variables = json.loads(client("lambda").invoke(FunctionName=name)["Payload"].read())
    expected = {
        "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs20.x",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LANG": "en_US.UTF-8",
        "TEST_KEY": "TEST_VAL",
        "TZ": ":UTC",
        "_HANDLER": "index.handler",
    }
    assert {name: variables[name] for name in expected} == expected
    assert variables["_X_AMZN_TRACE_ID"].startswith("Root=1-")
    assert variables["NODE_PATH"].endswith("/node_modules:/var/runtime/node_modules:/var/runtime:/var/task")
    assert "PYTHONPATH" not in variables


def test_a_streamed_answer(client: Make, node: Make) -> None:
    source = """
        exports.handler = awslambda.streamifyResponse(async (event, stream) => {
          for (const part of event.parts) {
            stream.write(part);
            await new Promise(setImmediate);
          }
          if (event.error) throw new RangeError(event.error);
          stream.end();
        });
    """
    name = node(source)

    def events(event: object) -> list[Any]:
        answer = client("lambda").invoke_with_response_stream(FunctionName=name, Payload=json.dumps(event))
        return list(answer["EventStream"])

    *parts, last = events({"parts": ["one", "two"]})
    assert b"".join(part["PayloadChunk"]["Payload"] for part in parts) == b"onetwo"
    assert last == {"InvokeComplete": {}}
    *parts, last = events({"parts": ["one"], "error": "half-way"})
    assert b"".join(part["PayloadChunk"]["Payload"] for part in parts) == b"one"
    assert last["InvokeComplete"]["ErrorCode"] == "Unhandled"
    assert json.loads(last["InvokeComplete"]["ErrorDetails"])["errorMessage"] == "half-way"
    answer = client("lambda").invoke(FunctionName=name, Payload=b'{"parts": ["all", "at", "once"]}')
    assert answer["Payload"].read() == b"allatonce"


def test_json_logs(client: Make, node: Make) -> None:
    source = "exports.handler = async () => { console.debug('hidden'); console.warn({shown: true}); };"
    name = node(source, LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "WARN"})
    answer = client("lambda").invoke(FunctionName=name, LogType="Tail")
    written = [json.loads(line) for line in base64.b64decode(answer["LogResult"]).decode().splitlines()]
    own = [entry for entry in written if "level" in entry]
    assert [(entry["level"], entry["message"]) for entry in own] == [("WARN", {"shown": True})]
    assert own[0]["requestId"] == answer["ResponseMetadata"]["RequestId"]


def test_new_code_is_what_runs(client: Make, node: Make, package: Make) -> None:
    name = node("exports.handler = async () => 1;")
    assert client("lambda").invoke(FunctionName=name)["Payload"].read() == b"1"
    code = package("exports.handler = async () => 2;", "index.js")
    client("lambda").update_function_code(FunctionName=name, ZipFile=code)
    client("lambda").get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    assert client("lambda").invoke(FunctionName=name)["Payload"].read() == b"2"


def test_a_layer_of_packages(client: Make, node: Make, package: Make) -> None:
    content = {"ZipFile": package("exports.word = 'layered';", "nodejs/node_modules/own/index.js")}
    layer = client("lambda").publish_layer_version(LayerName="own", Content=content)["LayerVersionArn"]
    source = "import { word } from 'own';\nimport { createRequire } from 'node:module';\n"
    source += "export const handler = async () => [word, createRequire(import.meta.url)('own').word];"
    name = node(source, file="index.mjs", Layers=[layer])
    answer = client("lambda").invoke(FunctionName=name)["Payload"].read()
    assert json.loads(answer) == ["layered", "layered"]
