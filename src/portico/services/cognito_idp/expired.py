"""What nobody asks for any more: sessions that were answered, and families of refresh tokens whose last access token has expired.

Both are kept under when they expire, so that it takes no search to find them.
"""

from collections.abc import Callable

from portico.services.cognito_idp.families import REFRESH_ENDS
from portico.services.cognito_idp.records import REFRESH
from portico.services.cognito_idp.sign_in import SPENT
from portico.store.port import Delete, Store
from portico.store.table import AnyTable

EVERY_S = 60
_AT_ONCE = 500


class Expired:
    """Removes what has expired (by `now`), `remove` every `EVERY_S`."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    async def remove(self) -> None:
        """Remove all that has expired by now."""
        for table in (SPENT, REFRESH_ENDS):
            removed = _AT_ONCE
            while removed == _AT_ONCE:
                removed = await self._remove_some(table)

    async def _remove_some(self, table: AnyTable) -> int:
        rows = await self._store.scan(table.key(), limit=_AT_ONCE)
        over = [row for row in rows if int(row.key[1]) < self._now()]
        gone = [Delete(row.key) for row in over]
        if table is REFRESH_ENDS:
            gone += [Delete(REFRESH.key(*row.key[2:])) for row in over]
        if gone:
            await self._store.commit(gone)
        return len(over)
