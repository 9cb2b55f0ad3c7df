"""The records of REST APIs. Members have AWS's names in the documents, so that what is shown is what is stored (`shown.py`): a member with
a default is absent from an answer while it has that default, one without is always there.

Below an API everything is kept by the API's id, which is unique in the server (`doors.records.API_POINTERS` tells its account and region):

    REST_APIS (account, region, api)      RESOURCES (api, resource)     STAGES (api, stage)     DEPLOYMENTS (api, deployment)
    MODELS, VALIDATORS, AUTHORIZERS, GATEWAY_RESPONSES (api, id, name or type)

A resource holds its methods, a method its integration, so what a deployment copies (`snapshot.py`) are these same records.
Source: API Gateway API reference (REST APIs), data types.
"""

import re
from typing import Literal

import msgspec

from portico.store.table import Table

_ODD_NAMES = {"provider_arns": "providerARNs"}
_AFTER_UNDERSCORE = re.compile(r"_([a-z])")


def _aws_name(name: str) -> str:
    return _ODD_NAMES.get(name) or _AFTER_UNDERSCORE.sub(lambda found: found[1].upper(), name)


class Record(msgspec.Struct, frozen=True, gc=False, rename=_aws_name, omit_defaults=True):
    """A record whose document has AWS's member names. Times are seconds (`now` clock)."""


# The API and what is below it ---------------------------------------------------------------------------------------------


class EndpointConfiguration(Record, frozen=True, gc=False):
    """`types` of the endpoint (one of EDGE, REGIONAL, PRIVATE) and, for a private one, the VPC endpoints that lead to it."""

    types: tuple[str, ...]
    ip_address_type: str = ""
    vpc_endpoint_ids: tuple[str, ...] | None = None


class RestApi(Record, frozen=True, gc=False):
    """An API's own settings. `policy` is its resource policy (a JSON document). `minimum_compression_size` is in bytes (None: never)."""

    id: str
    name: str
    created_date: float
    api_key_source: str
    endpoint_configuration: EndpointConfiguration
    disable_execute_api_endpoint: bool
    root_resource_id: str
    description: str | None = None
    version: str = ""
    binary_media_types: tuple[str, ...] = ()
    minimum_compression_size: int | None = None
    policy: str = ""
    tags: dict[str, str] = {}
    security_policy: str = ""
    endpoint_access_mode: str = ""


class IntegrationResponse(Record, frozen=True, gc=False):
    """What an answer of the backend that fits `selection_pattern` becomes. A template of None passes the body through."""

    status_code: str
    selection_pattern: str | None = None
    response_parameters: dict[str, str] | None = None
    response_templates: dict[str, str | None] | None = None
    content_handling: str = ""


class TlsConfig(Record, frozen=True, gc=False):
    """Whether a backend's certificate is believed without a check."""

    insecure_skip_verification: bool


class Integration(Record, frozen=True, gc=False):
    """What a method calls. `type` is AWS, AWS_PROXY, HTTP, HTTP_PROXY or MOCK; `http_method` the method that the backend is called with."""

    type: str
    passthrough_behavior: str
    timeout_in_millis: int
    cache_namespace: str
    cache_key_parameters: tuple[str, ...]
    http_method: str | None = None
    uri: str | None = None
    connection_type: str = ""
    connection_id: str = ""
    credentials: str = ""
    request_parameters: dict[str, str] | None = None
    request_templates: dict[str, str | None] | None = None
    content_handling: str = ""
    tls_config: TlsConfig | None = None
    response_transfer_mode: str = ""
    integration_target: str = ""
    integration_responses: dict[str, IntegrationResponse] = {}  # by status code


class MethodResponse(Record, frozen=True, gc=False):
    """A status that a method may answer with; the values of `response_parameters` (`method.response.header.X`) tell whether required."""

    status_code: str
    response_parameters: dict[str, bool] | None = None
    response_models: dict[str, str] | None = None


class Method(Record, frozen=True, gc=False):
    """A method of a resource. `request_parameters` (`method.request.querystring.X`) are by whether required; `request_models` are names of
    models by content type."""

    http_method: str
    authorization_type: str
    api_key_required: bool
    authorizer_id: str = ""
    request_validator_id: str = ""
    operation_name: str = ""
    request_parameters: dict[str, bool] | None = None
    request_models: dict[str, str] | None = None
    method_responses: dict[str, MethodResponse] = {}  # by status code
    method_integration: Integration | None = None
    authorization_scopes: tuple[str, ...] = ()


class Resource(Record, frozen=True, gc=False):
    """A path of an API. The root has neither parent nor part."""

    id: str
    path: str
    parent_id: str = ""
    path_part: str = ""
    resource_methods: dict[str, Method] = {}  # by HTTP method (or ANY)


class Model(Record, frozen=True, gc=False):
    """A JSON schema (draft 4), as text."""

    id: str
    name: str
    content_type: str
    description: str | None = None
    schema: str | None = None


class RequestValidator(Record, frozen=True, gc=False):
    """What of a request is checked before the integration is called."""

    id: str
    validate_request_body: bool
    validate_request_parameters: bool
    name: str | None = None


class Authorizer(Record, frozen=True, gc=False):
    """Who decides about callers. `type` is TOKEN, REQUEST or COGNITO_USER_POOLS; an answer is remembered for
    `authorizer_result_ttl_in_seconds` (0: not at all)."""

    id: str
    name: str
    type: str
    provider_arns: tuple[str, ...] | None = None
    auth_type: str = ""
    authorizer_uri: str = ""
    authorizer_credentials: str = ""
    identity_source: str = ""
    identity_validation_expression: str = ""
    authorizer_result_ttl_in_seconds: int | None = None


class GatewayResponse(Record, frozen=True, gc=False):
    """An answer that API Gateway makes itself. `default_response` is False for those that were put."""

    response_type: str
    response_parameters: dict[str, str]
    response_templates: dict[str, str]
    default_response: bool
    status_code: str | None = None


# Deployments and stages ---------------------------------------------------------------------------------------------------


class Deployment(Record, frozen=True, gc=False):
    """That an API was deployed; what was deployed is its `snapshot.Snapshot`."""

    id: str
    created_date: float
    description: str | None = None


class MethodSetting(Record, frozen=True, gc=False):
    """Settings of a stage for a method (or `*/*`, all). `logging_level` is OFF, ERROR or INFO ("" if never set); limits of -1 are none."""

    metrics_enabled: bool
    data_trace_enabled: bool
    throttling_burst_limit: int
    throttling_rate_limit: float
    caching_enabled: bool
    cache_ttl_in_seconds: int
    cache_data_encrypted: bool
    require_authorization_for_cache_control: bool
    unauthorized_cache_control_header_strategy: str
    logging_level: str = ""


class AccessLogSettings(Record, frozen=True, gc=False):
    """Where a stage's access log goes (an ARN) and the line's format."""

    destination_arn: str | None = None
    format: str | None = None


class CanarySettings(Record, frozen=True, gc=False):
    """The deployment that `percent_traffic` (0.0 to 100.0) of the requests go to, and the variables that differ there."""

    deployment_id: str
    percent_traffic: float
    use_stage_cache: bool
    stage_variable_overrides: dict[str, str] | None = None


class Stage(Record, frozen=True, gc=False):
    """A name that a deployment answers under, and how. `method_settings` are by `setting_key` (`*/*` for all others)."""

    stage_name: str
    deployment_id: str
    created_date: float
    last_updated_date: float
    cache_cluster_enabled: bool
    cache_cluster_status: str
    method_settings: dict[str, MethodSetting]
    tracing_enabled: bool
    cache_cluster_size: str = ""
    description: str | None = None
    variables: dict[str, str] = {}
    documentation_version: str = ""
    client_certificate_id: str = ""
    access_log_settings: AccessLogSettings | None = None
    canary_settings: CanarySettings | None = None
    web_acl_arn: str = ""
    tags: dict[str, str] = {}


ALL_METHODS = "*/*"


def setting_key(path: str, method: str) -> str:
    """The key in a stage's method settings of a method (`test/GET` for `/test`, `//GET` for the root)."""
    return f"{path if path == '/' else path.removeprefix('/')}/{method}"


# What else is the account's -------------------------------------------------------------------------------------------------


class VpcLink(Record, frozen=True, gc=False):
    """A way to load balancers in a VPC."""

    id: str
    name: str
    target_arns: tuple[str, ...]
    status: Literal["AVAILABLE", "PENDING", "DELETING", "FAILED"]
    description: str | None = None
    status_message: str | None = None
    tags: dict[str, str] = {}


class AccessAssociation(Record, frozen=True, gc=False):
    """That the VPC endpoint `source` of the account `owner` may lead to the private domain name with the key `domain` of the account
    `provider`: stored only, since there is no VPC here."""

    owner: str
    provider: str
    domain: str
    source: str
    tags: dict[str, str] = {}


class ClientCertificate(Record, frozen=True, gc=False):
    """A certificate that backends know API Gateway by. Its key is a record of its own, which is never shown."""

    client_certificate_id: str
    pem_encoded_certificate: str
    created_date: float
    expiration_date: float
    description: str | None = None
    tags: dict[str, str] = {}


class ClientCertificateKey(Record, frozen=True, gc=False):
    """The private key of a client certificate: PKCS #8, sealed under the server's data key."""

    sealed: str


REST_APIS = Table("apigateway-api", RestApi)  # (account, region, api)
RESOURCES = Table("apigateway-resource", Resource)  # (api, resource)
MODELS = Table("apigateway-model", Model)  # (api, name)
VALIDATORS = Table("apigateway-validator", RequestValidator)  # (api, id)
AUTHORIZERS = Table("apigateway-authorizer", Authorizer)  # (api, id)
GATEWAY_RESPONSES = Table("apigateway-gateway-response", GatewayResponse)  # (api, type): those that were put
DEPLOYMENTS = Table("apigateway-deployment", Deployment)  # (api, id)
STAGES = Table("apigateway-stage", Stage)  # (api, name)
VPC_LINKS = Table("apigateway-vpc-link", VpcLink)  # (account, region, id)
ASSOCIATIONS = Table("apigateway-association", AccessAssociation)  # (owner, region, domain key, source)
ASSOCIATED = Table(
    "apigateway-associated", AccessAssociation
)  # (provider, region, domain key, owner, source): the same, for whose names they are
CLIENT_CERTIFICATES = Table("apigateway-certificate", ClientCertificate)  # (account, region, id)
CLIENT_CERTIFICATE_KEYS = Table("apigateway-certificate-key", ClientCertificateKey)  # (account, region, id)
