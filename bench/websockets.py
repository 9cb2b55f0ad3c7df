"""WebSocket APIs: what idle connections cost, and messages per second through a route, beside the signed Invoke in the same run.

    python -m bench.websockets [--idle 5000] [--seconds 5] [--connections 8] [--window 16]

Messages are answered by a function (a route response); each connection has `window` of them under way.
"""

import argparse
import asyncio
import base64
import re
import shutil
import statistics
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from bench.doors import PROXY, REGION, allow, function_arn, invocations
from bench.invoke import PATH, client, deploy, portico, signed, wrk

_KEY = base64.b64encode(b"portico-websocke").decode()
_MESSAGE = b'{"action":"say","text":"' + b"y" * 64 + b'"}'
_IDLE_MB_MAX, _RATE_MIN = 120, 5_000


def made(url: str) -> str:
    """An API with a route `say`, answered by the function `proxy`; its id."""
    gateway = client(url, "apigatewayv2")
    api: str = gateway.create_api(
        Name="bench", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    function = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=invocations(function_arn("proxy"))
    )["IntegrationId"]
    route = gateway.create_route(ApiId=api, RouteKey="say", Target=f"integrations/{function}")
    gateway.create_route_response(ApiId=api, RouteId=route["RouteId"], RouteResponseKey="$default")
    gateway.create_stage(ApiId=api, StageName="prod", AutoDeploy=True)
    allow(url, "proxy", "apigateway.amazonaws.com", f"arn:aws:execute-api:{REGION}:000000000000:{api}/*")
    return api


def frame(payload: bytes, opcode: int = 1) -> bytes:
    """A frame of a client, with a mask of zeros."""
    return struct.pack("!BB", 0x80 | opcode, 0x80 | len(payload)) + b"\0\0\0\0" + payload


class Talker(asyncio.Protocol):
    """A client: shakes hands, then keeps messages under way and counts what is answered."""

    def __init__(self, host: str, port: int, ready: Callable[["Talker"], None]) -> None:
        self._request = (
            f"GET /prod HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {_KEY}\r\n\r\n"
        ).encode()
        self._ready = ready
        self._frame = self._answer = b""
        self._open = False
        self._head = b""
        self._size = 0
        self._got = 0
        self.answers = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """The answer to the handshake, or answers to messages, which are all of one size."""
        if not self._open:
            self._head += data
            if not self._head.endswith(b"\r\n\r\n"):
                return
            if not self._head.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(self._head.decode())
            self._open = True
            self._ready(self)
        elif self._size:
            self._got += len(data)
            answers, self._got = divmod(self._got, self._size)
            self.answers += answers
            self._transport.write(self._frame * answers)

    def talk(self, message: bytes, window: int, answer_bytes: int) -> None:
        """Keep messages under way; `answer_bytes` is the size of the frame that answers one."""
        self._frame, self._size = frame(message), answer_bytes
        self._transport.write(self._frame * window)

    def close(self) -> None:
        """Break off."""
        self._transport.abort()


async def connected(url: str, api: str, count: int) -> list[Talker]:
    """So many clients, connected, at no more than a few hundred handshakes at once."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 0
    name = f"{api}.execute-api.localhost"
    loop = asyncio.get_running_loop()
    talkers: list[Talker] = []
    while len(talkers) < count:
        step, all_ready = min(100, count - len(talkers)), asyncio.Event()
        before = len(talkers)

        def ready(
            talker: Talker, before: int = before, step: int = step, done: asyncio.Event = all_ready
        ) -> None:
            talkers.append(talker)
            if len(talkers) == before + step:
                done.set()

        for _ in range(step):
            await loop.create_connection(lambda: Talker(name, port, ready), host, port)
        await asyncio.wait_for(all_ready.wait(), 30)
    return talkers


def memory_mb(pid: int) -> float:
    """What a process holds for itself."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"Private_Dirty:\s+(\d+) kB", text)
    assert found is not None
    return int(found[1]) / 1024


def listening(port: int) -> int:
    """The process that listens on a port."""
    text = subprocess.run(
        ["ss", "-ltnpH", f"sport = :{port}"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"pid=(\d+)", text)
    assert found is not None
    return int(found[1])


async def idle(url: str, api: str, count: int) -> None:
    """Measure the memory of idle connections."""
    pid = listening(urlsplit(url).port or 0)
    for talker in await connected(url, api, 50):
        talker.close()
    await asyncio.sleep(1)
    before = memory_mb(pid)
    talkers = await connected(url, api, count)
    await asyncio.sleep(1)
    added = memory_mb(pid) - before
    for talker in talkers:
        talker.close()
    print(
        f"{count} idle connections add {added:.1f} MB ({added * 1024 / count:.1f} KB each; at most {_IDLE_MB_MAX} MB)"
    )


async def messages(url: str, api: str, seconds: float, connections: int, window: int) -> float:
    """Messages per second that are answered."""
    talkers = await connected(url, api, connections)
    for talker in talkers:
        talker.talk(_MESSAGE, window, len(_MESSAGE) + 2)
    await asyncio.sleep(1)
    begun = sum(talker.answers for talker in talkers)
    await asyncio.sleep(seconds)
    rate = (sum(talker.answers for talker in talkers) - begun) / seconds
    for talker in talkers:
        talker.close()
    return rate


def measure(options: argparse.Namespace) -> None:
    """Measure and print."""
    with portico() as url:
        invoke = (url + PATH, signed(url, deploy(url)))
        deploy(url, PROXY, "proxy")
        api = made(url)
        if options.idle:
            uvloop.run(idle(url, api, options.idle))
        base, rates = [], []
        for _ in range(options.rounds):
            base.append(wrk(*invoke, int(options.seconds), options.connections).rate)
            rates.append(uvloop.run(messages(url, api, options.seconds, options.connections, options.window)))
    ratio = statistics.median(mine / other for mine, other in zip(rates, base, strict=True))
    print(f"signed Invoke              {statistics.median(base):8.0f} requests/s")
    print(
        f"messages through a function{statistics.median(rates):8.0f} /s   ratio {ratio:.2f} (at least {_RATE_MIN}/s)"
    )


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--window", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=1)
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: apt-get install wrk")
    measure(parser.parse_args())


if __name__ == "__main__":
    main()
