"""SIGKILL in the middle of a thousand acknowledged commits, a hundred times: every acknowledged commit is there, and no half of one."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from portico.base.clock import Clock
from portico.store.open import open_store
from portico.store.port import Ack, Store

KILLS = 100
COMMITS = 1000
LANES = 2
HOLDER = Path(__file__).with_name("holder.py")


async def test_kill_a_hundred_times(tmp_path: Path):
    kills = KILLS // LANES
    acknowledged = await asyncio.gather(
        *(lane(tmp_path / str(n), kills, random.Random(n)) for n in range(LANES))
    )
    assert sum(acknowledged) > KILLS * COMMITS / 10, "the kills came too early to mean anything"


async def lane(directory: Path, kills: int, dice: random.Random) -> int:
    """Kill after kill on one directory, so that each start recovers what the kill before it has left."""
    acknowledged = 0
    for kill in range(kills):
        name = f"lane {kill}"
        lines = await run_and_kill(directory, name, after=dice.randrange(COMMITS), with_writer=kill % 2 == 0)
        acknowledged += len(lines)
        store = await open_store(directory, clock=Clock())
        try:
            await check(store, directory, name, lines)
            await store.erase()
        finally:
            await store.close()
    return acknowledged


async def run_and_kill(directory: Path, name: str, *, after: int, with_writer: bool) -> set[str]:
    """Start the holder, kill it after so many acknowledged commits (with its writer process, or alone); all its lines."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HOLDER), str(directory), name,
        stdout=asyncio.subprocess.PIPE, start_new_session=True, env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(after)]
    assert all(lines), "the holder ended by itself"
    if with_writer:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    lines += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    return {line.decode().strip() for line in lines if line.endswith(b"\n")}


async def check(store: Store, directory: Path, name: str, lines: set[str]) -> None:
    """What was acknowledged is there, and what is there is whole."""
    records = {row.key[-1]: row.value for row in await store.scan((name, "record"))}
    outcomes = {row.key[-1] for row in await store.scan((name, "outcome"))}
    entries = [int(entry.value) for entry in await store.read_log((name, "log"), limit=100_000)]
    owners = count_owners(directory, name)
    waiting = await drain(store, name)

    assert {f"commit {number}" for number in records} >= {line for line in lines if line.startswith("commit")}
    assert {f"done {number}" for number in outcomes} >= {line for line in lines if line.startswith("done")}
    assert sorted(entries) == sorted(records)
    assert owners == len(records)
    assert waiting | outcomes == set(records)
    assert not waiting & outcomes
    assert all(value.startswith(b"%d " % number) for number, value in records.items())
    for digest in digests(directory):
        assert await store.read_blob(digest)


async def drain(store: Store, name: str) -> set[int]:
    """Every message of the queue, a worker's lost leases included; groups give one at a time, so ack as they come."""
    queue, found = (name, "queue"), set()
    while messages := await store.receive(queue, limit=10_000, lease_s=1e6, lease="client", now=2.0):
        found |= {int(message.body) for message in messages}
        await store.commit([Ack(queue, message.receipt) for message in messages])
    return found


def count_owners(directory: Path, name: str) -> int:
    connection = sqlite3.connect(directory / "portico.sqlite3")
    try:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        assert verdict == "ok"
        pattern = f"s{name}\x01sowner\x01*"
        return connection.execute(
            "SELECT count(*) FROM blob_owners WHERE owner GLOB ?", (pattern,)
        ).fetchone()[0]
    finally:
        connection.close()


def digests(directory: Path) -> list[str]:
    connection = sqlite3.connect(directory / "portico.sqlite3")
    try:
        return [digest for (digest,) in connection.execute("SELECT DISTINCT digest FROM blob_owners")]
    finally:
        connection.close()


@pytest.mark.parametrize("with_writer", [True, False])
async def test_a_killed_server_can_be_followed_at_once(tmp_path: Path, with_writer: bool):
    """The writer of the killed server may be in its last commit: the next server waits for it and is not refused."""
    for n in range(5):
        await run_and_kill(tmp_path / "data", f"lane {n}", after=20, with_writer=with_writer)
        store = await open_store(tmp_path / "data", clock=Clock())
        await store.close()
