"""What the HTTP lane costs: wrk against bare uvicorn with an ASGI echo, and against our protocol with an echo handler.

    python -m bench.http_lane            prints requests per second of both, in turns, and their ratio
    python -m bench.http_lane echo 0     serves the echo handler alone (a port, 0 for a free one, which is printed)

(Named so because a `http.py` here would hide the standard library's module from scripts in this folder.)
"""

import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from portico.gateway.body import Body
from portico.gateway.serve import listen, serve
from portico.gateway.traffic import Traffic
from portico.wire.http import Head, Peer, Reply

_ROUNDS = 5
_SECONDS = 2
_CONNECTIONS = 8
_SCRIPT = """
wrk.method = "POST"
wrk.body = '{"key":"' .. string.rep("x", 1010) .. '"}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["User-Agent"] = "Boto3/1.44.0 md/Botocore#1.44.0 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.11"
wrk.headers["X-Amz-Date"] = "20260101T120000Z"
wrk.headers["amz-sdk-invocation-id"] = "5a0f0c1e-1111-4222-8333-444455556666"
wrk.headers["amz-sdk-request"] = "attempt=1"
wrk.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, " ..
  "SignedHeaders=host;x-amz-date, Signature=" .. string.rep("0", 64)
"""


async def echo(head: Head, body: Body, peer: Peer) -> Reply:
    """The handler."""
    return Reply(200, (("content-type", "application/json"),), await body.read())


async def _asgi_echo(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _serve_echo(port: int) -> None:
    async def run() -> None:
        listener = listen("127.0.0.1", port)
        bound = listener.getsockname()[1]
        await serve(Traffic(echo), listener, ready=lambda: print(bound, flush=True), graceful_s=1)

    uvloop.run(run())


def _serve_bare(port: int) -> None:
    async def run() -> None:
        listener = listen("127.0.0.1", port)
        config = uvicorn.Config(
            _asgi_echo, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0)
        print(listener.getsockname()[1], flush=True)
        await serving

    uvloop.run(run())


@contextmanager
def _running(kind: str) -> Iterator[tuple[int, int]]:
    """A server in a process of its own: its port and its pid."""
    command = [sys.executable, "-m", "bench.http_lane", kind, "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline()), process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _measure(port: int, pid: int, script: str) -> tuple[float, float]:
    """Requests per second, and microseconds of the server's CPU for each."""
    before = _cpu_s(pid)
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{_SECONDS}s", "-s", script, f"http://127.0.0.1:{port}/"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert not any("Non-2xx" in line or "Socket errors" in line for line in lines), lines
    rate = float(next(line for line in lines if line.startswith("Requests/sec")).split()[1])
    count = int(next(line for line in lines if " requests in " in line).split()[0])
    return rate, (_cpu_s(pid) - before) / count * 1e6


def main() -> None:
    """Measure both in turns, so that what else the machine does hits both alike."""
    with (
        tempfile.NamedTemporaryFile("w", suffix=".lua") as script,
        _running("bare") as bare,
        _running("echo") as own,
    ):
        script.write(_SCRIPT)
        script.flush()
        rounds = [(_measure(*bare, script.name), _measure(*own, script.name)) for _ in range(_ROUNDS)]
    ratio = statistics.median(ours[0] / theirs[0] for theirs, ours in rounds)
    for name, index in (("uvicorn, bare ASGI echo", 0), ("portico's protocol, echo", 1)):
        rate = statistics.median(measured[index][0] for measured in rounds)
        cost = statistics.median(measured[index][1] for measured in rounds)
        print(f"{name:26} {rate:10,.0f} requests/s {cost:8.1f} us of server CPU each")
    print(f"{'ratio':26} {ratio:10.2f}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        {"echo": _serve_echo, "bare": _serve_bare}[sys.argv[1]](int(sys.argv[2]))
    else:
        main()
