"""API Gateway's HTTP and WebSocket APIs and developer portals: their control plane, and their front doors."""

from portico.calls.ports import Ports, ServiceSpec
from portico.doors.public import Public
from portico.services.apigatewayv2.plane.build import http_door
from portico.services.apigatewayv2.service import HttpApis
from portico.services.apigatewayv2.site.build import portal_door
from portico.services.apigatewayv2.sockets.build import socket_door
from portico.services.apigatewayv2.ways import ApiWays


def _build(ports: Ports) -> HttpApis:
    ports.extras["Doors"].add("http", http_door(ports))
    ports.extras["Doors"].add("websocket", socket_door(ports))
    extras = ports.extras
    extras["Guide"].add(ApiWays(ports.store, ports.cache, extras["Census"], extras["Origin"]))
    extras["Doors"].add("portal", portal_door(ports))
    return HttpApis(
        public=Public(extras["Origin"]),
        connections=extras["OpenConnections"],
        clients=ports.clients,
        authorizer=extras["Authorizer"],
    )


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
        "publishing",
        "portal_products",
        "sharing",
        "product_pages",
        "import_api",
        "export_api",
        "tags",
    ),
    _build,
)
