"""The door of HTTP APIs, put together."""

from portico.calls.ports import Ports
from portico.doors.metrics import DoorMetrics
from portico.doors.roles import DoorRoles
from portico.doors.vpc_targets import VpcTargets
from portico.services.apigatewayv2.plane.authorizing.callers import ways
from portico.services.apigatewayv2.plane.authorizing.functions import FunctionAuthorizers
from portico.services.apigatewayv2.plane.authorizing.signatures import Signatures
from portico.services.apigatewayv2.plane.door import HttpDoor
from portico.services.apigatewayv2.plane.integrations import kind_of
from portico.services.apigatewayv2.plane.integrations.backends import HttpBackends
from portico.services.apigatewayv2.plane.integrations.functions import Functions
from portico.services.apigatewayv2.plane.integrations.services import Services
from portico.services.apigatewayv2.plane.outcomes import Outcomes
from portico.services.apigatewayv2.plane.served import Stages


def http_door(ports: Ports) -> HttpDoor:
    """The door, with all that it needs at work."""
    extras, cache, clock = ports.extras, ports.cache, ports.clock
    roles = DoorRoles(cache, clock)
    return HttpDoor(
        Stages(cache),
        clock=clock,
        admits=ways(
            tokens=extras["Tokens"],
            signatures=Signatures(extras["Callers"], extras["Authorizer"], cache),
            functions=FunctionAuthorizers(ports.clients, roles),
        ),
        integrates={
            "function": Functions(ports.clients, roles).answered,
            "backend": HttpBackends(extras["Backends"], VpcTargets(extras["Settings"].vpc_targets)).answered,
            "service": Services(ports.clients, roles).answered,
        },
        kind_of=kind_of,
        outcomes=Outcomes(clock, DoorMetrics(extras["Metrics"]), extras["DoorLogs"]),
        buckets=extras["Buckets"],
        given=extras["Authorizer"].given,
    )
