"""Definitions in Swagger 2.0. Pure."""

from typing import Any

from portico.services.apigateway.openapi import writing
from portico.services.apigateway.openapi.writing import Exported
from portico.services.apigateway.records import Method, MethodResponse, Resource

_MODELS = "#/definitions/"


def swagger(exported: Exported) -> dict[str, Any]:
    """The definition of what is exported."""
    document: dict[str, Any] = {
        "swagger": "2.0",
        "info": writing.info(exported),
        "host": exported.host,
        "basePath": f"/{exported.stage.stage_name}",
        "schemes": ["https"],
        "paths": {one.path: _path(one, exported) for one in writing.by_path(exported)},
    }
    schemes, models = writing.security_schemes(exported), writing.schemas(exported, _MODELS)
    document |= {"securityDefinitions": schemes} if schemes else {}
    document |= {"definitions": models} if models else {}
    return document | writing.api_extensions(exported)


def _path(resource: Resource, exported: Exported) -> dict[str, Any]:
    return {
        writing.member_of(name): _operation(method, resource, exported)
        for name, method in resource.resource_methods.items()
    }


def _operation(method: Method, resource: Resource, exported: Exported) -> dict[str, Any]:
    found = {
        "operationId": method.operation_name,
        "consumes": _consumes(method),
        "produces": _produces(method),
        "parameters": _parameters(method),
        "security": writing.security_of(method, exported),
    }
    members: dict[str, Any] = {name: value for name, value in found.items() if value}
    members["responses"] = {status: _response(one) for status, one in method.method_responses.items()}
    return members | writing.operation_extensions(method, resource, exported)


def _consumes(method: Method) -> list[str]:
    held = method.method_integration
    templates = held.request_templates if held else None
    return list(dict.fromkeys((*(method.request_models or ()), *(templates or ()))))


def _produces(method: Method) -> list[str]:
    held = method.method_integration
    found = [kind for one in method.method_responses.values() for kind in one.response_models or ()]
    for response in held.integration_responses.values() if held else ():
        found += response.response_templates or ()
    return list(dict.fromkeys(found))


def _parameters(method: Method) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": one.name, "in": one.place, "required": one.required, "type": "string"}
        for one in writing.parameters_of(method)
    ]
    for name in dict.fromkeys((method.request_models or {}).values()):
        found.append({"in": "body", "name": name, "required": True, "schema": {"$ref": f"{_MODELS}{name}"}})
    return found


def _response(response: MethodResponse) -> dict[str, Any]:
    found: dict[str, Any] = {"description": f"{response.status_code} response"}
    models = list((response.response_models or {}).values())
    if models:
        found["schema"] = {"$ref": f"{_MODELS}{models[0]}"}
    headers = {name: {"type": "string"} for name in writing.headers_of(response.response_parameters)}
    return found | ({"headers": headers} if headers else {})
