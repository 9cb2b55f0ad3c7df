"""The example in Node.js, run as it stands in examples/nodejs."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js here")

SOURCE = Path(__file__).parents[3] / "examples" / "nodejs" / "index.mjs"

Make = Callable[..., Any]


def body(client: Make, name: str, payload: bytes) -> bytes:
    answer = client("lambda").invoke_with_response_stream(FunctionName=name, Payload=payload)
    *parts, last = answer["EventStream"]
    assert last == {"InvokeComplete": {}}
    return b"".join(part["PayloadChunk"]["Payload"] for part in parts)


@pytest.fixture
def example(active: Make, package: Make) -> Make:
    """`example(handler)`: the example as a function; its name."""

    def make(handler: str) -> str:
        code = {"ZipFile": package(SOURCE.read_text(), "index.mjs")}
        active("example", Runtime="nodejs22.x", Handler=handler, Code=code)
        return "example"

    return make


def test_the_count(client: Make, example: Make) -> None:
    answer = body(client, example("index.count"), b'{"to": 4, "everyMs": 0}').decode()
    assert re.fullmatch(r"1\n2\n3\n4\ndone, with \d+ ms left\n", answer)


def test_the_page(client: Make, example: Make) -> None:
    prelude, _, page = body(client, example("index.page"), b"{}").partition(bytes(8))
    assert prelude == b'{"statusCode":200,"headers":{"content-type":"text/html"}}'
    assert page == b"<!doctype html><title>Hello</title><p>Hello, world!</p>"
