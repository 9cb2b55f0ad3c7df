"""Chained invocations: a durable execution that has another function invoked and waits for it, as its execution role."""

import hashlib
import logging
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.base.trace import carried, entered, mark_of
from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.identity.principal import Principal, Session
from portico.identity.sessions import role_session
from portico.invoke.resolve import Resolver
from portico.invoke.roles import ExecutionRoles
from portico.services.lambda_ import names
from portico.services.lambda_.durable import identifiers, outcome
from portico.services.lambda_.durable.ledger import Key, Ledger, committed, shown_payload
from portico.services.lambda_.durable.records import (
    CLOSED,
    EXECUTIONS,
    FAILED,
    OPEN,
    RESULTS,
    RUNS,
    STOPPED,
    SUCCEEDED,
    TIMED_OUT,
    ErrorObject,
    Execution,
    Operation,
    Parent,
    Run,
)
from portico.services.lambda_.durable.updates import PAYLOAD_BYTES_MAX
from portico.store.cache import RecordCache
from portico.store.port import Ack, ChangeVisibility, Message, Send
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError

log = logging.getLogger("portico.lambda")

_DELAY_S = (1.0, 60.0)
_SESSION_S = 3600.0
_THROTTLED = "TooManyRequestsException"
_EVENTS = {
    SUCCEEDED: "ChainedInvokeSucceeded",
    FAILED: "ChainedInvokeFailed",
    TIMED_OUT: "ChainedInvokeTimedOut",
    STOPPED: "ChainedInvokeStopped",
}


class Ended(msgspec.Struct, frozen=True, gc=False):
    """How a chained invocation ended: one of the statuses above, with a result or an error."""

    status: str
    result: str | None = None
    error: ErrorObject | None = None


def send(ledger: Ledger, operation: Operation) -> None:
    """Have the invocation made once the checkpoint is on disk."""
    ledger.tx.add(Send(RUNS, msgspec.json.encode(Run(ledger.key, operation=operation.number))))


async def complete(ledger: Ledger, number: int, ended: Ended) -> None:
    """End the operation, unless that has happened or the execution is over."""
    operation = await ledger.numbered(number)
    if operation is None or not operation.pends or ledger.execution.status not in OPEN:
        return
    after = msgspec.structs.replace(
        operation, status=ended.status, ended_at=ledger.now, result=ended.result, error=ended.error
    )
    ledger.put(operation, after)
    details: dict[str, Any] = (
        {"Result": shown_payload(ended.result)}
        if ended.status == SUCCEEDED
        else {"Error": shown_payload(ended.error or {})}
    )
    ledger.record(_EVENTS[ended.status], details, after)
    ledger.unseen(number)


async def child_ended(ledger: Ledger, number: int, child: Key) -> None:
    """A durable execution that was waited for has ended."""
    execution = await ledger.tx.get(EXECUTIONS, *child)
    if execution is None or execution.status not in CLOSED:
        await complete(ledger, number, Ended(FAILED, error={"ErrorMessage": "The execution was deleted."}))
        return
    result = await ledger.tx.get(RESULTS, *child)
    payload = result.payload if result is not None else None
    await complete(ledger, number, Ended(execution.status, payload, execution.error))


class ChainedCalls:
    """Makes the invocations, as a client would who is the execution role: `lambda:InvokeFunction` must be allowed to it."""

    def __init__(
        self,
        *,
        cache: RecordCache,
        clock: Clock,
        clients: Clients,
        resolver: Resolver,
        roles: ExecutionRoles,
    ) -> None:
        self._cache = cache
        self._clock = clock
        self._clients = clients
        self._resolver = resolver
        self._roles = roles

    async def call(self, message: Message, key: Key, number: int) -> None:
        """Make the chained invocation `number` of the execution at `key`. One whose target is durable is only started here: its end
        comes back as a message. A server that dies meanwhile makes the invocation again."""
        ledger = await Ledger.opened(Transaction(self._cache), key, self._clock.now())
        operation = await ledger.numbered(number) if ledger is not None else None
        if ledger is None or operation is None or not operation.pends:
            await self._cache.store.commit([Ack(RUNS, message.receipt)])
            return
        try:
            ended = await self._invoke(ledger.execution, operation)
        except AwsError as error:
            if error.code == _THROTTLED:
                await self._put_back(message)
                return
            ended = Ended(FAILED, error={"ErrorType": error.code, "ErrorMessage": error.message or ""})
        await self._settle(message, key, number, ended)

    async def _invoke(self, execution: Execution, operation: Operation) -> Ended | str:
        """The end of the invocation, or the ARN of the durable execution that was started."""
        client = self._client(execution, operation)
        target = names.parse(Scope(execution.account, execution.region), operation.target)
        resolved = self._resolver.resolve(target.account, target.region, target.name, target.qualifier)
        request: dict[str, Any] = {
            "FunctionName": operation.target,
            "Payload": (operation.input or "").encode(),
        }
        if operation.tenant is not None:
            request["TenantId"] = operation.tenant
        if resolved is not None and resolved.version.durable is not None:
            name = hashlib.sha256(f"{execution.arn}/{operation.id}".encode()).hexdigest()
            request |= {"InvocationType": "Event", "DurableExecutionName": name}
            started = await client.call("lambda", "Invoke", **request)
            return str(started["DurableExecutionArn"])
        return _ended(await client.call("lambda", "Invoke", **request))

    def _client(self, execution: Execution, operation: Operation) -> Client:
        principal = self._principal(execution)
        if principal is None:
            raise AwsError(
                "AccessDeniedException", "The role defined for the function cannot be assumed by Lambda.", 403
            )
        scope = Scope(execution.account, execution.region)
        arn = f"arn:aws:lambda:{execution.region}:{execution.account}:function:{execution.function}"
        inside, _ = entered(execution.trace, mark_of(arn))
        return self._clients.of(principal, scope, trace=carried(operation.trace or "", inside))

    def _principal(self, execution: Execution) -> Principal | None:
        resolved = self._resolver.resolve(*execution.key[:3], execution.version)
        role = (
            self._roles.assumable(resolved.version.role, execution.account) if resolved is not None else None
        )
        if role is None:
            return None
        now = self._clock.now()
        return role_session(role, Session(execution.function, issued_at=now, expires_at=now + _SESSION_S))

    async def _settle(self, message: Message, key: Key, number: int, ended: Ended | str) -> None:
        """Write down how it ended, or that the started execution is to say so when it ends."""

        async def settle(tx: Transaction) -> None:
            tx.add(Ack(RUNS, message.receipt))
            ledger = await Ledger.opened(tx, key, self._clock.now())
            if ledger is None:
                return
            if isinstance(ended, Ended):
                await complete(ledger, number, ended)
            elif (child := identifiers.parsed(ended)) is not None:
                await self._link(ledger, number, child.key)
            ledger.save()

        await committed(self._cache, settle)

    async def _link(self, ledger: Ledger, number: int, child: Key) -> None:
        started = await Ledger.opened(ledger.tx, child, ledger.now)
        if started is None or started.is_closed:
            await child_ended(ledger, number, child)
            return
        started.change(parent=Parent(ledger.key, number))
        started.save()

    async def _put_back(self, message: Message) -> None:
        delay = min(_DELAY_S[0] * 2 ** min(message.receives - 1, 16), _DELAY_S[1])
        again = self._clock.now() + delay
        await self._cache.store.commit([ChangeVisibility(RUNS, message.receipt, again)])


def _ended(answer: dict[str, Any]) -> Ended:
    """How a function that is not durable ended."""
    payload: bytes = answer["Payload"]
    if answer.get("FunctionError"):
        error = outcome.error_of(outcome.document(payload))
        timed_out = error.get("ErrorType") == "Sandbox.Timedout"
        return Ended(TIMED_OUT if timed_out else FAILED, error=error)
    if len(payload) > PAYLOAD_BYTES_MAX:
        message = (
            f"CHAINED_INVOKE output payload size must be less than or equal to {PAYLOAD_BYTES_MAX} bytes."
        )
        return Ended(FAILED, error={"ErrorType": "InvalidParameterValueException", "ErrorMessage": message})
    return Ended(SUCCEEDED, payload.decode())
