import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fuzz import footprint, fuzz

ROOT = Path(__file__).parents[2]


@pytest.fixture
def echo_server() -> Iterator[tuple[int, int]]:
    """The HTTP lane with an echo handler, as it is served: its port and its pid."""
    command = [sys.executable, "-m", "bench.http_lane", "echo", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.terminate()


def test_twenty_thousand_requests_and_nothing_grows(echo_server):
    port, pid = echo_server
    asyncio.run(fuzz("127.0.0.1", port, requests=2_000, seed=2)).check()
    before = footprint(pid)
    report = asyncio.run(fuzz("127.0.0.1", port, requests=18_000, seed=1))
    report.check()
    assert {200, 400, 413, 414, 431, 501, 505} <= set(report.statuses)
    after = footprint(pid)
    assert after.descriptors <= before.descriptors + 20  # connections that still linger
    assert after.resident_bytes < before.resident_bytes + 20_000_000
