"""A definition of a REST API as a document: its version, its schemas and what its references are to."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from portico.doors.definition_text import Unreadable, parse

_REFERENCES_MAX = 120


class Document(msgspec.Struct, frozen=True):
    """A definition: `version` is 2 or 3, `root` its top object, with text for all keys."""

    version: int
    root: Mapping[str, Any]

    @property
    def models(self) -> Mapping[str, Any]:
        """The schemas by name."""
        if self.version == 2:
            return mapping(self.root.get("definitions"))
        return mapping(mapping(self.root.get("components")).get("schemas"))

    @property
    def security_schemes(self) -> Mapping[str, Any]:
        """The ways to authorise callers, by name."""
        if self.version == 2:
            return mapping(self.root.get("securityDefinitions"))
        return mapping(mapping(self.root.get("components")).get("securitySchemes"))

    def resolved(self, value: Any) -> Any:
        """What a local reference (`{"$ref": "#/parameters/page"}`) is to; anything else is itself."""
        for _ in range(_REFERENCES_MAX):
            ref = value.get("$ref") if isinstance(value, dict) else None
            if not isinstance(ref, str) or not ref.startswith("#/"):
                return value
            value = self._at(ref)
        raise Unreadable("references in a circle")

    def _at(self, ref: str) -> Any:
        found: Any = self.root
        for part in ref[2:].split("/"):
            found = mapping(found).get(part.replace("~1", "/").replace("~0", "~"))
        return found


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def array(value: Any) -> Sequence[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else ()


def integer(value: Any) -> int | None:
    """The number that `value` is, or is the text of; None if there is none.

    Raises:
        Unreadable: it is something else.
    """
    if value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(f"{value!r} is no number") from None


def read(body: bytes) -> Document:
    """The definition that a text of JSON or YAML is.

    Raises:
        Unreadable: it is none.
    """
    root = parse(body)
    if str(root.get("swagger")) in ("2.0", "2"):
        return Document(2, root)
    if str(root.get("openapi", "")).startswith("3."):
        return Document(3, root)
    raise Unreadable("neither Swagger 2.0 nor OpenAPI 3")
