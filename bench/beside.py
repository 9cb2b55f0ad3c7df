"""Commits beside invocations: how long a commit of 1 KB waits while invocations saturate the loop, and what they lose by it.

    python -m bench.beside [--seconds 1] [--writers 4] [--pause-ms 5] [--rounds 20]

The server runs in this process, so that commits are made at the store's port; wrk drives signed invocations from another. Alone and
beside commits take turns.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import uvloop

from bench.invoke import PATH, Result, deploy, signed, wrk
from portico.app import Server
from portico.base.clock import Clock
from portico.gateway.serve import listen, serve
from portico.gateway.traffic import Traffic
from portico.settings import Settings
from portico.store.open import open_store
from portico.store.port import Put

VALUE = b'"' + b"x" * 1022 + b'"'


class Turn(NamedTuple):
    """Invocations alone, then beside commits, and how long each of these waited, in milliseconds."""

    alone: Result
    beside: Result
    waits: list[float]


async def commits(server: Server, writers: int, pause_ms: float, stop: asyncio.Event) -> list[float]:
    """Commit from so many writers, each pausing between commits, until `stop`; the waits in milliseconds."""
    waits: list[float] = []

    async def write(number: int) -> None:
        at = 0
        while not stop.is_set():
            started = time.perf_counter()
            await server.store.commit([Put(("bench", number, at), VALUE)])
            waits.append((time.perf_counter() - started) * 1000)
            at += 1
            await asyncio.sleep(pause_ms / 1000)

    await asyncio.gather(*(write(number) for number in range(writers)))
    return waits


async def measure(seconds: int, writers: int, pause_ms: float, rounds: int) -> list[Turn]:
    """Take turns."""
    clock, ended = Clock(), asyncio.Event()
    turns = []
    with tempfile.TemporaryDirectory() as folder:
        listener = listen("127.0.0.1", 0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(data=folder + "/data")
        server = Server(settings, await open_store(Path(folder) / "data", clock=clock), clock, url)
        await server.start()
        serving = asyncio.create_task(
            serve(Traffic(server.handler, at_once=server.at_once), listener, stop=ended)
        )
        headers = signed(url, await asyncio.to_thread(deploy, url))
        await asyncio.to_thread(wrk, url + PATH, headers, 2, 8)
        for _ in range(rounds):
            alone = await asyncio.to_thread(wrk, url + PATH, headers, seconds, 8)
            stop = asyncio.Event()
            writing = asyncio.create_task(commits(server, writers, pause_ms, stop))
            beside = await asyncio.to_thread(wrk, url + PATH, headers, seconds, 8)
            stop.set()
            turns.append(Turn(alone, beside, await writing))
        ended.set()
        await serving
        await server.close()
    return turns


def main() -> None:
    """Parse, run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--pause-ms", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        turns = runner.run(measure(options.seconds, options.writers, options.pause_ms, options.rounds))
    waits = [wait for turn in turns for wait in turn.waits]
    median, high = statistics.median(waits), statistics.quantiles(waits, n=100)[98]
    kept = [turn.beside.rate / turn.alone.rate for turn in turns]
    alone = statistics.median(turn.alone.rate for turn in turns)
    print(f"commits beside invocations: {len(waits) / len(turns) / options.seconds:7.0f} /s")
    print(f"a commit waits:             {median:7.2f} ms median (under 10), {high:.2f} ms p99 (under 50)")
    print(f"invocations keep:           {statistics.median(kept):7.2f} of {alone:.0f}/s (at least 0.80)")


if __name__ == "__main__":
    main()
