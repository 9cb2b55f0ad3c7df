"""`@connections` below the address of an API's stage, where SDKs are told to look for it.

Source: API Gateway Developer Guide, "Use @connections commands in your backend service", "Control access to WebSocket APIs with IAM
authorization".
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from portico.calls.authorize import Authorizer
from portico.calls.call import Call, Origin, Scope
from portico.calls.operation import Check
from portico.doors.callers import Callers
from portico.doors.connections import Served
from portico.doors.port import Arrival
from portico.doors.records import API_POINTERS
from portico.doors.resource_policy import words
from portico.identity.authenticate import Authenticated
from portico.services.apigatewaymanagementapi import errors
from portico.services.apigatewaymanagementapi.service import ACTION, Management, post, shown
from portico.store.cache import RecordCache
from portico.store.transaction import Transaction
from portico.wire.http import Reply
from portico.wire.model import codec

_SERVICE = "apigatewaymanagementapi"
_BODY_BYTES_MAX = 10 * 1024 * 1024
_OPERATIONS = {"POST": "PostToConnection", "GET": "GetConnection", "DELETE": "DeleteConnection"}


class ConnectionsDoor:
    """The `connections` door, which the `websocket` door hands requests to; their address names the stage."""

    def __init__(
        self, management: Management, callers: Callers, authorizer: Authorizer, cache: RecordCache
    ) -> None:
        self._management = management
        self._callers = callers
        self._authorizer = authorizer
        self._cache = cache

    async def __call__(self, arrival: Arrival) -> Reply:
        """The reply to a request.

        Raises:
            AwsError: it is refused, in AWS's words.
        """
        name = _OPERATIONS.get(arrival.head.method)
        connection_id = _connection_id(arrival.address.path)
        pointer = self._cache.peek(API_POINTERS, arrival.address.id)
        if name is None or not connection_id or pointer is None:
            raise errors.forbidden()
        served = Served(
            pointer.value.account, pointer.value.region, arrival.address.id, arrival.address.stage or ""
        )
        caller = self._callers.of(arrival, "execute-api")
        if caller.claim is None:
            raise errors.unsigned()
        if caller.region != served.region:
            raise errors.other_region(caller.region)
        data = self._callers.body(caller, arrival, await arrival.body.read(_BODY_BYTES_MAX))
        self._authorize(
            arrival, caller, name, served.arn(f"{arrival.head.method}/@connections/{connection_id}")
        )
        answer = self._done(name, served, connection_id, data)
        return codec(_SERVICE, name, "rest-json").encode(answer, arrival.request_id)

    def _authorize(self, arrival: Arrival, caller: Authenticated, name: str, arn: str) -> None:
        principal = caller.principal
        origin = Origin(
            principal,
            Scope(principal.account, caller.region),
            arrival.request_id,
            arrival.peer.host,
            arrival.peer.secure,
            arrival.head.header("user-agent"),
        )
        call = Call(origin, _SERVICE, name, Transaction(self._cache), arrival.at)
        decision, _ = self._authorizer.judge(call, Check(ACTION, arn))
        if not decision.allowed and self._authorizer.enforces:
            raise errors.denied(words(decision, principal, ACTION, arn))

    def _done(self, name: str, served: Served, connection_id: str, data: bytes) -> Mapping[str, Any]:
        connection = self._management.find_in(served, connection_id)
        if name == "GetConnection":
            return shown(connection)
        if name == "PostToConnection":
            post(connection, data)
        else:
            connection.disconnect()
        return {}


def _connection_id(path: str) -> str:
    """The id in `/@connections/{id}`, "" if the path is another one."""
    parts = path.split("/")
    return unquote(parts[2]) if len(parts) == 3 else ""
