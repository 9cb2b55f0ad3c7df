"""The `websocket` door: handshakes at an API's stages, and `@connections`, which another service answers."""

from urllib.parse import unquote

import msgspec

from portico.doors.address import Address
from portico.doors.connections import Served
from portico.doors.port import Arrival, Doors
from portico.doors.records import API_POINTERS, ApiPointer
from portico.services.apigatewayv2.records import APIS
from portico.services.apigatewayv2.sockets.connecting import Connecting
from portico.store.cache import RecordCache
from portico.wire.http import Answer, Headers, Reply

CONNECTIONS = "@connections"
_FORBIDDEN: tuple[int, Headers, bytes] = (
    403,
    (("Content-Type", "application/json"), ("x-amzn-ErrorType", "ForbiddenException")),
    b'{"message":"Forbidden"}',
)


class SocketDoor:
    """Answers at WebSocket APIs."""

    def __init__(self, connecting: Connecting, doors: Doors, cache: RecordCache) -> None:
        self._connecting = connecting
        self._doors = doors
        self._cache = cache

    async def __call__(self, arrival: Arrival) -> Answer:
        """The reply to a request."""
        address = arrival.address
        pointer = self._cache.peek(API_POINTERS, address.id)
        if pointer is None or not self._answers_at(address, pointer.value):
            return _forbidden(arrival)
        stage, path = _split(address.stage, address.path)
        first = unquote(path.split("/", 2)[1]) if path else ""
        if first == CONNECTIONS:
            door = self._doors.find("connections")
            return _forbidden(arrival) if door is None else await door(_within(arrival, stage, path))
        if first or path.count("/") > 1:
            return _forbidden(arrival)
        return await self._connecting(
            arrival, Served(pointer.value.account, pointer.value.region, address.id, stage)
        )

    def _answers_at(self, address: Address, owner: ApiPointer) -> bool:
        """Whether the API answers at an address: of its own region, and not if it answers at custom domain names only."""
        api = self._cache.peek(APIS, owner.account, owner.region, address.id)
        if api is None or address.region not in ("", owner.region):
            return False
        return address.kind == "domain" or not api.value.disable_execute_api_endpoint


def _split(stage: str | None, path: str) -> tuple[str, str]:
    """The stage and what follows it."""
    if stage is not None:
        return unquote(stage), path
    first, slash, rest = path.removeprefix("/").partition("/")
    return unquote(first), slash + rest


def _within(arrival: Arrival, stage: str, path: str) -> Arrival:
    address = msgspec.structs.replace(arrival.address, stage=stage, path=path)
    return msgspec.structs.replace(arrival, address=address)


def _forbidden(arrival: Arrival) -> Reply:
    status, headers, body = _FORBIDDEN
    return Reply(status, (*headers, ("x-amzn-RequestId", arrival.request_id)), body)
