"""When each access key and role was used last, for those who tidy up.

Noted in memory on every call and written once a minute, so that the path of a call writes nothing; a server that is killed
forgets its last minute. Source: IAM API Reference, AccessKeyLastUsed and RoleLastUsed (AWS's own are late by more).
"""

import asyncio
import contextlib
from typing import Any

import msgspec

from portico.identity.principal import Principal
from portico.identity.records import ACCESS_KEYS, IDENTIFIED
from portico.store.cache import RecordCache
from portico.store.port import Put, StoreFull
from portico.store.table import Table


class LastUse(msgspec.Struct, frozen=True, gc=False):
    """A use: `at` in seconds on the `now` clock, the service that was called, and the region."""

    at: float
    service: str
    region: str


LAST_USES = Table("iam.lastuse", LastUse)  # access key id, or unique id of a role

_WRITE_EVERY_S = 60.0
_COARSE_S = 1.0


class LastUses:
    """The last use of everything, by access key id or unique id."""

    def __init__(self, cache: RecordCache) -> None:
        self._cache = cache
        self._noted: dict[str, LastUse] = {}

    def note(self, caller: Principal, at: float, service: str, region: str) -> None:
        """`caller` calls `service`: with a long-term key of the records, or as a role."""
        used = caller.unique_id if caller.kind == "role" else caller.access_key_id
        noted = self._noted.get(used)
        if (
            noted is not None
            and at - noted.at < _COARSE_S
            and (noted.service, noted.region) == (service, region)
        ):
            return
        if used.startswith(("AKIA", "AROA")):
            self._noted[used] = LastUse(at, service, region)

    def of(self, used: str) -> LastUse | None:
        """The last use of a key or role, or None."""
        noted = self._noted.get(used)
        if noted is not None:
            return noted
        held = self._cache.peek(LAST_USES, used)
        return None if held is None else held.value

    async def write(self) -> None:
        """Make what was noted durable; if the disk is full it stays noted. What was deleted meanwhile is forgotten."""
        noted = dict(self._noted)
        puts = [
            Put(LAST_USES.key(used), LAST_USES.encode(use))
            for used, use in noted.items()
            if self._exists(used)
        ]
        with contextlib.suppress(StoreFull):
            if puts:
                await self._cache.store.commit(puts)
            for used, use in noted.items():
                if self._noted[used] is use:
                    del self._noted[used]

    def _exists(self, used: str) -> bool:
        table: Table[Any] = ACCESS_KEYS if used.startswith("AKIA") else IDENTIFIED
        return self._cache.peek(table, used) is not None

    async def keep_writing(self) -> None:
        """The background loop; it writes a last time when it is stopped."""
        try:
            while True:
                await asyncio.sleep(_WRITE_EVERY_S)
                await self.write()
        finally:
            await self.write()
