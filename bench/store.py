"""What the store's port does per second, and how long a commit waits beside a busy event loop.

`python -m bench.store [--seconds S] [--directory DIR]` prints one figure per line:

- acknowledged commits of one record of 1 KB per second, with 64 writers on an otherwise idle loop, and the ratio to one bare
  fsync'ed write at a time on the same disk;
- the wait of a commit (median, p99) while the loop has no idle moment, and how much of its work the loop gets done beside the commits.
"""

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

from portico.base.clock import Clock
from portico.store.open import open_store
from portico.store.port import Put, Store

_WRITERS = 64
_VALUE = b'{"value":"' + b"x" * 1000 + b'"}'
_SLICE_S = 0.0002  # what one callback of a busy server takes of the loop


async def commits_per_second(store: Store, seconds: float) -> float:
    """Acknowledged commits per second with 64 writers."""
    until = time.perf_counter() + seconds

    async def write(writer: int) -> int:
        number = 0
        while time.perf_counter() < until:
            await store.commit([Put(("bench", writer, number), _VALUE)])
            number += 1
        return number

    started = time.perf_counter()
    counts = await asyncio.gather(*(write(writer) for writer in range(_WRITERS)))
    return sum(counts) / (time.perf_counter() - started)


async def waits_beside_load(store: Store, seconds: float) -> tuple[list[float], float]:
    """The waits of commits (sorted, in milliseconds) while the loop is saturated, and the loop's slices per second."""
    loop = asyncio.get_running_loop()
    until = time.perf_counter() + seconds
    slices = 0

    def work() -> None:
        nonlocal slices
        end = time.perf_counter() + _SLICE_S
        while time.perf_counter() < end:
            pass
        slices += 1
        if end < until:
            loop.call_soon(work)

    async def write(writer: int) -> list[float]:
        waits, number = [], 0
        while (began := time.perf_counter()) < until:
            await store.commit([Put(("busy", writer, number), _VALUE)])
            waits.append((time.perf_counter() - began) * 1000)
            number += 1
        return waits

    loop.call_soon(work)
    waits = await asyncio.gather(*(write(writer) for writer in range(8)))
    return sorted(wait for each in waits for wait in each), slices / seconds


async def slices_alone(seconds: float) -> float:
    """The slices per second that the loop gets done when nobody commits."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[int] = loop.create_future()
    until = time.perf_counter() + seconds
    slices = 0

    def work() -> None:
        nonlocal slices
        end = time.perf_counter() + _SLICE_S
        while time.perf_counter() < end:
            pass
        slices += 1
        if end < until:
            loop.call_soon(work)
        else:
            done.set_result(slices)

    loop.call_soon(work)
    return await done / seconds


def synced_writes_per_second(directory: Path, seconds: float) -> float:
    """What the disk does: one write of 1 KB and one fsync at a time."""
    descriptor = os.open(directory / "probe", os.O_WRONLY | os.O_CREAT)
    until, count = time.perf_counter() + seconds, 0
    try:
        while time.perf_counter() < until:
            os.write(descriptor, _VALUE)
            os.fsync(descriptor)
            count += 1
    finally:
        os.close(descriptor)
        os.unlink(directory / "probe")
    return count / seconds


async def main(directory: Path, seconds: float) -> None:
    """Run everything and print it."""
    disk = synced_writes_per_second(directory, min(seconds, 1.0))
    store = await open_store(directory / "store", clock=Clock())
    try:
        rate = await commits_per_second(store, seconds)
        alone = await slices_alone(seconds)
        waits, beside = await waits_beside_load(store, seconds)
    finally:
        await store.close()
    print(
        f"records of 1 KB, 64 writers, idle loop: {rate:,.0f} acknowledged/s ({rate / disk:.1f} x bare fsyncs: {disk:,.0f}/s)"
    )
    median, p99 = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    print(
        f"commit wait beside a saturated loop, 8 writers: median {median:.1f} ms, p99 {p99:.1f} ms, {len(waits) / seconds:,.0f}/s"
    )
    print(f"the loop's own work beside these commits: {beside / alone:.2f} of what it does alone")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument(
        "--directory", type=Path, default=None, help="where to write; default: a temporary directory here"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix=".bench-store-", dir=arguments.directory or Path.cwd()) as made:
        asyncio.run(main(Path(made), arguments.seconds))
