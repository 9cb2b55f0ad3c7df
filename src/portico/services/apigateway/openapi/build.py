"""A definition as the records of an API, merged with what the API has or in place of it. Pure.

Source: API Gateway developer guide, "Update an existing API with OpenAPI", "Import errors and warnings".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.services.apigateway import authorizers as authorizer_checks
from portico.services.apigateway import ids, integration_checks, integration_responses
from portico.services.apigateway.expressions import check_request_parameters
from portico.services.apigateway.openapi import operation, security
from portico.services.apigateway.openapi.document import Document, mapping
from portico.services.apigateway.openapi.integration import Place
from portico.services.apigateway.openapi.operation import ANY, METHODS, Read, Schemas
from portico.services.apigateway.openapi.schemas import model
from portico.services.apigateway.records import (
    Authorizer,
    GatewayResponse,
    Method,
    Model,
    RequestValidator,
    Resource,
)
from portico.services.apigateway.resources import RESOURCES_MAX, check_part, check_place, joined, too_many
from portico.wire.errors import AwsError

VALIDATORS = "x-amazon-apigateway-request-validators"
GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"


class Content(msgspec.Struct, frozen=True):
    """What is below an API, by path, name or type."""

    resources: Mapping[str, Resource]
    models: Mapping[str, Model] = {}
    validators: Mapping[str, RequestValidator] = {}
    authorizers: Mapping[str, Authorizer] = {}
    gateway_responses: Mapping[str, GatewayResponse] = {}


class Built(msgspec.Struct, frozen=True):
    """What a definition has made: the whole content of the API, what is amiss, and what keeps it from being imported."""

    content: Content
    warnings: list[str]
    errors: list[str]


def build(document: Document, api_id: str, root_id: str, prefix: str, held: Content, *, merge: bool) -> Built:
    """The content of an API after a definition was imported into it; with `merge` it keeps what the definition does not have."""
    builder = _Builder(document, api_id, prefix, held)
    models, validators = builder.models(), builder.validators()
    authorizers, responses = builder.authorizers(), builder.gateway_responses()
    root = Resource(id=root_id, path="/")
    start = dict(held.resources) if merge else {"/": root}
    resources = builder.resources(start, {one.name or "": one.id for one in validators.values()}, authorizers)
    models |= builder.unnamed_models()
    if merge:
        models = {**held.models, **models}
        validators = {**held.validators, **validators}
        authorizers = {**held.authorizers, **authorizers}
        responses = {**held.gateway_responses, **responses}
    content = Content(resources, models, validators, authorizers, responses)
    return Built(content, builder.warnings, builder.errors)


class _Builder:
    def __init__(self, document: Document, api_id: str, prefix: str, held: Content) -> None:
        self._document = document
        self._api_id = api_id
        self._prefix = prefix
        self._held = held
        self._schemas = Schemas()
        self.warnings: list[str] = []
        self.errors: list[str] = []

    def models(self) -> dict[str, Model]:
        return {
            name: model(name, schema, self._api_id, self._held.models)
            for name, schema in self._document.models.items()
        }

    def unnamed_models(self) -> dict[str, Model]:
        found = self._schemas.found
        return {name: model(name, found[name], self._api_id, self._held.models) for name in found}

    def validators(self) -> dict[str, RequestValidator]:
        found = {}
        for name, given in mapping(self._document.root.get(VALIDATORS)).items():
            held = self._held.validators.get(name)
            found[name] = RequestValidator(
                id=held.id if held else ids.short_id(),
                name=name,
                validate_request_body=bool(mapping(given).get("validateRequestBody")),
                validate_request_parameters=bool(mapping(given).get("validateRequestParameters")),
            )
        return found

    def authorizers(self) -> dict[str, Authorizer]:
        found = {}
        for name, given in self._document.security_schemes.items():
            scheme = mapping(self._document.resolved(given))
            made = security.authorizer(name, scheme, self._held.authorizers)
            if made is None:
                continue
            try:
                authorizer_checks.check(made)
            except AwsError as error:
                self.errors.append(f"Unable to create authorizer '{name}': {error.message}")
            else:
                found[name] = made
        return found

    def gateway_responses(self) -> dict[str, GatewayResponse]:
        found = {}
        for kind, given in mapping(self._document.root.get(GATEWAY_RESPONSES)).items():
            response = mapping(given)
            status = response.get("statusCode")
            place = Place("/", kind, self.warnings)
            found[kind] = GatewayResponse(
                response_type=kind,
                status_code=None if status is None else str(status),
                response_parameters=place.texts(response.get("responseParameters"), "responseParameters")
                or {},
                response_templates=place.texts(response.get("responseTemplates"), "responseTemplates") or {},
                default_response=False,
            )
        return found

    def resources(
        self,
        found: dict[str, Resource],
        validators: Mapping[str, str],
        authorizers: Mapping[str, Authorizer],
    ) -> dict[str, Resource]:
        read = Read(self._document, self._schemas, validators)
        for path, given in mapping(self._document.root.get("paths")).items():
            item = mapping(self._document.resolved(given))
            whole = f"{self._prefix}/{path.strip('/')}".rstrip("/") or "/"
            try:
                resource = self._resource(found, whole)
            except AwsError as error:
                self.errors.append(f"Unable to create resource at path '{whole}': {error.message}")
                continue
            methods = self._methods(read, item, resource, authorizers)
            found[whole] = msgspec.structs.replace(
                resource, resource_methods=dict(sorted({**resource.resource_methods, **methods}.items()))
            )
        return found

    def _resource(self, found: dict[str, Resource], path: str) -> Resource:
        """The resource of a path, made with those above it that are not there."""
        if path in found:
            return found[path]
        if len(found) >= RESOURCES_MAX:
            raise too_many()
        above, _, part = path.rpartition("/")
        parent = self._resource(found, above or "/")
        check_part(part)
        check_place(parent, part, [one for one in found.values() if one.parent_id == parent.id])
        made = Resource(id=ids.short_id(), parent_id=parent.id, path=joined(parent, part), path_part=part)
        found[path] = made
        return made

    def _methods(
        self,
        read: Read,
        item: Mapping[str, Any],
        resource: Resource,
        authorizers: Mapping[str, Authorizer],
    ) -> dict[str, Method]:
        made = {}
        for name, method in METHODS.items():
            given = self._document.resolved(item.get(name))
            if not isinstance(given, dict):
                continue
            place = Place(resource.path, method, self.warnings)
            required = security.required(self._document, given, authorizers)
            made[method] = operation.method(read, item, given, required, resource.id, place)
            self._check(made[method], resource)
        if unknown := [name for name in item if name.startswith("x-amazon-apigateway-") and name != ANY]:
            self.warnings.append(f"Ignored {', '.join(unknown)} of path '{resource.path}'")
        return made

    def _check(self, method: Method, resource: Resource) -> None:
        where = f"'{method.http_method}' for resource at path '{resource.path}'"
        integration = method.method_integration
        try:
            check_request_parameters(method.request_parameters or ())
        except AwsError as error:
            self.errors.append(f"Unable to put method {where}: {error.message}")
        if integration is None:
            return
        try:
            integration_checks.check(integration, method)
            for response in integration.integration_responses.values():
                integration_responses.check_response(method, response)
        except AwsError as error:
            self.errors.append(f"Unable to put integration on {where}: {error.message}")
