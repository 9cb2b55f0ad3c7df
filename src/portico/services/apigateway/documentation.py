"""Documentation of APIs: parts, each about one thing, and versions, which are what the parts were."""

import json
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors, ids, undocumented
from portico.services.apigateway.documentation_records import (
    DOCUMENTATION_PARTS,
    DOCUMENTATION_SNAPSHOTS,
    DOCUMENTATION_VERSIONS,
    DocumentationPart,
    DocumentationSnapshot,
    DocumentationVersion,
    Location,
)
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import patches, supported
from portico.services.apigateway.records import AUTHORIZERS, MODELS, RESOURCES, STAGES
from portico.services.apigateway.service import ApiGateway, api_of, below
from portico.services.apigateway.shown import shown

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_PART_PATCHED = {"replace": ("/properties",)}
_VERSION_PATCHED = {"replace": ("/description",)}


def location_of(given: Mapping[str, Any]) -> Location:
    """A location as a request has it."""
    return Location(
        type=given["type"],
        path=given.get("path"),
        method=given.get("method"),
        status_code=given.get("statusCode"),
        name=given.get("name"),
    )


def check_properties(text: str) -> None:
    """Check the contents of a part.

    Raises:
        AwsError: BadRequestException, they are no JSON object.
    """
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise errors.bad_request("Documentation part properties must be a valid JSON object")


def order(part: DocumentationPart) -> tuple[str, ...]:
    """What parts are listed by."""
    at = part.location
    return at.type, at.path or "", at.method or "", at.status_code or "", at.name or ""


async def part_of(call: Call, request: Mapping[str, Any]) -> DocumentationPart:
    """The part that a request names.

    Raises:
        AwsError: NotFoundException, there is no such part or API.
    """
    missing = errors.not_found("Invalid Documentation part identifier specified")
    return await below(call, request, DOCUMENTATION_PARTS, request["documentationPartId"], missing)


@access.operation()
async def create_documentation_part(
    service: ApiGateway, call: Call, request: "shapes.CreateDocumentationPartRequest"
) -> dict[str, Any]:
    """Document one thing of an API.

    Raises:
        NotFoundException: there is no such API. BadRequestException: the contents are none. ConflictException: it is documented.
    """
    api = await api_of(call, request)
    check_properties(request["properties"])
    location = location_of(request["location"])
    if any(part.location == location for part in await call.tx.scan(DOCUMENTATION_PARTS, api.id)):
        raise errors.conflict(
            f"Documentation part already exists for the specified location: type '{location.type}'."
        )
    part = DocumentationPart(ids.short_id(), location, request["properties"])
    call.tx.put(DOCUMENTATION_PARTS, part, api.id, part.id)
    return shown(part)


@access.operation()
async def get_documentation_part(
    service: ApiGateway, call: Call, request: "shapes.GetDocumentationPartRequest"
) -> dict[str, Any]:
    """A part.

    Raises:
        NotFoundException: there is no such part.
    """
    return shown(await part_of(call, request))


@access.operation()
async def get_documentation_parts(
    service: ApiGateway, call: Call, request: "shapes.GetDocumentationPartsRequest"
) -> dict[str, Any]:
    """The parts of an API, or those of a type, path or name. With `locationStatus=UNDOCUMENTED` what there are no parts for.

    Raises:
        NotFoundException: there is no such API.
    """
    api = await api_of(call, request)
    parts = await call.tx.scan(DOCUMENTATION_PARTS, api.id)
    if request.get("locationStatus") == "UNDOCUMENTED":
        parts = await _missing(call, api.id, {part.location for part in parts})
    wanted = [part for part in sorted(parts, key=order) if _fits(part.location, request)]
    return page(wanted, request, lambda part: "/".join(order(part)), _show)


async def _missing(call: Call, api_id: str, documented: Set[Location]) -> list[DocumentationPart]:
    """A part without id or contents for each thing that is not documented."""
    every = undocumented.locations(
        await call.tx.scan(RESOURCES, api_id),
        await call.tx.scan(MODELS, api_id),
        await call.tx.scan(AUTHORIZERS, api_id),
    )
    return [DocumentationPart("", location, "") for location in every if location not in documented]


def _show(part: DocumentationPart) -> dict[str, Any]:
    return {name: value for name, value in shown(part).items() if value}


def _fits(location: Location, request: Mapping[str, Any]) -> bool:
    return (
        request.get("type") in (None, location.type)
        and request.get("path") in (None, location.path)
        and request.get("nameQuery") in (None, location.name)
    )


@access.operation()
async def delete_documentation_part(
    service: ApiGateway, call: Call, request: "shapes.DeleteDocumentationPartRequest"
) -> dict[str, Any]:
    """Remove a part.

    Raises:
        NotFoundException: there is no such API or part.
    """
    await api_of(call, request)
    part = await part_of(call, request)
    call.tx.delete(DOCUMENTATION_PARTS, request["restApiId"], part.id)
    return {}


@access.operation()
async def update_documentation_part(
    service: ApiGateway, call: Call, request: "shapes.UpdateDocumentationPartRequest"
) -> dict[str, Any]:
    """Change a part's contents.

    Raises:
        NotFoundException: there is no such part. BadRequestException: a path or operation is none, or the contents are.
    """
    part = await part_of(call, request)
    for patch in patches(request):
        supported(patch, _PART_PATCHED)
        check_properties(patch.text)
        part = msgspec.structs.replace(part, properties=patch.text)
    call.tx.put(DOCUMENTATION_PARTS, part, request["restApiId"], part.id)
    return shown(part)


async def version_of(call: Call, request: Mapping[str, Any]) -> DocumentationVersion:
    """The version that a request names.

    Raises:
        AwsError: NotFoundException, there is no such version or API.
    """
    missing = errors.not_found("Invalid Documentation version specified")
    return await below(call, request, DOCUMENTATION_VERSIONS, request["documentationVersion"], missing)


async def keep(call: Call, api_id: str, version: DocumentationVersion) -> None:
    """Write a version of what the parts now are."""
    parts: Sequence[DocumentationPart] = await call.tx.scan(DOCUMENTATION_PARTS, api_id)
    call.tx.put(DOCUMENTATION_VERSIONS, version, api_id, version.version)
    call.tx.put(DOCUMENTATION_SNAPSHOTS, DocumentationSnapshot(tuple(parts)), api_id, version.version)


@access.operation()
async def create_documentation_version(
    service: ApiGateway, call: Call, request: "shapes.CreateDocumentationVersionRequest"
) -> dict[str, Any]:
    """Keep the documentation as it is now and, with `stageName`, let that stage have it.

    Raises:
        NotFoundException: there is no such API or stage. BadRequestException: the name is empty. ConflictException: there is a version of
            this name.
    """
    api = await api_of(call, request)
    name, stage_name = request["documentationVersion"], request.get("stageName")
    if not name:
        raise errors.bad_request("Documentation version must be non-empty")
    if await call.tx.get(DOCUMENTATION_VERSIONS, api.id, name) is not None:
        raise errors.conflict("Documentation version already exists for this REST API")
    version = DocumentationVersion(name, call.now, request.get("description"))
    await keep(call, api.id, version)
    if stage_name:
        stage = await call.tx.get(STAGES, api.id, stage_name)
        if stage is None:
            raise errors.not_found("Invalid stage identifier specified")
        call.tx.put(STAGES, msgspec.structs.replace(stage, documentation_version=name), api.id, stage_name)
    return shown(version)


@access.operation()
async def get_documentation_version(
    service: ApiGateway, call: Call, request: "shapes.GetDocumentationVersionRequest"
) -> dict[str, Any]:
    """A version.

    Raises:
        NotFoundException: there is no such version.
    """
    return shown(await version_of(call, request))


@access.operation()
async def get_documentation_versions(
    service: ApiGateway, call: Call, request: "shapes.GetDocumentationVersionsRequest"
) -> dict[str, Any]:
    """The versions of an API's documentation, by name.

    Raises:
        NotFoundException: there is no such API.
    """
    api = await api_of(call, request)
    found = await call.tx.scan(DOCUMENTATION_VERSIONS, api.id)
    return page(found, request, lambda one: one.version, shown)


@access.operation()
async def delete_documentation_version(
    service: ApiGateway, call: Call, request: "shapes.DeleteDocumentationVersionRequest"
) -> dict[str, Any]:
    """Remove a version; stages that had it have none.

    Raises:
        NotFoundException: there is no such version.
    """
    version, api_id = await version_of(call, request), request["restApiId"]
    for stage in await call.tx.scan(STAGES, api_id):
        if stage.documentation_version == version.version:
            cleared = msgspec.structs.replace(stage, documentation_version="")
            call.tx.put(STAGES, cleared, api_id, stage.stage_name)
    call.tx.delete(DOCUMENTATION_VERSIONS, api_id, version.version)
    call.tx.delete(DOCUMENTATION_SNAPSHOTS, api_id, version.version)
    return {}


@access.operation()
async def update_documentation_version(
    service: ApiGateway, call: Call, request: "shapes.UpdateDocumentationVersionRequest"
) -> dict[str, Any]:
    """Change a version's description.

    Raises:
        NotFoundException: there is no such version. BadRequestException: a path or operation is none.
    """
    version = await version_of(call, request)
    for patch in patches(request):
        supported(patch, _VERSION_PATCHED)
        version = msgspec.structs.replace(version, description=patch.value)
    call.tx.put(DOCUMENTATION_VERSIONS, version, request["restApiId"], version.version)
    return shown(version)
