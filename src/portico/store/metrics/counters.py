"""What happens at each queue or topic, counted since the server's start: what metrics are made of."""

from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

_Key = tuple[str, str, str]
C = TypeVar("C", bound=msgspec.Struct)


class Counters(Generic[C]):
    """The counts (of the type `kind`, whose members all begin at 0) of everything that something has happened at, by account, region and
    name. They only grow; who reads them takes differences.

    A restart begins them anew: rates may be lost in one, messages not.
    """

    __slots__ = ("_kind", "_of")

    def __init__(self, kind: type[C]) -> None:
        self._kind = kind
        self._of: dict[_Key, C] = {}

    def of(self, key: _Key) -> C:
        """The counts of one, to be read or added to."""
        found = self._of.get(key)
        if found is None:
            found = self._of[key] = self._kind()
        return found

    def read(self) -> Iterator[tuple[_Key, C]]:
        """Each one's key, and a copy of its counts."""
        for key, counts in self._of.items():
            yield key, msgspec.structs.replace(counts)

    def forget(self, key: _Key) -> None:
        """It is gone."""
        self._of.pop(key, None)
