"""API Gateway's REST APIs: what they are made of, and the door to them."""

from portico.calls.ports import Ports, ServiceSpec
from portico.doors.domains import DomainDoor
from portico.doors.public import Public
from portico.doors.roles import DoorRoles
from portico.services.apigateway.plane.plane import build
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.ways import RestWays


def _build(ports: Ports) -> ApiGateway:
    doors = ports.extras["Doors"]
    doors.add("domain", DomainDoor(ports.cache, doors))
    extras = ports.extras
    extras["Guide"].add(RestWays(ports.store, ports.cache, extras["Census"], extras["Origin"]))
    return ApiGateway(
        store=ports.store,
        sealer=ports.extras["Sealer"],
        roles=DoorRoles(ports.cache, ports.clock),
        plane=build(ports),
        public=Public(extras["Origin"]),
    )


SERVICE = ServiceSpec(
    "apigateway",
    (
        "apis",
        "update_api",
        "resources",
        "methods",
        "method_responses",
        "integrations",
        "integration_responses",
        "deployments",
        "stages",
        "flushing",
        "authorizers",
        "models",
        "validators",
        "gateway_responses",
        "api_keys",
        "import_keys",
        "usage_plans",
        "usage_plan_keys",
        "usage",
        "domain_names",
        "access_associations",
        "base_path_mappings",
        "vpc_links",
        "client_certificates",
        "documentation",
        "tags",
        "account",
        "trying",
        "sdk_types",
        "importing",
        "exporting",
    ),
    _build,
)
