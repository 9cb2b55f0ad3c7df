"""Method responses: the statuses that a method may answer with."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors
from portico.services.apigateway.expressions import check_response_parameters
from portico.services.apigateway.methods import check_models, method_of, put
from portico.services.apigateway.patch import Patch, changed, entry, patches
from portico.services.apigateway.records import Method, MethodResponse, Resource
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.shown import shown

if TYPE_CHECKING:
    from portico.services.apigateway import shapes


async def _held(call: Call, request: Mapping[str, Any]) -> tuple[Resource, Method, MethodResponse]:
    resource, method = await method_of(call, request)
    found = method.method_responses.get(request["statusCode"])
    if found is None:
        raise errors.no_status()
    return resource, method, found


async def _write(
    call: Call, request: Mapping[str, Any], place: tuple[Resource, Method], response: MethodResponse
) -> dict[str, Any]:
    check_response_parameters(response.response_parameters or ())
    await check_models(call, request["restApiId"], response.response_models)
    resource, method = place
    responses = dict(method.method_responses) | {response.status_code: response}
    method = msgspec.structs.replace(method, method_responses=dict(sorted(responses.items())))
    put(call, request["restApiId"], resource, method)
    return shown(response)


@access.operation()
async def put_method_response(
    service: ApiGateway, call: Call, request: "shapes.PutMethodResponseRequest"
) -> dict[str, Any]:
    """Add a status to a method.

    Raises:
        NotFoundException: there is no such resource or method. BadRequestException: a parameter or model is none. ConflictException: the
            method has this status.
    """
    resource, method = await method_of(call, request)
    if request["statusCode"] in method.method_responses:
        raise errors.conflict("Response already exists for this resource")
    response = MethodResponse(
        status_code=request["statusCode"],
        response_parameters=request.get("responseParameters"),
        response_models=request.get("responseModels"),
    )
    return await _write(call, request, (resource, method), response)


@access.operation()
async def get_method_response(
    service: ApiGateway, call: Call, request: "shapes.GetMethodResponseRequest"
) -> dict[str, Any]:
    """A status of a method.

    Raises:
        NotFoundException: there is no such resource, method or status.
    """
    return shown((await _held(call, request))[2])


@access.operation()
async def delete_method_response(
    service: ApiGateway, call: Call, request: "shapes.DeleteMethodResponseRequest"
) -> dict[str, Any]:
    """Remove a status from a method.

    Raises:
        NotFoundException: there is no such resource, method or status.
    """
    resource, method, gone = await _held(call, request)
    left = {status: one for status, one in method.method_responses.items() if status != gone.status_code}
    put(call, request["restApiId"], resource, msgspec.structs.replace(method, method_responses=left))
    return {}


@access.operation()
async def update_method_response(
    service: ApiGateway, call: Call, request: "shapes.UpdateMethodResponseRequest"
) -> dict[str, Any]:
    """Change a status of a method.

    Raises:
        NotFoundException: there is no such resource, method, status, parameter or content type. BadRequestException: a path is none, or
            a model or parameter is.
    """
    resource, method, response = await _held(call, request)
    response = changed(response, patches(request), {}, _NESTED)
    return await _write(call, request, (resource, method), response)


def _parameter(response: MethodResponse, patch: Patch) -> MethodResponse:
    found = entry(response.response_parameters, patch, patch.flag, "Invalid parameter name specified")
    return msgspec.structs.replace(response, response_parameters=found)


def _model(response: MethodResponse, patch: Patch) -> MethodResponse:
    found = entry(response.response_models, patch, patch.text, "Content-Type specified was not found")
    return msgspec.structs.replace(response, response_models=found)


_NESTED = {"responseParameters": _parameter, "responseModels": _model}
