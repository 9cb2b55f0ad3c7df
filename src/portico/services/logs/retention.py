"""Lets events expire: a loop that deletes what is older than its group's retention."""

import asyncio

from portico.base.clock import Clock
from portico.services.logs.records import GROUPS
from portico.store.port import Store
from portico.store.timeline import Timeline

_EVERY_S = 3600
_DAY_MS = 24 * 3600 * 1000


async def expire(store: Store, timeline: Timeline, clock: Clock) -> None:
    """Delete, once, the events of every group that are older than its retention."""
    for row in await store.scan(GROUPS.key()):
        group = GROUPS.decode(row.value)
        if group.retention_days is not None:
            await timeline.forget(group.events_key, before_ms=clock.now_ms() - group.retention_days * _DAY_MS)


async def run(store: Store, timeline: Timeline, clock: Clock) -> None:
    """Do so every hour."""
    while True:
        await expire(store, timeline, clock)
        await asyncio.sleep(_EVERY_S)
