"""The examples that need more than a folder with a function, run as they stand in examples/."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[3] / "examples"

Make = Callable[..., Any]


def zipped(folder: str) -> bytes:
    """What `zip -r` makes of a folder of the examples: its files, with their modes."""
    buffer = io.BytesIO()
    root = EXAMPLES / folder
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(root))
    return buffer.getvalue()


@pytest.fixture
def layer(client: Make) -> Make:
    """`layer(folder)`: the folder as a layer; its version's ARN."""

    def publish(folder: str) -> str:
        answer = client("lambda").publish_layer_version(
            LayerName="example", Content={"ZipFile": zipped(folder)}
        )
        arn: str = answer["LayerVersionArn"]
        return arn

    return publish


def called(client: Make, function: str, event: object) -> tuple[Any, str]:
    """The answer and the log of an invocation."""
    answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event), LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode()
    assert "FunctionError" not in answer, log
    return json.load(answer["Payload"]), log


def test_snapstart(client: Make, active: Make) -> None:
    code = {"ZipFile": zipped("snapstart")}
    active("primes", Runtime="python3.13", Code=code, SnapStart={"ApplyOn": "PublishedVersions"})
    lam = client("lambda")
    lam.publish_version(FunctionName="primes")
    lam.get_waiter("published_version_active").wait(
        FunctionName="primes", Qualifier="1", WaiterConfig={"Delay": 1}
    )
    answer, log = called(client, "primes:1", {"n": 5})
    assert answer["prime"] == 11
    assert 0 <= answer["age_s"] < 60
    assert "\tRestore Duration: " in log
    assert "Init Duration" not in log


def test_layers(client: Make, active: Make, layer: Make) -> None:
    shared = layer("layers/shared")
    active("greeter", Code={"ZipFile": zipped("layers")}, Layers=[shared])
    assert called(client, "greeter", {"name": "you", "language": "fr"})[0] == "Bonjour, you!"


def test_extension(client: Make, active: Make, layer: Make) -> None:
    active("counted", Layers=[layer("extension")])
    for number in (1, 2):
        answer = client("lambda").invoke(FunctionName="counted", LogType="Tail", Payload=b"{}")
        log = base64.b64decode(answer["LogResult"]).decode()
        assert f"number {number} is {answer['ResponseMetadata']['RequestId']}" in log
