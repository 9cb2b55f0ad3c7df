"""APIs made of definitions: ImportRestApi, PutRestApi, and the documentation that is imported by itself."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.doors.aside import OnceEach, aside
from portico.doors.definition_text import Unreadable, parse
from portico.doors.records import API_POINTERS, ApiPointer
from portico.services.apigateway import access, documentation, errors, ids, subtree
from portico.services.apigateway.apis import show_api, show_one
from portico.services.apigateway.documentation_records import (
    DOCUMENTATION_PARTS,
    DOCUMENTATION_VERSIONS,
    DocumentationVersion,
)
from portico.services.apigateway.openapi import base_path, parts, settings
from portico.services.apigateway.openapi.build import Built, Content, build
from portico.services.apigateway.openapi.document import Document, mapping, read
from portico.services.apigateway.records import (
    AUTHORIZERS,
    GATEWAY_RESPONSES,
    MODELS,
    RESOURCES,
    REST_APIS,
    VALIDATORS,
    Resource,
    RestApi,
)
from portico.services.apigateway.service import ApiGateway, api_of, execute_arn

if TYPE_CHECKING:
    from portico.services.apigateway import shapes


_documents: OnceEach[Document] = OnceEach()


async def _document(call: Call, body: bytes) -> Document:
    """The definition in a request's body, read once for the call and where it holds nobody up.

    Raises:
        AwsError: BadRequestException.
    """
    try:
        return await _documents.of(call.tx, read, body)
    except Unreadable:
        raise errors.bad_request("Invalid OpenAPI input.") from None


async def _may_import(service: ApiGateway, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """`iam:PassRole` on the roles of integrations and authorizers, and the policy's own permission."""
    document = await _document(call, request["body"])
    checks = access.passed(_roles(document.root))
    if document.root.get(settings.POLICY):
        path = f"/restapis/{request['restApiId']}" if "restApiId" in request else "/restapis"
        checks.append(Check("apigateway:UpdateRestApiPolicy", access.arn(call, path)))
    return checks


def _roles(value: Any) -> Iterable[str]:
    """The roles anywhere in a definition that something is to be called as."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("credentials", "authorizerCredentials") and isinstance(inner, str):
                yield inner
            else:
                yield from _roles(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _roles(inner)


def _prefix(document: Document, parameters: Mapping[str, str]) -> str:
    mode = (parameters.get("basepath") or parameters.get("basePath") or "ignore").lower()
    if mode not in base_path.MODES:
        raise errors.bad_request(f"Invalid basepath value. Must be one of: {', '.join(base_path.MODES)}")
    return base_path.prefix(document, mode)


def _built(
    document: Document, api: RestApi, parameters: Mapping[str, str], held: Content, *, merge: bool
) -> Built:
    """What the definition makes of an API.

    Raises:
        AwsError: BadRequestException, it is no definition after all.
    """
    try:
        return build(document, api.id, api.root_resource_id, _prefix(document, parameters), held, merge=merge)
    except Unreadable as error:
        raise errors.bad_request(f"Invalid OpenAPI input. {error}") from None


def _checked(built: Built, *, strict: bool) -> list[str]:
    """The warnings of what was built.

    Raises:
        AwsError: BadRequestException, there are errors, or with `strict` warnings.
    """
    if built.errors:
        raise errors.bad_request("Errors found during import:\n\t" + "\n\t".join(built.errors))
    if built.warnings and strict:
        raise errors.bad_request("Warnings found during import:\n\t" + "\n\t".join(built.warnings))
    return built.warnings


def _put(call: Call, api: RestApi, content: Content) -> None:
    call.tx.put(REST_APIS, api, call.scope.account, call.scope.region, api.id)
    for resource in content.resources.values():
        call.tx.put(RESOURCES, resource, api.id, resource.id)
    for model in content.models.values():
        call.tx.put(MODELS, model, api.id, model.name)
    for validator in content.validators.values():
        call.tx.put(VALIDATORS, validator, api.id, validator.id)
    for authorizer in content.authorizers.values():
        call.tx.put(AUTHORIZERS, authorizer, api.id, authorizer.id)
    for kind, response in content.gateway_responses.items():
        call.tx.put(GATEWAY_RESPONSES, response, api.id, kind)


async def _put_documentation(
    call: Call, api_id: str, root: Mapping[str, Any], warnings: list[str], *, merge: bool
) -> list[str]:
    """Write the documentation of a definition; the ids of its parts."""
    held = await call.tx.scan(DOCUMENTATION_PARTS, api_id)
    made = parts.read(root, {one.location: one for one in held} if merge else {}, warnings)
    if not merge:
        for part in held:
            call.tx.delete(DOCUMENTATION_PARTS, api_id, part.id)
    for part in made:
        call.tx.put(DOCUMENTATION_PARTS, part, api_id, part.id)
    return [part.id for part in made]


async def _put_version(call: Call, api_id: str, root: Mapping[str, Any]) -> None:
    name = parts.version(root)
    if name and await call.tx.get(DOCUMENTATION_VERSIONS, api_id, name) is None:
        await documentation.keep(call, api_id, DocumentationVersion(name, call.now))


def _is_documented(parameters: Mapping[str, str]) -> bool:
    return parameters.get("ignore") != "documentation"


@access.operation(also=_may_import)
async def import_rest_api(
    service: ApiGateway, call: Call, request: "shapes.ImportRestApiRequest"
) -> dict[str, Any]:
    """Make an API of a definition.

    Raises:
        BadRequestException: it is no definition, or there are errors in it (with `failonwarnings` warnings, too).
    """
    parameters = request.get("parameters") or {}
    document = await _document(call, request["body"])
    bare = RestApi(
        id=ids.long_id(),
        name="",
        created_date=call.now,
        root_resource_id=ids.long_id(),
        endpoint_configuration=settings.endpoint_of(document, parameters, None),
        api_key_source="HEADER",
        disable_execute_api_endpoint=False,
    )
    api = settings.applied(document, bare, execute_arn(call, bare.id), merge=False)
    if not api.name:
        raise errors.bad_request("Invalid OpenAPI input. The title of the API is missing")
    nothing = Content({"/": Resource(id=api.root_resource_id, path="/")})
    built = await aside(_built, document, api, parameters, nothing, merge=False)
    warnings = _checked(built, strict=bool(request.get("failOnWarnings")))
    call.tx.put(API_POINTERS, ApiPointer("rest", call.scope.account, call.scope.region), api.id)
    _put(call, api, built.content)
    if _is_documented(parameters):
        await _put_documentation(call, api.id, document.root, warnings, merge=False)
        await _put_version(call, api.id, document.root)
    return show_api(api) | ({"warnings": warnings} if warnings else {})


async def _content(call: Call, api: RestApi) -> Content:
    return Content(
        resources={one.path: one for one in await call.tx.scan(RESOURCES, api.id)},
        models={one.name: one for one in await call.tx.scan(MODELS, api.id)},
        validators={one.name or one.id: one for one in await call.tx.scan(VALIDATORS, api.id)},
        authorizers={one.name: one for one in await call.tx.scan(AUTHORIZERS, api.id)},
        gateway_responses={one.response_type: one for one in await call.tx.scan(GATEWAY_RESPONSES, api.id)},
    )


@access.operation(also=_may_import)
async def put_rest_api(
    service: ApiGateway, call: Call, request: "shapes.PutRestApiRequest"
) -> dict[str, Any]:
    """Put a definition in place of what an API is (`mode=overwrite`), or add it (`merge`, which is usual). Stages and deployments stay.

    Raises:
        NotFoundException: there is no such API. BadRequestException: it is no definition, or there are errors in it (with
            `failonwarnings` warnings, too).
    """
    api = await api_of(call, request)
    parameters, merge = request.get("parameters") or {}, request.get("mode") != "overwrite"
    document = await _document(call, request["body"])
    changed = settings.applied(document, api, execute_arn(call, api.id), merge=merge)
    endpoint = settings.endpoint_of(document, parameters, api.endpoint_configuration)
    changed = msgspec.structs.replace(changed, endpoint_configuration=endpoint)
    held = await _content(call, api)
    built = await aside(_built, document, api, parameters, held, merge=merge)
    warnings = _checked(built, strict=bool(request.get("failOnWarnings")))
    if not merge:
        await subtree.empty(call, api)
    _put(call, changed, built.content)
    if _is_documented(parameters) and parts.EXTENSION in document.root:
        await _put_documentation(call, api.id, document.root, warnings, merge=merge)
        await _put_version(call, api.id, document.root)
    return show_one(changed) | ({"warnings": warnings} if warnings else {})


@access.operation()
async def import_documentation_parts(
    service: ApiGateway, call: Call, request: "shapes.ImportDocumentationPartsRequest"
) -> dict[str, Any]:
    """Put the documentation of a definition in place of an API's (`mode=overwrite`), or add it (`merge`, which is usual).

    Raises:
        NotFoundException: there is no such API. BadRequestException: it is no definition, or there are warnings and there may be none.
    """
    api = await api_of(call, request)
    try:
        root = parse(request["body"])
    except Unreadable:
        raise errors.bad_request("Unable to build importer with provided input.") from None
    if not mapping(root.get(parts.EXTENSION)):
        raise errors.bad_request("Unable to build importer with provided input.")
    warnings: list[str] = []
    merge = request.get("mode") != "overwrite"
    made = await _put_documentation(call, api.id, root, warnings, merge=merge)
    if warnings and request.get("failOnWarnings"):
        raise errors.bad_request("Warnings found during import:\n\t" + "\n\t".join(warnings))
    return {"ids": made} | ({"warnings": warnings} if warnings else {})
