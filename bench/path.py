"""The whole path of a warm signed invocation inside the server, from the bytes of a request to those of its answer, by processor time.

    python -m bench.path [--rounds 8000] [--environments]

There are no connections: a transport that keeps nothing takes the answers and sends the next requests. Without `--environments` a function
is not asked either, and what is left is Portico's own work, once everything is warm. Processor time can be compared on a machine that
has other things to do as well: run two versions by turns.
"""

import argparse
import asyncio
import gc
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from bench.steps import BODY, PATH, Echo, prepare
from portico.app import Server
from portico.base.clock import Clock
from portico.gateway.http import HttpProtocol
from portico.gateway.limits import Limits
from portico.gateway.traffic import Traffic
from portico.settings import Settings
from portico.store.open import open_store

_CONNECTIONS = 8
_TURNS = 5


class Transport:
    """A connection that hands on every answer as soon as it is written."""

    def __init__(self) -> None:
        self.answered: Any = None

    def get_extra_info(self, name: str) -> Any:
        """An address; no TLS."""
        return ("127.0.0.1", 1) if name == "peername" else None

    def get_write_buffer_size(self) -> int:
        """Nothing waits."""
        return 0

    def write(self, data: bytes) -> None:
        """An answer, whole."""
        self.answered(data)


class Load:
    """So many requests over a few connections, each followed by the next one."""

    def __init__(self, request: bytes, traffic: Traffic) -> None:
        self._loop = asyncio.get_running_loop()
        self._request = request
        self._unsent = self._awaited = 0
        self._connections = [self._connection(traffic) for _ in range(_CONNECTIONS)]

    def _connection(self, traffic: Traffic) -> HttpProtocol:
        protocol, transport = HttpProtocol(traffic, self._loop, set(), set()), Transport()
        protocol.connection_made(transport)  # type: ignore[arg-type]  # as much of one as is used

        def answered(data: bytes) -> None:
            if not data.startswith(b"HTTP/1.1 200 "):
                raise RuntimeError(data.decode("latin-1"))
            self._awaited -= 1
            if self._unsent > 0:
                self._unsent -= 1
                self._loop.call_soon(
                    protocol.data_received, bytes(bytearray(self._request))
                )  # another object each time
            elif self._awaited == 0:
                self._done.set()

        transport.answered = answered
        return protocol

    async def run(self, rounds: int) -> float:
        """Microseconds of the loop's processor time for each."""
        self._unsent, self._awaited, self._done = rounds - _CONNECTIONS, rounds, asyncio.Event()
        begun = time.thread_time()
        for connection in self._connections:
            connection.data_received(self._request)
        await self._done.wait()
        return (time.thread_time() - begun) / rounds * 1e6


async def run(rounds: int, *, environments: bool) -> None:
    """Measure and print."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=folder, concurrent_executions=100_000)  # AWS's rate would hold it up
        store = await open_store(Path(folder) / "data", clock=clock)
        server = Server(settings, store, clock, "http://127.0.0.1:4566")
        await server.start()
        head = await prepare(server)
        if not environments:
            echo: Any = Echo()
            server.invoker._environments = echo
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.headers)
        load = Load(
            f"POST {PATH} HTTP/1.1\r\n{lines}\r\n".encode() + BODY,
            Traffic(server.handler, Limits(), at_once=server.at_once),
        )
        gc.collect()
        gc.freeze()
        await load.run(rounds)
        taken = [await load.run(rounds) for _ in range(_TURNS)]
        await server.close()
    where = "to a function and back" if environments else "up to the environments and back"
    print(
        f"{where}: {statistics.median(taken):.1f} us of the event loop's time (of {_TURNS}: from {min(taken):.1f})"
    )


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8000)
    parser.add_argument("--environments", action="store_true")
    options = parser.parse_args()
    uvloop.run(run(options.rounds, environments=options.environments))


if __name__ == "__main__":
    main()
