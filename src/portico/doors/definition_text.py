"""Texts of API definitions, in JSON or YAML. What is read is bounded: a short text of YAML can stand for a very large document.

Source: API Gateway Developer Guide, "Develop REST APIs using OpenAPI" (6 MB).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

BYTES_MAX = 6 * 1024 * 1024
_NODES_MAX = 500_000
_DEPTH_MAX = 120


class Unreadable(Exception):
    """The text is no definition; the message says why."""


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


def written(document: Mapping[str, Any], *, as_yaml: bool) -> bytes:
    """The text of a document, its members in their order."""
    if not as_yaml:
        return json.dumps(document, indent=2).encode()
    import yaml  # seldom needed, and slow to load

    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    return text.encode()


def _yaml(body: bytes) -> Any:
    import yaml  # seldom needed, and slow to load

    loader = _loader(yaml)
    try:
        _measure(yaml.parse(body, Loader=loader))
        return yaml.load(body, Loader=loader)  # noqa: S506  # made of the safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unreadable("neither JSON nor YAML") from error


def _measure(events: Iterable[Any]) -> None:
    """See to it that a text is neither deep nor long before any of it is built: what builds it recurses in C, where nothing stops it."""
    depth = 0
    for count, event in enumerate(events):
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if count > _NODES_MAX or depth > _DEPTH_MAX:
            raise Unreadable("too large")


@cache
def _loader(yaml: Any) -> Any:
    """The safe loader, to which a date is text, and which merges (`<<`) no more than a document may hold."""
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc, valid-type]
        yaml_implicit_resolvers: ClassVar[Any] = {
            first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
            for first, pairs in base.yaml_implicit_resolvers.items()
        }
        merged = 0

        def flatten_mapping(self, node: Any) -> None:
            for key, value in node.value:
                if key.tag == "tag:yaml.org,2002:merge":
                    self._count(value.value if isinstance(value, yaml.SequenceNode) else [value])
            super().flatten_mapping(node)

        def _count(self, parts: Sequence[Any]) -> None:
            for part in parts:
                if isinstance(part, yaml.MappingNode):
                    self.flatten_mapping(part)
                    self.merged += len(part.value)
                if self.merged > _NODES_MAX:
                    raise Unreadable("too large")

    return Loader


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
