"""The store's port on SQLite."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from portico.base.clock import Clock
from portico.store import keys
from portico.store.port import (
    PLAIN_TAKING,
    Ack,
    ChangeVisibility,
    Committed,
    Condition,
    Entry,
    Key,
    Lease,
    Message,
    Op,
    Outcome,
    QueueDepth,
    Send,
    StoreFailed,
    Taking,
    Versioned,
)
from portico.store.sqlite import backup, records
from portico.store.sqlite.blobs import GRACE_S, Blobs, read_whole
from portico.store.sqlite.messages import (
    Answer,
    CommittedAt,
    Discard,
    Discarded,
    Erase,
    Forget,
    Forgotten,
    Received,
)
from portico.store.sqlite.prepare import changed_by, outcome, prepare
from portico.store.sqlite.readers import Readers
from portico.store.sqlite.receive import prepare_receive
from portico.store.sqlite.rows import Prepared, Row
from portico.store.sqlite.shelf import Shelf
from portico.store.sqlite.text import to_seconds, to_us
from portico.store.sqlite.writer import Writer


class SqliteStore:
    """One database and its blobs; made by `open_on_disk` and `open_in_memory`.

    `release` is called after everything is closed.
    """

    def __init__(
        self,
        readers: Readers,
        writer: Writer,
        shelf: Shelf,
        *,
        clock: Clock,
        hooks: list[Committed],
        failed: Callable[[StoreFailed], None],
        release: Callable[[], None],
        directory: Path | None,
    ) -> None:
        self._readers = readers
        self._writer = writer
        self._shelf = shelf
        self._clock = clock
        self._hooks = hooks
        self._release = release
        self._directory = directory
        self._blobs = Blobs(readers, shelf, self._commit_rows, failed)
        self._files_stay = asyncio.Lock()
        self._rich: set[str] = set()  # queues of which the last receive got all that it wanted

    def peek(self, key: Key) -> Versioned | None:
        """The record at `key`."""
        return records.peek(self._readers, key)

    async def get(self, key: Key) -> Versioned | None:
        """The record at `key`."""
        return records.peek(self._readers, key)

    async def scan(
        self, prefix: Key, *, after: Key | None = None, limit: int | None = None, reverse: bool = False
    ) -> list[Versioned]:
        """The records whose keys begin with `prefix`, in key order."""
        return await records.scan(self._readers, prefix, after=after, limit=limit, reverse=reverse)

    async def commit(self, ops: Sequence[Op], conditions: Sequence[Condition] = ()) -> int:
        """Apply `ops` if all `conditions` hold; the commit's version."""
        prepared = prepare(ops, conditions, self._now_us())
        return _version(await self._writer.submit(prepared, changed_by(ops)))

    async def commit_each(
        self, ops: Sequence[Send | Ack | ChangeVisibility], conditions: Sequence[Condition] = ()
    ) -> list[Outcome]:
        """Apply those of `ops` that hold; what became of each."""
        prepared = prepare(ops, conditions, self._now_us(), each=True)
        answer = await self._writer.submit(prepared, changed_by(ops))
        assert isinstance(answer, CommittedAt)
        return [outcome(op, became) for op, became in zip(ops, answer.became, strict=True)]

    async def receive(
        self,
        queue: Key,
        *,
        limit: int,
        lease_s: float,
        lease: Lease,
        now: float,
        taking: Taking = PLAIN_TAKING,
    ) -> list[Message]:
        """Up to `limit` visible messages, leased until `now + lease_s`."""
        receive = prepare_receive(queue, limit, lease_s, lease, now, taking)
        rich = receive.queue in self._rich
        if limit <= 0 or not (rich or taking.attempt or self._has_visible(receive.queue, receive.now_us)):
            return []  # most receives of a poller: known without the writer
        answer = await self._writer.submit(receive)
        assert isinstance(answer, Received)
        if rich != (len(answer.messages) >= limit):
            (self._rich.discard if rich else self._rich.add)(receive.queue)
        if answer.moved and taking.dead_letters is not None:
            self._settled([taking.dead_letters.queue])
        return [leased.message(queue) for leased in answer.messages]

    async def discard(self, queue: Key, *, sent_before: float | None = None, limit: int = 1000) -> int:
        """Remove the oldest messages of the queue; how many that were."""
        before_us = None if sent_before is None else to_us(sent_before)
        answer = await self._writer.submit(Discard(keys.encode(queue), before_us, limit))
        assert isinstance(answer, Discarded)
        if answer.count:
            self._settled([queue])
        return answer.count

    async def oldest(self, queue: Key) -> float | None:
        """When the oldest message of the queue was sent."""
        oldest_us = records.oldest_us(self._readers, keys.encode(queue))
        return None if oldest_us is None else to_seconds(oldest_us)

    async def depth(self, queue: Key, *, now: float) -> QueueDepth:
        """How many messages the queue holds, in each state."""
        return await records.depth(self._readers, queue, now=now)

    async def in_flight(self, queue: Key, *, now: float) -> int:
        """How many messages of the queue are leased."""
        return await records.in_flight(self._readers, queue, now=now)

    async def in_flight_of_groups(self, queue: Key, *, now: float) -> dict[str, int]:
        """How many messages of each group are leased."""
        return await records.in_flight_of_groups(self._readers, queue, now=now)

    async def next_visible(self, queue: Key) -> float | None:
        """When the next message can be received."""
        first_us = records.next_visible_us(self._readers, keys.encode(queue))
        return None if first_us is None else to_seconds(first_us)

    async def read_log(self, log: Key, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        """Entries with a sequence number above `after`, oldest first."""
        return await records.read_log(self._readers, log, after=after, limit=limit)

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
        return await records.changes(self._readers, after=after, limit=limit)

    def on_commit(self, hook: Committed) -> None:
        """Call `hook` with the changed keys of commits before they are acknowledged."""
        self._hooks.append(hook)

    async def tend(self) -> None:
        """Collect the blobs whose grace is over and forget the deduplications that are."""
        now_us = self._now_us()
        self._rich.clear()
        await self._writer.submit(Forget(now_us))
        async with self._files_stay:
            await self._blobs.collect(now_us - to_us(GRACE_S))

    async def backup(self, path: str) -> None:
        """Write a consistent copy of everything to the new file `path`."""
        async with self._files_stay:
            await backup.write(self._readers, self._shelf, self._directory, Path(path))

    async def erase(self) -> None:
        """Forget everything. Numbers go on growing, so that no version comes twice."""
        async with self._files_stay:
            answer = await self._writer.submit(Erase())
            assert isinstance(answer, Forgotten)
            self._settled([keys.decode(key) for key in answer.keys])
            await asyncio.to_thread(self._shelf.sweep, set())

    async def close(self) -> None:
        """Finish what is under way and release the data directory."""
        await self._writer.drain()
        await asyncio.to_thread(self._readers.close)
        await self._writer.close()
        self._release()

    def _has_visible(self, queue: str, now_us: int) -> bool:
        first_us = records.next_visible_us(self._readers, queue)
        return first_us is not None and first_us <= now_us

    def _now_us(self) -> int:
        return to_us(self._clock.now())

    async def _commit_rows(self, rows: list[Row]) -> int:
        return _version(await self._writer.submit(Prepared(self._now_us(), rows)))

    def _settled(self, changed: Sequence[Key]) -> None:
        tell(self._hooks, changed)


def tell(hooks: Sequence[Committed], changed: Sequence[Key]) -> None:
    """Tell every hook what has changed."""
    for hook in hooks:
        hook(changed)


def _version(answer: Answer) -> int:
    assert isinstance(answer, CommittedAt)
    return answer.version
