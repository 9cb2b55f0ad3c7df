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


class RecordCache:
    """Decoded records in front of a store; at most `entries_max` of them, absent ones not kept."""

    __slots__ = ("_entries_max", "_held", "store")

    def __init__(self, store: Store, entries_max: int = 20_000) -> None:
        self.store = store
        self._held: dict[Key, Held[Any]] = {}
        self._entries_max = entries_max
        store.on_commit(self._drop)

    def peek(self, table: Table[T], *parts: KeyPart) -> Held[T] | None:
        """The record, without waiting: what the path of an invocation reads."""
        key = (table.name, *parts)
        held = self._held.get(key)
        if held is None:
            found = self.store.peek(key)
            if found is None:
                return None
            held = self._keep(key, Held(table.decode(found.value), found.version))
        return held

    async def get(self, table: Table[T], *parts: KeyPart) -> Held[T] | None:
        """The record."""
        return self.peek(table, *parts)

    def _keep(self, key: Key, held: Held[Any]) -> Held[Any]:
        if len(self._held) >= self._entries_max:
            self._held.clear()
        self._held[key] = held
        return held

    def _drop(self, keys: Sequence[Key]) -> None:
        for key in keys:
            self._held.pop(key, None)
