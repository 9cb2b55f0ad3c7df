"""What a deleted pool leaves behind goes bit by bit: a million users are no single commit.

The record that says so is written with the deletion, so that a restart goes on where the last one ended.
"""

import msgspec

from portico.bus.port import Bus
from portico.identity.signing_keys import KEYS
from portico.services.cognito_idp import records
from portico.services.cognito_idp.import_records import IMPORTS
from portico.services.cognito_idp.issuers import keys_owner
from portico.store.port import Delete, Key, Store, Unrefer
from portico.store.table import AnyTable, Table

_BATCH = 1_000
_LOOK_S = 60.0
_OF_POOL: tuple[AnyTable, ...] = (
    records.CLIENTS,
    records.USERS,
    records.SUBS,
    records.ALIASES,
    records.VALUES,
    records.IDENTITIES,
    records.CODES,
    records.ATTEMPTS,
    records.GROUPS,
    records.MEMBERS,
    records.GROUPS_OF,
    records.RESOURCE_SERVERS,
    records.PROVIDERS,
    records.PROVIDER_IDENTIFIERS,
    records.DEVICES,
    records.REFRESH,
    records.USED_STEPS,
    records.PENDING_TOKENS,
    records.TALLIES,
    IMPORTS,
)
WAKE: Key = ("cognito-idp.swept",)


class Sweep(msgspec.Struct, frozen=True, gc=False):
    """A pool that is deleted, and of which there are records still."""

    pool: str


SWEEPS = Table("cognito-idp.sweep", Sweep)  # pool id


class Sweeper:
    """Deletes what is left. Start `run` as a background loop."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._woken = bus.subscribe(WAKE)

    async def run(self) -> None:
        """Delete, for ever."""
        while True:
            if not await self.sweep():
                await self._woken.wait(_LOOK_S)

    async def sweep(self) -> bool:
        """Delete what the oldest deletion has left; whether there was any."""
        found = await self._store.scan(SWEEPS.key(), limit=1)
        if not found:
            return False
        left = SWEEPS.decode(found[0].value)
        for row in await self._store.scan(IMPORTS.key(left.pool)):
            job = IMPORTS.decode(row.value)
            if job.blob:
                await self._store.commit([Unrefer(job.blob, row.key), Delete(row.key)])
        for table in _OF_POOL:
            await self._empty(table.key(left.pool))
        await self._store.commit([Delete(KEYS.key(keys_owner(left.pool))), Delete(SWEEPS.key(left.pool))])
        return True

    async def _empty(self, prefix: Key) -> None:
        while rows := await self._store.scan(prefix, limit=_BATCH):
            await self._store.commit([Delete(row.key) for row in rows])
