"""Streamed answers of a Node.js function: how soon the first byte is there, and how fast 200 MB are, in how much memory.

python -m bench.streaming [--megabytes 199]
"""

import argparse
import os
import statistics
import time
from pathlib import Path
from typing import Any

from bench.functions import LOGGING, TRUST_LAMBDA, zip_of
from bench.invoke import client, portico
from portico.environments.connections import tree

SOURCE = """
const chunk = Buffer.alloc(64 * 1024, "x");
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  if (!event.chunks) {
    stream.write(String(performance.timeOrigin + performance.now()) + "\\n");
    await new Promise((later) => setTimeout(later, 20));
    stream.end();
    return;
  }
  for (let left = event.chunks; left; left--)
    if (!stream.write(chunk)) await new Promise((drained) => stream.once("drain", drained));
  stream.end();
});
"""


def first_byte_ms(lam: Any) -> float:
    """Milliseconds from the function's first write to its arrival here; both clocks are this machine's."""
    answer = lam.invoke_with_response_stream(FunctionName="f", Payload=b"{}")
    for event in answer["EventStream"]:
        if "PayloadChunk" in event:
            arrived = time.time() * 1000
            written = float(event["PayloadChunk"]["Payload"].split()[0])
            break
    for _ in answer["EventStream"]:
        pass
    return arrived - written


def resident_mb(pid: int) -> float:
    """The resident set of one process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def whole(lam: Any, megabytes: int, server: int) -> tuple[float, float]:
    """Megabytes a second, and by how much the server grew meanwhile at most. The bytes are read as they come, not decoded."""
    before = most = resident_mb(server)
    started = time.perf_counter()
    answer = lam.invoke_with_response_stream(
        FunctionName="f", Payload=f'{{"chunks": {megabytes * 16}}}'.encode()
    )
    raw, size, seen = answer["EventStream"]._raw_stream, 0, 0
    while data := raw.read(1024 * 1024):
        size += len(data)
        if size // (20 << 20) > seen:
            seen = size // (20 << 20)
            most = max(most, resident_mb(server))
    return megabytes / (time.perf_counter() - started), most - before


def main() -> None:
    """Deploy, stream, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=199)
    megabytes = parser.parse_args().megabytes
    with portico("--stream-bytes-per-s", "0") as url:
        iam = client(url, "iam")
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        iam.attach_role_policy(RoleName="r", PolicyArn=LOGGING)
        lam = client(url, "lambda")
        code = {"ZipFile": zip_of({"app.js": SOURCE})}
        lam.create_function(
            FunctionName="f",
            Runtime="nodejs20.x",
            Handler="app.handler",
            Role=role,
            Code=code,
            Timeout=60,
            MemorySize=1769,
        )
        lam.get_waiter("function_active_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
        firsts = [first_byte_ms(lam) for _ in range(30)][5:]
        print(f"first byte after its write: {statistics.median(firsts):.2f} ms median (at most 5)")
        server = _server(url)
        for _ in range(2):
            rate, grown = whole(lam, megabytes, server)
            print(f"{megabytes} MB: {rate:.0f} MB/s (at least 200), the server {grown:.1f} MB larger at most")


def _server(url: str) -> int:
    """The process that serves the bench's own Portico: the first child of this one."""
    children = [pid for pid in tree(os.getpid()) if pid != os.getpid()]
    return children[0]


if __name__ == "__main__":
    main()
