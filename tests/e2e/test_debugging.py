"""`portico invoke --debug`, with a client of the Debug Adapter Protocol that sets a breakpoint."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness import Server

Make = Callable[..., Any]

SOURCE = """
def handler(event, context):
    doubled = event["n"] * 2
    return {"doubled": doubled, "left_ms": context.get_remaining_time_in_millis()}
"""


class Debugger:
    """As much of an editor's side as these tests need."""

    def __init__(self, port: int) -> None:
        self._socket = _connected(port)
        self._reader = self._socket.makefile("rb")
        self._count = 0

    def ask(self, command: str, **arguments: Any) -> int:
        self._count += 1
        body = json.dumps(
            {"seq": self._count, "type": "request", "command": command, "arguments": arguments}
        ).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        return self._count

    def until(self, kind: str, name: str) -> dict[str, Any]:
        """Read on until an `event` or a `response` of that name."""
        while True:
            length = 0
            while (line := self._reader.readline().strip()) != b"":
                length = int(line.split(b":")[1])
            message: dict[str, Any] = json.loads(self._reader.read(length))
            if message["type"] == kind and message[{"event": "event", "response": "command"}[kind]] == name:
                return message

    def close(self) -> None:
        self._reader.close()
        self._socket.close()


def _connected(port: int) -> socket.socket:
    """A connection, as soon as somebody listens: what the process answers first is that it does not yet."""
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=30)
        except ConnectionRefusedError:
            continue


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def debugged(server: Server) -> Iterator[Make]:
    started: list[subprocess.Popen[str]] = []

    def start(account: str, name: str, payload: str, port: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "portico", "invoke", name, "-p", payload, "--debug"]
        process = subprocess.Popen(
            [*command, "--debug-port", str(port), "--endpoint", server.url],
            env={"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "test", "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:  # also where a test has failed, which must not wait for one that waits
        process.kill()
        process.communicate()


def test_a_breakpoint_stops_one_environment_and_no_other(
    deploy: Make, client: Make, account: str, debugged: Make
) -> None:
    name, port = deploy(SOURCE, Timeout=1), free_port()
    process = debugged(account, name, '{"n": 21}', port)
    editor = Debugger(port)
    editor.ask("initialize", adapterID="tests", pathFormat="path")
    editor.until("response", "initialize")
    editor.ask("attach", pathMappings=[])
    editor.until("event", "initialized")
    editor.ask("setFunctionBreakpoints", breakpoints=[{"name": "handler"}])
    editor.until("response", "setFunctionBreakpoints")
    editor.ask("configurationDone")
    stopped = editor.until("event", "stopped")["body"]
    # While it stands there, others are answered.
    answer = client("lambda").invoke(FunctionName=name, Payload=b'{"n": 1}')
    assert json.load(answer["Payload"])["doubled"] == 2
    editor.ask("continue", threadId=stopped["threadId"])
    out, err = process.communicate(timeout=60)
    editor.close()
    assert process.returncode == 0, err
    found = json.loads(out)
    assert found["doubled"] == 42
    assert found["left_ms"] > 3_600_000
    assert f"127.0.0.1:{port}" in err


def test_a_port_that_is_taken_is_told(deploy: Make, account: str, debugged: Make) -> None:
    name = deploy(SOURCE)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = debugged(account, name, "{}", taken.getsockname()[1])
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "can't listen" in json.loads(out)["errorMessage"], err
