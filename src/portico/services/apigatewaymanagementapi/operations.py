"""The operations at the control plane's own address, where the connection's id alone tells whose it is (ids are unique).

Source: Amazon API Gateway Management API Reference.
"""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import Check, operation
from portico.doors.connections import Connection, Served
from portico.services.apigatewaymanagementapi.index import INDEX
from portico.services.apigatewaymanagementapi.service import ACTION, Management, post, shown

if TYPE_CHECKING:
    from portico.services.apigatewaymanagementapi.shapes import (
        DeleteConnectionRequest,
        GetConnectionRequest,
        GetConnectionResponse,
        PostToConnectionRequest,
    )


async def _permission(management: Management, call: Call, request: Any) -> list[Check]:
    """On the connection, below the stage where it was made; one that is not there could be anywhere."""
    scope, connection_id = call.scope, request["ConnectionId"]
    found = management.connections.find(connection_id)
    served = Served(scope.account, scope.region, "*", "*") if found is None else found.client.served
    method = INDEX.operations[call.operation].method
    return [Check(ACTION, served.arn(f"{method}/@connections/{connection_id}"))]


@operation(action=None, also=_permission)
async def post_to_connection(
    management: Management, call: Call, request: "PostToConnectionRequest"
) -> dict[str, Any]:
    """Send `Data` to a client: as text, or as a binary message where it is none.

    Raises:
        GoneException: the connection is no more.
        PayloadTooLargeException: more than 128 KB.
        LimitExceededException: the client reads too slowly.
    """
    post(_found(management, call, request), request["Data"])
    return {}


@operation(action=None, also=_permission)
async def get_connection(
    management: Management, call: Call, request: "GetConnectionRequest"
) -> "GetConnectionResponse":
    """What is known of a client.

    Raises:
        GoneException: the connection is no more.
    """
    return shown(_found(management, call, request))


@operation(action=None, also=_permission)
async def delete_connection(
    management: Management, call: Call, request: "DeleteConnectionRequest"
) -> dict[str, Any]:
    """Say goodbye to a client.

    Raises:
        GoneException: the connection is no more.
    """
    _found(management, call, request).disconnect()
    return {}


def _found(management: Management, call: Call, request: Any) -> Connection:
    return management.find(request["ConnectionId"], call.scope.account, call.scope.region)
