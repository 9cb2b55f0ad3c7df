"""One execution in one transaction: what is read of it, what is changed, and what has to follow from that."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from portico.services.lambda_.durable.records import (
    CLOSED,
    DUE,
    EVENTS,
    EXECUTIONS,
    FAILED,
    IDLE,
    OPERATION_IDS,
    OPERATIONS,
    QUEUED,
    RESULTS,
    RUNNING,
    RUNS,
    TIMED_OUT,
    Due,
    ErrorObject,
    Event,
    Execution,
    Operation,
    Reference,
    Result,
    Run,
)
from portico.store.cache import RecordCache
from portico.store.port import Conflict, Send
from portico.store.transaction import Transaction

Key = tuple[str, str, str, str]
T = TypeVar("T")
DAY_S = 86_400.0
_ATTEMPTS = 64  # each conflict means that another has made progress
_CLOSING = {
    "SUCCEEDED": "ExecutionSucceeded",
    "FAILED": "ExecutionFailed",
    "TIMED_OUT": "ExecutionTimedOut",
    "STOPPED": "ExecutionStopped",
}


async def committed(cache: RecordCache, body: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `body` in a transaction and commit it, again if another was faster; what it returned.

    Raises:
        Conflict: it never came through.
    """
    for _ in range(_ATTEMPTS):
        tx = Transaction(cache)
        result = await body(tx)
        try:
            await tx.commit()
        except Conflict:
            continue
        return result
    raise Conflict("too many changes of one execution at once")


class Ledger:
    """An open execution. Changes gather here and in the transaction; `save` writes the execution itself, once, at the end."""

    def __init__(self, tx: Transaction, execution: Execution, now: float) -> None:
        self.tx = tx
        self.execution = execution
        self.now = now
        self._before = execution

    @classmethod
    async def opened(cls, tx: Transaction, key: Key, now: float) -> "Ledger | None":
        """The execution at `key`, or None if there is none."""
        execution = await tx.get(EXECUTIONS, *key)
        return None if execution is None else cls(tx, execution, now)

    @property
    def key(self) -> Key:
        """The identifiers of the execution."""
        return self.execution.key

    def change(self, **fields: Any) -> None:
        """Change fields of the execution."""
        self.execution = msgspec.structs.replace(self.execution, **fields)

    async def operation(self, operation_id: str) -> Operation | None:
        """The operation with this id."""
        found = await self.tx.get(OPERATION_IDS, *self.key, operation_id)
        return None if found is None else await self.numbered(found.number)

    async def numbered(self, number: int) -> Operation | None:
        """The operation with this number."""
        return await self.tx.get(OPERATIONS, *self.key, number)

    def add(self, operation: Operation) -> None:
        """Write a new operation, whose number is the execution's next."""
        self.tx.put(OPERATION_IDS, Reference(number=operation.number), *self.key, operation.id)
        self.tx.put(OPERATIONS, operation, *self.key, operation.number)
        self.change(
            next_operation=operation.number + 1, pending=self.execution.pending + int(operation.pends)
        )

    def put(self, before: Operation, after: Operation) -> None:
        """Write an operation that was `before`."""
        self.tx.put(OPERATIONS, after, *self.key, after.number)
        self.change(pending=self.execution.pending + int(after.pends) - int(before.pends))

    def unseen(self, number: int) -> None:
        """The operation changed without the function knowing: the function is told, and invoked if it is not running."""
        if number not in self.execution.unseen:
            self.change(unseen=(*self.execution.unseen, number))
        self.resume()

    def set_timer(self, name: str, due: float | None) -> None:
        """Let the timer `name` be due then, or not at all."""
        timers = {key: at for key, at in self.execution.timers.items() if key != name}
        self.change(timers=timers if due is None else timers | {name: due})

    def record(self, kind: str, details: dict[str, Any], operation: Operation | None = None) -> None:
        """Write an event of the history."""
        number = self.execution.next_event
        event = Event(number, kind, self.now, details)
        if operation is not None:
            event = Event(
                number,
                kind,
                self.now,
                details,
                operation.id,
                operation.name,
                operation.parent,
                operation.sub_type,
            )
        self.tx.put(EVENTS, event, *self.key, number)
        self.change(next_event=number + 1)

    def resume(self) -> None:
        """Have the function invoked, unless it is already or the execution is not running."""
        if self.execution.status == RUNNING and self.execution.stage == IDLE:
            self.queue_run(self.now)

    def queue_run(self, at: float) -> None:
        """Have the function invoked at `at`, by a run of its own."""
        run = self.execution.run + 1
        self.change(stage=QUEUED, run=run, interrupted=False)
        self.tx.add(Send(RUNS, msgspec.json.encode(Run(self.key, run=run)), visible_at=at))

    def set_deadline(self, deadline: float) -> None:
        """Let the execution time out then."""
        self.change(deadline=deadline)
        self._send_due(Due(self.key), deadline)

    def close(self, status: str, *, result: str | None = None, error: ErrorObject | None = None) -> None:
        """End the execution: no token is valid any more, no timer runs, and who waits for it is told."""
        details: dict[str, Any] = {}
        if status == "SUCCEEDED":
            details["Result"] = shown_payload(result)
        elif error is not None:
            details["Error"] = shown_payload(error)
        self.record(_CLOSING[status], details)
        self.tx.put(RESULTS, Result(result), *self.key)
        self.change(
            status=status,
            ended_at=self.now,
            error=error,
            token="",
            answered=None,
            timers={},
            unseen=(),
            pause=None,
        )
        self._send_due(Due(self.key), self.expires_at)
        if self.execution.request_id and status in (FAILED, TIMED_OUT):
            self._send_due(Due(self.key, unheard=True), self.now)
        parent = self.execution.parent
        if parent is not None:
            self._send_due(Due(parent.key, operation=parent.operation, child=self.key), self.now)

    @property
    def expires_at(self) -> float:
        """When an ended execution is forgotten."""
        return self.execution.ended_at + self.execution.retention_days * DAY_S

    @property
    def changed(self) -> bool:
        """Whether there is anything to save."""
        return self.execution is not self._before

    @property
    def is_closed(self) -> bool:
        """Whether the execution has ended."""
        return self.execution.status in CLOSED

    def save(self) -> None:
        """Write the execution, with a message for the timer that is due first."""
        timers, wake_at = self.execution.timers, self.execution.wake_at
        soonest = min(timers.values(), default=0.0)
        if soonest and (not wake_at or soonest < wake_at):
            self.change(wake_at=soonest)
            self._send_due(Due(self.key, wakes=soonest), soonest)
        self.tx.put(EXECUTIONS, self.execution, *self.key)

    def _send_due(self, due: Due, at: float) -> None:
        self.tx.add(Send(DUE, msgspec.json.encode(due), visible_at=at))


def shown_payload(payload: Any) -> dict[str, Any]:
    """A payload as the history has it; None is left out."""
    return {"Truncated": False} if payload is None else {"Payload": payload, "Truncated": False}
