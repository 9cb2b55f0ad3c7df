"""Calls that one service makes of another again and again, of which nothing differs but the payload: an API's of its function.

What they lead to is found out once, and holds until a record changes (see `Operation.prepare`).
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from portico.calls.call import Origin
from portico.calls.dispatch import Dispatcher, Prepared
from portico.wire.errors import AwsError

_PAYLOAD = "Payload"
_KEPT_MAX = 4_096


class _Kept(msgspec.Struct, frozen=True, gc=False):
    """What was found out when `changes` was so many: nothing (None), if each call has to be looked at by itself."""

    prepared: Prepared | None
    changes: int


class RepeatedCalls:
    """Makes calls, those of services in the short way where there is one."""

    __slots__ = ("_dispatcher", "_kept")

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._kept: dict[tuple[object, ...], _Kept] = {}

    async def call(self, service: str, name: str, origin: Origin, request: Mapping[str, Any]) -> Any:
        """The response of the operation `name` to `origin`.

        Raises:
            AwsError: as `Dispatcher.dispatch`.
        """
        dispatcher, caller = self._dispatcher, origin.principal
        payload = request.get(_PAYLOAD)
        if caller.kind != "service" or origin.via or not isinstance(payload, bytes):
            return await dispatcher.dispatch(service, name, origin, request)
        scope, changes = origin.scope, dispatcher.changes
        others = [item for item in request.items() if item[0] != _PAYLOAD]
        about = (caller.name, caller.source_arn, caller.source_account, scope.account, scope.region)
        key = (service, name, *about, *others)
        kept = self._kept.get(key)
        known = kept is not None and kept.changes == changes
        if kept is not None and known and kept.prepared is not None:
            answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            tell = partial(_tell, answer, kept.prepared.ready.usual)
            if dispatcher.repeat(kept.prepared, origin.request_id, origin.trace, payload, tell):
                return await answer
        response = await dispatcher.dispatch(service, name, origin, request)
        if not known and changes == dispatcher.changes:
            prepared = await dispatcher.prepare(service, name, origin, request, changes)
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            self._kept[key] = _Kept(prepared, changes)
        return response


def _tell(answer: asyncio.Future[Any], usual: Callable[[bytes], Any] | None, response: Any) -> None:
    if answer.done():  # who has called waits no longer
        return
    if isinstance(response, AwsError):
        answer.set_exception(response)
    elif usual is not None and isinstance(response, bytes):
        answer.set_result(usual(response))
    else:
        answer.set_result(response)
