"""From `portico start` to healthy, and the idle memory of the server with its zygotes (proportional share).

python -m bench.start [--rounds 5]
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path


def tree(root: int) -> list[int]:
    """A process and its descendants."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").iterdir():
            waiting += map(int, (task / "children").read_text().split())
    return found


def pss_mb(pid: int) -> float:
    """The proportional share of memory of a process, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def healthy(url: str) -> bool:
    """Whether `health` answers."""
    try:
        with urllib.request.urlopen(f"{url}/_portico/health") as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def once(data: str) -> tuple[float, float, list[float]]:
    """Seconds to healthy, PSS of all processes together, PSS of each."""
    command = [sys.executable, "-m", "portico", "start", "--port", "4597", "--data", data]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not healthy("http://127.0.0.1:4597"):
            time.sleep(0.005)
        took = time.perf_counter() - started
        time.sleep(3)  # the zygotes are ready by then
        each = [pss_mb(pid) for pid in tree(process.pid)]
        return took, sum(each), each
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    """Measure a few times and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as data:
        results = [once(data) for _ in range(rounds)]
    print(f"start to healthy: {statistics.median(r[0] for r in results):6.2f} s  (under 1)")
    print(
        f"idle memory:      {statistics.median(r[1] for r in results):6.1f} MB (under 90, proportional share)"
    )
    print(f"  processes:      {' '.join(f'{mb:.1f}' for mb in results[-1][2])} MB")


if __name__ == "__main__":
    main()
