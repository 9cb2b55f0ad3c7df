"""API Gateway's management of WebSocket connections (`@connections`): messages to clients, what is known of them, and their end."""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.apigatewaymanagementapi.door import ConnectionsDoor
from portico.services.apigatewaymanagementapi.service import Management


def _build(ports: Ports) -> Management:
    extras = ports.extras
    management = Management(extras["OpenConnections"])
    door = ConnectionsDoor(management, extras["Callers"], extras["Authorizer"], ports.cache)
    extras["Doors"].add("connections", door)
    return management


SERVICE = ServiceSpec("apigatewaymanagementapi", ("operations",), _build)
