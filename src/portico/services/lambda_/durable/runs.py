"""The invocations of durable functions: the event with what was saved, and what becomes of the answer."""

import logging

import msgspec

from portico.base.clock import Clock
from portico.base.ids import request_id as new_request_id
from portico.environments.work import Invocation, PreparationFailed
from portico.invoke.admit import Throttled
from portico.invoke.invoker import Invoker
from portico.invoke.resolve import Resolver
from portico.services.lambda_.durable import identifiers, outcome, pausing, shown, state
from portico.services.lambda_.durable.chained import ChainedCalls
from portico.services.lambda_.durable.ledger import Key, Ledger, committed
from portico.services.lambda_.durable.outcome import Ended
from portico.services.lambda_.durable.records import (
    FAILED,
    IDLE,
    INVOKED,
    PAUSING,
    QUEUED,
    RUNNING,
    RUNS,
    Execution,
    Run,
)
from portico.store.cache import RecordCache
from portico.store.port import Ack, ChangeVisibility, Message
from portico.store.transaction import Transaction

log = logging.getLogger("portico.lambda")

_THROTTLED_S = (
    0.25,
    5.0,
)  # short: places become free as fast as functions are, and whoever waits longest must not starve


class RunHandler:
    """Handles messages of RUNS.

    An invocation has the message's number of a run and takes the execution's token when it begins, so of two that begin only the
    later one can checkpoint, and only the one that the execution knows settles it.
    """

    def __init__(
        self, *, cache: RecordCache, clock: Clock, resolver: Resolver, invoker: Invoker, chained: ChainedCalls
    ) -> None:
        self._cache = cache
        self._clock = clock
        self._resolver = resolver
        self._invoker = invoker
        self._chained = chained

    async def handle(self, message: Message) -> None:
        """Make the invocation that a message asks for."""
        run = msgspec.json.decode(message.body, type=Run)
        if run.operation:
            await self._chained.call(message, run.key, run.operation)
            return
        began = await self._begin(run, message)
        if began is None:
            return
        execution, seen = began
        place = (*execution.key[:3], execution.version)
        resolved = self._resolver.resolve(*place)
        if resolved is None:
            await self._gone(execution, message)
            return
        request_id = new_request_id()
        event = await self._event(execution, seen)
        invocation = Invocation(request_id, event, execution.function_arn, execution.trace)
        started_at = self._clock.now()
        try:
            finished = await self._invoker.invoke(resolved, invocation)
        except Throttled as throttled:
            log.debug("%s waits: %s", execution.arn, throttled)
            await self._put_back(execution, message, seen)
            return
        except PreparationFailed as failed:
            error = {"ErrorType": failed.code, "ErrorMessage": failed.message}
            ended = Ended(request_id, started_at, error=error)
        else:
            ended = outcome.read(finished.outcome, request_id, started_at)
        await self._settle(execution, message, ended)

    async def _begin(self, run: Run, message: Message) -> tuple[Execution, tuple[int, ...]] | None:
        """Give the invocation the execution's token, if it is still wanted; the execution, and what the function has not seen."""

        async def begin(tx: Transaction) -> tuple[Execution, tuple[int, ...]] | None:
            ledger = await Ledger.opened(tx, run.key, self._clock.now())
            if ledger is None or ledger.execution.run != run.run or not self._wanted(ledger):
                tx.add(Ack(RUNS, message.receipt))
                if ledger is not None and ledger.changed:
                    ledger.save()
                return None
            seen = ledger.execution.unseen
            token = identifiers.new_token(ledger.execution.id)
            begun = ledger.execution.begun + 1
            ledger.change(stage=INVOKED, begun=begun, token=token, answered=None, unseen=())
            ledger.save()
            return ledger.execution, seen

        return await committed(self._cache, begin)

    @staticmethod
    def _wanted(ledger: Ledger) -> bool:
        """Whether the execution is to be invoked; if not, its stage says so."""
        status = ledger.execution.status
        if ledger.execution.stage == IDLE:
            return False
        if status == PAUSING:
            pausing.reached(ledger, interrupted=True)
        if status != RUNNING:
            ledger.change(stage=IDLE, interrupted=True)
        return status == RUNNING

    async def _event(self, execution: Execution, seen: tuple[int, ...]) -> bytes:
        page = await state.page(self._cache, execution.key, large=False)
        initial = {
            "Operations": [shown.for_function(each) for each in page.operations],
            "NextMarker": "" if page.following is None else str(page.following),
        }
        event = {
            "DurableExecutionArn": execution.arn,
            "CheckpointToken": execution.token,
            "InitialExecutionState": initial,
            "UpdatedOperationIds": await self._ids(execution.key, seen),
        }
        return msgspec.json.encode(event)

    async def _ids(self, key: Key, numbers: tuple[int, ...]) -> list[str]:
        ledger = await Ledger.opened(Transaction(self._cache), key, self._clock.now())
        found = [await ledger.numbered(number) for number in numbers] if ledger is not None else []
        return [operation.id for operation in found if operation is not None]

    async def _current(self, tx: Transaction, began: Execution) -> Ledger | None:
        """The execution, if what began with it is still its invocation."""
        ledger = await Ledger.opened(tx, began.key, self._clock.now())
        if ledger is None or (ledger.execution.run, ledger.execution.begun) != (began.run, began.begun):
            return None
        return ledger

    async def _settle(self, execution: Execution, message: Message, ended: Ended) -> None:
        async def settle(tx: Transaction) -> None:
            tx.add(Ack(RUNS, message.receipt))
            ledger = await self._current(tx, execution)
            if ledger is None:
                return
            outcome.settle(ledger, ended)
            ledger.save()

        await committed(self._cache, settle)

    async def _put_back(self, execution: Execution, message: Message, seen: tuple[int, ...]) -> None:
        """No place was free: the same run again, later."""
        again = min(_THROTTLED_S[0] * 2 ** min(message.receives - 1, 16), _THROTTLED_S[1])

        async def put_back(tx: Transaction) -> None:
            tx.add(ChangeVisibility(RUNS, message.receipt, self._clock.now() + again))
            ledger = await self._current(tx, execution)
            if ledger is None:
                return
            unseen = dict.fromkeys((*seen, *ledger.execution.unseen))
            ledger.change(stage=QUEUED, token="", unseen=tuple(unseen))
            ledger.save()

        await committed(self._cache, put_back)

    async def _gone(self, execution: Execution, message: Message) -> None:
        """The function or the version was deleted: the execution can't go on."""
        error = {
            "ErrorType": "ResourceNotFoundException",
            "ErrorMessage": f"Function not found: {execution.function_arn}",
        }

        async def fail(tx: Transaction) -> None:
            tx.add(Ack(RUNS, message.receipt))
            ledger = await self._current(tx, execution)
            if ledger is None or ledger.is_closed:
                return
            ledger.change(stage=IDLE)
            ledger.close(FAILED, error=error)
            ledger.save()

        await committed(self._cache, fail)
