"""Many functions, each invoked once: whether the thousandth costs what the first did, and what the server holds in the end.

    python -m bench.population [--functions 10000] [--environments 100]

`--environments` is the server's own bound (`environments_max`); the longest idle ones make room, so memory is bounded by it.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.cold import KINDS, first_answer_ms
from bench.functions import LOGGING, TRUST_LAMBDA, zip_of
from bench.invoke import client, portico
from bench.start import pss_mb, tree
from portico.server_file import SERVER_FILE, ServerFile

_PARTS = 10


def _memory_mb(data: str) -> tuple[float, float, int]:
    """The server's own share, that of all its processes, and how many those are."""
    pid = msgspec.json.decode(Path(data, SERVER_FILE).read_bytes(), type=ServerFile).pid
    processes = tree(pid)
    return pss_mb(pid), sum(pss_mb(each) for each in processes), len(processes)


def _each_ms(url: str, count: int) -> Iterator[tuple[float, float]]:
    """Create and invoke one function after the other; what each took."""
    iam, lam = client(url, "iam"), client(url, "lambda")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="r", PolicyArn=LOGGING)
    for at in range(count):
        name, code = f"f{at}", {"ZipFile": zip_of({"app.py": f"# {at}\n{KINDS['bare'].source}"})}
        begun = time.perf_counter()
        runtime = f"python3.{sys.version_info.minor}"
        lam.create_function(FunctionName=name, Runtime=runtime, Handler="app.handler", Role=role, Code=code)
        yield (time.perf_counter() - begun) * 1000, first_answer_ms(url, name)


def main() -> None:
    """Run, and print a line for each tenth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=10_000)
    parser.add_argument("--environments", type=int, default=100)
    options = parser.parse_args()
    part = max(1, options.functions // _PARTS)
    with (
        tempfile.TemporaryDirectory() as data,
        portico("--data", data, "--environments-max", str(options.environments)) as url,
    ):
        times: list[tuple[float, float]] = []
        for number, taken in enumerate(_each_ms(url, options.functions), start=1):
            times.append(taken)
            if number % part == 0:
                created, answered = (statistics.median(column) for column in zip(*times, strict=True))
                own, everything, processes = _memory_mb(data)
                print(
                    f"{number:6} functions: created in {created:5.1f} ms, first answer {answered:5.1f} ms; "
                    f"server {own:.0f} MB, with its {processes - 1} processes {everything:.0f} MB",
                    flush=True,
                )
                times.clear()


if __name__ == "__main__":
    main()
