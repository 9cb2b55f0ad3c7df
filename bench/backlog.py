"""Events of one function while another has a million waiting, by turns with the same on a server where none waits.

    python -m bench.backlog [--waiting 1000000]

The backlog is that of a function for which one place is reserved and which sleeps; it is written through the store's port, as acceptance
writes it, with events of 1 KB. Prints, for both servers, from acceptance to the other function's first line, what an acceptance takes,
the server's proportional share of memory, and how long it takes from the command to a healthy server after SIGKILL. Then the function is
made a fast one, and the delay is measured while the backlog is drained.
"""

import argparse
import asyncio
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from bench.asynchronous import SOURCE, ended, fill, singles, start
from bench.functions import zip_of
from bench.invoke import client, deploy
from bench.start import healthy, pss_mb

SLOW = "import time\n\ndef handler(event, context):\n    time.sleep(0.2)\n"
_SETTLED_S = 3.0  # by then zygotes are ready, and what a start looks at is looked at
_ACCEPTED = 200
_STARTS = 3


class Running:
    """A server on a data directory; killed at the end."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.process: subprocess.Popen[str]
        self.url = ""
        self.starts_s: list[float] = []
        self.delays_ms: list[float] = []

    def start(self) -> None:
        """Start it, and note how long that takes."""
        began = time.perf_counter()
        self.process, self.url = start(str(self.data))
        while not healthy(self.url):
            time.sleep(0.002)
        self.starts_s.append(time.perf_counter() - began)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(30)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def accepted_ms(self, name: str) -> float:
        """What an acceptance takes, median."""
        lam, each = client(self.url, "lambda"), list[float]()
        for _ in range(_ACCEPTED):
            began = time.perf_counter()
            lam.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
            each.append((time.perf_counter() - began) * 1000)
        return statistics.median(each)

    def tell(self, title: str) -> None:
        """Print what was measured."""
        delays = sorted(self.delays_ms)
        starts = ", ".join(f"{each:.2f}" for each in self.starts_s)
        print(
            f"{title}: to the other function {statistics.median(delays):.1f} ms ({delays[-2]:.1f} and {delays[-1]:.1f} at most); "
            f"accepted in {self.accepted_ms('other'):.1f} ms, for the slow one in {self.accepted_ms('echo'):.1f}; "
            f"{pss_mb(self.process.pid):.0f} MB; healthy after {starts} s",
            flush=True,
        )


def _prepared(data: Path) -> None:
    """A data directory with the two functions."""
    process, url = start(str(data))
    deploy(url, SLOW)
    client(url, "lambda").put_function_concurrency(FunctionName="echo", ReservedConcurrentExecutions=1)
    deploy(url, SOURCE, "other")
    process.terminate()
    process.wait(30)


def _drained(server: Running) -> None:
    """Make the slow function a fast one, and measure while its backlog is drained."""
    lam = client(server.url, "lambda")
    lam.update_function_code(FunctionName="echo", ZipFile=zip_of({"app.py": SOURCE}))
    lam.get_waiter("function_updated_v2").wait(FunctionName="echo", WaiterConfig={"Delay": 1})
    lam.delete_function_concurrency(FunctionName="echo")
    before, began = ended(server.url), time.monotonic()
    delays = sorted(singles(server.url, "other"))
    rate = (ended(server.url) - before) / (time.monotonic() - began)
    print(
        f"while {rate:,.0f} events/s are drained: to the other function {statistics.median(delays):.1f} ms "
        f"({delays[-2]:.1f} and {delays[-1]:.1f} at most); {pss_mb(server.process.pid):.0f} MB"
    )


def main() -> None:
    """Run, and print a line for each of the two servers, and one for the drain."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--waiting", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        empty, full = Path(folder, "empty"), Path(folder, "full")
        _prepared(empty)
        shutil.copytree(empty, full)
        began = time.monotonic()
        asyncio.run(fill(full, options.waiting))
        print(f"{options.waiting:,} events written in {time.monotonic() - began:.0f} s", flush=True)
        with Running(empty) as alone, Running(full) as beside:
            for _ in range(_STARTS - 1):
                time.sleep(_SETTLED_S)
                for server in (alone, beside):
                    server.kill()
                    server.start()
            time.sleep(_SETTLED_S)
            for one, other in zip(singles(alone.url, "other"), singles(beside.url, "other"), strict=True):
                alone.delays_ms.append(one)
                beside.delays_ms.append(other)
            alone.tell("none waiting")
            beside.tell(f"{options.waiting:,} waiting")
            ratio = statistics.median(beside.delays_ms) / statistics.median(alone.delays_ms)
            print(f"to the other function beside the backlog: {ratio:.2f} of what it takes without")
            alone.kill()
            _drained(beside)


if __name__ == "__main__":
    main()
