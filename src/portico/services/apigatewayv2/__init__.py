"""API Gateway's HTTP and WebSocket APIs: their control plane, and the front door of HTTP APIs."""

from portico.calls.ports import Ports, ServiceSpec
from portico.doors.public import Public
from portico.services.apigatewayv2.service import HttpApis


def _build(ports: Ports) -> HttpApis:
    return HttpApis(public=Public(ports.extras["Origin"]))


SERVICE = ServiceSpec(
    "apigatewayv2",
    (
        "apis",
        "routes",
        "integrations",
        "authorizers",
        "deployments",
        "stages",
        "models",
        "route_responses",
        "integration_responses",
        "vpc_links",
        "tags",
    ),
    _build,
)
