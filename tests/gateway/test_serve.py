import asyncio
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portico.gateway.body import Body
from portico.gateway.serve import listen, serve
from portico.gateway.traffic import Traffic
from portico.wire.http import Head, Peer, Reply
from raw_http import Caller

ROOT = Path(__file__).parents[2]
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Busy:
    """A server whose one call runs until `gate` is set."""

    def __init__(self, graceful_s: int) -> None:
        self.entered, self.gate, self.ready, self.stop = (asyncio.Event() for _ in range(4))
        self.listener = listen("127.0.0.1", 0)
        self.port = self.listener.getsockname()[1]
        self.serving = asyncio.create_task(
            serve(
                Traffic(self._handle),
                self.listener,
                ready=self.ready.set,
                stop=self.stop,
                graceful_s=graceful_s,
            )
        )

    async def _handle(self, head: Head, body: Body, peer: Peer) -> Reply:
        self.entered.set()
        await self.gate.wait()
        return Reply(200, (), b"done")

    async def call(self) -> Caller:
        await self.ready.wait()
        caller = Caller(*await asyncio.open_connection("127.0.0.1", self.port))
        await caller.send(GET)
        await self.entered.wait()
        return caller


async def test_a_running_call_is_finished_and_its_connection_closed():
    server = Busy(graceful_s=10)
    caller = await server.call()
    server.stop.set()
    server.gate.set()
    assert (await caller.answer()).body == b"done"
    assert await caller.closed()
    await asyncio.wait_for(server.serving, 10)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", server.port)
    caller.writer.close()


async def test_a_call_that_does_not_end_is_cancelled():
    server = Busy(graceful_s=0)
    caller = await server.call()
    server.stop.set()
    await asyncio.wait_for(server.serving, 10)
    with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
        await caller.answer()
    caller.writer.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_the_server_in_an_orderly_way(number):
    command = [sys.executable, "-m", "bench.http_lane", "echo", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", port)) as kept:
            kept.sendall(GET)
            assert kept.recv(1000).startswith(b"HTTP/1.1 200")
            process.send_signal(number)
            assert kept.recv(1000) == b""
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")
