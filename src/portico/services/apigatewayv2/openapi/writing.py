"""An OpenAPI 3 definition, written of an API's parts. Pure.

Source: API Gateway Developer Guide, "Export an HTTP API from API Gateway"; documents seen.
"""

import re
from collections.abc import Mapping
from typing import Any

from portico.services.apigatewayv2.openapi.names import (
    ANY,
    AUTHORIZER,
    AUTHORIZER_MEMBERS,
    CORS,
    INTEGRATION,
    INTEGRATION_MEMBERS,
    VERSION,
    small,
)
from portico.services.apigatewayv2.records import Api, Authorizer, Deployed, Integration, Route, Values, shown

_VARIABLE = re.compile(r"\{([^}+]+)\+?\}").findall
_DEFAULT = "$default"


def written(api: Api, parts: Deployed, endpoint: str, *, extensions: bool) -> Values:
    """The document of an API. `endpoint` is where it answers, with the stage; `extensions` adds all that makes it API Gateway's."""
    document: Values = {
        "openapi": "3.0.1",
        "info": {
            "title": api.name,
            **({"description": api.description} if api.description else {}),
            "version": api.version or "1.0",
        },
        "servers": [{"url": endpoint}],
    }
    if api.tags:
        document["tags"] = [_tag(name, value, extensions=extensions) for name, value in api.tags.items()]
    document["paths"] = _paths(parts, extensions=extensions)
    schemes = {one.name: _scheme(one, extensions=extensions) for one in parts.authorizers}
    if schemes:
        document["components"] = {"securitySchemes": schemes}
    if extensions:
        if parts.cors:
            document[CORS] = {small(name): value for name, value in parts.cors.items()}
        document[VERSION] = "1.0"
    return document


def _tag(name: str, value: str, *, extensions: bool) -> Values:
    return {"name": name, **({"x-amazon-apigateway-tag-value": value} if extensions else {})}


def _paths(parts: Deployed, *, extensions: bool) -> Values:
    integrations = {one.integration_id: one for one in parts.integrations}
    names = {one.authorizer_id: one.name for one in parts.authorizers}
    paths: Values = {}
    for route in sorted(parts.routes, key=lambda one: one.route_key):
        method, _, path = route.route_key.rpartition(" ")
        verb = ANY if method in ("", "ANY") else method.lower()
        operation = _operation(route, names)
        integration = integrations.get(route.integration_id)
        if extensions and integration is not None:
            operation[INTEGRATION] = _integration(integration)
        if path == _DEFAULT:
            path = f"/{_DEFAULT}"
            operation["isDefaultRoute"] = True
        item = paths.setdefault(path, {})
        item[verb] = operation
        variables = _VARIABLE(path)
        if variables:
            item["parameters"] = [_parameter(name) for name in variables]
    return paths


def _parameter(name: str) -> Values:
    return {
        "name": name,
        "in": "path",
        "description": f"Generated path parameter for {name}",
        "required": True,
        "schema": {"type": "string"},
    }


def _operation(route: Route, authorizers: Mapping[str, str]) -> Values:
    operation: Values = {}
    if route.operation_name:
        operation["operationId"] = route.operation_name
    operation["responses"] = {"default": {"description": f"Default response for {route.route_key}"}}
    name = authorizers.get(route.authorizer_id or "")
    if name:
        operation["security"] = [{name: list(route.authorization_scopes or [])}]
    if route.authorization_type == "AWS_IAM":
        operation["x-amazon-apigateway-auth"] = {"type": "AWS_IAM"}
    return operation


def _integration(integration: Integration) -> Values:
    members = shown(integration)
    written: Values = {
        name: members[member] for name, member in INTEGRATION_MEMBERS.items() if member in members
    }
    written["type"] = integration.integration_type.lower()
    tls = integration.tls_config or {}
    if tls.get("ServerNameToVerify"):
        written["tlsConfig"] = {"serverNameToVerify": tls["ServerNameToVerify"]}
    return dict(sorted(written.items()))


def _scheme(authorizer: Authorizer, *, extensions: bool) -> Values:
    members = shown(authorizer)
    jwt: Mapping[str, Any] = authorizer.jwt_configuration or {}
    scheme: Values = (
        {"type": "oauth2", "flows": {}}
        if jwt
        else {
            "type": "apiKey",
            "name": "Unused" if not authorizer.identity_source else "Authorization",
            "in": "header",
        }
    )
    if not extensions:
        return scheme
    extension: Values = {
        name: members[member] for name, member in AUTHORIZER_MEMBERS.items() if member in members
    }
    extension["type"] = authorizer.authorizer_type.lower()
    extension["identitySource"] = ",".join(authorizer.identity_source)
    if jwt:
        extension["jwtConfiguration"] = {small(name): value for name, value in jwt.items()}
    return scheme | {AUTHORIZER: extension}
