"""Puts the parts of the data plane together."""

from urllib.parse import urlsplit

from portico.calls.ports import Ports
from portico.doors.access_log import DoorLogs
from portico.doors.log_writers import LogWriters
from portico.doors.metrics import DoorMetrics
from portico.doors.roles import DoorRoles
from portico.services.apigatewayv2.sockets.authorizing import Authorizing
from portico.services.apigatewayv2.sockets.connecting import Connecting
from portico.services.apigatewayv2.sockets.door import SocketDoor
from portico.services.apigatewayv2.sockets.execution import Executions
from portico.services.apigatewayv2.sockets.integrations.functions import Caller, FunctionProxy
from portico.services.apigatewayv2.sockets.integrations.http import Http, HttpProxy
from portico.services.apigatewayv2.sockets.integrations.mock import Mock
from portico.services.apigatewayv2.sockets.integrations.port import IntegrationKind
from portico.services.apigatewayv2.sockets.integrations.services import Services
from portico.services.apigatewayv2.sockets.keys import Keys
from portico.services.apigatewayv2.sockets.life import Life
from portico.services.apigatewayv2.sockets.notes import Notes
from portico.services.apigatewayv2.sockets.outcome import Integrations
from portico.services.apigatewayv2.sockets.plans import Stages
from portico.services.apigatewayv2.sockets.throttles import Throttles


def socket_door(ports: Ports) -> SocketDoor:
    """The `websocket` door of a server."""
    cache, clock, clients, extras = ports.cache, ports.clock, ports.clients, ports.extras
    logs: DoorLogs = extras["DoorLogs"]
    roles = DoorRoles(cache, clock)
    notes = Notes(DoorMetrics(extras["Metrics"]), logs, Executions(logs, LogWriters(cache, roles)))
    stages = Stages(cache)
    caller = Caller(clients, roles, extras["Authorizer"])
    kinds: dict[str, IntegrationKind] = {
        "AWS_PROXY": FunctionProxy(caller),
        "AWS": Services(caller, extras["ServiceCalls"]),
        "HTTP_PROXY": HttpProxy(extras["Backends"]),
        "HTTP": Http(extras["Backends"]),
        "MOCK": Mock(),
    }
    integrations = Integrations(kinds, notes, clock)
    throttles, keys = Throttles(extras["Buckets"], clock), Keys(extras["UsagePlans"])
    life = Life(stages, integrations, throttles, keys, notes, extras["OpenConnections"], clock)
    authorizing = Authorizing(extras["Callers"], extras["Authorizer"], caller, cache)
    port = str(urlsplit(extras["Origin"]).port or "")
    connecting = Connecting(stages, throttles, authorizing, keys, integrations, notes, life, port)
    return SocketDoor(connecting, extras["Doors"], cache)
