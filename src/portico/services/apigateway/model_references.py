"""Models that refer to one another (`{"$ref": "https://apigateway.amazonaws.com/restapis/{api}/models/{name}"}`), and who refers to one."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from portico.calls.call import Call
from portico.services.apigateway import errors
from portico.services.apigateway.records import MODELS, RESOURCES, Model, Resource

HOST = "https://apigateway.amazonaws.com/restapis/"


def reference(api_id: str, name: str) -> str:
    """How a schema refers to the model `name` of an API."""
    return f"{HOST}{api_id}/models/{name}"


def named(ref: object) -> str | None:
    """The model that a `$ref` is to; None if it is to something else."""
    return ref.rpartition("/models/")[2] if isinstance(ref, str) and ref.startswith(HOST) else None


def references(schema: Any) -> Iterator[str]:
    """The models that a schema refers to."""
    if isinstance(schema, dict):
        if name := named(schema.get("$ref")):
            yield name
        schema = list(schema.values())
    if isinstance(schema, list):
        for inner in schema:
            yield from references(inner)


def flattened(model: Model, every: Mapping[str, Model]) -> Any:
    """The model's schema with those that it refers to below `definitions`, once each, and the references changed to those."""
    definitions: dict[str, Any] = {}

    def local(schema: Any) -> Any:
        if isinstance(schema, list):
            return [local(inner) for inner in schema]
        if not isinstance(schema, dict):
            return schema
        name = named(schema.get("$ref"))
        if name is None or name not in every:
            return {key: local(inner) for key, inner in schema.items()}
        if name not in definitions:
            definitions[name] = {}  # a model may refer to itself
            definitions[name] = local(json.loads(every[name].schema or "{}"))
        return {"$ref": f"#/definitions/{name}"}

    schema = local(json.loads(model.schema or "{}"))
    return schema | {"definitions": schema.get("definitions", {}) | definitions} if definitions else schema


async def check_unused(call: Call, api_id: str, model: Model) -> None:
    """Check that nothing of the API refers to `model`.

    Raises:
        AwsError: ConflictException, naming who does.
    """
    for resource in sorted(await call.tx.scan(RESOURCES, api_id), key=lambda one: one.path, reverse=True):
        for place in _uses(resource, model.name):
            raise errors.conflict(f"Cannot delete model '{model.name}', is referenced in method {place}")
    for other in await call.tx.scan(MODELS, api_id):
        if other.name != model.name and model.name in references(json.loads(other.schema or "{}")):
            raise errors.conflict(f"Cannot delete model '{model.name}', is referenced in model: {other.name}")


def _uses(resource: Resource, name: str) -> Iterator[str]:
    for method in resource.resource_methods.values():
        place = f"{resource.path}/{method.http_method}"
        if name in (method.request_models or {}).values():
            yield f"request: {place}"
        for response in method.method_responses.values():
            if name in (response.response_models or {}).values():
                yield f"response: {place}/{response.status_code}"
