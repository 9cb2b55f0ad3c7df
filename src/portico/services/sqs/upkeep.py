"""Removes what nobody can receive any more: messages of purged and deleted queues, and expired ones.

A purge and a deletion are commits that leave a mark (`Leftover`); the messages go afterwards, a thousand at a time, so that others'
commits get in between. One that is interrupted by the end of the server is finished at the next start. Expired messages are never
received; they are removed where a receive meets them, and here, so that a queue nobody reads from gets smaller as well.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Protocol

from portico.base.clock import Clock
from portico.services.sqs.records import DELETED, LEFTOVERS, QUEUES
from portico.store.port import Conflict, Delete, Key, Store, VersionIs

_CHUNK = 1_000
_EVERY_S = 60.0
_NAME_KEPT_S = 60.0


class Remembers(Protocol):
    """What keeps something in memory by the incarnation of a queue's messages."""

    def forget(self, incarnation: str) -> None:
        """There are no such messages any more."""


class Upkeep:
    """Does so for one store; `run` is its background loop. `memories` are told what is gone."""

    def __init__(self, store: Store, clock: Clock, memories: Sequence[Remembers] = ()) -> None:
        self._store = store
        self._clock = clock
        self._memories = memories
        self._wake = asyncio.Event()
        store.on_commit(self._on_commit)

    def _on_commit(self, keys: Sequence[Key]) -> None:
        if any(key[0] == LEFTOVERS.name for key in keys):
            self._wake.set()

    async def remove_leftovers(self) -> None:
        """Remove the messages of every mark, then the mark."""
        for row in await self._store.scan(LEFTOVERS.key()):
            leftover = LEFTOVERS.decode(row.value)
            while await self._store.discard(leftover.messages, limit=_CHUNK):
                pass
            await self._store.commit([Delete(row.key)])
            for memory in self._memories:
                memory.forget(leftover.incarnation)

    async def expire(self) -> None:
        """Remove, of every queue, the messages that are older than its retention; forget names that can be used again."""
        now = self._clock.now()
        for row in await self._store.scan(QUEUES.key()):
            await asyncio.sleep(0)  # there may be many, and each look is on the event loop
            queue = QUEUES.decode(row.value)
            before = now - queue.seconds("MessageRetentionPeriod")
            oldest = await self._store.oldest(queue.messages)
            while oldest is not None and oldest < before:
                if not await self._store.discard(queue.messages, sent_before=before, limit=_CHUNK):
                    break
                oldest = await self._store.oldest(queue.messages)
        for row in await self._store.scan(DELETED.key()):
            if now - DELETED.decode(row.value).at > _NAME_KEPT_S:
                await self._forget(row.key, row.version)

    async def _forget(self, key: Key, version: int) -> None:
        try:
            await self._store.commit([Delete(key)], [VersionIs(key, version)])
        except Conflict:
            return  # the name was used and given up again meanwhile

    async def run(self) -> None:
        """Remove what is left at the start and whenever there is more, what has expired every minute."""
        expire_at = self._clock.monotonic()
        while True:
            self._wake.clear()
            await self.remove_leftovers()
            if self._clock.monotonic() >= expire_at:
                await self.expire()
                expire_at = self._clock.monotonic() + _EVERY_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(expire_at - self._clock.monotonic(), 0)):
                    await self._wake.wait()
