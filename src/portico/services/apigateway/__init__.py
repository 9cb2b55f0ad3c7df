"""API Gateway's REST APIs: what they are made of, and the door to them."""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.apigateway.service import ApiGateway


def _build(ports: Ports) -> ApiGateway:
    return ApiGateway(
        store=ports.store,
        cache=ports.cache,
        clock=ports.clock,
        clients=ports.clients,
        sealer=ports.extras["Sealer"],
    )


SERVICE = ServiceSpec(
    "apigateway",
    (
        "apis",
        "resources",
        "methods",
        "method_responses",
        "integrations",
        "integration_responses",
        "deployments",
        "stages",
    ),
    _build,
)
