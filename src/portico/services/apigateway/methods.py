"""Methods of resources."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors
from portico.services.apigateway.expressions import check_content_types, check_request_parameters
from portico.services.apigateway.patch import Patch, changed, entry, patches
from portico.services.apigateway.records import (
    AUTHORIZERS,
    MODELS,
    RESOURCES,
    VALIDATORS,
    Method,
    Resource,
)
from portico.services.apigateway.service import ApiGateway, resource_of
from portico.services.apigateway.shown import shown

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

HTTP_METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
AUTHORIZATION_TYPES = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")
WITH_AUTHORIZER = ("CUSTOM", "COGNITO_USER_POOLS")


async def method_of(call: Call, request: Mapping[str, Any]) -> tuple[Resource, Method]:
    """The method that a request names, and its resource.

    Raises:
        AwsError: NotFoundException, there is no such resource or method.
    """
    resource = await resource_of(call, request)
    found = resource.resource_methods.get(request["httpMethod"])
    if found is None:
        raise errors.no_method()
    return resource, found


def put(call: Call, api_id: str, resource: Resource, method: Method) -> None:
    """Write a method of a resource."""
    methods = dict(resource.resource_methods) | {method.http_method: method}
    ordered = dict(sorted(methods.items()))
    call.tx.put(RESOURCES, msgspec.structs.replace(resource, resource_methods=ordered), api_id, resource.id)


async def checked(call: Call, api_id: str, method: Method) -> Method:
    """`method`, once all that it refers to is there; an authorizer that its type has no use for is left out.

    Raises:
        AwsError: BadRequestException.
    """
    if method.authorization_type not in AUTHORIZATION_TYPES:
        raise errors.bad_request(
            f"Invalid authorization type specified. Valid options are {','.join(AUTHORIZATION_TYPES)}"
        )
    if method.authorization_type in WITH_AUTHORIZER:
        held = await call.tx.get(AUTHORIZERS, api_id, method.authorizer_id) if method.authorizer_id else None
        if held is None:
            raise errors.bad_request(
                "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS "
                "requires a valid authorizer."
            )
    else:
        method = msgspec.structs.replace(method, authorizer_id="")
    if method.request_validator_id and not await call.tx.get(VALIDATORS, api_id, method.request_validator_id):
        raise errors.bad_request("Invalid Request Validator identifier specified")
    check_request_parameters(method.request_parameters or ())
    await check_models(call, api_id, method.request_models)
    return method


async def check_models(call: Call, api_id: str, models: Mapping[str, str] | None) -> None:
    """Check that the models by content type are there.

    Raises:
        AwsError: BadRequestException.
    """
    check_content_types(models or ())
    for name in (models or {}).values():
        if await call.tx.get(MODELS, api_id, name) is None:
            raise errors.bad_request(f"Invalid model identifier specified: {name}")


@access.operation()
async def put_method(service: ApiGateway, call: Call, request: "shapes.PutMethodRequest") -> dict[str, Any]:
    """Add a method to a resource.

    Raises:
        NotFoundException: there is no such resource. BadRequestException: a member is not as it must be, or refers to what is not there.
        ConflictException: the resource has this method.
    """
    resource = await resource_of(call, request)
    name = request["httpMethod"]
    if name not in HTTP_METHODS:
        raise errors.bad_request(f"Invalid HttpMethod specified. Valid options are {','.join(HTTP_METHODS)}")
    if name in resource.resource_methods:
        raise errors.conflict("Method already exists for this resource")
    method = Method(
        http_method=name,
        authorization_type=request["authorizationType"],
        authorizer_id=request.get("authorizerId") or "",
        api_key_required=request.get("apiKeyRequired", False),
        operation_name=request.get("operationName") or "",
        request_parameters=request.get("requestParameters"),
        request_models=request.get("requestModels"),
        request_validator_id=request.get("requestValidatorId") or "",
        authorization_scopes=tuple(request.get("authorizationScopes") or ()),
    )
    method = await checked(call, request["restApiId"], method)
    put(call, request["restApiId"], resource, method)
    return shown(method)


@access.operation()
async def get_method(service: ApiGateway, call: Call, request: "shapes.GetMethodRequest") -> dict[str, Any]:
    """A method with its integration and responses.

    Raises:
        NotFoundException: there is no such resource or method.
    """
    return shown((await method_of(call, request))[1])


@access.operation()
async def delete_method(
    service: ApiGateway, call: Call, request: "shapes.DeleteMethodRequest"
) -> dict[str, Any]:
    """Remove a method.

    Raises:
        NotFoundException: there is no such resource or method.
    """
    resource, method = await method_of(call, request)
    left = {name: one for name, one in resource.resource_methods.items() if name != method.http_method}
    call.tx.put(
        RESOURCES,
        msgspec.structs.replace(resource, resource_methods=left),
        request["restApiId"],
        resource.id,
    )
    return {}


@access.operation()
async def update_method(
    service: ApiGateway, call: Call, request: "shapes.UpdateMethodRequest"
) -> dict[str, Any]:
    """Change a method.

    Raises:
        NotFoundException: there is no such resource, method, parameter or content type. BadRequestException: a path or operation is
            none, or what comes out refers to what is not there.
    """
    resource, method = await method_of(call, request)
    method = changed(method, patches(request), _SINGLE, _NESTED, {"authorizationScopes": _scopes})
    method = await checked(call, request["restApiId"], method)
    put(call, request["restApiId"], resource, method)
    return shown(method)


def _required(method: Method, patch: Patch) -> Method:
    return msgspec.structs.replace(method, api_key_required=patch.flag)


def _text(member: str) -> Any:
    return lambda method, patch: msgspec.structs.replace(method, **{member: patch.text})


def _parameter(method: Method, patch: Patch) -> Method:
    found = entry(method.request_parameters, patch, patch.flag, "Invalid parameter name specified")
    return msgspec.structs.replace(method, request_parameters=found)


def _model(method: Method, patch: Patch) -> Method:
    found = entry(method.request_models, patch, patch.text, "Content-Type specified was not found")
    return msgspec.structs.replace(method, request_models=found)


def _scopes(method: Method, patch: Patch) -> Method:
    given = tuple(filter(None, patch.text.split(",")))
    if patch.op == "remove":
        left = tuple(scope for scope in method.authorization_scopes if given and scope not in given)
        return msgspec.structs.replace(method, authorization_scopes=left)
    before = method.authorization_scopes if patch.op == "add" else ()
    return msgspec.structs.replace(method, authorization_scopes=tuple(dict.fromkeys((*before, *given))))


_SINGLE = {
    "/apiKeyRequired": _required,
    "/authorizationType": _text("authorization_type"),
    "/authorizerId": _text("authorizer_id"),
    "/operationName": _text("operation_name"),
    "/requestValidatorId": _text("request_validator_id"),
}
_NESTED = {"requestParameters": _parameter, "requestModels": _model}
