"""What can be done with a connection, whichever way the request came in.

Source: API Gateway Developer Guide, "Use @connections commands in your backend service"; quotas for WebSocket APIs (128 KB).
"""

from typing import TYPE_CHECKING

import msgspec

from portico.doors.connections import MESSAGE_BYTES_MAX, Connection, OpenConnections, Served, is_id
from portico.services.apigatewaymanagementapi import errors

if TYPE_CHECKING:
    from portico.services.apigatewaymanagementapi.shapes import GetConnectionResponse

ACTION = "execute-api:ManageConnections"


class Management(msgspec.Struct, frozen=True):
    """The service's dependencies."""

    connections: OpenConnections

    def find(self, connection_id: str, account: str, region: str) -> Connection:
        """The connection of that id in an account and region.

        Raises:
            AwsError: BadRequestException, it is no id; GoneException.
        """
        if not is_id(connection_id):
            raise errors.malformed(connection_id)
        found = self.connections.find(connection_id)
        if found is None or (found.client.served.account, found.client.served.region) != (account, region):
            raise errors.gone()
        return found

    def find_in(self, served: Served, connection_id: str) -> Connection:
        """The connection of that id at a stage.

        Raises:
            AwsError: BadRequestException, it is no id; GoneException.
        """
        found = self.find(connection_id, served.account, served.region)
        if found.client.served != served:
            raise errors.gone()
        return found


def post(connection: Connection, data: bytes) -> None:
    """Send a message to a client.

    Raises:
        AwsError: PayloadTooLargeException, LimitExceededException.
    """
    if len(data) > MESSAGE_BYTES_MAX:
        raise errors.too_large()
    if not connection.post(data):
        raise errors.too_slow()


def shown(connection: Connection) -> "GetConnectionResponse":
    """What is known of a client."""
    client = connection.client
    return {
        "ConnectedAt": client.connected_at,
        "Identity": {"SourceIp": client.source_ip, "UserAgent": client.user_agent},
        "LastActiveAt": connection.active_at,
    }
