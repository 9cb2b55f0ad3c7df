"""Models: JSON schemas of bodies."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors, ids, model_references, model_templates
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import patches, supported
from portico.services.apigateway.records import MODELS, Model
from portico.services.apigateway.service import ApiGateway, api_of, below
from portico.services.apigateway.shown import shown

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_SCHEMA_BYTES_MAX = 400_000
_NAME = re.compile(r"[A-Za-z0-9]+").fullmatch
_PATCHED = {"replace": ("/description", "/schema")}


def check_schema(schema: str | None) -> None:
    """Check that a model has a schema.

    Raises:
        AwsError: BadRequestException.
    """
    if not schema:
        raise errors.bad_request("Model schema must have at least 1 property or array items defined")
    if len(schema.encode()) > _SCHEMA_BYTES_MAX:
        raise errors.bad_request("Model schema can be at most 400 KB")
    try:
        document = json.loads(schema)
    except ValueError:
        raise errors.bad_request(
            "Invalid model schema specified. Unable to parse the schema as JSON"
        ) from None
    if not isinstance(document, dict):
        raise errors.bad_request("Invalid model schema specified. The schema must be an object")


async def model_of(call: Call, request: Mapping[str, Any]) -> Model:
    """The model that a request names.

    Raises:
        AwsError: NotFoundException, there is no such model or API.
    """
    name = request["modelName"]
    missing = errors.not_found(f"Invalid model name specified: {name}")
    return await below(call, request, MODELS, name, missing)


@access.operation()
async def create_model(
    service: ApiGateway, call: Call, request: "shapes.CreateModelRequest"
) -> dict[str, Any]:
    """Add a model to an API.

    Raises:
        NotFoundException: there is no such API. BadRequestException: the name or the schema is none. ConflictException: there is a model
            of this name.
    """
    api = await api_of(call, request)
    name = request["name"]
    if not name:
        raise errors.bad_request("Model name must be non-empty")
    if not _NAME(name):
        raise errors.bad_request(f"Model name must be alphanumeric: {name}")
    check_schema(request.get("schema"))
    if await call.tx.get(MODELS, api.id, name) is not None:
        raise errors.conflict("Model name already exists for this REST API")
    model = Model(
        id=ids.short_id(),
        name=name,
        description=request.get("description"),
        schema=request.get("schema"),
        content_type=request["contentType"],
    )
    call.tx.put(MODELS, model, api.id, name)
    return shown(model)


@access.operation()
async def get_model(service: ApiGateway, call: Call, request: "shapes.GetModelRequest") -> dict[str, Any]:
    """A model; with `flatten` its schema has those of other models that it refers to in itself.

    Raises:
        NotFoundException: there is no such model.
    """
    model = await model_of(call, request)
    if not request.get("flatten"):
        return shown(model)
    every = {one.name: one for one in await call.tx.scan(MODELS, request["restApiId"])}
    return shown(model, schema=json.dumps(model_references.flattened(model, every)))


@access.operation()
async def get_model_template(
    service: ApiGateway, call: Call, request: "shapes.GetModelTemplateRequest"
) -> dict[str, Any]:
    """A mapping template that takes the model's members from a body, to be written on.

    Raises:
        NotFoundException: there is no such model.
    """
    model = await model_of(call, request)
    return {"value": model_templates.template(json.loads(model.schema or "{}"))}


@access.operation()
async def get_models(service: ApiGateway, call: Call, request: "shapes.GetModelsRequest") -> dict[str, Any]:
    """The models of an API, by name.

    Raises:
        NotFoundException: there is no such API.
    """
    api = await api_of(call, request)
    return page(await call.tx.scan(MODELS, api.id), request, lambda one: one.name, shown)


@access.operation()
async def delete_model(
    service: ApiGateway, call: Call, request: "shapes.DeleteModelRequest"
) -> dict[str, Any]:
    """Remove a model.

    Raises:
        NotFoundException: there is no such model. ConflictException: a method or another model refers to it.
    """
    model = await model_of(call, request)
    await model_references.check_unused(call, request["restApiId"], model)
    call.tx.delete(MODELS, request["restApiId"], model.name)
    return {}


@access.operation()
async def update_model(
    service: ApiGateway, call: Call, request: "shapes.UpdateModelRequest"
) -> dict[str, Any]:
    """Change a model's schema or description.

    Raises:
        NotFoundException: there is no such model. BadRequestException: a path or operation is none, or the schema.
    """
    model = await model_of(call, request)
    for patch in patches(request):
        supported(patch, _PATCHED)
        if patch.path == "/schema":
            check_schema(patch.value)
        model = msgspec.structs.replace(model, **{patch.parts[0]: patch.value})
    call.tx.put(MODELS, model, request["restApiId"], model.name)
    return shown(model)
