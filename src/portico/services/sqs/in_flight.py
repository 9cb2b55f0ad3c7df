"""How many messages of a queue are received and not deleted: AWS's quota, without a look at all of them at each receive."""

import asyncio
from weakref import WeakValueDictionary

import msgspec

from portico.services.sqs.records import Queue
from portico.store.port import Store

IN_FLIGHT_MAX = 120_000


class _Room(msgspec.Struct):
    """So many more may be received before they have to be counted again."""

    messages: int


class InFlight:
    """The room that each queue has for more messages in flight.

    What was counted once can only have become less by itself, so until as many are received as there was room for, nobody needs to
    count. The quota is AWS's "about 120,000".
    """

    __slots__ = ("_counting", "_rooms", "_store", "limit")

    def __init__(self, store: Store, limit: int = IN_FLIGHT_MAX) -> None:
        self._store = store
        self._rooms: dict[str, _Room] = {}
        self._counting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.limit = limit

    async def room(self, queue: Queue, wanted: int, now: float) -> int:
        """How many of `wanted` messages may be received now; what is received is told to `received`."""
        room = self._rooms.get(queue.incarnation)
        if room is None or room.messages < wanted:
            async with self._counting.setdefault(queue.incarnation, asyncio.Lock()):
                room = self._rooms.get(queue.incarnation)  # whoever came first has counted for all
                if room is None or room.messages < wanted:
                    room = await self._count(queue, now)
        return max(min(wanted, room.messages), 0)

    async def _count(self, queue: Queue, now: float) -> _Room:
        in_flight = await self._store.in_flight(queue.messages, now=now)
        room = self._rooms[queue.incarnation] = _Room(self.limit - in_flight)
        return room

    def received(self, queue: Queue, count: int) -> None:
        """So many messages have been received."""
        room = self._rooms.get(queue.incarnation)
        if room is not None:
            room.messages -= count

    def forget(self, incarnation: str) -> None:
        """There are no such messages any more."""
        self._rooms.pop(incarnation, None)
