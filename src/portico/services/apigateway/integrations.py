"""Integrations: what methods call."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.services.apigateway import access, errors
from portico.services.apigateway.integration_checks import TIMEOUT_MS, check
from portico.services.apigateway.methods import method_of, put
from portico.services.apigateway.patch import Patch, changed, entry, patches
from portico.services.apigateway.records import Integration, Method, Resource, TlsConfig
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.shown import shown

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_HTTP = ("HTTP", "HTTP_PROXY")


async def integration_of(call: Call, request: Mapping[str, Any]) -> tuple[Resource, Method, Integration]:
    """The integration that a request names, with its method and resource.

    Raises:
        AwsError: NotFoundException, there is no such resource, method or integration.
    """
    resource, method = await method_of(call, request)
    if method.method_integration is None:
        raise errors.no_integration()
    return resource, method, method.method_integration


def write(
    call: Call, api_id: str, resource: Resource, method: Method, integration: Integration | None
) -> None:
    """Give a method an integration, or none."""
    put(call, api_id, resource, msgspec.structs.replace(method, method_integration=integration))


def templates(given: Mapping[str, str | None] | None) -> dict[str, str | None] | None:
    """Templates by content type as they are kept: an empty one is none, which passes the body through."""
    return None if given is None else {name: text or None for name, text in given.items()}


def connection_type(kind: str, given: str) -> str:
    """How a backend is reached: over the internet, unless something else is said of an HTTP backend."""
    return given or ("INTERNET" if kind in _HTTP else "")


async def may_pass(service: ApiGateway, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """`iam:PassRole` on the role that the integration is to be called as."""
    given = [patch.value for patch in patches(request) if patch.path == "/credentials"]
    return access.passed([request.get("credentials"), *given])


@access.operation(also=may_pass)
async def put_integration(
    service: ApiGateway, call: Call, request: "shapes.PutIntegrationRequest"
) -> dict[str, Any]:
    """Set what a method calls; what it called before is forgotten, with its responses. That a function allows it is not asked for here.

    Raises:
        NotFoundException: there is no such resource or method. BadRequestException: a member is not as the type needs it.
    """
    resource, method = await method_of(call, request)
    kind, tls = request["type"], request.get("tlsConfig")
    integration = Integration(
        type=kind,
        http_method=request.get("integrationHttpMethod"),
        uri=request.get("uri"),
        connection_type=connection_type(kind, request.get("connectionType") or ""),
        connection_id=request.get("connectionId") or "",
        credentials=request.get("credentials") or "",
        request_parameters=request.get("requestParameters"),
        request_templates=templates(request.get("requestTemplates")),
        passthrough_behavior=request.get("passthroughBehavior") or "WHEN_NO_MATCH",
        cache_namespace=request.get("cacheNamespace") or resource.id,
        cache_key_parameters=tuple(request.get("cacheKeyParameters") or ()),
        content_handling=request.get("contentHandling") or "",
        timeout_in_millis=request.get("timeoutInMillis") or TIMEOUT_MS,
        tls_config=None if tls is None else TlsConfig(bool(tls.get("insecureSkipVerification"))),
        response_transfer_mode=request.get("responseTransferMode") or "",
        integration_target=request.get("integrationTarget") or "",
    )
    check(integration, method)
    write(call, request["restApiId"], resource, method, integration)
    return shown(integration)


@access.operation()
async def get_integration(
    service: ApiGateway, call: Call, request: "shapes.GetIntegrationRequest"
) -> dict[str, Any]:
    """What a method calls, with the integration's responses.

    Raises:
        NotFoundException: there is no such resource, method or integration.
    """
    return shown((await integration_of(call, request))[2])


@access.operation()
async def delete_integration(
    service: ApiGateway, call: Call, request: "shapes.DeleteIntegrationRequest"
) -> dict[str, Any]:
    """Leave a method without integration.

    Raises:
        NotFoundException: there is no such resource, method or integration.
    """
    resource, method, _ = await integration_of(call, request)
    write(call, request["restApiId"], resource, method, None)
    return {}


@access.operation(also=may_pass)
async def update_integration(
    service: ApiGateway, call: Call, request: "shapes.UpdateIntegrationRequest"
) -> dict[str, Any]:
    """Change what a method calls.

    Raises:
        NotFoundException: there is no such resource, method, integration, parameter or content type. BadRequestException: a path or
            operation is none, or what comes out is not as the type needs it.
    """
    resource, method, integration = await integration_of(call, request)
    integration = changed(integration, patches(request), _SINGLE, _NESTED, _GROUPS)
    check(integration, method)
    write(call, request["restApiId"], resource, method, integration)
    return shown(integration)


def _text(member: str) -> Any:
    return lambda integration, patch: msgspec.structs.replace(integration, **{member: patch.text})


def _timeout(integration: Integration, patch: Patch) -> Integration:
    if not patch.text.isdecimal():
        raise errors.bad_request("Invalid timeout specified. Must be a number")
    return msgspec.structs.replace(integration, timeout_in_millis=int(patch.text))


def _tls(integration: Integration, patch: Patch) -> Integration:
    return msgspec.structs.replace(integration, tls_config=TlsConfig(patch.flag))


def _parameter(integration: Integration, patch: Patch) -> Integration:
    found = entry(integration.request_parameters, patch, patch.text, "Invalid parameter name specified")
    return msgspec.structs.replace(integration, request_parameters=found)


def _template(integration: Integration, patch: Patch) -> Integration:
    found = entry(
        integration.request_templates, patch, patch.value or None, "Content-Type specified was not found"
    )
    return msgspec.structs.replace(integration, request_templates=found)


def _cache_key(integration: Integration, patch: Patch) -> Integration:
    named = patch.parts[1] if len(patch.parts) == 2 else patch.text
    left = tuple(name for name in integration.cache_key_parameters if name != named)
    after = left if patch.op == "remove" else (*left, patch.value or named)
    return msgspec.structs.replace(integration, cache_key_parameters=after)


_SINGLE = {
    "/httpMethod": _text("http_method"),
    "/uri": _text("uri"),
    "/credentials": _text("credentials"),
    "/passthroughBehavior": _text("passthrough_behavior"),
    "/cacheNamespace": _text("cache_namespace"),
    "/connectionId": _text("connection_id"),
    "/connectionType": _text("connection_type"),
    "/contentHandling": _text("content_handling"),
    "/timeoutInMillis": _timeout,
    "/tlsConfig/insecureSkipVerification": _tls,
    "/responseTransferMode": _text("response_transfer_mode"),
    "/integrationTarget": _text("integration_target"),
}
_NESTED = {
    "requestParameters": _parameter,
    "requestTemplates": _template,
}
_GROUPS = {"cacheKeyParameters": _cache_key}
