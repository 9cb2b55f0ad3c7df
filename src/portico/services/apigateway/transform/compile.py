"""A deployment's methods, compiled for their transformations: once per deployment, each method when it is first called."""

from collections.abc import Mapping

import msgspec

from portico.doors.vtl.template import Template
from portico.services.apigateway.records import (
    GatewayResponse,
    Integration,
    IntegrationResponse,
    Method,
    Model,
    Resource,
)
from portico.services.apigateway.snapshot import Snapshot
from portico.services.apigateway.transform.media import Binary
from portico.services.apigateway.transform.parameters import Source, source
from portico.services.apigateway.transform.validate import Checks, checks_of

Templates = Mapping[str, Template | None]
"""By content type; None passes the body through."""


class ResponseRules(msgspec.Struct, frozen=True):
    """What becomes of an answer of the backend that fits `pattern` ("": any that fits no other). `parameters` are headers' names and
    sources, which `expressions` say."""

    status: str
    pattern: str
    templates: Templates
    parameters: tuple[tuple[str, Source], ...]
    expressions: tuple[str, ...]
    content_handling: str


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of an integration's request: its place (`header`, `querystring`, `path`), name and source. `within`: it is one segment of
    a path, and a slash that the caller has put into it (`%2F`) stays in there."""

    place: str
    name: str
    source: Source
    within: bool


class MethodRules(msgspec.Struct, frozen=True):
    """A method. `parameters` are those of the integration's request. `responses` are in the order in which they are tried, the default
    last."""

    api: "ApiRules"
    resource: Resource
    method: Method
    integration: Integration | None
    checks: Checks | None
    templates: Templates
    parameters: tuple[Parameter, ...]
    responses: tuple[ResponseRules, ...]


class ApiRules:
    """What holds for all methods of a deployment, and the methods."""

    def __init__(self, snapshot: Snapshot) -> None:
        api = snapshot.api
        self.api_id = api.id
        self.binary = Binary(api.binary_media_types)
        self.compress_from = api.minimum_compression_size
        self.gateway_responses: Mapping[str, GatewayResponse] = {
            entry.response_type: entry for entry in snapshot.gateway_responses
        }
        self.models: Mapping[str, Model] = {model.name: model for model in snapshot.models}
        self._validators = {validator.id: validator for validator in snapshot.request_validators}
        self._resources = {resource.id: resource for resource in snapshot.resources}
        self._methods: dict[tuple[str, str], MethodRules] = {}

    def method(self, resource_id: str, http_method: str) -> MethodRules:
        """The rules of a method (`ANY` is one of its own).

        Raises:
            KeyError: there is none.
        """
        key = (resource_id, http_method)
        found = self._methods.get(key)
        if found is None:
            resource = self._resources[resource_id]
            found = self._methods[key] = self._compiled(resource, resource.resource_methods[http_method])
        return found

    def _compiled(self, resource: Resource, method: Method) -> MethodRules:
        integration = method.method_integration
        validator = self._validators.get(method.request_validator_id)
        return MethodRules(
            api=self,
            resource=resource,
            method=method,
            integration=integration,
            checks=checks_of(method, validator, self.api_id, self.models),
            templates=_templates(integration.request_templates if integration else None),
            parameters=_parameters(integration, resource.path),
            responses=_responses(integration),
        )


def compile_api(snapshot: Snapshot) -> ApiRules:
    """The rules of a deployment."""
    return ApiRules(snapshot)


def _templates(given: Mapping[str, str | None] | None) -> Templates:
    return {key: None if text is None else Template(text) for key, text in (given or {}).items()}


def _parameters(integration: Integration | None, path: str) -> tuple[Parameter, ...]:
    mapped = integration.request_parameters or {} if integration else {}
    found = []
    for target, expression in mapped.items():
        place, _, name = target.removeprefix("integration.request.").partition(".")
        own = expression.removeprefix("method.request.path.")
        within = expression.startswith("method.request.") and f"{{{own}+}}" not in path
        found.append(Parameter(place, name, source(expression), within))
    return tuple(found)


def _responses(integration: Integration | None) -> tuple[ResponseRules, ...]:
    entries = list(integration.integration_responses.values()) if integration else []
    return tuple(_response(entry) for entry in sorted(entries, key=lambda entry: not entry.selection_pattern))


def _response(entry: IntegrationResponse) -> ResponseRules:
    parameters = tuple(
        (target.removeprefix("method.response.header."), source(expression))
        for target, expression in (entry.response_parameters or {}).items()
    )
    return ResponseRules(
        entry.status_code,
        entry.selection_pattern or "",
        _templates(entry.response_templates),
        parameters,
        tuple((entry.response_parameters or {}).values()),
        entry.content_handling,
    )
