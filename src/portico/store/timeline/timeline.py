"""The timeline at work: what waits to be written is bounded. When the disk is full, what functions write is dropped and counted, and a
client's put is refused; both go on once there is space.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from portico.store.beside import Beside
from portico.store.port import StoreError
from portico.store.timeline import reading, rows
from portico.store.timeline.database import LAYOUT
from portico.store.timeline.values import Batch, Page, Span, Window

log = logging.getLogger("portico.logs")

_FLUSH_S = 0.1
_TELL_AGAIN_S = 60.0
_WAITING_BYTES_MAX = 64 * 1024 * 1024
PAGE_BYTES_MAX = 1_048_576

_Acknowledged = tuple[Batch, "asyncio.Future[None]"]

Gathered = Callable[[], Iterable[Batch]]
"""Makes batches of what was gathered. It is called on the writer's thread."""


class Timeline:
    """The log events of one server; `path` is None for one that is kept in memory.

    Raises:
        StoreUnusable: the file can't be opened, or a newer Portico wrote it.
    """

    def __init__(self, path: Path | None, *, waiting_bytes_max: int = _WAITING_BYTES_MAX) -> None:
        self._beside = Beside(path, LAYOUT, "timeline")
        self._buffer: list[Batch] = []
        self._gathering: list[Callable[[], Gathered | None]] = []
        self._held = _Held()  # what the next flush will write
        self._waiting_bytes_max = waiting_bytes_max
        self._waiting_bytes = 0
        self._flushing: asyncio.TimerHandle | None = None
        self._acknowledging: list[_Acknowledged] = []
        self._putting: asyncio.Task[None] | None = None
        self._told_at = -_TELL_AGAIN_S
        self.dropped_total = 0

    def gathers(self, take: Callable[[], Gathered | None]) -> None:
        """Have what somebody gathers written from now on: `take` hands over what was gathered since it was last called, or None.
        Whoever gathers calls `hold` for all of it."""
        self._gathering.append(take)

    def hold(self, size: int) -> bool:
        """Have room for `size` bytes that will be written soon. When more waits than memory should hold, or nothing is written any
        more, it says False, and what was to be written is counted as dropped."""
        if self._beside.failed is not None or self._waiting_bytes + size > self._waiting_bytes_max:
            self.drop(1)
            return False
        self._waiting_bytes += size
        held = self._held
        held.size += size
        held.count += 1
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(_FLUSH_S, self._flush)
        return True

    def write(self, batch: Batch) -> None:
        """Write soon, if there is room for it (see `hold`)."""
        if self.hold(batch.size):
            self._buffer.append(batch)

    def drop(self, batches: int) -> None:
        """Count batches that are not kept, and tell the operator, once a minute at most."""
        self.dropped_total += batches
        now = asyncio.get_running_loop().time()
        if now - self._told_at >= _TELL_AGAIN_S:
            self._told_at = now
            log.error("function logs are being dropped: the disk is full, has failed or can't keep up")

    async def write_durably(self, batch: Batch) -> None:
        """Write, and return when it is on disk. What comes while another write is under way goes to the disk together.

        Raises:
            StoreFull: there is no space. StoreFailed: the disk failed, now or before. StoreError: the file is locked.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._acknowledging.append((batch, done))
        if self._putting is None:
            self._putting = asyncio.create_task(self._put_all())
        await done

    async def read(
        self,
        window: Window,
        *,
        limit: int,
        scan_max: int,
        bytes_max: int = PAGE_BYTES_MAX,
        wanted: Callable[[str], bool] | None = None,
    ) -> Page:
        """Up to `limit` events of the window for whose message `wanted` holds, looking at `scan_max` at most.

        Raises:
            StoreError: the file can't be read.
        """
        self._flush()
        return await self._beside.read(
            partial(
                reading.page,
                window=window,
                limit=limit,
                bytes_max=bytes_max,
                scan_max=scan_max,
                wanted=wanted,
            )
        )

    async def stored_bytes(self, group: str) -> int:
        """The bytes of a group's events, 26 for each beside its message."""
        self._flush()
        return await self._beside.read(partial(rows.stored_bytes, group=group))

    async def spans(self, group: str) -> dict[str, Span]:
        """The span of each stream of a group that has events, by name."""
        self._flush()
        return await self._beside.read(partial(rows.spans, group=group))

    async def forget(self, group: str, stream: str | None = None, *, before_ms: int | None = None) -> None:
        """Delete the events of a group, of one of its streams, or only what ended before a time, and give the space back.

        Raises:
            StoreError: not all could be deleted; it may be tried again.
        """
        self._flush()
        deleted = False
        while await self._beside.write(
            partial(rows.delete_some, group=group, stream=stream, before_ms=before_ms)
        ):
            deleted = True
        if deleted or before_ms is None:
            await self._give_back()

    async def erase(self) -> None:
        """Forget everything."""
        self._flush()
        await self._beside.write(rows.erase)
        await self._give_back()

    async def close(self) -> None:
        """Write what is buffered and close the file."""
        self._flush()
        if self._putting is not None:
            await self._putting
        await self._beside.close()

    async def _give_back(self) -> None:
        try:
            while await self._beside.write(rows.give_back):
                pass
        except StoreError as error:
            log.warning("the space of deleted log events is not given back yet: %s", error)

    async def _put_all(self) -> None:
        try:
            while self._acknowledging:
                taken, self._acknowledging = self._acknowledging, []
                batches = [batch for batch, _ in taken]
                error: StoreError | None = None
                try:
                    await self._beside.write(partial(rows.insert, batches=batches, durable=True))
                except StoreError as raised:
                    error = raised
                for _, done in taken:
                    if not done.done():  # its caller may have gone
                        done.set_result(None) if error is None else done.set_exception(error)
        finally:
            self._putting = None

    def _flush(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        if self._held.count:
            batches, self._buffer = self._buffer, []
            gathered = [made for made in (take() for take in self._gathering) if made is not None]
            held, self._held = self._held, _Held()
            self._beside.submit(
                partial(rows.insert_joined, batches=batches, gathered=gathered), partial(self._flushed, held)
            )

    def _flushed(self, held: "_Held", error: StoreError | None) -> None:
        self._waiting_bytes -= held.size
        if error is not None:
            self.drop(held.count)


class _Held:
    """What waits to be written together: how many bytes, of how many writes."""

    __slots__ = ("count", "size")

    def __init__(self) -> None:
        self.count = 0
        self.size = 0
