"""What one operation reads and writes, committed once after its body.

Reads are remembered and become the commit's conditions; writes gather. A body that checks and then writes can therefore not be
overtaken: if what it read has changed, the commit conflicts and the dispatcher runs the body again.
"""

from typing import TypeVar

import msgspec

from portico.store.cache import RecordCache
from portico.store.port import Condition, Delete, Key, KeyPart, Op, Put, RangeIs, Refer, Unrefer, VersionIs
from portico.store.table import Table

T = TypeVar("T", bound=msgspec.Struct)


class Transaction:
    """The reads and writes of one operation. Reads see the transaction's own writes by key (`get`) and by range (`scan`)."""

    __slots__ = ("_cache", "_conditions", "_ops", "_written")

    def __init__(self, cache: RecordCache) -> None:
        self._cache = cache
        self._conditions: dict[Key, Condition] = {}
        self._ops: list[Op] = []
        self._written: dict[Key, msgspec.Struct | None] = {}

    async def get(self, table: Table[T], *parts: KeyPart) -> T | None:
        """The record with these identifiers, or None; remembered as a condition."""
        key = table.key(*parts)
        if key in self._written:
            return self._written[key]  # type: ignore[return-value]  # written through the same table
        held = self._cache.peek(table, *parts)
        self._conditions.setdefault(key, VersionIs(key, 0 if held is None else held.version))
        return None if held is None else held.value

    async def scan(
        self,
        table: Table[T],
        *prefix: KeyPart,
        after: Key | None = None,
        limit: int | None = None,
        reverse: bool = False,
    ) -> list[T]:
        """The records whose identifiers begin with `prefix`, in key order; `after` is a whole key (`table.key(...)`)."""
        start = table.key(*prefix)
        found = await self._cache.store.scan(start, after=after, limit=limit, reverse=reverse)
        newest = max((row.version for row in found), default=0)
        self._conditions[(*start, "\x00range", str(after), str(limit), str(reverse))] = RangeIs(
            start, after, limit, reverse, len(found), newest
        )
        rows: dict[Key, T] = {row.key: table.decode(row.value) for row in found}
        for key, value in self._written.items():
            if key[: len(start)] == start and (after is None or (key < after if reverse else key > after)):  # type: ignore[operator]
                rows.pop(key, None)
                if value is not None:
                    rows[key] = value  # type: ignore[assignment]  # written through the same table
        ordered = sorted(rows, reverse=reverse)  # type: ignore[type-var]  # keys of one table have parts of one type
        return [rows[key] for key in ordered[:limit]]

    def put(self, table: Table[T], value: T, *parts: KeyPart) -> None:
        """Write the record with these identifiers."""
        key = table.key(*parts)
        self._written[key] = value
        self._ops.append(Put(key, table.encode(value)))

    def delete(self, table: Table[T], *parts: KeyPart) -> None:
        """Remove the record with these identifiers."""
        key = table.key(*parts)
        self._written[key] = None
        self._ops.append(Delete(key))

    def refer(self, digest: str, owner: Key) -> None:
        """Keep the blob `digest` for `owner`."""
        self._ops.append(Refer(digest, owner))

    def unrefer(self, digest: str, owner: Key) -> None:
        """`owner` no longer needs the blob `digest`."""
        self._ops.append(Unrefer(digest, owner))

    def add(self, op: Op) -> None:
        """Add an effect of another primitive (a message, a log entry) to the commit."""
        self._ops.append(op)

    @property
    def writes(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self._ops)

    async def commit(self) -> None:
        """Commit what has gathered.

        Raises:
            Conflict: what was read has changed since.
        """
        if self._ops:
            await self._cache.store.commit(self._ops, tuple(self._conditions.values()))
