"""Request validators: what of a request is checked before its integration is called."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors, ids
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import patches, supported
from portico.services.apigateway.records import RESOURCES, VALIDATORS, RequestValidator
from portico.services.apigateway.service import ApiGateway, api_of, below, found_api
from portico.services.apigateway.shown import shown

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_PATCHED = {"replace": ("/name", "/validateRequestParameters", "/validateRequestBody")}
_FLAGS = {
    "/validateRequestParameters": "validate_request_parameters",
    "/validateRequestBody": "validate_request_body",
}


async def validator_of(call: Call, request: Mapping[str, Any]) -> RequestValidator:
    """The validator that a request names.

    Raises:
        AwsError: NotFoundException, there is no such validator or API.
    """
    missing = errors.not_found("Invalid Request Validator identifier specified")
    return await below(call, request, VALIDATORS, request["requestValidatorId"], missing)


@access.operation()
async def create_request_validator(
    service: ApiGateway, call: Call, request: "shapes.CreateRequestValidatorRequest"
) -> dict[str, Any]:
    """Add a validator to an API.

    Raises:
        BadRequestException: there is no such API (so AWS puts it).
    """
    api = await found_api(call, request)
    if api is None:
        raise errors.bad_request("Invalid REST API identifier specified")
    validator = RequestValidator(
        id=ids.short_id(),
        name=request.get("name"),
        validate_request_body=request.get("validateRequestBody", False),
        validate_request_parameters=request.get("validateRequestParameters", False),
    )
    call.tx.put(VALIDATORS, validator, api.id, validator.id)
    return shown(validator)


@access.operation()
async def get_request_validator(
    service: ApiGateway, call: Call, request: "shapes.GetRequestValidatorRequest"
) -> dict[str, Any]:
    """A validator.

    Raises:
        NotFoundException: there is no such validator.
    """
    return shown(await validator_of(call, request))


@access.operation()
async def get_request_validators(
    service: ApiGateway, call: Call, request: "shapes.GetRequestValidatorsRequest"
) -> dict[str, Any]:
    """The validators of an API.

    Raises:
        NotFoundException: there is no such API.
    """
    api = await api_of(call, request)
    return page(await call.tx.scan(VALIDATORS, api.id), request, lambda one: one.id, shown)


@access.operation()
async def delete_request_validator(
    service: ApiGateway, call: Call, request: "shapes.DeleteRequestValidatorRequest"
) -> dict[str, Any]:
    """Remove a validator.

    Raises:
        NotFoundException: there is no such validator. ConflictException: a method has it.
    """
    validator = await validator_of(call, request)
    for resource in await call.tx.scan(RESOURCES, request["restApiId"]):
        for method in resource.resource_methods.values():
            if method.request_validator_id == validator.id:
                raise errors.conflict(
                    f"Cannot delete request validator '{validator.id}', is referenced in method: "
                    f"{resource.path}/{method.http_method}"
                )
    call.tx.delete(VALIDATORS, request["restApiId"], validator.id)
    return {}


@access.operation()
async def update_request_validator(
    service: ApiGateway, call: Call, request: "shapes.UpdateRequestValidatorRequest"
) -> dict[str, Any]:
    """Change a validator.

    Raises:
        NotFoundException: there is no such validator. BadRequestException: a path or operation is none, or the name is empty.
    """
    validator = await validator_of(call, request)
    for patch in patches(request):
        supported(patch, _PATCHED)
        if patch.path == "/name":
            if not patch.value:
                raise errors.bad_request("Request Validator name cannot be blank")
            validator = msgspec.structs.replace(validator, name=patch.value)
        else:
            validator = msgspec.structs.replace(validator, **{_FLAGS[patch.path or ""]: patch.flag})
    call.tx.put(VALIDATORS, validator, request["restApiId"], validator.id)
    return shown(validator)
