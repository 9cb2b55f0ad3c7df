"""Schemas of definitions as models: JSON schema, draft 4, which refer to one another by the API's address. Pure.

Source: API Gateway developer guide, "Amazon API Gateway important notes" (what of OpenAPI's schemas is not supported).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from portico.services.apigateway import ids, model_references
from portico.services.apigateway.records import Model

_LOCAL = ("#/definitions/", "#/components/schemas/")
_UNSUPPORTED = frozenset(
    {"default", "nullable", "readOnly", "writeOnly", "discriminator", "example", "examples", "xml"}
    | {"externalDocs", "deprecated", "exclusiveMinimum", "exclusiveMaximum"}
)
# Whose keys are names, not words of the schema language.
_NAMED = frozenset({"properties", "patternProperties", "definitions"})


def local_name(ref: object) -> str | None:
    """The model that a local reference is to; None if it is to something else."""
    if isinstance(ref, str):
        for start in _LOCAL:
            if ref.startswith(start):
                return ref.removeprefix(start).replace("~1", "/").replace("~0", "~")
    return None


def schema_of(schema: Any, api_id: str) -> Any:
    """A definition's schema as a model has it."""
    if isinstance(schema, list):
        return [schema_of(inner, api_id) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if name := local_name(schema.get("$ref")):
        return {"$ref": model_references.reference(api_id, name)}
    found: dict[str, Any] = {}
    for key, inner in schema.items():
        if key in _NAMED and isinstance(inner, dict):
            found[key] = {name: schema_of(one, api_id) for name, one in inner.items()}
        elif key == "required" and isinstance(inner, list):
            found[key] = sorted(str(name) for name in inner)
        elif key == "enum":
            found[key] = inner
        elif key not in _UNSUPPORTED and not key.startswith("x-"):
            found[key] = schema_of(inner, api_id)
    return found


def model(name: str, schema: Any, api_id: str, held: Mapping[str, Model]) -> Model:
    """The model of a schema; one that the API has keeps its id."""
    description = schema.get("description") if isinstance(schema, dict) else None
    return Model(
        id=held[name].id if name in held else ids.short_id(),
        name=name,
        content_type="application/json",
        description=description if isinstance(description, str) else None,
        schema=json.dumps(schema_of(schema, api_id), indent=2),
    )


def generated_name(schema: Any) -> str:
    """The name of a model for a schema that has none: the same for the same schema."""
    digest = hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()
    return f"MODEL{digest[:6]}"
