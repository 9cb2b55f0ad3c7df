"""Models: schemas of a WebSocket API's messages. HTTP APIs keep them as well, for their definitions only."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigatewayv2 import deploying, errors
from portico.services.apigatewayv2.access import managed
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.records import MODELS, Api, Model, Values, changed, made, shown
from portico.services.apigatewayv2.service import HttpApis, existing, existing_api, here, new_id, of_api

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_SCHEMA_BYTES_MAX = 400 * 1024


@managed
async def create_model(service: HttpApis, call: Call, request: "shapes.CreateModelRequest") -> Values:
    """Create a model.

    Raises:
        NotFoundException: there is no API of that id. BadRequestException: name or schema can't be used.
        ConflictException: there is a model of that name.
    """
    api = await existing_api(call, request)
    model = made(Model, {"ContentType": "application/json", **request, "ModelId": new_id(6)})
    await _check(call, api, model)
    call.tx.put(MODELS, model, *of_api(call, request), model.model_id)
    await deploying.follow(call, api)
    return shown(model)


@managed
async def get_model(service: HttpApis, call: Call, request: "shapes.GetModelRequest") -> Values:
    """A model.

    Raises:
        NotFoundException: there is no API or model of that id.
    """
    return shown(await _requested(call, request))


@managed
async def get_model_template(
    service: HttpApis, call: Call, request: "shapes.GetModelTemplateRequest"
) -> Values:
    """A mapping template to start from, which makes what the model's schema describes.

    Raises:
        NotFoundException: there is no API or model of that id.
    """
    model = await _requested(call, request)
    return {"Value": _template(msgspec.json.decode(model.schema), "$inputRoot", 0)}


@managed
async def get_models(service: HttpApis, call: Call, request: "shapes.GetModelsRequest") -> Values:
    """The API's models.

    Raises:
        NotFoundException: there is no API of that id.
    """
    await existing_api(call, request)
    found, token = await page(call, request, MODELS, *of_api(call, request), id_of="ModelId")
    return answer([shown(one) for one in found], token)


@managed
async def update_model(service: HttpApis, call: Call, request: "shapes.UpdateModelRequest") -> Values:
    """Change a model.

    Raises:
        NotFoundException: there is no API or model of that id. BadRequestException, ConflictException: as of CreateModel.
    """
    api = await existing_api(call, request)
    after = changed(await _requested(call, request), {**request})
    await _check(call, api, after)
    call.tx.put(MODELS, after, *of_api(call, request), after.model_id)
    await deploying.follow(call, api)
    return shown(after)


@managed
async def delete_model(service: HttpApis, call: Call, request: "shapes.DeleteModelRequest") -> Values:
    """Delete a model.

    Raises:
        NotFoundException: there is no API or model of that id.
    """
    api, model = await existing_api(call, request), await _requested(call, request)
    call.tx.delete(MODELS, *of_api(call, request), model.model_id)
    await deploying.follow(call, api)
    return {}


async def _check(call: Call, api: Api, model: Model) -> None:
    if not model.name.isascii() or not model.name.isalnum():
        raise errors.bad_request("Model name must be alphanumeric")
    if len(model.schema.encode()) > _SCHEMA_BYTES_MAX:
        raise errors.bad_request("Model schema must be at most 400 KB long")
    try:
        loaded = msgspec.json.decode(model.schema)
    except (msgspec.DecodeError, RecursionError):
        loaded = None
    if not isinstance(loaded, dict):
        raise errors.bad_request("Invalid model schema specified: it is not a JSON object")
    for other in await call.tx.scan(MODELS, *here(call), api.api_id):
        if other.name == model.name and other.model_id != model.model_id:
            raise errors.conflict(f"Model name already exists for this API: {model.name}")


async def _requested(call: Call, request: Mapping[str, Any]) -> Model:
    await existing_api(call, request)
    return await existing(call, "Model", MODELS, *of_api(call, request), request["ModelId"])


def _template(schema: Mapping[str, Any], path: str, depth: int) -> str:
    """A mapping template for what a schema describes, which is at `path`."""
    indent = "  " * (depth + 1)
    kind = schema.get("type", "object")
    head = "#set($inputRoot = $input.path('$'))\n" if depth == 0 else ""
    if kind == "array":
        each = f"$elem{depth or ''}"
        inner = _template(schema.get("items") or {}, each, depth + 1)
        return f"{head}[\n#foreach({each} in {path})\n{indent}{inner}#if($foreach.hasNext),#end\n#end\n{indent[2:]}]"
    if kind == "object":
        members = [
            f'{indent}"{name}" : {_template(member, f"{path}.{name}", depth + 1)}'
            for name, member in (schema.get("properties") or {}).items()
        ]
        return f"{head}{{\n" + ",\n".join(members) + f"\n{indent[2:]}}}" if members else f"{head}{{ }}"
    return f'{head}"{path}"' if kind == "string" else f"{head}{path}"
