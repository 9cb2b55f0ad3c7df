"""Fair queues: which message groups (tenants) of a standard queue have so much in flight that the others come first.

Source: SQS Developer Guide, "Amazon SQS fair queues": a tenant is noisy with more than a tenth of the queue's messages in flight, and
at least 30. Messages without a group are tenants of their own, and never noisy.
"""

from collections.abc import Sequence

import msgspec

from portico.services.sqs.records import Queue
from portico.store.port import Message, Store

_SHARE = 0.1
_IN_FLIGHT_MIN = 30
_KEPT_S = 1.0


class _Known(msgspec.Struct):
    """What was counted of a queue at `at` (seconds, `now` clock), and how many messages were received since."""

    at: float
    received: int
    noisy: tuple[str, ...] = ()


class Tenants:
    """The noisy tenants of each queue that has tenants at all.

    They are counted again after a second, or when enough was received since to make another one noisy.
    """

    __slots__ = ("_known", "_store")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, _Known] = {}

    async def noisy(self, queue: Queue, now: float) -> tuple[str, ...]:
        """The groups whose messages come after all others."""
        known = self._known.get(queue.incarnation)
        if known is None:
            return ()
        if known.received >= _IN_FLIGHT_MIN or (known.noisy and now - known.at > _KEPT_S):
            known.at, known.received = now, 0
            known.noisy = await self._count(queue, now)
        return known.noisy

    def received(self, queue: Queue, messages: Sequence[Message]) -> None:
        """These messages are in flight now."""
        known = self._known.get(queue.incarnation)
        if known is None and any(message.group is not None for message in messages):
            known = self._known[queue.incarnation] = _Known(0.0, 0)
        if known is not None:
            known.received += len(messages)

    def forget(self, incarnation: str) -> None:
        """There are no such messages any more."""
        self._known.pop(incarnation, None)

    async def _count(self, queue: Queue, now: float) -> tuple[str, ...]:
        held = await self._store.in_flight_of_groups(queue.messages, now=now)
        in_flight = await self._store.in_flight(queue.messages, now=now)
        least = max(_IN_FLIGHT_MIN, in_flight * _SHARE)
        return tuple(group for group, count in held.items() if count >= least)
