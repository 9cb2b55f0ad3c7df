"""How far Portico's own clock is ahead of the machine's, kept so that what has expired stays so after a restart."""

import msgspec

from portico.store.port import Put, Store
from portico.store.table import Table


class _Offset(msgspec.Struct, frozen=True, gc=False):
    seconds: float


_CLOCK = Table("portico.clock", _Offset)


async def save(store: Store, offset_s: float) -> None:
    """Keep the offset; on disk when this returns."""
    await store.commit([Put(_CLOCK.key(), _CLOCK.encode(_Offset(offset_s)))])


async def saved(store: Store) -> float:
    """The offset that was kept last, in seconds."""
    row = await store.get(_CLOCK.key())
    return 0.0 if row is None else _CLOCK.decode(row.value).seconds
