"""Definitions in OpenAPI 3.0. Pure."""

from collections.abc import Mapping
from typing import Any

from portico.services.apigateway.openapi import writing
from portico.services.apigateway.openapi.writing import Exported
from portico.services.apigateway.records import Method, MethodResponse, Resource

_MODELS = "#/components/schemas/"
_TEXT = {"schema": {"type": "string"}}


def oas30(exported: Exported) -> dict[str, Any]:
    """The definition of what is exported."""
    schemes, models = writing.security_schemes(exported), writing.schemas(exported, _MODELS)
    components = {"schemas": models, "securitySchemes": schemes}
    document: dict[str, Any] = {
        "openapi": "3.0.1",
        "info": writing.info(exported),
        "servers": [
            {
                "url": f"https://{exported.host}/{{basePath}}",
                "variables": {"basePath": {"default": exported.stage.stage_name}},
            }
        ],
        "paths": {one.path: _path(one, exported) for one in writing.by_path(exported)},
        "components": {name: value for name, value in components.items() if value},
    }
    return document | writing.api_extensions(exported)


def _path(resource: Resource, exported: Exported) -> dict[str, Any]:
    return {
        writing.member_of(name): _operation(method, resource, exported)
        for name, method in resource.resource_methods.items()
    }


def _operation(method: Method, resource: Resource, exported: Exported) -> dict[str, Any]:
    found = {
        "operationId": method.operation_name,
        "parameters": [
            {
                "name": one.name,
                "in": one.place,
                **({"required": True} if one.required else {}),
                **_TEXT,
            }
            for one in writing.parameters_of(method)
        ],
        "requestBody": {"content": _content(method.request_models), "required": True}
        if method.request_models
        else None,
        "security": writing.security_of(method, exported),
    }
    members: dict[str, Any] = {name: value for name, value in found.items() if value}
    members["responses"] = {status: _response(one) for status, one in method.method_responses.items()}
    return members | writing.operation_extensions(method, resource, exported)


def _content(models: Mapping[str, str] | None) -> dict[str, Any]:
    return {kind: {"schema": {"$ref": f"{_MODELS}{name}"}} for kind, name in (models or {}).items()}


def _response(response: MethodResponse) -> dict[str, Any]:
    headers = {name: dict(_TEXT) for name in writing.headers_of(response.response_parameters)}
    return {
        "description": f"{response.status_code} response",
        **({"headers": headers} if headers else {}),
        "content": _content(response.response_models),
    }
