"""`apigateway:Request/...` and `apigateway:Resource/...`: condition values of what a request would set, and of the API as it is.

Source: Service Authorization Reference, "Condition keys for Amazon API Gateway Management".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import Values
from portico.services.apigateway.records import REST_APIS

_BY_MEMBER = {
    "disableExecuteApiEndpoint": "DisableExecuteApiEndpoint",
    "securityPolicy": "SecurityPolicy",
    "accessAssociationSource": "AccessAssociationSource",
    "domainNameArn": "DomainNameArn",
    "authorizerUri": "AuthorizerUri",
    "authorizationType": "RouteAuthorizationType",
    "apiKeyRequired": "ApiKeyRequired",
    "stageName": "StageName",
}
_OF_MUTUAL_TLS = {"truststoreUri": "MtlsTrustStoreUri", "truststoreVersion": "MtlsTrustStoreVersion"}
_BY_PATH = {
    "/disableExecuteApiEndpoint": "DisableExecuteApiEndpoint",
    "/securityPolicy": "SecurityPolicy",
    "/mutualTlsAuthentication/truststoreUri": "MtlsTrustStoreUri",
    "/mutualTlsAuthentication/truststoreVersion": "MtlsTrustStoreVersion",
    "/authorizerUri": "AuthorizerUri",
    "/authorizationType": "RouteAuthorizationType",
    "/apiKeyRequired": "ApiKeyRequired",
    "/accessLogSettings/destinationArn": "AccessLoggingDestination",
    "/accessLogSettings/format": "AccessLoggingFormat",
}


async def of(call: Call, request: Mapping[str, Any]) -> dict[str, Values]:
    """The condition values of a request."""
    keys = {f"apigateway:Request/{name}": _text(value) for name, value in _requested(call, request)}
    api = request.get("restApiId")
    held = await call.tx.get(REST_APIS, call.scope.account, call.scope.region, api) if api else None
    if held is not None:
        keys |= {
            "apigateway:Resource/ApiName": held.name,
            "apigateway:Resource/EndpointType": held.endpoint_configuration.types,
            "apigateway:Resource/DisableExecuteApiEndpoint": _text(held.disable_execute_api_endpoint),
        }
    return keys


def _requested(call: Call, request: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for member, name in _BY_MEMBER.items():
        if member in request:
            yield name, request[member]
    if call.operation in ("CreateRestApi", "UpdateRestApi") and "name" in request:
        yield "ApiName", request["name"]
    if call.operation == "CreateAuthorizer":
        yield "AuthorizerType", request.get("type", "")
    mutual = request.get("mutualTlsAuthentication") or {}
    for member, name in _OF_MUTUAL_TLS.items():
        if member in mutual:
            yield name, mutual[member]
    if types := (request.get("endpointConfiguration") or {}).get("types"):
        yield "EndpointType", tuple(types)
    for patch in request.get("patchOperations") or ():
        path = patch.get("path") or ""
        if path in _BY_PATH:
            yield _BY_PATH[path], patch.get("value") or ""
        elif path == "/name" and call.operation == "UpdateRestApi":
            yield "ApiName", patch.get("value") or ""
        elif path == "/type" and call.operation == "UpdateAuthorizer":
            yield "AuthorizerType", patch.get("value") or ""
        elif path.startswith("/endpointConfiguration/types"):
            yield "EndpointType", (patch.get("value") or "",)


def _text(value: Any) -> Values:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, tuple) else str(value)
