"""Keys whose deletion is due go, with their material, aliases and grants: nothing is left that could decrypt.

From then on no call finds such a key or can change it, but its aliases may be given to other keys at once.
"""

import contextlib
from collections.abc import Callable

from portico.services.kms.records import ALIASES, DOOMED, GRANTEES, GRANTS, KEYS, RETIRABLE
from portico.store.port import Conflict, Delete, Op, Store, VersionIs

EVERY_S = 60
_AT_ONCE = 100


class Deletions:
    """Deletes keys when it is time (by `now`), `remove` every `EVERY_S`. Who calls in between is told already that such a key does not
    exist."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    async def remove(self) -> None:
        """Delete all keys that are due."""
        removed = _AT_ONCE
        while removed == _AT_ONCE:
            rows = await self._store.scan(DOOMED.key(), limit=_AT_ONCE)
            due = [row.key for row in rows if int(row.key[1]) <= self._now()]
            for key in due:
                await self._remove(str(key[2]), str(key[3]), str(key[4]), Delete(key))
            removed = len(due)

    async def _remove(self, account: str, region: str, key_id: str, done: Delete) -> None:
        at = (account, region, key_id)
        await self._remove_grants(at)
        held = await self._store.get(KEYS.key(*at))
        ops: list[Op] = [done, Delete(KEYS.key(*at))]
        unchanged: list[VersionIs] = []
        for name in () if held is None else KEYS.decode(held.value).aliases:
            alias = await self._store.get(ALIASES.key(account, region, name))
            if alias is not None and ALIASES.decode(alias.value).key == key_id:
                ops.append(Delete(alias.key))
                unchanged.append(VersionIs(alias.key, alias.version))
        with contextlib.suppress(
            Conflict
        ):  # a name has just been given to another key: the next round sees it
            await self._store.commit(ops, unchanged)

    async def _remove_grants(self, at: tuple[str, str, str]) -> None:
        removed = _AT_ONCE
        while removed == _AT_ONCE:
            rows = await self._store.scan(GRANTS.key(*at), limit=_AT_ONCE)
            ops: list[Op] = []
            for row in rows:
                grant = GRANTS.decode(row.value)
                ops += [
                    Delete(row.key),
                    Delete(GRANTEES.key(*at, grant.grantee, grant.id)),
                    Delete(RETIRABLE.key(*at[:2], grant.retiring, grant.key, grant.id)),
                ]
            if ops:
                await self._store.commit(ops)
            removed = len(rows)
