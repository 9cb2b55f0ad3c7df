"""Resources: the paths of an API."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors, ids
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import patches, supported
from portico.services.apigateway.records import RESOURCES, Resource, RestApi
from portico.services.apigateway.service import ApiGateway, api_of, resource_of
from portico.services.apigateway.shown import shown
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

RESOURCES_MAX = 300
_PART = re.compile(r"[a-zA-Z0-9._:-]+|\{[a-zA-Z0-9._:-]+\+?\}").fullmatch
_PATCHED = {"replace": ("/parentId", "/pathPart")}


def show_resource(resource: Resource, *, methods: bool) -> dict[str, Any]:
    """A resource; without `methods` only their names are shown."""
    document = shown(resource)
    if not methods and "resourceMethods" in document:
        document["resourceMethods"] = {name: {} for name in document["resourceMethods"]}
    return document


def is_variable(part: str) -> bool:
    """Whether a path part stands for any value."""
    return part.startswith("{")


def is_greedy(part: str) -> bool:
    """Whether a path part stands for all that follows."""
    return part.endswith("+}")


def joined(parent: Resource, part: str) -> str:
    """The path of a part below `parent`."""
    return f"{parent.path.rstrip('/')}/{part}"


def too_many() -> AwsError:
    """429: an API has at most 300 resources."""
    return errors.limit_exceeded("Maximum number of resources for this API has been reached.")


def check_part(part: str) -> None:
    """Check that a path part may be one.

    Raises:
        AwsError: BadRequestException.
    """
    if not _PART(part):
        raise errors.bad_request(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at "
            "the beginning and the end."
        )


def check_place(parent: Resource, part: str, siblings: Iterable[Resource]) -> None:
    """Check that `part` may be below `parent`, beside `siblings`.

    Raises:
        AwsError: BadRequestException, ConflictException.
    """
    if is_greedy(parent.path_part):
        raise errors.bad_request(
            f"Cannot create a child of a resource with a greedy path variable: {parent.path_part}"
        )
    for sibling in siblings:
        if sibling.path_part == part:
            raise errors.conflict(f"Another resource with the same parent already has this name: {part}")
        if is_variable(part) and is_variable(sibling.path_part):
            raise errors.bad_request(
                f"A sibling ({sibling.path_part}) of this resource already has a variable path part -- only one is "
                "allowed"
            )


@access.operation()
async def create_resource(
    service: ApiGateway, call: Call, request: "shapes.CreateResourceRequest"
) -> dict[str, Any]:
    """Add a path part below a resource.

    Raises:
        NotFoundException: there is no such API or parent. BadRequestException: the part is none, or can't be there.
        ConflictException: the parent has a child of this name.
    """
    api = await api_of(call, request)
    every = await call.tx.scan(RESOURCES, api.id)
    parent = next((one for one in every if one.id == request["parentId"]), None)
    if parent is None:
        raise errors.no_resource()
    part = request["pathPart"]
    check_part(part)
    check_place(parent, part, (one for one in every if one.parent_id == parent.id))
    if len(every) >= RESOURCES_MAX:
        raise too_many()
    made = Resource(id=ids.short_id(), parent_id=parent.id, path=joined(parent, part), path_part=part)
    call.tx.put(RESOURCES, made, api.id, made.id)
    return shown(made)


@access.operation()
async def get_resource(
    service: ApiGateway, call: Call, request: "shapes.GetResourceRequest"
) -> dict[str, Any]:
    """A resource, with its methods if they are asked for.

    Raises:
        NotFoundException: there is no such resource.
    """
    return show_resource(await resource_of(call, request), methods="methods" in (request.get("embed") or ()))


@access.operation()
async def get_resources(
    service: ApiGateway, call: Call, request: "shapes.GetResourcesRequest"
) -> dict[str, Any]:
    """The resources of an API, by path.

    Raises:
        NotFoundException: there is no such API.
    """
    api = await api_of(call, request)
    every = sorted(await call.tx.scan(RESOURCES, api.id), key=lambda one: one.path)
    methods = "methods" in (request.get("embed") or ())
    return page(every, request, lambda one: one.id, lambda one: show_resource(one, methods=methods))


def subtree_of(resource: Resource, every: Sequence[Resource]) -> list[Resource]:
    """The resources below one."""
    below = [one for one in every if one.parent_id == resource.id]
    return below + [lower for one in below for lower in subtree_of(one, every)]


@access.operation()
async def delete_resource(
    service: ApiGateway, call: Call, request: "shapes.DeleteResourceRequest"
) -> dict[str, Any]:
    """Remove a resource and all below it.

    Raises:
        NotFoundException: there is no such resource. BadRequestException: it is the root.
    """
    resource = await resource_of(call, request)
    if not resource.parent_id:
        raise errors.bad_request("Root resource cannot be deleted.")
    api_id = request["restApiId"]
    for gone in (resource, *subtree_of(resource, await call.tx.scan(RESOURCES, api_id))):
        call.tx.delete(RESOURCES, api_id, gone.id)
    return {}


@access.operation()
async def update_resource(
    service: ApiGateway, call: Call, request: "shapes.UpdateResourceRequest"
) -> dict[str, Any]:
    """Give a resource another name or parent; everything below it moves along.

    Raises:
        NotFoundException: there is no such resource or parent. BadRequestException: the root can't be moved, or the part is none, or can't
            be there. ConflictException: the parent has a child of this name.
    """
    resource = await resource_of(call, request)
    api = await api_of(call, request)
    every = {one.id: one for one in await call.tx.scan(RESOURCES, api.id)}
    for patch in patches(request):
        supported(patch, _PATCHED)
        if not resource.parent_id:
            raise errors.bad_request(f"Root resource cannot update its {patch.parts[0]}.")
        if patch.path == "/parentId":
            resource = _below(resource, patch.text, every)
        else:
            check_part(patch.text)
            resource = msgspec.structs.replace(resource, path_part=patch.text)
        parent = every[resource.parent_id]
        others = [one for one in every.values() if one.parent_id == parent.id and one.id != resource.id]
        check_place(parent, resource.path_part, others)
        every[resource.id] = resource = msgspec.structs.replace(
            resource, path=joined(parent, resource.path_part)
        )
    _write(call, api, resource, every)
    return show_resource(resource, methods=False)


def _below(resource: Resource, parent_id: str, every: dict[str, Resource]) -> Resource:
    parent = every.get(parent_id)
    if parent is None:
        raise errors.no_resource()
    if parent_id == resource.id or parent_id in {one.id for one in subtree_of(resource, [*every.values()])}:
        raise errors.bad_request("Resources cannot be cyclical.")
    return msgspec.structs.replace(resource, parent_id=parent_id)


def _write(call: Call, api: RestApi, resource: Resource, every: dict[str, Resource]) -> None:
    call.tx.put(RESOURCES, resource, api.id, resource.id)
    for child in [one for one in every.values() if one.parent_id == resource.id]:
        moved = msgspec.structs.replace(child, path=joined(resource, child.path_part))
        every[child.id] = moved
        _write(call, api, moved, every)
