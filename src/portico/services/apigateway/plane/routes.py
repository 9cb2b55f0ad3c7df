"""Which resource and method of an API a request is for. Pure.

A tree by path segment: at each level a literal comes before `{param}`, and that before `{proxy+}`, which takes one segment or more. The
path decides alone: where a resource has methods, but not the one that is asked for, nothing else is looked for. Costs grow with the
depth of the path and not with the number of resources.

Source: API Gateway Developer Guide, "Set up API Gateway REST API resources", "Set up a proxy resource"; answers seen.
"""

from collections.abc import Iterable

import msgspec

from portico.doors.paths import decoded
from portico.services.apigateway.records import Method, Resource

ANY = "ANY"


class Match(msgspec.Struct, frozen=True, gc=False):
    """A resource, its method that answers, and the values of its path parameters, percent-decoded and as they were `sent`."""

    resource: Resource
    method: Method
    parameters: dict[str, str]
    sent: dict[str, str]


class _Node:
    """A level of the tree. `greedy` is the resource of a `{name+}` below, with its name."""

    __slots__ = ("greedy", "literals", "parameter", "resource")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: tuple[str, _Node] | None = None
        self.greedy: tuple[str, Resource] | None = None
        self.resource: Resource | None = None


class Routes:
    """The resources of one deployment."""

    __slots__ = ("_root",)

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._root = _Node()
        for resource in resources:
            if resource.resource_methods:
                self._add(resource)

    def _add(self, resource: Resource) -> None:
        node = self._root
        for part in _segments(resource.path):
            if part.startswith("{") and part.endswith("+}"):
                node.greedy = (part[1:-2], resource)
                return
            if part.startswith("{") and part.endswith("}"):
                if node.parameter is None:
                    node.parameter = (part[1:-1], _Node())
                node = node.parameter[1]
            else:
                node = node.literals.setdefault(part, _Node())
        node.resource = resource

    def find(self, path: str, http_method: str) -> Match | None:
        """What answers `path` (in normal form), or None.

        Raises:
            BadPath: a parameter's value is no text.
        """
        segments = _segments(path)
        found = _find(self._root, segments, 0)
        if found is None:
            return None
        resource, values = found
        method = resource.resource_methods.get(http_method) or resource.resource_methods.get(ANY)
        if method is None:
            return None
        return Match(resource, method, {name: decoded(value) for name, value in values}, dict(values))


_Found = tuple[Resource, tuple[tuple[str, str], ...]]


def _find(node: _Node, segments: list[str], at: int) -> _Found | None:
    if at == len(segments):
        return None if node.resource is None else (node.resource, ())
    segment = segments[at]
    literal = node.literals.get(segment)
    if literal is not None:
        found = _find(literal, segments, at + 1)
        if found is not None:
            return found
    if node.parameter is not None and segment:
        name, below = node.parameter
        found = _find(below, segments, at + 1)
        if found is not None:
            return found[0], ((name, segment), *found[1])
    if node.greedy is not None and segment:
        name, resource = node.greedy
        return resource, ((name, "/".join(segments[at:])),)
    return None


def _segments(path: str) -> list[str]:
    """The segments of a path; one slash at its end means nothing."""
    trimmed = path.removeprefix("/")
    if len(trimmed) > 1:
        trimmed = trimmed.removesuffix("/")
    return trimmed.split("/") if trimmed else []
