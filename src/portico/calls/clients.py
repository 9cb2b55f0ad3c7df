"""In-process clients: how one service calls another, as a principal that must be allowed to. Dicts in, dicts out."""

from collections.abc import Sequence
from typing import Any

import msgspec

from portico.base.ids import request_id as new_request_id
from portico.calls.call import Origin, Scope
from portico.calls.dispatch import Dispatcher
from portico.calls.repeated import RepeatedCalls
from portico.identity.principal import Principal
from portico.store.port import Op
from portico.store.transaction import Transaction


class Client:
    """Calls operations as one principal in one account and region."""

    __slots__ = ("_dispatcher", "_origin", "_repeated")

    def __init__(self, dispatcher: Dispatcher, repeated: RepeatedCalls, origin: Origin) -> None:
        self._dispatcher = dispatcher
        self._repeated = repeated
        self._origin = origin

    async def call_along(self, along: Sequence[Op], service: str, operation: str, **request: Any) -> Any:
        """Like `call`, for an operation that changes something: `along`, which are changes of the caller's own, go into its commit,
        so that both happen or none.

        Raises:
            AwsError: as the service answers any caller; `ServiceUnavailable` also when `along` can't be committed (any more).
        """
        return await self._dispatcher.dispatch(service, operation, self._origin, request, along)

    async def call_within(self, whole: Transaction, service: str, operation: str, **request: Any) -> Any:
        """Like `call`, inside of `whole`: several calls, and what their caller writes itself, are committed together by its owner. An
        operation that fails has written nothing.

        Raises:
            AwsError: as the service answers any caller.
        """
        return await self._dispatcher.dispatch_within(whole, service, operation, self._origin, request)

    async def require(self, service: str, operation: str, **request: Any) -> None:
        """Ask whether this principal may make a call, without making it.

        Raises:
            AwsError: it may not.
        """
        await self._dispatcher.authorize(service, operation, self._origin, request)

    async def call(self, service: str, operation: str, **request: Any) -> Any:
        """Call `service`'s `operation` with AWS's member names.

        Raises:
            AwsError: as the service answers any caller.
        """
        return await self._repeated.call(service, operation, self._origin, request)


class Clients:
    """Makes clients."""

    __slots__ = ("_dispatcher", "_repeated")

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._repeated = RepeatedCalls(dispatcher)

    def of(self, principal: Principal, scope: Scope, *, request_id: str = "", trace: str = "") -> Client:
        """A client that calls as `principal` in `scope`; several calls may share a request id, so that they are explained together."""
        origin = Origin(principal, scope, request_id or new_request_id(), trace=trace)
        return Client(self._dispatcher, self._repeated, origin)

    def on_behalf(self, origin: Origin, service: str) -> Client:
        """A client of `service` (`cognito-idp`) that calls as the caller that it serves, whose own permissions count (AWS: a forward
        access session)."""
        via = f"{service}.{origin.scope.region}.amazonaws.com"
        return Client(self._dispatcher, self._repeated, msgspec.structs.replace(origin, via=via))
