"""API mappings: which API and stage a path below a custom domain name leads to. REST APIs' base path mappings are the same records."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.doors import domains
from portico.doors.domains import PathMapping
from portico.doors.records import API_POINTERS
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed
from portico.services.apigatewayv2.domain_names import domain_of
from portico.services.apigatewayv2.paging import answer, page_of
from portico.services.apigatewayv2.records import STAGES, Values
from portico.services.apigatewayv2.service import HttpApis, here

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_KEY = re.compile(r"[A-Za-z0-9$\-_.+!*'()/]{0,300}").fullmatch


def shown_mapping(mapping: PathMapping) -> Values:
    """A mapping as AWS shows it."""
    return {
        "ApiId": mapping.api_id,
        "ApiMappingId": mapping.id,
        "ApiMappingKey": mapping.base_path,
        "Stage": mapping.stage,
    }


@managed
async def create_api_mapping(
    service: HttpApis, call: Call, request: "shapes.CreateApiMappingRequest"
) -> Values:
    """Have paths that begin with a key lead to a stage of an API.

    Raises:
        NotFoundException: there is no such domain name, API or stage. BadRequestException: the key can't be used.
        ConflictException: the key is mapped.
    """
    domain = await domain_of(call, request)
    key = request.get("ApiMappingKey") or ""
    mapping = PathMapping(domains.mapping_id(), key, request["ApiId"], request["Stage"])
    await _check(call, domain.name, mapping)
    await domains.put_mapping(call.tx, domain.name, mapping)
    return shown_mapping(mapping)


@managed
async def get_api_mapping(service: HttpApis, call: Call, request: "shapes.GetApiMappingRequest") -> Values:
    """A mapping.

    Raises:
        NotFoundException: there is no such domain name or mapping.
    """
    return shown_mapping(await _requested(call, request))


@managed
async def get_api_mappings(service: HttpApis, call: Call, request: "shapes.GetApiMappingsRequest") -> Values:
    """The domain name's mappings.

    Raises:
        NotFoundException: the account has no such name in the region.
    """
    domain = await domain_of(call, request)
    found = sorted(await domains.mappings_of(call.tx, domain.name), key=lambda one: one.id)
    some, token = page_of(request, found, lambda one: one.id)
    return answer([shown_mapping(one) for one in some], token)


@managed
async def update_api_mapping(
    service: HttpApis, call: Call, request: "shapes.UpdateApiMappingRequest"
) -> Values:
    """Change a mapping.

    Raises:
        NotFoundException: there is no such domain name, mapping, API or stage. BadRequestException, ConflictException: as of
        CreateApiMapping.
    """
    domain, before = await domain_of(call, request), await _requested(call, request)
    after = PathMapping(
        before.id,
        request.get("ApiMappingKey", before.base_path),
        request["ApiId"],
        request.get("Stage") or before.stage,
    )
    await _check(call, domain.name, after)
    await domains.put_mapping(call.tx, domain.name, after)
    return shown_mapping(after)


@managed
async def delete_api_mapping(
    service: HttpApis, call: Call, request: "shapes.DeleteApiMappingRequest"
) -> Values:
    """Delete a mapping.

    Raises:
        NotFoundException: there is no such domain name or mapping.
    """
    domain, mapping = await domain_of(call, request), await _requested(call, request)
    await domains.delete_mapping(call.tx, domain.name, mapping.id)
    return {}


async def check_target(call: Call, api_id: str, stage: str) -> None:
    """An API of the account and region, and a stage of it, must be there. (Stages of REST APIs are their own service's.)

    Raises:
        AwsError: NotFoundException, BadRequestException.
    """
    pointer = await call.tx.get(API_POINTERS, api_id)
    if pointer is None or (pointer.account, pointer.region) != here(call):
        raise errors.no_api(call.scope.account, api_id)
    if pointer.kind != "rest" and await call.tx.get(STAGES, *here(call), api_id, stage) is None:
        raise errors.bad_request("Invalid stage identifier specified")


async def _check(call: Call, domain: str, mapping: PathMapping) -> None:
    key = mapping.base_path
    if not _KEY(key) or key.startswith("/") or key.endswith("/") or "//" in key:
        raise errors.bad_request(
            "API mapping key should not start with a '/' and should not have consecutive '/'s."
        )
    await check_target(call, mapping.api_id, mapping.stage)
    for other in await domains.mappings_of(call.tx, domain):
        if other.base_path == key and other.id != mapping.id:
            raise errors.conflict("ApiMapping key already exists for this domain name")


async def _requested(call: Call, request: Mapping[str, Any]) -> PathMapping:
    domain = await domain_of(call, request)
    for mapping in await domains.mappings_of(call.tx, domain.name):
        if mapping.id == request["ApiMappingId"]:
            return mapping
    raise errors.not_found("Invalid mapping identifier specified")
