"""An OpenAPI 3 definition, read: the API's members, and its routes with what they lead to and who may use them. Pure.

What HTTP APIs don't have (schemas, request bodies) is told as info, what can't be used and does not stop an import as a warning.

Source: API Gateway Developer Guide, "Use OpenAPI definitions for HTTP APIs", "OpenAPI extensions for API Gateway", "AWS variables
for OpenAPI import".
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from portico.doors.definition_text import Unreadable, parse
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.openapi.names import (
    ANY,
    CORS,
    INTEGRATION,
    INTEGRATION_MEMBERS,
    small,
    text,
)
from portico.services.apigatewayv2.openapi.security import Security, security_of
from portico.services.apigatewayv2.records import CorsConfiguration, Values, made, shown

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_TYPES = ("AWS_PROXY", "HTTP_PROXY")
_UNSUPPORTED = ("requestBody", "parameters", "callbacks")
_BASE_PATHS = ("ignore", "prepend", "split")
_VARIABLE = re.compile(r"\$\{AWS::(AccountId|Region|Partition)\}").sub
_CORS = ("AllowCredentials", "AllowHeaders", "AllowMethods", "AllowOrigins", "ExposeHeaders", "MaxAge")


class RouteRead(msgspec.Struct, frozen=True, gc=False):
    """A route: its members, its integration's by the name under which others share it ("" for its own), and its authorizer's name."""

    members: Values
    integration: Values | None
    shared: str
    authorizer: str


class Definition(msgspec.Struct, frozen=True, gc=False):
    """All of a definition. `authorizers` are members by name."""

    api: Values
    routes: list[RouteRead]
    authorizers: Mapping[str, Values]
    info: list[str]
    warnings: list[str]


def loaded(body: str, variables: Mapping[str, str]) -> Mapping[str, Any]:
    """The document of a body, which is JSON or YAML; `variables` are values of `${AWS::…}`.

    Raises:
        AwsError: BadRequestException, it is neither, or no OpenAPI 3.
    """
    try:
        document = parse(_VARIABLE(lambda found: variables[found[1]], body).encode())
    except Unreadable as error:
        raise errors.bad_request(f"Invalid OpenAPI input. Unable to parse: {error}") from error
    if not text(document.get("openapi", "")).startswith("3."):
        raise errors.bad_request(
            "Invalid OpenAPI input. Only OpenAPI 3.0.x definitions are supported for HTTP APIs"
        )
    if not isinstance(document.get("paths", {}), dict) or not isinstance(document.get("info", {}), dict):
        raise errors.bad_request("Invalid OpenAPI input. paths and info must be objects")
    return document


def read(document: Mapping[str, Any], base_path: str) -> Definition:
    """What a document defines. `base_path` (`ignore`, `prepend`, `split`) says what becomes of the path of its server.

    Raises:
        AwsError: BadRequestException, it has no form.
    """
    if base_path not in _BASE_PATHS:
        raise errors.bad_request(
            f"Invalid basepath option: {base_path}. Must be one of [{', '.join(_BASE_PATHS)}]"
        )
    return _Reader(document, _prefix(document, base_path)).definition()


def _prefix(document: Mapping[str, Any], base_path: str) -> str:
    """What is put before each path."""
    servers = document.get("servers") or []
    if base_path == "ignore" or not servers or not isinstance(servers[0], dict):
        return ""
    server = servers[0]
    url = text(server.get("url", ""))
    for name, variable in (server.get("variables") or {}).items():
        url = url.replace(f"{{{name}}}", text((variable or {}).get("default", "")))
    path = "/" + urlsplit(url).path.strip("/") if urlsplit(url).path.strip("/") else ""
    return path if base_path == "prepend" else "/" + path[1:].partition("/")[2] if "/" in path[1:] else ""


class _Reader:
    """Reads one document."""

    def __init__(self, document: Mapping[str, Any], prefix: str) -> None:
        self._document = document
        self._prefix = prefix
        self._info: list[str] = []
        self._warnings: list[str] = []
        self._authorizers: dict[str, Values] = {}

    def definition(self) -> Definition:
        routes: list[RouteRead] = []
        for path, item in (self._document.get("paths") or {}).items():
            if not isinstance(item, dict):
                raise errors.bad_request(f"Invalid OpenAPI input. The path {path} must be an object")
            for name in (*_METHODS, ANY):
                if isinstance(item.get(name), dict):
                    routes.append(self._route(text(path), name, item[name]))
        return Definition(self._api(), routes, self._authorizers, self._info, self._warnings)

    def _api(self) -> Values:
        about = self._document.get("info") or {}
        members: Values = {"Name": text(about.get("title") or ""), "ProtocolType": "HTTP"}
        for given, member in (("version", "Version"), ("description", "Description")):
            if about.get(given):
                members[member] = text(about[given])
        cors = self._document.get(CORS)
        if isinstance(cors, dict):
            own = {name: cors[small(name)] for name in _CORS if small(name) in cors}
            members["CorsConfiguration"] = shown(made(CorsConfiguration, own))
        tags = {
            text(tag["name"]): text(tag["x-amazon-apigateway-tag-value"])
            for tag in self._document.get("tags") or []
            if isinstance(tag, dict) and "name" in tag and "x-amazon-apigateway-tag-value" in tag
        }
        return members | ({"Tags": tags} if tags else {})

    def _route(self, path: str, name: str, operation: Mapping[str, Any]) -> RouteRead:
        default = path == "/$default"
        method = "ANY" if name == ANY else name.upper()
        key = "$default" if default else f"{method} {self._prefix}{path}"
        members: Values = {"RouteKey": key}
        if operation.get("operationId"):
            members["OperationName"] = text(operation["operationId"])
        self._info += [
            f"Ignoring {unsupported} of {key}, which HTTP APIs do not support"
            for unsupported in _UNSUPPORTED
            if unsupported in operation
        ]
        security = self._security(operation)
        members |= security.members
        integration, shared = self._integration(key, operation.get(INTEGRATION))
        return RouteRead(members, integration, shared, security.authorizer)

    def _security(self, operation: Mapping[str, Any]) -> Security:
        security = security_of(self._document, operation)
        if security.authorizer:
            self._authorizers[security.authorizer] = security.definition
        if security.warning:
            self._warnings.append(security.warning)
        return security

    def _integration(self, key: str, given: Any) -> tuple[Values | None, str]:
        """The integration of a route, and its name if it is one of the document's."""
        shared = ""
        if isinstance(given, dict) and "$ref" in given:
            shared = text(given["$ref"]).rpartition("/")[2]
            components = self._document.get("components") or {}
            given = (components.get("x-amazon-apigateway-integrations") or {}).get(shared)
        if not isinstance(given, dict):
            self._warnings.append(f"Unable to find an integration for {key}")
            return None, ""
        kind = text(given.get("type", "")).upper()
        if kind not in _TYPES:
            self._warnings.append(
                f"Unsupported integration type {kind} for {key}. HTTP APIs support only AWS_PROXY and HTTP_PROXY"
            )
            return None, ""
        members: Values = {"IntegrationType": kind}
        for name, member in INTEGRATION_MEMBERS.items():
            if given.get(name) is not None:
                members[member] = given[name]
        tls = given.get("tlsConfig")
        if isinstance(tls, dict) and tls.get("serverNameToVerify"):
            members["TlsConfig"] = {"ServerNameToVerify": text(tls["serverNameToVerify"])}
        members.setdefault("PayloadFormatVersion", "1.0")
        return members, shared
