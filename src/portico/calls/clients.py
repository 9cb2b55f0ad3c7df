"""In-process clients: how one service calls another, as a principal that must be allowed to. Dicts in, dicts out."""

from typing import Any

from portico.base.ids import request_id as new_request_id
from portico.calls.call import Origin, Scope
from portico.calls.dispatch import Dispatcher
from portico.identity.principal import Principal


class Client:
    """Calls operations as one principal in one account and region."""

    __slots__ = ("_dispatcher", "_origin")

    def __init__(self, dispatcher: Dispatcher, origin: Origin) -> None:
        self._dispatcher = dispatcher
        self._origin = origin

    async def call(self, service: str, operation: str, **request: Any) -> Any:
        """Call `service`'s `operation` with AWS's member names.

        Raises:
            AwsError: as the service answers any caller.
        """
        return await self._dispatcher.dispatch(service, operation, self._origin, request)


class Clients:
    """Makes clients."""

    __slots__ = ("_dispatcher",)

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    def of(self, principal: Principal, scope: Scope, *, request_id: str = "", trace: str = "") -> Client:
        """A client that calls as `principal` in `scope`; several calls may share a request id, so that they are explained together."""
        origin = Origin(principal, scope, request_id or new_request_id(), trace=trace)
        return Client(self._dispatcher, origin)
