"""Removes from the timeline what was deleted.

A delete is a commit that leaves a mark (`Forgotten`); the events go afterwards. So a delete that conflicts or fails has lost nothing,
and one that is interrupted by the end of the server is finished at the next start.
"""

import asyncio
from collections.abc import Sequence

from portico.services.logs.records import FORGOTTEN
from portico.store.port import Delete, Key, Store
from portico.store.timeline import Timeline


class Forgetting:
    """Carries out the marks of one store; `run` is its background loop."""

    def __init__(self, store: Store, timeline: Timeline) -> None:
        self._store = store
        self._timeline = timeline
        self._wake = asyncio.Event()
        store.on_commit(self._on_commit)

    def _on_commit(self, keys: Sequence[Key]) -> None:
        if any(key[0] == FORGOTTEN.name for key in keys):
            self._wake.set()

    async def carry_out(self) -> None:
        """Remove the events of every mark, then the mark."""
        for row in await self._store.scan(FORGOTTEN.key()):
            mark = FORGOTTEN.decode(row.value)
            await self._timeline.forget(mark.group, mark.stream or None)
            await self._store.commit([Delete(row.key)])

    async def run(self) -> None:
        """Do so at the start, and whenever something was deleted."""
        while True:
            self._wake.clear()
            await self.carry_out()
            await self._wake.wait()
