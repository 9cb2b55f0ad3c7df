"""The metrics of one server: what is counted here is written soon, what a client puts before it is acknowledged."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from portico.store.beside import Beside
from portico.store.metrics import rows
from portico.store.metrics.rows import LAYOUT, Matching
from portico.store.metrics.values import Kept, Point, Series
from portico.store.port import StoreError

METRICS_FILE = "metrics.sqlite"

log = logging.getLogger("portico.metrics")

_FLUSH_S = 0.1
_FLUSH_S_MAX = 60.0
_SHARE = 0.01  # of the time may go into writing what is counted
_TELL_AGAIN_S = 60.0
_WIDTH_MAX = 3600

Gathered = Callable[[], Iterable[Point]]
"""Makes points of what was counted. It is called on the writer's thread."""


class _Flush:
    """One write of what was counted: how many points, and for how long the processor was at it."""

    __slots__ = ("points", "took_s")

    def __init__(self) -> None:
        self.points = 0
        self.took_s = 0.0


_Put = tuple[list[Point], "asyncio.Future[None]"]


class Metrics:
    """The metrics of one server; `path` is None when they are kept in memory.

    Raises:
        StoreUnusable: the file can't be opened, or a newer Portico wrote it.
    """

    def __init__(self, path: Path | None) -> None:
        self._beside = Beside(path, LAYOUT, "metrics")
        self._numbers = rows.Numbers()
        self._added: list[Point] = []
        self._counting: list[Callable[[], Gathered | None]] = [self._take_added]
        self._flushing: asyncio.TimerHandle | None = None
        self._pause_s = _FLUSH_S
        self._waiting: list[_Put] = []
        self._putting: asyncio.Task[None] | None = None
        self._told_at = -_TELL_AGAIN_S
        self.dropped_total = 0

    def counts(self, take: Callable[[], Gathered | None]) -> None:
        """Have what somebody counts written from now on: `take` hands over what was counted since it was last called, or None.
        Whoever counts calls `soon` after the first count."""
        self._counting.append(take)

    def soon(self) -> None:
        """There is something to write. Costs next to nothing when that is known."""
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(self._pause_s, self.flush)

    def flush(self) -> None:
        """Have all that was counted so far written."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        taken = [gathered for gathered in (take() for take in self._counting) if gathered is not None]
        if taken:
            flush = _Flush()
            self._beside.submit(partial(self._put_counted, taken, flush), partial(self._flushed, flush))

    def add(self, points: list[Point]) -> None:
        """Write soon what was counted already."""
        self._added += points
        self.soon()

    async def put(self, points: list[Point]) -> None:
        """Write, and return when it is on disk. What comes while another write is under way goes to the disk together.

        Raises:
            StoreFull: there is no space. StoreFailed: the disk failed, now or before. StoreError: the file is locked.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((points, done))
        if self._putting is None:
            self._putting = asyncio.create_task(self._put_all())
        await done

    async def read(self, series: Series, start: int, end: int, *, width_max: int = _WIDTH_MAX) -> list[Kept]:
        """The points of a series from `start` to before `end` (seconds since the epoch) in intervals of at most `width_max` seconds, in
        order.

        Raises:
            StoreError: the file can't be read.
        """
        self.flush()
        return await self._beside.read(lambda db: rows.read(db, series, start, end, width_max))

    async def listed(self, matching: Matching, *, after: int, limit: int) -> list[tuple[int, Series]]:
        """Up to `limit` of the series that match, those behind number `after`, with their numbers, in order of these.

        Raises:
            StoreError: the file can't be read.
        """
        self.flush()
        return await self._beside.read(lambda db: rows.listed(db, matching, after, limit))

    async def roll_up(self, tiers: list[tuple[int, int]]) -> None:
        """Make old points coarser: (before, width) says that those from before this time (seconds since the epoch) are kept in
        intervals of this width, 0 that they are deleted. Writes come in between.

        Raises:
            StoreError: not all could be done; it may be tried again.
        """
        number: int | None = 0
        while number is not None:
            number = await self._beside.write(
                partial(rows.roll_up, numbers=self._numbers, after=number, tiers=tiers)
            )

    async def erase(self) -> None:
        """Forget everything."""
        self.flush()
        await self._beside.write(partial(rows.erase, numbers=self._numbers))

    async def close(self) -> None:
        """Write what was counted and close the file."""
        self.flush()
        if self._putting is not None:
            await self._putting
        await self._beside.close()

    def _take_added(self) -> Gathered | None:
        added, self._added = self._added, []
        return (lambda: added) if added else None

    def _put_counted(self, taken: list[Gathered], flush: _Flush, db: sqlite3.Connection) -> None:
        began = time.thread_time()
        points = [point for gathered in taken for point in gathered()]
        flush.points = len(points)
        rows.put(db, points, self._numbers, durable=False)
        flush.took_s = time.thread_time() - began

    def _flushed(self, flush: _Flush, error: StoreError | None) -> None:
        self._pause_s = min(max(_FLUSH_S, flush.took_s / _SHARE), _FLUSH_S_MAX)
        if error is not None:
            self.dropped_total += flush.points
            now = asyncio.get_running_loop().time()
            if now - self._told_at >= _TELL_AGAIN_S:
                self._told_at = now
                log.error("metrics are being dropped: %s", error)

    async def _put_all(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting, []
                points = [point for each, _ in taken for point in each]
                error: StoreError | None = None
                try:
                    await self._beside.write(
                        partial(rows.put, points=points, numbers=self._numbers, durable=True)
                    )
                except StoreError as raised:
                    error = raised
                for _, done in taken:
                    if not done.done():  # its caller may have gone
                        done.set_result(None) if error is None else done.set_exception(error)
        finally:
            self._putting = None
