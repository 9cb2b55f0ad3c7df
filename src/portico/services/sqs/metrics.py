"""Namespace AWS/SQS: what has happened at each queue since it was last asked, and how it stands.

A queue is told of while something happens at it or messages are in it, and for six hours after.

Source: SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS" (names, units, the dimension QueueName).
"""

import asyncio
from collections.abc import Callable, Iterator

from portico.services.sqs.counters import Counts
from portico.services.sqs.records import QUEUES, Queue
from portico.services.sqs.service import Sqs
from portico.store.metrics import Point, Series, Stats, of_each, of_set
from portico.store.port import QueueDepth

NAMESPACE = "AWS/SQS"
COUNT, BYTES, SECONDS = "Count", "Bytes", "Seconds"
_ACTIVE_S = 6 * 3600

COUNTED: dict[str, Callable[[Counts], int]] = {
    "NumberOfMessagesSent": lambda counts: counts.sent,
    "NumberOfMessagesReceived": lambda counts: counts.received,
    "NumberOfMessagesDeleted": lambda counts: counts.deleted,
    "NumberOfEmptyReceives": lambda counts: counts.empty_receives,
}
COUNTED_FIFO: dict[str, Callable[[Counts], int]] = {
    "NumberOfDeduplicatedSentMessages": lambda counts: counts.deduplicated,
}
STANDING: dict[str, Callable[[QueueDepth], int]] = {
    "ApproximateNumberOfMessagesVisible": lambda depth: depth.visible,
    "ApproximateNumberOfMessagesNotVisible": lambda depth: depth.in_flight,
    "ApproximateNumberOfMessagesDelayed": lambda depth: depth.delayed,
}
SIZE, AGE, GROUPS = (
    "SentMessageSize",
    "ApproximateAgeOfOldestMessage",
    "ApproximateNumberOfGroupsWithInflightMessages",
)

_Key = tuple[str, str, str]


class QueueMetrics:
    """Makes points of the queues' counts and of how they stand."""

    def __init__(self, sqs: Sqs) -> None:
        self._sqs = sqs
        self._before: dict[_Key, Counts] = {}
        self._active_until: dict[_Key, float] = {}

    async def read(self, at: int) -> list[Point]:
        """The points of the minute that begins at `at` (seconds since the epoch).

        Raises:
            StoreError: the queues can't be read.
        """
        counted = dict(self._sqs.counters.read())
        active, self._active_until = self._active_until, {}
        points: list[Point] = []
        for row in await self._sqs.store.scan(QUEUES.key()):
            await asyncio.sleep(0)  # there may be many, and each look is on the event loop
            queue = QUEUES.decode(row.value)
            self._active_until[queue.key] = active.get(queue.key, 0.0)
            points += await self._of(queue, counted.get(queue.key, Counts()), at)
        self._before = counted
        return points

    async def _of(self, queue: Queue, counts: Counts, at: int) -> list[Point]:
        now = self._sqs.clock.now()
        before = self._before.get(queue.key, Counts())
        if counts.sent < before.sent or counts.received < before.received:
            before = Counts()  # a queue that was deleted, and made again
        depth = await self._sqs.store.depth(queue.messages, now=now)
        if counts != before or depth.visible or depth.in_flight or depth.delayed:
            self._active_until[queue.key] = now + _ACTIVE_S
        if self._active_until[queue.key] < now:
            return []
        told = [*self._counted(queue, counts, before), *_standing(depth), await self._age(queue, now)]
        if queue.fifo:
            groups = await self._sqs.store.in_flight_of_groups(queue.messages, now=now)
            told.append((GROUPS, COUNT, of_each([len(groups)])))
        return [
            Point(Series(*queue.key[:2], NAMESPACE, name, (("QueueName", queue.name),)), at, unit, stats)
            for name, unit, stats in told
        ]

    def _counted(self, queue: Queue, counts: Counts, before: Counts) -> Iterator[tuple[str, str, Stats]]:
        for name, of in (COUNTED | COUNTED_FIFO if queue.fifo else COUNTED).items():
            yield name, COUNT, of_each([of(counts) - of(before)])
        sent = counts.sent - before.sent
        if sent:
            live = self._sqs.counters.of(queue.key)
            live.least_bytes = live.most_bytes = 0
            total = counts.sent_bytes - before.sent_bytes
            yield SIZE, BYTES, of_set(sent, total, counts.least_bytes, counts.most_bytes)

    async def _age(self, queue: Queue, now: float) -> tuple[str, str, Stats]:
        oldest = await self._sqs.store.oldest(queue.messages)
        return AGE, SECONDS, of_each([0.0 if oldest is None else max(now - oldest, 0.0) // 1])


def _standing(depth: QueueDepth) -> Iterator[tuple[str, str, Stats]]:
    for name, of in STANDING.items():
        yield name, COUNT, of_each([of(depth)])
