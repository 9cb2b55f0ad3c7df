"""Does what message move tasks say: in the background, at their rate, and on after a restart.

Ten messages are leased at a time, and moved in one commit with the task's count: a message is here or there, never both. A worker's
lease is void after a restart, so what was leased and not moved is still there.
"""

import asyncio
import logging
from collections.abc import Sequence

import msgspec

from portico.base.clock import Clock
from portico.services.sqs.message import decode, encode
from portico.services.sqs.records import QUEUES, Queue
from portico.services.sqs.service import named_by_arn
from portico.services.sqs.tasks import ACTIVE, TASKS, MoveTask, Status
from portico.store.cache import RecordCache
from portico.store.port import Ack, Conflict, Key, Message, Op, Put, Send, Store, VersionIs

log = logging.getLogger("portico.sqs")

_CHUNK = 10
_LEASE_S = 60.0
_LIFE_S = 36 * 3600.0
_NOWHERE = "CouldNotDetermineMessageSource"
_NO_DESTINATION = "AWS.SimpleQueueService.NonExistentQueue"


class Moving:
    """Runs the tasks of one store; `run` is its background loop."""

    def __init__(self, store: Store, cache: RecordCache, clock: Clock) -> None:
        self._store = store
        self._cache = cache
        self._clock = clock
        self._wake = asyncio.Event()
        self._running: dict[Key, asyncio.Task[None]] = {}
        store.on_commit(self._on_commit)

    def _on_commit(self, keys: Sequence[Key]) -> None:
        if any(key[0] == TASKS.name for key in keys):
            self._wake.set()

    async def run(self) -> None:
        """Begin every active task at the start, and new ones as they come."""
        try:
            while True:
                self._wake.clear()
                for row in await self._store.scan(TASKS.key()):
                    if TASKS.decode(row.value).status in ACTIVE and row.key not in self._running:
                        self._begin(row.key)
                await self._wake.wait()
        finally:
            for task in self._running.values():
                task.cancel()

    def _begin(self, key: Key) -> None:
        task = self._running[key] = asyncio.create_task(self._move_all(key))
        task.add_done_callback(lambda ended: self._ended(key, ended))

    def _ended(self, key: Key, task: asyncio.Task[None]) -> None:
        del self._running[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a message move task stopped; it goes on after the next start", exc_info=error)

    async def _move_all(self, key: Key) -> None:
        """Chunk by chunk, until nothing is left or the task is to end."""
        while True:
            began = self._clock.monotonic()
            found = await self._store.get(key)
            if found is None:
                return
            task = TASKS.decode(found.value)
            if task.status not in ACTIVE:
                return
            moved = await self._step(task, VersionIs(key, found.version))
            if moved and task.rate:
                await asyncio.sleep(max(moved / task.rate - (self._clock.monotonic() - began), 0))

    async def _step(self, task: MoveTask, condition: VersionIs) -> int:
        """Move one chunk, or end the task; how many messages were moved."""
        if task.status == "CANCELLING":
            return await self._end(task, condition, "CANCELLED")
        source = self._queue(task.account, task.region, task.source)
        if source is None:
            return await self._end(task, condition, "FAILED", _NO_DESTINATION)
        if self._clock.now() - task.started_at > _LIFE_S:
            return await self._end(task, condition, "FAILED", "TaskTimedOut")
        now = self._clock.now()
        limit = min(_CHUNK, task.rate or _CHUNK)
        messages = await self._store.receive(
            source.messages, limit=limit, lease_s=_LEASE_S, lease="worker", now=now
        )
        if not messages:
            return await self._end(task, condition, "COMPLETED")
        ops: list[Op] = []
        for message in messages:
            target = self._target(task, message)
            if target is None:
                why = _NO_DESTINATION if task.destination else _NOWHERE
                return await self._end(task, condition, "FAILED", why)
            ops += [Ack(source.messages, message.receipt), _sent(message, target)]
        after = msgspec.structs.replace(task, moved=task.moved + len(messages))
        return len(messages) if await self._put(after, condition, ops) else 0

    async def _end(self, task: MoveTask, condition: VersionIs, status: Status, why: str = "") -> int:
        await self._put(msgspec.structs.replace(task, status=status, failure=why), condition)
        return 0

    async def _put(self, task: MoveTask, condition: VersionIs, ops: Sequence[Op] = ()) -> bool:
        """Commit the task with what it has done; not if it was cancelled meanwhile, or a message was taken away."""
        try:
            await self._store.commit([*ops, Put(condition.key, TASKS.encode(task))], [condition])
        except Conflict:
            return False
        return True

    def _target(self, task: MoveTask, message: Message) -> Queue | None:
        """Where a message goes."""
        if task.destination:
            address = named_by_arn(task.destination)
            return None if address is None else self._queue(address.account, address.region, address.name)
        if message.moved_from is None:
            return None
        _, account, region, name, _ = map(str, message.moved_from)
        return self._queue(account, region, name)

    def _queue(self, account: str, region: str, name: str) -> Queue | None:
        held = self._cache.peek(QUEUES, account, region, name)
        return None if held is None else held.value


def _sent(message: Message, target: Queue) -> Send:
    """The message as a new one, with an id, an age and counts of its own."""
    contents = decode(message.body)
    return Send(
        target.messages,
        encode(contents),
        group=contents.group or None,
        ordered=target.fifo,
    )
