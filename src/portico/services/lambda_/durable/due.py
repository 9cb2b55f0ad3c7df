"""What becomes due: timers, deadlines, the end of a chained execution, and of the time that a history is kept."""

import msgspec

from portico.base.clock import Clock
from portico.services.lambda_.durable import chained, dead_letters, timers
from portico.services.lambda_.durable.ledger import Ledger, committed
from portico.services.lambda_.durable.records import (
    CLOSED,
    DELETING,
    DUE,
    EVENTS,
    EXECUTIONS,
    NAMES,
    OPERATION_IDS,
    OPERATIONS,
    RESULTS,
    Due,
    Execution,
)
from portico.store.cache import RecordCache
from portico.store.port import Ack, Delete, Message
from portico.store.transaction import Transaction

_DELETED_AT_ONCE = 200


class DueHandler:
    """Handles messages of DUE. Each is a hint to look: what is due is decided from the record and the clock."""

    def __init__(self, *, cache: RecordCache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock

    async def handle(self, message: Message) -> None:
        """Do what is due for one execution."""
        due = msgspec.json.decode(message.body, type=Due)
        held = await self._cache.get(EXECUTIONS, *due.key)
        if held is not None and self._is_to_be_deleted(held.value):
            await self._delete(held.value)

        async def look(tx: Transaction) -> None:
            tx.add(Ack(DUE, message.receipt))
            ledger = await Ledger.opened(tx, due.key, self._clock.now())
            if ledger is not None:
                await self._look(ledger, due)

        await committed(self._cache, look)

    async def _look(self, ledger: Ledger, due: Due) -> None:
        if due.wakes and due.wakes == ledger.execution.wake_at:
            ledger.change(wake_at=0.0)
        await timers.fire(ledger)
        if due.child is not None:
            await chained.child_ended(ledger, due.operation, due.child)
        if due.unheard:
            await dead_letters.keep(ledger)
        ledger.save()

    def _is_to_be_deleted(self, execution: Execution) -> bool:
        if execution.status == DELETING:
            return True
        keeps_s = execution.retention_days * 86_400.0
        return execution.status in CLOSED and execution.ended_at + keeps_s <= self._clock.now()

    async def _delete(self, execution: Execution) -> None:
        """Delete all that there is of an execution, itself last: what is interrupted goes on with the message's next receipt."""
        store = self._cache.store
        for table in (OPERATIONS, OPERATION_IDS, EVENTS):
            while rows := await store.scan(table.key(*execution.key), limit=_DELETED_AT_ONCE):
                await store.commit([Delete(row.key) for row in rows])

        async def rest(tx: Transaction) -> None:
            place = (*execution.key[:3], execution.name)
            named = await tx.get(NAMES, *place)
            if named is not None and named.id == execution.id:
                tx.delete(NAMES, *place)
            tx.delete(RESULTS, *execution.key)
            tx.delete(EXECUTIONS, *execution.key)

        await committed(self._cache, rest)
