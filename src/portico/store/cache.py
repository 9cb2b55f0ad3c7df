"""The one cache: key -> decoded record. The store's commit hook drops what changed before the commit is acknowledged."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec

from portico.store.port import Key, KeyPart, Store
from portico.store.table import Table

T = TypeVar("T", bound=msgspec.Struct)


class Held(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """A decoded record and the version it was read at. Derived values (compiled policies) are kept by (key, version)."""

    value: T
    version: int


_ABSENT: Held[Any] = Held(None, 0)


class RecordCache:
    """Decoded records in front of a store; at most `entries_max` of them. That there is none at a key is kept as well.

    What is kept is never older than the last acknowledged commit. `peek` reads and keeps in one step of the event loop: what it finds
    is as new as the database, and if a commit's drop is still on its way to the loop, that drops the new value too, which costs one
    more read. `get` may wait, and the drop may come while it does; what it has read is then not kept.

    `changes` counts how often something that was kept, or was being read, has changed: as long as it stays the same, so does whatever
    was derived from records that were read here.
    """

    __slots__ = ("_entries_max", "_held", "_reading", "changes", "store")

    def __init__(self, store: Store, entries_max: int = 20_000) -> None:
        self.store = store
        self._held: dict[Key, Held[Any]] = {}
        self._reading: dict[Key, object] = {}
        self._entries_max = entries_max
        self.changes = 0
        store.on_commit(self._drop)

    def peek(self, table: Table[T], *parts: KeyPart) -> Held[T] | None:
        """The record, without waiting: what the path of an invocation reads."""
        key = (table.name, *parts)
        held = self._held.get(key)
        if held is None:
            found = self.store.peek(key)
            held = self._keep(
                key, _ABSENT if found is None else Held(table.decode(found.value), found.version)
            )
        return None if held is _ABSENT else held

    async def get(self, table: Table[T], *parts: KeyPart) -> Held[T] | None:
        """The record."""
        key = (table.name, *parts)
        held = self._held.get(key)
        if held is not None:
            return None if held is _ABSENT else held
        reading = self._reading[key] = object()
        try:
            found = await self.store.get(key)
            undisturbed = self._reading.get(key) is reading
        finally:
            if self._reading.get(key) is reading:
                del self._reading[key]
        held = _ABSENT if found is None else Held(table.decode(found.value), found.version)
        if undisturbed:
            self._keep(key, held)
        return None if held is _ABSENT else held

    def _keep(self, key: Key, held: Held[Any]) -> Held[Any]:
        if len(self._held) >= self._entries_max:
            # The oldest go, a sixteenth at a time. Marking what was used would cost every hit more than these misses do.
            for oldest in list(self._held)[: max(self._entries_max // 16, 1)]:
                del self._held[oldest]
            self.changes += 1  # a change of what is not kept any more would not be counted
        self._held[key] = held
        return held

    def _drop(self, keys: Sequence[Key]) -> None:
        for key in keys:
            if self._held.pop(key, None) is not None:
                self.changes += 1
            if self._reading.pop(key, None) is not None:
                self.changes += 1

    def clear(self) -> None:
        """Forget every record (the store was erased)."""
        self._held.clear()
        self.changes += 1
        self._reading.clear()
