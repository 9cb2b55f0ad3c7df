"""What goes into a batch. Pure.

Source: Developer Guide, "Batching behavior": a batch is complete when its window is over, it has the number of records that was asked
for, or 6 MB.
"""

from collections.abc import Iterable, Sequence

import msgspec

PAYLOAD_BYTES_MAX = 6 * 1024 * 1024
_BEFORE, _BETWEEN, _AFTER = b'{"Records":[', b",", b"]}"


class Item(msgspec.Struct, frozen=True, gc=False):
    """A record that was taken from its source: its JSON, the name by which a function can say that it failed, and what gives it back to
    or removes it from the source. `until` is when it becomes visible again by itself (seconds, `now` clock)."""

    record: bytes
    identifier: str
    handle: str
    until: float
    trace: str = ""


class Batch(msgspec.Struct, frozen=True, gc=False):
    """The items of one invocation."""

    items: tuple[Item, ...]

    @property
    def payload(self) -> bytes:
        """The event."""
        return _BEFORE + _BETWEEN.join([item.record for item in self.items]) + _AFTER

    @property
    def until(self) -> float:
        """When the first of its items becomes visible again."""
        return min(item.until for item in self.items)


def is_full(items: Sequence[Item], size: int) -> bool:
    """Whether a batch with these items can have no more: it has `size` of them, or 6 MB."""
    return len(items) >= size or sum(map(_bytes, items)) >= PAYLOAD_BYTES_MAX


def split(items: Iterable[Item], size: int) -> list[Batch]:
    """The items in their order, in batches of at most `size` and 6 MB; an item always fits into one."""
    batches: list[list[Item]] = []
    room = 0
    for item in items:
        needed = _bytes(item)
        if not batches or len(batches[-1]) >= size or needed > room:
            batches.append([])
            room = PAYLOAD_BYTES_MAX - len(_BEFORE) - len(_AFTER)
        batches[-1].append(item)
        room -= needed
    return [Batch(tuple(each)) for each in batches]


def _bytes(item: Item) -> int:
    return len(item.record) + len(_BETWEEN)
