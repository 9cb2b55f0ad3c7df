"""What one operation reads and writes, committed once after its body.

Reads are remembered and become the commit's conditions; writes gather. A body that checks and then writes can therefore not be
overtaken: if what it read has changed, the commit conflicts and the dispatcher runs the body again.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import msgspec

from portico.store import keys
from portico.store.cache import RecordCache
from portico.store.port import (
    Ack,
    ChangeVisibility,
    Condition,
    Delete,
    Key,
    KeyPart,
    Op,
    Outcome,
    Put,
    RangeIs,
    Refer,
    Send,
    Sent,
    Settled,
    Unrefer,
    Versioned,
    VersionIs,
)
from portico.store.table import Table

T = TypeVar("T", bound=msgspec.Struct)
_Range = tuple[Key, Key | None, int | None, bool]


class Transaction:
    """The reads and writes of one operation. Reads see the transaction's own writes by key (`get`) and by range (`scan`).

    `along` are its caller's own operations, which are to hold if and only if the operation's do: they go into its commit.
    """

    __slots__ = ("__weakref__", "_after", "_along", "_cache", "_ops", "_ranges", "_read", "_written")

    def __init__(self, cache: RecordCache, along: Sequence[Op] = ()) -> None:
        self._cache = cache
        self._along = along
        self._after: list[Callable[[], None]] = []
        self._read: dict[Key, VersionIs] = {}
        self._ranges: dict[_Range, RangeIs] = {}
        self._ops: list[Op] = []
        self._written: dict[Key, msgspec.Struct | None] = {}

    async def get(self, table: Table[T], *parts: KeyPart) -> T | None:
        """The record with these identifiers, or None; remembered as a condition."""
        key = table.key(*parts)
        if key in self._written:
            return cast("T | None", self._written[key])
        held = await self._cache.get(table, *parts)
        # The first read counts: had a second one found something newer, the body would have seen two states.
        self._read.setdefault(key, VersionIs(key, 0 if held is None else held.version))
        return None if held is None else held.value

    async def scan(
        self,
        table: Table[T],
        *prefix: KeyPart,
        after: Key | None = None,
        limit: int | None = None,
        reverse: bool = False,
    ) -> list[T]:
        """The records whose identifiers begin with `prefix`, in key order; `after` is a whole key (`table.key(...)`).

        What the answer depends on is remembered as a condition: with a `limit`, the range up to the last record that was looked at.
        """
        return [
            value
            for _, value in await self.entries(table, *prefix, after=after, limit=limit, reverse=reverse)
        ]

    async def entries(
        self,
        table: Table[T],
        *prefix: KeyPart,
        after: Key | None = None,
        limit: int | None = None,
        reverse: bool = False,
    ) -> list[tuple[Key, T]]:
        """Like `scan`, with their keys."""
        if limit == 0:
            return []
        start = table.key(*prefix)
        written = self._written_in(start, after, reverse=reverse)
        # One more for each record that this transaction has deleted: they are still in the store.
        enough = None if limit is None else limit + sum(value is None for value in written.values())
        found = await self._cache.store.scan(start, after=after, limit=enough, reverse=reverse)
        self._remember((start, after, enough, reverse), found)
        rows: dict[Key, Any] = {row.key: row.value for row in found if row.key not in written}
        rows.update((key, value) for key, value in written.items() if value is not None)
        ordered = sorted(rows, key=keys.encode, reverse=reverse)[:limit]
        return [
            (key, cast("T", written[key]) if key in written else table.decode(rows[key])) for key in ordered
        ]

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

    def then(self, follow: Callable[[], None]) -> None:
        """Call `follow` once this is committed; it neither blocks nor raises. For counts, and whatever else a restart may lose."""
        self._after.append(follow)

    @property
    def writes(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self._ops or self._along or self._after)

    async def commit_each(self, ops: Sequence[Send | Ack | ChangeVisibility]) -> list[Outcome]:
        """Commit `ops` at once, each for itself, under the condition of what was read; nothing else may have been written. With
        operations of the caller along, all or none of them.

        Raises:
            Conflict: what was read has changed since.
        """
        if self._ops:
            raise ValueError("a transaction that has written is committed as a whole")
        if not ops:
            return []
        conditions: list[Condition] = [*self._read.values(), *self._ranges.values()]
        if not self._along:
            return await self._cache.store.commit_each(ops, conditions)
        version = await self._cache.store.commit([*self._along, *ops], conditions)
        self._along = ()
        return [Sent(op.message_id, version) if isinstance(op, Send) else Settled("done") for op in ops]

    async def commit(self) -> None:
        """Commit what has gathered.

        Raises:
            Conflict: what was read has changed since.
        """
        if self._ops or self._along:
            conditions: list[Condition] = [*self._read.values(), *self._ranges.values()]
            await self._cache.store.commit([*self._along, *self._ops], conditions)
        for follow in self._after:
            follow()

    def _written_in(
        self, start: Key, after: Key | None, *, reverse: bool
    ) -> dict[Key, msgspec.Struct | None]:
        """This transaction's writes in the range."""
        if not self._written:
            return {}
        bound = None if after is None else keys.encode(after)
        return {
            key: value
            for key, value in self._written.items()
            if key[: len(start)] == start
            and (bound is None or (keys.encode(key) < bound if reverse else keys.encode(key) > bound))
        }

    def _remember(self, scanned: _Range, found: list[Versioned]) -> None:
        start, after, limit, reverse = scanned
        until = found[-1].key if limit is not None and found and len(found) >= limit else None
        newest = max((row.version for row in found), default=0)
        self._ranges.setdefault(scanned, RangeIs(start, after, until, reverse, len(found), newest))
