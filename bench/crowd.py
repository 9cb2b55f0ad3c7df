"""Many environments: how long a hundred take to start and answer at once, what a thousand would weigh, and how warm calls fare beside.

python -m bench.crowd [--environments 200]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import uvloop

from bench.environments import Folders, share_mb, spec_of
from portico.base.clock import Clock
from portico.environments import usage
from portico.environments.sandbox import cgroups
from portico.environments.supervisor import Supervisor
from portico.environments.work import Invocation

_AT_ONCE = 100
_EVENT = b"{}"
_CALLS = 300


async def _burst_s(supervisor: Supervisor, function: str, count: int) -> tuple[float, float]:
    """Seconds until the last, and the median, of `count` invocations at once of a function that has no environment yet."""
    spec, begun, taken = spec_of(function), time.perf_counter(), []

    async def once(number: int) -> None:
        outcome = await supervisor.invoke(spec, Invocation(f"{number:036d}", _EVENT, "arn"))
        if outcome.function_error:
            raise RuntimeError(outcome.payload.decode())
        taken.append(time.perf_counter() - begun)

    await asyncio.gather(*(once(number) for number in range(count)))
    return max(taken), statistics.median(taken)


async def _weigh(supervisor: Supervisor, function: str, count: int) -> None:
    """Start `count` environments and print their proportional set size, and what a warm call takes beside them."""
    for number in range(0, count, 20):  # a spec each, so that each has an environment of its own
        await asyncio.gather(
            *(
                supervisor.invoke(spec_of(function, number + at), Invocation("id", _EVENT, "arn"))
                for at in range(20)
            )
        )
    shares = [sum(share_mb(pid) for pid in (first, *usage.descendants(first))) for first in supervisor.pids()]
    each = sum(shares) / len(shares)
    took = []
    for _ in range(_CALLS):
        begun = time.perf_counter()
        await supervisor.invoke(spec_of(function, 1), Invocation("id", _EVENT, "arn"))
        took.append((time.perf_counter() - begun) * 1000)
    print(
        f"{len(shares)} environments, {function}: {each:.2f} MB each by proportional share, {each * 1000 / 1024:.2f} GB per 1,000 "
        f"(under 4 without a client); a warm call beside them {statistics.median(took):.2f} ms (under 5)"
    )
    supervisor.retire("")


async def measure(count: int) -> None:
    """Print everything."""
    with tempfile.TemporaryDirectory() as folder:
        supervisor = Supervisor(Folders(Path(folder)), clock=Clock(), groups=cgroups.find())
        await supervisor.start()
        last, median = await _burst_s(supervisor, "sleep", _AT_ONCE)
        again, _ = await _burst_s(supervisor, "sleep", _AT_ONCE)
        print(
            f"{_AT_ONCE} invocations at once that sleep 0.5 s: the last answers after {last:.2f} s, the median {median:.2f} s "
            f"(within 1.5); warm {again:.2f} s"
        )
        supervisor.retire("")
        for function in ("bare", "client"):
            await _weigh(supervisor, function, count)
        await supervisor.close()


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=int, default=200)
    uvloop.run(measure(parser.parse_args().environments))


if __name__ == "__main__":
    main()
