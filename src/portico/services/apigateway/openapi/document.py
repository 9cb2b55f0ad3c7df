"""A definition's text as a document, which is bounded: a short text of YAML can stand for a very large one.

Source: API Gateway developer guide, "Develop REST APIs using OpenAPI" (6 MB).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

BYTES_MAX = 6 * 1024 * 1024
_NODES_MAX = 500_000
_DEPTH_MAX = 120


class Unreadable(Exception):
    """The text is no definition."""


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
        for _ in range(_DEPTH_MAX):
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


def parse(body: bytes) -> Mapping[str, Any]:
    """The object that a text of JSON or YAML is.

    Raises:
        Unreadable: it is none, or larger than 6 MB, or stands for more than it may.
    """
    if len(body) > BYTES_MAX:
        raise Unreadable("larger than 6 MB")
    try:
        loaded = json.loads(body)
    except (ValueError, RecursionError):
        loaded = _yaml(body)
    budget = [_NODES_MAX]
    plain = _plain(loaded, budget, 0)
    if not isinstance(plain, dict):
        raise Unreadable("not an object")
    return plain


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


def _yaml(body: bytes) -> Any:
    import yaml  # seldom needed, and slow to load

    try:
        return yaml.load(body, Loader=_loader(yaml))  # noqa: S506  # made of the safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unreadable("neither JSON nor YAML") from error


def _loader(yaml: Any) -> Any:
    """The safe loader, to which a date is text."""
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    resolvers = {
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in base.yaml_implicit_resolvers.items()
    }
    return type("Loader", (base,), {"yaml_implicit_resolvers": resolvers})


def _plain(value: Any, budget: list[int], depth: int) -> Any:
    """JSON's types only; keys are text (YAML's `200:` is a number), and what an alias stands for counts each time."""
    budget[0] -= 1
    if budget[0] < 0 or depth > _DEPTH_MAX:
        raise Unreadable("too large")
    if isinstance(value, dict):
        return {_key(key): _plain(inner, budget, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, budget, depth + 1) for inner in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise Unreadable(f"a value of type {type(value).__name__}")


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(key)
