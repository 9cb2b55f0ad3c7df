"""What a new API has from the start."""

import json

from portico.services.apigateway import ids
from portico.services.apigateway.records import Model

_DRAFT_4 = "http://json-schema.org/draft-04/schema#"


def models() -> tuple[Model, Model]:
    """The models `Empty` and `Error`."""
    return (
        _model("Empty", "empty", {}),
        _model("Error", "error", {"properties": {"message": {"type": "string"}}}),
    )


def _model(name: str, word: str, members: dict[str, object]) -> Model:
    schema = {"$schema": _DRAFT_4, "title": f"{name} Schema", "type": "object"} | members
    return Model(
        id=ids.short_id(),
        name=name,
        content_type="application/json",
        description=f"This is a default {word} schema model",
        schema=json.dumps(schema, indent=2).replace('": ', '" : '),
    )
