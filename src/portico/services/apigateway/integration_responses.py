"""Integration responses: what a backend's answers become."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors
from portico.services.apigateway.expressions import (
    check_content_types,
    check_integration_response_parameters,
)
from portico.services.apigateway.integrations import integration_of, templates, write
from portico.services.apigateway.methods import method_of
from portico.services.apigateway.patch import Patch, changed, entry, patches
from portico.services.apigateway.records import Integration, IntegrationResponse, Method, Resource
from portico.services.apigateway.service import ApiGateway, resource_of
from portico.services.apigateway.shown import shown

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

Place = tuple[Resource, Method, Integration]


async def _held(call: Call, request: Mapping[str, Any]) -> tuple[Place, IntegrationResponse]:
    place = await integration_of(call, request)
    found = place[2].integration_responses.get(request["statusCode"])
    if found is None:
        raise errors.no_status()
    return place, found


def check_response(method: Method, response: IntegrationResponse) -> None:
    """Check an integration response of a method: the headers that it maps to are declared by the method's response of this status.

    Raises:
        AwsError: BadRequestException.
    """
    check_content_types(response.response_templates or ())
    declared = method.method_responses.get(response.status_code)
    names = (declared.response_parameters or {}) if declared else {}
    check_integration_response_parameters(response.response_parameters or {}, names)


def _write(
    call: Call, request: Mapping[str, Any], place: Place, responses: Mapping[str, IntegrationResponse]
) -> None:
    resource, method, integration = place
    ordered = dict(sorted(responses.items()))
    integration = msgspec.structs.replace(integration, integration_responses=ordered)
    write(call, request["restApiId"], resource, method, integration)


@access.operation()
async def put_integration_response(
    service: ApiGateway, call: Call, request: "shapes.PutIntegrationResponseRequest"
) -> dict[str, Any]:
    """Set what answers of a backend that fit a pattern become.

    Raises:
        NotFoundException: there is no such resource, method or integration. BadRequestException: a parameter or template is none.
    """
    resource, method = await method_of(call, request)
    if method.method_integration is None:
        raise errors.no_integration()
    response = IntegrationResponse(
        status_code=request["statusCode"],
        selection_pattern=request.get("selectionPattern"),
        response_parameters=request.get("responseParameters"),
        response_templates=templates(request.get("responseTemplates")),
        content_handling=request.get("contentHandling") or "",
    )
    check_response(method, response)
    place = (resource, method, method.method_integration)
    _write(call, request, place, place[2].integration_responses | {response.status_code: response})
    return shown(response)


@access.operation()
async def get_integration_response(
    service: ApiGateway, call: Call, request: "shapes.GetIntegrationResponseRequest"
) -> dict[str, Any]:
    """What answers that fit a pattern become.

    Raises:
        NotFoundException: there is no such resource, method, integration or status.
    """
    return shown((await _held(call, request))[1])


@access.operation()
async def delete_integration_response(
    service: ApiGateway, call: Call, request: "shapes.DeleteIntegrationResponseRequest"
) -> dict[str, Any]:
    """Remove a status from an integration.

    Raises:
        NotFoundException: there is no such resource, integration or status; a method that is not there has no integration.
    """
    resource = await resource_of(call, request)
    method = resource.resource_methods.get(request["httpMethod"])
    if method is None or method.method_integration is None:
        raise errors.no_integration()
    place, gone = await _held(call, request)
    left = {
        status: one for status, one in place[2].integration_responses.items() if status != gone.status_code
    }
    _write(call, request, place, left)
    return {}


@access.operation()
async def update_integration_response(
    service: ApiGateway, call: Call, request: "shapes.UpdateIntegrationResponseRequest"
) -> dict[str, Any]:
    """Change what answers that fit a pattern become.

    Raises:
        NotFoundException: there is no such resource, method, integration, status, parameter or content type. BadRequestException: a
            path or operation is none, or a parameter or template is.
    """
    place, response = await _held(call, request)
    response = changed(response, patches(request), _SINGLE, _NESTED)
    check_response(place[1], response)
    _write(call, request, place, place[2].integration_responses | {response.status_code: response})
    return shown(response)


def _text(member: str) -> Any:
    return lambda response, patch: msgspec.structs.replace(response, **{member: patch.text})


def _parameter(response: IntegrationResponse, patch: Patch) -> IntegrationResponse:
    found = entry(response.response_parameters, patch, patch.text, "Invalid parameter name specified")
    return msgspec.structs.replace(response, response_parameters=found)


def _template(response: IntegrationResponse, patch: Patch) -> IntegrationResponse:
    found = entry(
        response.response_templates, patch, patch.value or None, "Content-Type specified was not found"
    )
    return msgspec.structs.replace(response, response_templates=found)


_SINGLE = {
    "/selectionPattern": _text("selection_pattern"),
    "/contentHandling": _text("content_handling"),
}
_NESTED = {"responseParameters": _parameter, "responseTemplates": _template}
