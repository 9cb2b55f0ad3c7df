"""What happens at each queue, counted since the server's start: what metrics are made of."""

from collections.abc import Iterator

import msgspec


class Counts(msgspec.Struct):
    """Of one queue, since the start; `sent_bytes` is the sum of the sent messages' sizes. `least_bytes` and `most_bytes` are the
    smallest and the largest of them since metrics were last made (0: none)."""

    sent: int = 0
    sent_bytes: int = 0
    least_bytes: int = 0
    most_bytes: int = 0
    deduplicated: int = 0
    received: int = 0
    empty_receives: int = 0
    deleted: int = 0


class Counters:
    """The counts of every queue that something has happened at. They only grow; who reads them takes differences.

    A restart begins them anew: rates may be lost in one, messages not.
    """

    __slots__ = ("_of",)

    def __init__(self) -> None:
        self._of: dict[tuple[str, str, str], Counts] = {}

    def of(self, key: tuple[str, str, str]) -> Counts:
        """The counts of the queue (account, region, name), to be read or added to."""
        found = self._of.get(key)
        if found is None:
            found = self._of[key] = Counts()
        return found

    def read(self) -> Iterator[tuple[tuple[str, str, str], Counts]]:
        """Each queue's (account, region, name) and a copy of its counts."""
        for key, counts in self._of.items():
            yield key, msgspec.structs.replace(counts)

    def forget(self, key: tuple[str, str, str]) -> None:
        """A queue is gone."""
        self._of.pop(key, None)
