"""What the service keeps. The members are AWS's, so that a record is shown as it is (`shown`), and made from a request (`made`).

Everything of an API is below (account, region, api id); a deployment is one record that holds all that it deploys.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import msgspec

from portico.store.table import Table

Values = dict[str, Any]
Protocol = Literal["HTTP", "WEBSOCKET"]


class Record(msgspec.Struct, frozen=True, gc=False, rename="pascal", kw_only=True):
    """A record whose members are those that AWS shows; None is a member that is absent."""


T = TypeVar("T", bound=Record)
V = TypeVar("V")


class Api(Record, frozen=True):
    """An API. Times are in seconds on the `now` clock."""

    api_id: str
    name: str
    protocol_type: Protocol
    route_selection_expression: str
    created_date: float
    api_key_selection_expression: str = "$request.header.x-api-key"
    cors_configuration: Values | None = None
    description: str | None = None
    disable_schema_validation: bool | None = None
    disable_execute_api_endpoint: bool = False
    ip_address_type: str = "ipv4"
    version: str | None = None
    import_info: list[str] | None = None
    tags: dict[str, str] = {}

    @property
    def is_http(self) -> bool:
        """Whether it is an HTTP API; else it is a WebSocket API."""
        return self.protocol_type == "HTTP"


class CorsConfiguration(Record, frozen=True):
    """What pages of other origins may do with an HTTP API."""

    allow_credentials: bool | None = None
    allow_headers: list[str] | None = None
    allow_methods: list[str] | None = None
    allow_origins: list[str] | None = None
    expose_headers: list[str] | None = None
    max_age: int | None = None


class Route(Record, frozen=True):
    """A route: its key (`GET /pets/{id}`, `$default`, `$connect`) and its target (`integrations/{id}`)."""

    route_id: str
    route_key: str
    api_gateway_managed: bool | None = None
    api_key_required: bool = False
    authorization_scopes: list[str] | None = None
    authorization_type: str = "NONE"
    authorizer_id: str | None = None
    model_selection_expression: str | None = None
    operation_name: str | None = None
    request_models: dict[str, str] | None = None
    request_parameters: dict[str, Values] | None = None
    route_response_selection_expression: str | None = None
    target: str | None = None

    @property
    def integration_id(self) -> str:
        """The id of the integration that it leads to, "" if there is none."""
        return (self.target or "").removeprefix("integrations/")


class RouteResponse(Record, frozen=True):
    """What a WebSocket route answers with."""

    route_response_id: str
    route_response_key: str
    model_selection_expression: str | None = None
    response_models: dict[str, str] | None = None
    response_parameters: dict[str, Values] | None = None


class Integration(Record, frozen=True):
    """What a route leads to."""

    integration_id: str
    integration_type: str
    api_gateway_managed: bool | None = None
    connection_id: str | None = None
    connection_type: str = "INTERNET"
    content_handling_strategy: str | None = None
    credentials_arn: str | None = None
    description: str | None = None
    integration_method: str | None = None
    integration_response_selection_expression: str | None = None
    integration_subtype: str | None = None
    integration_uri: str | None = None
    passthrough_behavior: str | None = None
    payload_format_version: str = "1.0"
    request_parameters: dict[str, str] | None = None
    request_templates: dict[str, str] | None = None
    response_parameters: dict[str, dict[str, str]] | None = None
    template_selection_expression: str | None = None
    timeout_in_millis: int = 30_000
    tls_config: Values | None = None


class IntegrationResponse(Record, frozen=True):
    """How the answer of a WebSocket API's integration is shown."""

    integration_response_id: str
    integration_response_key: str
    content_handling_strategy: str | None = None
    response_parameters: dict[str, str] | None = None
    response_templates: dict[str, str] | None = None
    template_selection_expression: str | None = None


class Authorizer(Record, frozen=True):
    """Who decides about callers: an issuer of tokens (`JWT`) or a function (`REQUEST`)."""

    authorizer_id: str
    authorizer_type: str
    name: str
    authorizer_credentials_arn: str | None = None
    authorizer_payload_format_version: str | None = None
    authorizer_result_ttl_in_seconds: int | None = None
    authorizer_uri: str | None = None
    enable_simple_responses: bool | None = None
    identity_source: list[str] = []
    identity_validation_expression: str | None = None
    jwt_configuration: Values | None = None


class Model(Record, frozen=True):
    """A schema of payloads."""

    model_id: str
    name: str
    schema: str
    content_type: str | None = None
    description: str | None = None


class Stage(Record, frozen=True):
    """A name under which a deployment is served, with settings of its own."""

    stage_name: str
    created_date: float
    last_updated_date: float
    access_log_settings: Values | None = None
    api_gateway_managed: bool | None = None
    auto_deploy: bool | None = None
    client_certificate_id: str | None = None
    default_route_settings: Values = {}
    deployment_id: str | None = None
    description: str | None = None
    last_deployment_status_message: str | None = None
    route_settings: dict[str, Values] = {}
    stage_variables: dict[str, str] = {}
    tags: dict[str, str] = {}
    authorizers_reset_at: float | None = None


class StageNames(msgspec.Struct, frozen=True, gc=False):
    """The names of an API's stages: what the first segment of a path is compared with."""

    names: list[str] = []


class Deployment(Record, frozen=True):
    """That a deployment was made. What it deploys is in `Deployed`."""

    deployment_id: str
    created_date: float
    auto_deployed: bool = False
    deployment_status: str = "DEPLOYED"
    description: str | None = None


class Deployed(msgspec.Struct, frozen=True, gc=False):
    """What a deployment deploys: an API's parts as they were. Responses are by the id of their route or integration."""

    protocol: Protocol
    route_selection_expression: str
    api_key_selection_expression: str
    cors: Values | None
    routes: list[Route]
    integrations: list[Integration]
    authorizers: list[Authorizer]
    models: list[Model]
    route_responses: dict[str, list[RouteResponse]] = {}
    integration_responses: dict[str, list[IntegrationResponse]] = {}


class VpcLink(Record, frozen=True):
    """A link into a VPC: kept and shown; Portico's integrations reach private backends by their addresses."""

    vpc_link_id: str
    name: str
    created_date: float
    security_group_ids: list[str] = []
    subnet_ids: list[str] = []
    tags: dict[str, str] = {}
    vpc_link_status: str = "AVAILABLE"
    vpc_link_status_message: str = "VPC link is ready to route traffic"
    vpc_link_version: str = "V2"


APIS = Table("apigatewayv2-api", Api)  # (account, region, api id)
ROUTES = Table("apigatewayv2-route", Route)  # (account, region, api id, route id)
ROUTE_RESPONSES = Table("apigatewayv2-route-response", RouteResponse)  # (..., api id, route id, id)
INTEGRATIONS = Table("apigatewayv2-integration", Integration)  # (account, region, api id, id)
INTEGRATION_RESPONSES = Table("apigatewayv2-integration-response", IntegrationResponse)
AUTHORIZERS = Table("apigatewayv2-authorizer", Authorizer)
MODELS = Table("apigatewayv2-model", Model)
STAGES = Table("apigatewayv2-stage", Stage)  # (account, region, api id, stage name)
STAGE_NAMES = Table("apigatewayv2-stage-names", StageNames)  # (account, region, api id)
DEPLOYMENTS = Table("apigatewayv2-deployment", Deployment)
DEPLOYED = Table("apigatewayv2-deployed", Deployed)  # (account, region, api id, deployment id)
VPC_LINKS = Table("apigatewayv2-vpc-link", VpcLink)  # (account, region, id)


def made(kind: type[T], values: Mapping[str, Any]) -> T:
    """A record of these members; what is no member of it is left out."""
    return msgspec.convert(values, kind)


def shown(record: Record) -> Values:
    """A record as AWS shows it."""
    return {name: value for name, value in msgspec.to_builtins(record).items() if value is not None}


def changed(record: T, values: Mapping[str, Any]) -> T:
    """A record with other members; an empty text takes one away."""
    after = shown(record) | dict(values)
    return made(type(record), {name: value for name, value in after.items() if value != ""})


def merged(before: Mapping[str, V] | None, given: Mapping[str, V] | None) -> dict[str, V] | None:
    """A map with entries added or changed; an empty one is taken away."""
    if given is None:
        return None if before is None else dict(before)
    return {name: value for name, value in {**(before or {}), **given}.items() if value not in ("", {})}
