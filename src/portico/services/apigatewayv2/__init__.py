"""API Gateway's HTTP and WebSocket APIs: their control plane, and the front door of HTTP APIs."""

from portico.calls.ports import Ports, ServiceSpec
from portico.doors.public import Public
from portico.services.apigatewayv2.plane.build import http_door
from portico.services.apigatewayv2.service import HttpApis
from portico.services.apigatewayv2.sockets.build import socket_door
from portico.services.apigatewayv2.ways import ApiWays


def _build(ports: Ports) -> HttpApis:
    ports.extras["Doors"].add("http", http_door(ports))
    ports.extras["Doors"].add("websocket", socket_door(ports))
    extras = ports.extras
    extras["Guide"].add(ApiWays(ports.store, ports.cache, extras["Census"], extras["Origin"]))
    return HttpApis(public=Public(extras["Origin"]), connections=extras["OpenConnections"])


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
        "responses",
        "domain_names",
        "api_mappings",
        "routing_rules",
        "vpc_links",
        "portals",
        "portal_products",
        "product_pages",
        "import_api",
        "export_api",
        "tags",
    ),
    _build,
)
