"""The store's port on SQLite."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from portico.base.clock import Clock
from portico.store import keys
from portico.store.port import (
    Committed,
    Condition,
    Entry,
    Key,
    Lease,
    Message,
    Op,
    QueueDepth,
    StoreFailed,
    Versioned,
)
from portico.store.sqlite import backup, records
from portico.store.sqlite.blobs import GRACE_S, Blobs, read_whole
from portico.store.sqlite.database import Database
from portico.store.sqlite.receive import Receive, void_worker_leases
from portico.store.sqlite.rows import prepare
from portico.store.sqlite.shelf import FolderShelf, MemoryShelf
from portico.store.sqlite.text import to_seconds, to_us
from portico.store.sqlite.writer import Writer

DATABASE = "portico.sqlite3"
BLOBS = "blobs"

_ERASED = ("records", "messages", "deduplications", "entries", "blob_owners", "blobs")


class SqliteStore:
    """One database and its blobs; `directory` is None for a store in memory. Made by `open_store`, on the event loop.

    `failed` is called once, on the loop, when nothing more can be made durable: the process has to end. `release` is called after
    everything is closed.
    """

    def __init__(
        self,
        directory: Path | None,
        *,
        clock: Clock,
        failed: Callable[[StoreFailed], None],
        release: Callable[[], None],
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._release = release
        self._hooks: list[Committed] = []
        self._files_stay = asyncio.Lock()
        self._database = Database(directory / DATABASE if directory else None)
        try:
            void_worker_leases(self._database.writer)
            shelf = FolderShelf(directory / BLOBS) if directory else MemoryShelf()
            shelf.sweep(_digests_of_files(self._database.writer))
            self._shelf = shelf
            self._writer = Writer(self._database, self._now_us, self._settled, failed)
        except BaseException:
            self._database.close()
            raise
        self._blobs = Blobs(self._database, shelf, self._writer.submit, failed)

    def peek(self, key: Key) -> Versioned | None:
        """The record at `key`."""
        return records.peek(self._database, key)

    async def get(self, key: Key) -> Versioned | None:
        """The record at `key`."""
        return records.peek(self._database, key)

    async def scan(
        self, prefix: Key, *, after: Key | None = None, limit: int | None = None, reverse: bool = False
    ) -> list[Versioned]:
        """The records whose keys begin with `prefix`, in key order."""
        return await records.scan(self._database, prefix, after=after, limit=limit, reverse=reverse)

    async def commit(self, ops: Sequence[Op], conditions: Sequence[Condition] = ()) -> int:
        """Apply `ops` if all `conditions` hold; the commit's version."""
        version: int = await self._writer.submit(prepare(ops, conditions))
        return version

    async def receive(
        self, queue: Key, *, limit: int, lease_s: float, lease: Lease, now: float
    ) -> list[Message]:
        """Up to `limit` visible messages, leased until `now + lease_s`."""
        name, now_us = keys.encode(queue), to_us(now)
        first_us = records.next_visible_us(self._database, name)
        if limit <= 0 or first_us is None or first_us > now_us:
            return []  # most receives of a poller: known without the writer
        receive = Receive(queue, name, limit, now_us, to_us(now + lease_s), lease)
        messages: list[Message] = await self._writer.submit(receive)
        return messages

    async def depth(self, queue: Key, *, now: float) -> QueueDepth:
        """How many messages the queue holds, in each state."""
        return await records.depth(self._database, queue, now=now)

    async def next_visible(self, queue: Key, *, now: float) -> float | None:
        """When the next message can be received."""
        first_us = records.next_visible_us(self._database, keys.encode(queue))
        return None if first_us is None else to_seconds(first_us)

    async def read_log(self, log: Key, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        """Entries with a sequence number above `after`, oldest first."""
        return await records.read_log(self._database, log, after=after, limit=limit)

    async def put_blob(self, data: bytes | AsyncIterator[bytes]) -> str:
        """Store bytes; their SHA-256 in hex."""
        return await self._blobs.put(data)

    def open_blob(self, digest: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The blob's bytes from `start` to `end` (exclusive), in pieces."""
        return self._blobs.open(digest, start, end)

    async def read_blob(self, digest: str) -> bytes:
        """The whole blob."""
        return await read_whole(self._blobs.open(digest, 0, None))

    async def changes(self, *, after: int, limit: int = 1000) -> list[Versioned]:
        """The records that were written after version `after`, oldest first."""
        return await records.changes(self._database, after=after, limit=limit)

    def on_commit(self, hook: Committed) -> None:
        """Call `hook` with the changed keys of commits before they are acknowledged."""
        self._hooks.append(hook)

    async def tend(self) -> None:
        """Collect the blobs whose grace is over and forget the deduplications that are."""
        now_us = self._now_us()
        await self._writer.submit(
            lambda connection: (
                connection.execute("DELETE FROM deduplications WHERE until_us <= ?", (now_us,)).rowcount
            )
        )
        async with self._files_stay:
            await self._blobs.collect(now_us - to_us(GRACE_S))

    async def backup(self, path: str) -> None:
        """Write a consistent copy of everything to the new file `path`."""
        async with self._files_stay:
            await backup.write(self._database, self._shelf, self._directory, Path(path))

    async def erase(self) -> None:
        """Forget everything. Numbers go on growing, so that no version comes twice."""
        async with self._files_stay:
            erased: list[str] = await self._writer.submit(_erase)
            self._settled([keys.decode(key) for key in erased])
            await asyncio.to_thread(self._shelf.sweep, set())

    async def close(self) -> None:
        """Finish what is under way and release the data directory."""
        await self._writer.close()
        await asyncio.to_thread(self._database.close)
        self._release()

    def _now_us(self) -> int:
        return to_us(self._clock.now())

    def _settled(self, changed: Sequence[Key]) -> None:
        for hook in self._hooks:
            hook(changed)


def _digests_of_files(connection: sqlite3.Connection) -> set[str]:
    return {digest for (digest,) in connection.execute("SELECT digest FROM blobs WHERE data IS NULL")}


def _erase(connection: sqlite3.Connection) -> list[str]:
    """Empty every table; the keys that had something."""
    erased = connection.execute(
        "SELECT key FROM records UNION SELECT queue FROM messages UNION SELECT log FROM entries"
    ).fetchall()
    for table in _ERASED:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608  # our own table names
    return [key for (key,) in erased]
