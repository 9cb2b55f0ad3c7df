"""A typed call in, a typed answer out: authorise, run the body, commit what it wrote; again if another was faster."""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.calls.authorize import Authorizer, Settled
from portico.calls.call import Call, Origin
from portico.calls.operation import Admit, Answer, Operation, Ready, Registry
from portico.store.cache import RecordCache
from portico.store.joined import Joined
from portico.store.port import Conflict, Op, StoreFull
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError, not_implemented

log = logging.getLogger("portico.calls")

_ATTEMPTS = 64  # each conflict means that another call has made progress


class Bound(msgspec.Struct, frozen=True, gc=False):
    """A service at work: its operations, the dependencies that each of them gets, and what is asked before each call."""

    registry: Registry
    owner: Any
    admit: Admit | None = None


class Prepared(msgspec.Struct, frozen=True, gc=False):
    """A call that may be made again with another payload (see `Operation.prepare`), as long as no record changes: `changes` are the
    cache's at that time."""

    ready: Ready
    settled: Settled
    changes: int


class Dispatcher:
    """Runs operations. Every call enters here, whether it came from outside or from another service."""

    def __init__(self, cache: RecordCache, clock: Clock, authorizer: Authorizer) -> None:
        self._cache = cache
        self._clock = clock
        self._authorizer = authorizer
        self._services: dict[str, Bound] = {}

    def bind(self, service: str, bound: Bound) -> None:
        """Put `service` (botocore's name) to work."""
        self._services[service] = bound

    def operation(self, service: str, name: str) -> Operation:
        """The operation of that name.

        Raises:
            AwsError: `NotImplemented` (501), naming it.
        """
        bound = self._services.get(service)
        found = bound.registry.operations.get(name) if bound else None
        if found is None:
            raise not_implemented(service, name)
        return found

    async def authorize(self, service: str, name: str, origin: Origin, request: Any) -> None:
        """Ask whether `origin` may call the operation `name` with `request`, and call it not.

        Raises:
            Refused: it may not.
        """
        operation = self.operation(service, name)
        bound = self._services[service]
        call = Call(origin, service, name, Transaction(self._cache), self._clock.now())
        await self._authorizer.authorize(_protocol(bound), operation, bound.owner, call, request)

    @property
    def changes(self) -> int:
        """How often a record that may have been read has changed (`RecordCache.changes`)."""
        return self._cache.changes

    async def prepare(
        self, service: str, name: str, origin: Origin, request: Any, changes: int
    ) -> Prepared | None:
        """What is needed to make a call again and again that was just made, and began when `changes` was so many; None if each has to
        be looked at by itself."""
        operation, bound = self.operation(service, name), self._services[service]
        if operation.prepare is None or bound.admit is not None or changes != self._cache.changes:
            return None
        call = Call(origin, service, name, Transaction(self._cache), self._clock.now())
        settled = await self._authorizer.settled(operation, bound.owner, call, request)
        ready = None if settled is None else operation.prepare(bound.owner, call, request)
        return None if settled is None or ready is None else Prepared(ready, settled, changes)

    def repeat(self, prepared: Prepared, request_id: str, trace: str, payload: bytes, answer: Answer) -> bool:
        """Make a prepared call; `answer` is told of it after this has returned. False if the call has to be looked at by itself after
        all, as a record has changed, and then nothing has been done.

        Raises:
            AwsError: the operation's own errors.
        """
        if prepared.changes != self._cache.changes:
            return False
        now = self._clock.now()
        if not prepared.ready.again(request_id, now, trace, payload, answer):
            return False
        self._authorizer.repeat(prepared.settled, request_id, now)
        return True

    async def dispatch_within(
        self, whole: Transaction, service: str, name: str, origin: Origin, request: Any
    ) -> Any:
        """Run the operation `name` for `origin` inside of `whole`, whose owner commits: what was read is a condition of that commit,
        and what was written is in it. For operations that do no more than read and write.

        Raises:
            AwsError: the operation's own errors, `Refused`, `NotImplemented`.
        """
        operation = self.operation(service, name)
        bound = self._services[service]
        call = Call(origin, service, name, Joined(whole), self._clock.now())
        await self._authorizer.authorize(_protocol(bound), operation, bound.owner, call, request)
        return await operation.body(bound.owner, call, request)

    async def dispatch(
        self, service: str, name: str, origin: Origin, request: Any, along: Sequence[Op] = ()
    ) -> Any:
        """Run the operation `name` for `origin` and return its response. `along` are the caller's own changes, which go into the
        operation's commit: they hold if and only if it does.

        Raises:
            AwsError: the operation's own errors, `Refused`, `NotImplemented`.
        """
        operation = self.operation(service, name)
        bound = self._services[service]
        protocol = _protocol(bound)
        if bound.admit is not None:
            await bound.admit(bound.owner, name, origin, request)
        for _ in range(_ATTEMPTS):
            tx = Transaction(self._cache, along)
            call = Call(origin, service, name, tx, self._clock.now())
            await self._authorizer.authorize(protocol, operation, bound.owner, call, request)
            try:
                response = await operation.body(bound.owner, call, request)
                if tx.writes:
                    await tx.commit()
            except Conflict:
                continue
            except StoreFull as error:
                log.error("%s:%s was not carried out: %s", service, name, error)
                raise AwsError("ServiceUnavailable", "The disk is full; nothing was changed.", 503) from error
            return response
        raise AwsError("ServiceUnavailable", "Too many calls change the same resource; try again.", 503)


def _protocol(bound: Bound) -> str:
    """In whose words the service refuses."""
    protocols = bound.registry.index.protocols
    return "json, once query" if protocols == ("json", "query") else protocols[0]
