"""Gateway responses: what an API has put in place of API Gateway's own answers."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors
from portico.services.apigateway.expressions import check_content_types, check_gateway_parameters
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import Patch, bad_path, patches
from portico.services.apigateway.records import GATEWAY_RESPONSES, GatewayResponse
from portico.services.apigateway.service import ApiGateway, api_of
from portico.services.apigateway.shown import shown

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_TEMPLATES = {"application/json": '{"message":$context.error.messageString}'}
_STATUS = re.compile(r"[1-5]\d\d").fullmatch
_STATUSES = {
    "ACCESS_DENIED": "403",
    "API_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_FAILURE": "500",
    "BAD_REQUEST_BODY": "400",
    "BAD_REQUEST_PARAMETERS": "400",
    "DEFAULT_4XX": None,
    "DEFAULT_5XX": None,
    "EXPIRED_TOKEN": "403",
    "INTEGRATION_FAILURE": "504",
    "INTEGRATION_TIMEOUT": "504",
    "INVALID_API_KEY": "403",
    "INVALID_SIGNATURE": "403",
    "MISSING_AUTHENTICATION_TOKEN": "403",
    "QUOTA_EXCEEDED": "429",
    "REQUEST_TOO_LARGE": "413",
    "RESOURCE_NOT_FOUND": "404",
    "THROTTLED": "429",
    "UNAUTHORIZED": "401",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "WAF_FILTERED": "403",
}


def default(kind: str) -> GatewayResponse:
    """The answer of a type that no API has changed."""
    return GatewayResponse(
        response_type=kind,
        status_code=_STATUSES[kind],
        response_parameters={},
        response_templates=dict(_TEMPLATES),
        default_response=True,
    )


def in_force(kind: str, put: Mapping[str, GatewayResponse]) -> GatewayResponse:
    """The answer of a type: the API's own, or what it has put for all 4xx or 5xx, or API Gateway's."""
    if kind in put:
        return put[kind]
    usual = default(kind)
    general = put.get("DEFAULT_5XX" if (usual.status_code or "").startswith("5") else "DEFAULT_4XX")
    if general is None or usual.status_code is None:
        return usual
    return msgspec.structs.replace(
        general,
        response_type=kind,
        status_code=general.status_code or usual.status_code,
        default_response=True,
    )


async def _put(call: Call, api_id: str) -> dict[str, GatewayResponse]:
    return {one.response_type: one for one in await call.tx.scan(GATEWAY_RESPONSES, api_id)}


@access.operation()
async def put_gateway_response(
    service: ApiGateway, call: Call, request: "shapes.PutGatewayResponseRequest"
) -> dict[str, Any]:
    """Replace an answer of API Gateway's.

    Raises:
        NotFoundException: there is no such API. BadRequestException: a parameter or content type is none.
    """
    api = await api_of(call, request)
    kind = request["responseType"]
    response = GatewayResponse(
        response_type=kind,
        status_code=request.get("statusCode") or _STATUSES[kind],
        response_parameters=dict(request.get("responseParameters") or {}),
        response_templates=dict(request.get("responseTemplates") or _TEMPLATES),
        default_response=False,
    )
    return _write(call, api.id, response)


def _write(call: Call, api_id: str, response: GatewayResponse) -> dict[str, Any]:
    check_gateway_parameters(response.response_parameters)
    check_content_types(response.response_templates)
    call.tx.put(GATEWAY_RESPONSES, response, api_id, response.response_type)
    return shown(response)


@access.operation()
async def get_gateway_response(
    service: ApiGateway, call: Call, request: "shapes.GetGatewayResponseRequest"
) -> dict[str, Any]:
    """The answer of a type, as it is in force.

    Raises:
        NotFoundException: there is no such API.
    """
    api = await api_of(call, request)
    return shown(in_force(request["responseType"], await _put(call, api.id)))


@access.operation()
async def get_gateway_responses(
    service: ApiGateway, call: Call, request: "shapes.GetGatewayResponsesRequest"
) -> dict[str, Any]:
    """The answers of all types, by type.

    Raises:
        NotFoundException: there is no such API.
    """
    api = await api_of(call, request)
    put = await _put(call, api.id)
    return page([in_force(kind, put) for kind in _STATUSES], request, lambda one: one.response_type, shown)


@access.operation()
async def delete_gateway_response(
    service: ApiGateway, call: Call, request: "shapes.DeleteGatewayResponseRequest"
) -> dict[str, Any]:
    """Have API Gateway's own answer again.

    Raises:
        NotFoundException: there is no such API, or it has not put this type.
    """
    api = await api_of(call, request)
    if await call.tx.get(GATEWAY_RESPONSES, api.id, request["responseType"]) is None:
        raise errors.not_found("Gateway response type not defined on api")
    call.tx.delete(GATEWAY_RESPONSES, api.id, request["responseType"])
    return {}


@access.operation()
async def update_gateway_response(
    service: ApiGateway, call: Call, request: "shapes.UpdateGatewayResponseRequest"
) -> dict[str, Any]:
    """Change an answer; one that the API has not put becomes its own.

    Raises:
        NotFoundException: there is no such API, parameter or content type. BadRequestException: a path, operation or value is none.
    """
    api = await api_of(call, request)
    response = in_force(request["responseType"], await _put(call, api.id))
    for patch in patches(request):
        response = _patched(response, patch)
    return _write(call, api.id, msgspec.structs.replace(response, default_response=False))


def _patched(response: GatewayResponse, patch: Patch) -> GatewayResponse:
    if patch.path == "/statusCode" and patch.op == "replace":
        if not _STATUS(patch.text):
            raise errors.bad_request("Invalid HTTP status code specified")
        return msgspec.structs.replace(response, status_code=patch.text)
    match patch.parts:
        case ["responseParameters", _]:
            held = response.response_parameters
            changed = _entry(held, patch, "Invalid parameter name specified")
            return msgspec.structs.replace(response, response_parameters=changed)
        case ["responseTemplates", _]:
            held = response.response_templates
            changed = _entry(held, patch, "Content-Type specified was not found")
            return msgspec.structs.replace(response, response_templates=changed)
    raise bad_path(patch)


def _entry(held: Mapping[str, str], patch: Patch, missing: str) -> dict[str, str]:
    member, name = patch.parts
    if patch.op in ("replace", "remove") and name not in held:
        raise errors.not_found(missing)
    if patch.op == "remove":
        return {key: value for key, value in held.items() if key != name}
    if patch.op not in ("add", "replace"):
        raise bad_path(patch)
    if not patch.value:
        raise errors.bad_request(f"Invalid null or empty value in {member}")
    return {**held, name: patch.value}
