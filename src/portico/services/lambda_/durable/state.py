"""An execution's operations, in the order of their starts, as far as a replay needs them: in pages of bounded size."""

from collections.abc import Mapping

import msgspec

from portico.services.lambda_.durable.records import OPERATION_IDS, OPERATIONS, Operation
from portico.store.cache import RecordCache

PAGE_BYTES_MAX = 4 * 1024 * 1024  # the event of an invocation, and an answer, hold 6 MB
_SCAN = 50  # each can be a megabyte
_ENDED = frozenset(["SUCCEEDED", "FAILED"])


class Page(msgspec.Struct, frozen=True, gc=False):
    """Operations, and the number from which the next page begins (None: that is all)."""

    operations: tuple[Operation, ...]
    following: int | None


async def page(
    cache: RecordCache,
    key: tuple[str, str, str, str],
    *,
    start: int = 0,
    limit: int = 1000,
    large: bool = True,
) -> Page:
    """The operations from number `start` on, at most `limit` and 4 MB of them. If `large`, a first one that is larger than that is a
    page of its own; else the page is empty. What lies in an ended context is left out, unless that asked for its children."""
    taken: list[Operation] = []
    size = 0
    hides = _Hidden(cache, key)
    after = OPERATIONS.key(*key, start - 1) if start else None
    while True:
        rows = await cache.store.scan(OPERATIONS.key(*key), after=after, limit=_SCAN)
        for row in rows:
            operation = OPERATIONS.decode(row.value)
            after = row.key
            if await hides.child(operation):
                continue
            size += len(row.value)
            if len(taken) >= limit or (size > PAGE_BYTES_MAX and (taken or not large)):
                return Page(tuple(taken), operation.number)
            taken.append(operation)
        if len(rows) < _SCAN:
            return Page(tuple(taken), None)


def bounded(operations: Mapping[int, Operation]) -> Page:
    """As many of these operations (by number) as fit into an answer; the rest is read from `following` on."""
    size = 0
    taken: list[Operation] = []
    for number in sorted(operations):
        operation = operations[number]
        size += len(operation.result or "") + len(operation.input or "")
        if size > PAGE_BYTES_MAX and taken:
            return Page(tuple(taken), number)
        taken.append(operation)
    return Page(tuple(taken), None)


class _Hidden:
    """Which contexts hide their children, asked once for each."""

    def __init__(self, cache: RecordCache, key: tuple[str, str, str, str]) -> None:
        self._cache = cache
        self._key = key
        self._known: dict[str, bool] = {}

    async def child(self, operation: Operation) -> bool:
        """Whether a context around the operation has ended and does not want its children replayed."""
        chain: list[str] = []
        parent = operation.parent
        hidden = False
        while parent is not None and parent not in self._known and parent not in chain:
            chain.append(parent)
            found = await self._operation(parent)
            if found is None or (found.status in _ENDED and not found.replay_children):
                hidden = found is not None
                break
            parent = found.parent
        else:
            hidden = parent is not None and self._known.get(parent, False)
        self._known.update(dict.fromkeys(chain, hidden))
        return hidden

    async def _operation(self, operation_id: str) -> Operation | None:
        reference = await self._cache.get(OPERATION_IDS, *self._key, operation_id)
        if reference is None:
            return None
        held = await self._cache.get(OPERATIONS, *self._key, reference.value.number)
        return held.value if held is not None else None
