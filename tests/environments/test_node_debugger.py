"""A function in Node.js that waits for a debugger, with a client of the developer tools' protocol that sets a breakpoint."""

import asyncio
import json
import os
import re
import socket
import struct
import urllib.request
from typing import Any

SOURCE = """\
exports.handler = async (event) => {
  const doubled = event.n * 2;
  return {doubled};
};
"""


class Debugger:
    """As much of the developer tools' side as this test needs."""

    def __init__(self, port: int) -> None:
        _connected(port).close()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as targets:
            path = re.search(r"ws://[^/]+(/[^\"]+)", targets.read().decode())[1]  # type: ignore[index]
        self._socket = _connected(port)
        self._reader = self._socket.makefile("rb")
        self._count = 0
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while self._reader.readline().strip():
            pass

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._count += 1
        text = json.dumps({"id": self._count, "method": method, "params": params}).encode()
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(text))
        self._socket.sendall(struct.pack("!BBH", 0x81, 0x80 | 126, len(text)) + mask + masked)
        return self.until(lambda message: message.get("id") == self._count)

    def until(self, wanted: Any) -> dict[str, Any]:
        while True:
            _, length = self._reader.read(2)
            if length >= 126:
                form = {126: "!H", 127: "!Q"}[length]
                (length,) = struct.unpack(form, self._reader.read(struct.calcsize(form)))
            message: dict[str, Any] = json.loads(self._reader.read(length))
            if wanted(message):
                return message

    def close(self) -> None:
        self._reader.close()
        self._socket.close()


def _connected(port: int) -> socket.socket:
    """A connection, as soon as somebody listens: what the machine answers first is that nobody does yet."""
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=30)
        except ConnectionRefusedError:
            continue


def debug(port: int) -> int:
    """Stop where the answer is made, change it, and go on; what it was."""
    debugger = Debugger(port)
    debugger.ask("Debugger.enable")
    debugger.ask("Debugger.setBreakpointByUrl", lineNumber=2, urlRegex=".*app\\.js$")
    debugger.ask("Runtime.runIfWaitingForDebugger")
    stopped = debugger.until(lambda message: message.get("method") == "Debugger.paused")
    frame = stopped["params"]["callFrames"][0]["callFrameId"]
    seen = debugger.ask("Debugger.evaluateOnCallFrame", callFrameId=frame, expression="doubled")
    debugger.ask("Debugger.resume")
    debugger.close()
    value: int = seen["result"]["result"]["value"]
    return value


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


async def test_a_breakpoint(workshop, node) -> None:
    port = free_port()
    spec = node(SOURCE, debug_port=port)
    debugging = asyncio.create_task(asyncio.to_thread(debug, port))
    assert await workshop.answer(spec, {"n": 21}) == {"doubled": 42}
    assert await debugging == 42


async def test_a_port_that_is_taken_is_told(workshop, node) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        spec = node(SOURCE, debug_port=server.getsockname()[1])
        _, document = await workshop.error(spec, {"n": 1})
    assert document["errorType"] == "Runtime.NoDebugger"
    assert document["errorMessage"].startswith("The debugger can't listen on port ")
