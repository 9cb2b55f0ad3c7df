"""`x-amazon-apigateway-documentation`: parts and versions of documentation, and back. Pure.

Source: API Gateway developer guide, "x-amazon-apigateway-documentation object".
"""

import json
from collections.abc import Mapping
from typing import Any

from portico.services.apigateway import ids
from portico.services.apigateway.documentation import location_of, order
from portico.services.apigateway.documentation_records import DocumentationPart, Location
from portico.services.apigateway.openapi.document import array, mapping

TYPES = frozenset(
    {
        "API",
        "AUTHORIZER",
        "MODEL",
        "RESOURCE",
        "METHOD",
        "PATH_PARAMETER",
        "QUERY_PARAMETER",
        "REQUEST_HEADER",
    }
    | {"REQUEST_BODY", "RESPONSE", "RESPONSE_HEADER", "RESPONSE_BODY"}
)
EXTENSION = "x-amazon-apigateway-documentation"


def read(
    root: Mapping[str, Any], held: Mapping[Location, DocumentationPart], warnings: list[str]
) -> list[DocumentationPart]:
    """The parts of a definition; one that documents the same as one of the API's has its id."""
    found = []
    for given in array(mapping(root.get(EXTENSION)).get("documentationParts")):
        location = mapping(mapping(given).get("location"))
        if str(location.get("type")) not in TYPES:
            warnings.append(f"Invalid documentation part location: {json.dumps(location)}")
            continue
        place = location_of({name: str(value) for name, value in location.items()})
        properties = mapping(given).get("properties")
        text = properties if isinstance(properties, str) else json.dumps(properties or {})
        known = held.get(place)
        found.append(DocumentationPart(known.id if known else ids.short_id(), place, text))
    return found


def version(root: Mapping[str, Any]) -> str:
    """The version that a definition gives its documentation, "" if none."""
    return str(mapping(root.get(EXTENSION)).get("version") or "")


def written(name: str, created: str, parts: tuple[DocumentationPart, ...]) -> dict[str, Any]:
    """The extension of a documentation version."""
    return {
        "version": name,
        "createdDate": created,
        "documentationParts": [
            {"location": _location(part.location), "properties": json.loads(part.properties)}
            for part in sorted(parts, key=order)
        ],
    }


def _location(held: Location) -> dict[str, str]:
    members = {
        "type": held.type,
        "path": held.path,
        "method": held.method,
        "statusCode": held.status_code,
        "name": held.name,
    }
    return {name: value for name, value in members.items() if value}
