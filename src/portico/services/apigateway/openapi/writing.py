"""A deployment as a definition, of either version: what both have in common. Pure.

Source: API Gateway developer guide, "Export a REST API from API Gateway"; exports as recorded.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from portico.services.apigateway import model_references
from portico.services.apigateway.openapi import integration, security, settings
from portico.services.apigateway.openapi.build import GATEWAY_RESPONSES, VALIDATORS
from portico.services.apigateway.openapi.operation import ANY, VALIDATOR
from portico.services.apigateway.records import Authorizer, Method, Resource, Stage
from portico.services.apigateway.snapshot import Snapshot

_PLACES = {"querystring": "query", "header": "header", "path": "path"}
KEY = "api_key"
SIGV4 = "sigv4"


class Extensions(msgspec.Struct, frozen=True, gc=False):
    """Which of API Gateway's extensions are written."""

    integrations: bool = False
    authorizers: bool = False
    all: bool = False

    @classmethod
    def of(cls, names: str) -> "Extensions":
        """Those that the parameter `extensions` names, separated by commas."""
        given = {name.strip() for name in names.split(",")}
        whole = "apigateway" in given
        return cls(whole or "integrations" in given, whole or "authorizers" in given, whole)


class Exported(msgspec.Struct, frozen=True):
    """What is exported: a deployment under a stage. `region` is where the API is, `version` what the definition says of itself;
    `documentation` is the extension of the stage's documentation version, if it is wanted."""

    snapshot: Snapshot
    stage: Stage
    region: str
    version: str
    extensions: Extensions
    documentation: Mapping[str, Any] | None = None

    @property
    def host(self) -> str:
        """The name that the API has at AWS."""
        return f"{self.snapshot.api.id}.execute-api.{self.region}.amazonaws.com"

    @property
    def authorizers(self) -> Mapping[str, Authorizer]:
        """The authorizers by id."""
        return {one.id: one for one in self.snapshot.authorizers}


class Parameter(msgspec.Struct, frozen=True, gc=False):
    """A parameter of a method, and where it is in the request."""

    name: str
    place: str
    required: bool


def info(exported: Exported) -> dict[str, Any]:
    """The definition's `info`."""
    api = exported.snapshot.api
    said = {"description": api.description} if api.description else {}
    return {"title": api.name, **said, "version": exported.version}


def by_path(exported: Exported) -> list[Resource]:
    """The resources that have methods."""
    return [one for one in exported.snapshot.resources if one.resource_methods]


def member_of(method: str) -> str:
    """The member of a path that a method is."""
    return ANY if method == "ANY" else method.lower()


def parameters_of(method: Method) -> list[Parameter]:
    """The parameters of a method."""
    found = []
    for name, required in (method.request_parameters or {}).items():
        _, _, place, own = name.split(".", 3)
        found.append(Parameter(own, _PLACES[place], required))
    return found


def headers_of(parameters: Mapping[str, bool] | None) -> list[str]:
    """The names of the headers of a method response."""
    return [name.removeprefix("method.response.header.") for name in parameters or ()]


def security_of(method: Method, exported: Exported) -> list[dict[str, list[str]]]:
    """What a method requires of its callers."""
    found: list[dict[str, list[str]]] = []
    authorizer = exported.authorizers.get(method.authorizer_id)
    if method.authorization_type == "AWS_IAM":
        found.append({SIGV4: []})
    elif authorizer is not None:
        found.append({authorizer.name: list(method.authorization_scopes)})
    if method.api_key_required:
        found.append({KEY: []})
    return found


def operation_extensions(method: Method, resource: Resource, exported: Exported) -> dict[str, Any]:
    """The extensions of an operation."""
    found: dict[str, Any] = {}
    names = {one.id: one.name for one in exported.snapshot.request_validators}
    if exported.extensions.all and names.get(method.request_validator_id):
        found[VALIDATOR] = names[method.request_validator_id]
    if exported.extensions.integrations and method.method_integration is not None:
        found[integration.EXTENSION] = integration.written(method.method_integration, resource.id)
    return found


def security_schemes(exported: Exported) -> dict[str, Any]:
    """The schemes that methods use, by name."""
    methods = [one for resource in by_path(exported) for one in resource.resource_methods.values()]
    found: dict[str, Any] = {}
    for one in exported.snapshot.authorizers:
        if any(method.authorizer_id == one.id for method in methods):
            found[one.name] = _authorizer(one, exported.extensions)
    if any(method.authorization_type == "AWS_IAM" for method in methods):
        auth = {security.AUTH_TYPE: security.SIGV4} if exported.extensions.authorizers else {}
        found[SIGV4] = {"type": "apiKey", "name": "Authorization", "in": "header", **auth}
    if any(method.api_key_required for method in methods):
        found[KEY] = {"type": "apiKey", "name": security.KEY_HEADER, "in": "header"}
    return found


def _authorizer(held: Authorizer, extensions: Extensions) -> dict[str, Any]:
    by_header = held.type != "REQUEST"
    header = held.identity_source.rpartition(".")[2] if by_header else "Unused"
    scheme = {"type": "apiKey", "name": header, "in": "header"}
    if not extensions.authorizers:
        return scheme
    members = {
        "type": held.type.lower(),
        "providerARNs": list(held.provider_arns or ()),
        "authorizerUri": held.authorizer_uri,
        "authorizerCredentials": held.authorizer_credentials,
        "identitySource": "" if by_header else held.identity_source,
        "identityValidationExpression": held.identity_validation_expression,
    }
    given: dict[str, Any] = {name: value for name, value in members.items() if value}
    if held.authorizer_result_ttl_in_seconds is not None:
        given["authorizerResultTtlInSeconds"] = held.authorizer_result_ttl_in_seconds
    return {**scheme, security.AUTH_TYPE: held.auth_type, security.AUTHORIZER: given}


def schemas(exported: Exported, where: str) -> dict[str, Any]:
    """The models that methods use, and those that these refer to, by name; references are to `where`."""
    every = {one.name: json.loads(one.schema or "{}") for one in exported.snapshot.models}
    wanted = [name for resource in by_path(exported) for name in _used(resource)]
    found: dict[str, Any] = {}
    while wanted:
        name = wanted.pop(0)
        if name in every and name not in found:
            found[name] = _local(every[name], where)
            wanted += model_references.references(every[name])
    return found


def _used(resource: Resource) -> Iterable[str]:
    for method in resource.resource_methods.values():
        yield from (method.request_models or {}).values()
        for response in method.method_responses.values():
            yield from (response.response_models or {}).values()


def _local(schema: Any, where: str) -> Any:
    if isinstance(schema, list):
        return [_local(inner, where) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    name = model_references.named(schema.get("$ref"))
    if name:
        return {"$ref": f"{where}{name}"}
    return {key: _local(inner, where) for key, inner in schema.items()}


def api_extensions(exported: Exported) -> dict[str, Any]:
    """The extensions of the whole definition."""
    found: dict[str, Any] = {}
    if exported.documentation is not None:
        found[settings.DOCUMENTATION] = exported.documentation
    if not exported.extensions.all:
        return found
    api, snapshot = exported.snapshot.api, exported.snapshot
    members = {
        settings.KEY_SOURCE: api.api_key_source if api.api_key_source != "HEADER" else None,
        settings.MEDIA_TYPES: list(api.binary_media_types) or None,
        settings.COMPRESSION: api.minimum_compression_size,
        settings.POLICY: json.loads(api.policy) if api.policy else None,
        VALIDATORS: {
            one.name: {
                "validateRequestParameters": one.validate_request_parameters,
                "validateRequestBody": one.validate_request_body,
            }
            for one in snapshot.request_validators
            if one.name
        }
        or None,
        GATEWAY_RESPONSES: {
            one.response_type: _gateway_response(msgspec.to_builtins(one))
            for one in snapshot.gateway_responses
        }
        or None,
    }
    return found | {name: value for name, value in members.items() if value is not None}


def _gateway_response(document: dict[str, Any]) -> dict[str, Any]:
    wanted = ("statusCode", "responseParameters", "responseTemplates")
    return {name: document[name] for name in wanted if document.get(name)}
