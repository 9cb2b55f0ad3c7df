"""Base path mappings: what the paths of a custom domain name lead to."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.doors import domains
from portico.doors.domains import CustomDomain, PathMapping
from portico.services.apigateway import access, errors
from portico.services.apigateway.domain_names import domain_of
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import bad_path, only_replace, patches
from portico.services.apigateway.records import REST_APIS, STAGES
from portico.services.apigateway.service import ApiGateway

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_NONE = "(none)"
_ONLY_PRIVATE = "Only private APIs can be mapped to a private custom domain name."
_NO_PRIVATE = "Private APIs can only be mapped to a private custom domain name."
_PATH = re.compile(r"[A-Za-z0-9$_.+!*'()-]+").fullmatch
_MEMBERS = {
    "/basepath": "base_path",
    "/basePath": "base_path",
    "/restapiId": "api_id",
    "/restApiId": "api_id",
    "/stage": "stage",
}


def _show(mapping: PathMapping) -> dict[str, Any]:
    stage = {"stage": mapping.stage} if mapping.stage else {}
    return {"basePath": mapping.base_path or _NONE, "restApiId": mapping.api_id, **stage}


async def _held(call: Call, request: Mapping[str, Any]) -> tuple[CustomDomain, PathMapping]:
    domain, wanted = await domain_of(call, request), request["basePath"]
    for mapping in await domains.mappings_of(call.tx, domain.key):
        if (mapping.base_path or _NONE) == wanted:
            return domain, mapping
    raise errors.not_found("Invalid base path mapping identifier specified")


async def _write(call: Call, domain: CustomDomain, mapping: PathMapping) -> dict[str, Any]:
    if "/" in mapping.base_path:
        raise errors.bad_request(
            "API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level "
            "base path mapping, use API Gateway V2."
        )
    if mapping.base_path and not _PATH(mapping.base_path):
        raise errors.bad_request(
            "Invalid base path. A base path can contain only letters, numbers, and one of $-_.+!*'()"
        )
    api = await call.tx.get(REST_APIS, call.scope.account, call.scope.region, mapping.api_id)
    if api is None:
        raise errors.bad_request("Invalid REST API identifier specified")
    if bool(domain.id) != ("PRIVATE" in api.endpoint_configuration.types):
        raise errors.bad_request(_ONLY_PRIVATE if domain.id else _NO_PRIVATE)
    if domain.trust_store and "REGIONAL" not in api.endpoint_configuration.types:
        raise errors.bad_request("Mutual TLS authentication is supported for Regional APIs only")
    if mapping.stage and await call.tx.get(STAGES, mapping.api_id, mapping.stage) is None:
        raise errors.bad_request("Invalid stage identifier specified")
    for other in await domains.mappings_of(call.tx, domain.key):
        if other.base_path == mapping.base_path and other.id != mapping.id:
            raise errors.conflict("Base path already exists for this domain name")
    await domains.put_mapping(call.tx, domain.key, mapping)
    return _show(mapping)


@access.operation()
async def create_base_path_mapping(
    service: ApiGateway, call: Call, request: "shapes.CreateBasePathMappingRequest"
) -> dict[str, Any]:
    """Have a base path of a domain name lead to an API: to `stage`, or to the stage that the path goes on with.

    Raises:
        NotFoundException: the account has no such domain name. BadRequestException: the path is none, API or stage are not there, only
            one of name and API is private, or callers are to show certificates to an API that is not regional.
        ConflictException: the domain name has this base path.
    """
    domain = await domain_of(call, request)
    path = request.get("basePath") or ""
    mapping = PathMapping(
        id=domains.mapping_id(),
        base_path="" if path == _NONE else path,
        api_id=request["restApiId"],
        stage=_stage(request.get("stage")),
    )
    return await _write(call, domain, mapping)


def _stage(given: str | None) -> str:
    return "" if given in (None, _NONE) else given or ""


@access.operation()
async def get_base_path_mapping(
    service: ApiGateway, call: Call, request: "shapes.GetBasePathMappingRequest"
) -> dict[str, Any]:
    """What a base path (`(none)` for the empty one) leads to.

    Raises:
        NotFoundException: the account has no such domain name, or that no such base path.
    """
    return _show((await _held(call, request))[1])


@access.operation()
async def get_base_path_mappings(
    service: ApiGateway, call: Call, request: "shapes.GetBasePathMappingsRequest"
) -> dict[str, Any]:
    """The base paths of a domain name.

    Raises:
        NotFoundException: the account has no such domain name.
    """
    domain = await domain_of(call, request)
    found = sorted(await domains.mappings_of(call.tx, domain.key), key=lambda one: one.base_path)
    return page(found, request, lambda one: one.id, _show)


@access.operation()
async def delete_base_path_mapping(
    service: ApiGateway, call: Call, request: "shapes.DeleteBasePathMappingRequest"
) -> dict[str, Any]:
    """Have a base path lead nowhere.

    Raises:
        NotFoundException: the account has no such domain name, or that no such base path.
    """
    domain, mapping = await _held(call, request)
    await domains.delete_mapping(call.tx, domain.key, mapping.id)
    return {}


@access.operation()
async def update_base_path_mapping(
    service: ApiGateway, call: Call, request: "shapes.UpdateBasePathMappingRequest"
) -> dict[str, Any]:
    """Change a base path, or what it leads to; in force at once.

    Raises:
        NotFoundException: the account has no such domain name, or that no such base path. BadRequestException: a path, operation or value
            is none. ConflictException: the domain name has this base path.
    """
    domain, mapping = await _held(call, request)
    for patch in patches(request):
        member = _MEMBERS.get(patch.path or "")
        if member is None:
            raise bad_path(patch)
        only_replace(patch)
        value = "" if patch.text == _NONE else patch.text
        mapping = msgspec.structs.replace(mapping, **{member: value})
    return await _write(call, domain, mapping)
