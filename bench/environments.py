"""What environments cost: server CPU of a warm invocation, cold starts from both zygotes, memory at rest.

Prints ratios to a bare socket round trip and to a bare fork, because absolute times alone say little on a shared machine.
"""

import asyncio
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from portico.base.clock import Clock
from portico.environments.sandbox import cgroups
from portico.environments.supervisor import Supervisor
from portico.environments.work import EnvironmentSpec, Invocation, Prepared

_WARM = 20_000
_COLD = 40
_EVENT = b'{"text": "' + b"x" * 1000 + b'"}'
_SOURCES = {
    "bare": "def handler(event, context):\n    return event\n",
    "sleep": "import time\n\ndef handler(event, context):\n    time.sleep(0.5)\n    return event\n",
    "sdk": ("import boto3\n\ndef handler(event, context):\n    return event\n"),
    "client": (
        "import boto3\n\nclient = boto3.client('sqs', region_name='eu-west-1')\n\n"
        "def handler(event, context):\n    return event\n"
    ),
}


class Folders:
    """A preparer of code that lies there already."""

    def __init__(self, root: Path) -> None:
        self._root = root
        for name, source in _SOURCES.items():
            (root / name).mkdir()
            (root / name / "code.py").write_text(source)

    async def prepare(self, spec: EnvironmentSpec, log_stream: str) -> Prepared:
        variables = {
            "_HANDLER": spec.handler,
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "none",
        }
        return Prepared(str(self._root / spec.function), tuple(variables.items()), time.monotonic() + 3600)


def spec_of(function: str, generation: int = 0) -> EnvironmentSpec:
    return EnvironmentSpec(
        key=f"{function}:{generation}", account="1", region="eu-west-1", function=function, version="$LATEST", arn="",
        runtime="python3.11", handler="code.handler", role="", code_digest=function, memory_mb=512, timeout_s=10,
        ephemeral_mb=512, log_group="",
    )  # fmt: skip


async def _cpu_us(count: int, work: Callable[[], Awaitable[object]], *, at_once: int = 1) -> float:
    async def some() -> None:
        for _ in range(count // at_once):
            await work()

    before = time.process_time()
    await asyncio.gather(*(some() for _ in range(at_once)))
    return (time.process_time() - before) / count * 1e6


async def _echo_us() -> float:
    """A bare round trip over a socket pair through the loop, answered by a thread-less fork."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        while data := theirs.recv(65536):
            theirs.sendall(data)
        os._exit(0)
    theirs.close()
    ours.setblocking(False)
    loop = asyncio.get_running_loop()
    waiting: list[asyncio.Future[bytes]] = []
    loop.add_reader(ours.fileno(), lambda: waiting.pop().set_result(ours.recv(65536)))

    async def once() -> bytes:
        answer: asyncio.Future[bytes] = loop.create_future()
        waiting.append(answer)
        ours.send(_EVENT)
        return await answer

    cost = await _cpu_us(_WARM, once)
    loop.remove_reader(ours.fileno())
    ours.close()
    os.waitpid(pid, 0)  # noqa: ASYNC222 - it has ended
    return cost


async def _warm_us(supervisor: Supervisor, *, at_once: int) -> float:
    spec, number = spec_of("bare"), iter(range(2 * _WARM))

    async def once() -> object:
        return await supervisor.invoke(spec, Invocation(f"{next(number):036d}", _EVENT, "arn"))

    await asyncio.gather(*(once() for _ in range(at_once)))
    return await _cpu_us(_WARM, once, at_once=at_once)


async def _cold_ms(supervisor: Supervisor, function: str) -> float:
    taken = []
    for generation in range(_COLD):
        started = time.perf_counter()
        outcome = await supervisor.invoke(spec_of(function, generation + 1), Invocation("id", _EVENT, "arn"))
        taken.append((time.perf_counter() - started) * 1000)
        if outcome.function_error:
            raise RuntimeError(outcome.payload.decode())
        supervisor.retire(f"{function}:")
    return statistics.median(taken)


def share_mb(pid: int) -> float:
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / 1024


def _children() -> list[int]:
    own = os.getpid()
    return [int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()]


async def measure() -> None:
    """Print everything."""
    with tempfile.TemporaryDirectory() as folder:
        supervisor = Supervisor(Folders(Path(folder)), clock=Clock(), groups=cgroups.find())
        await supervisor.start()
        print("zygotes, proportional share: " + ", ".join(f"{share_mb(pid):.1f} MB" for pid in _children()))
        echo = await _echo_us()
        for at_once in (1, 8):
            warm = await _warm_us(supervisor, at_once=at_once)
            costs = f"{warm:.1f} us of server CPU; a bare echo {echo:.1f} us; ratio {warm / echo:.2f}"
            print(f"warm invocation, {at_once} at once: {costs}")
        for function in _SOURCES:
            print(f"cold start, {function}: median {await _cold_ms(supervisor, function):.1f} ms")
        await supervisor.close()


if __name__ == "__main__":
    uvloop.run(measure())
