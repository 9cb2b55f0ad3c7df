"""Which route a request is for. Pure.

The order is AWS's: a route whose path matches whole, then one that ends in a greedy variable, then `$default`. At each segment a
literal one counts before a variable, at the end the request's own method before `ANY`. A segment is compared decoded, and never
taken apart again, so that an encoded slash stays within it. Cost grows with the depth of the path only.

Source: API Gateway Developer Guide, "Create routes for HTTP APIs" (how API Gateway selects a route).
"""

from typing import Generic, TypeVar
from urllib.parse import unquote

from portico.services.apigatewayv2.route_keys import RouteKey, name

T = TypeVar("T")
Found = tuple[T, dict[str, str]]


class _Leaf(Generic[T]):
    """A route that ends here: what it is, and the names of its variables in the order of the path."""

    __slots__ = ("names", "value")

    def __init__(self, value: T, names: tuple[str, ...]) -> None:
        self.value = value
        self.names = names


class _Node(Generic[T]):
    """A segment: what may follow it, and the routes that end with it, by method."""

    __slots__ = ("ends", "greedy", "literals", "variable")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[T]] = {}
        self.variable: _Node[T] | None = None
        self.greedy: dict[str, _Leaf[T]] = {}
        self.ends: dict[str, _Leaf[T]] = {}


class RouteTree(Generic[T]):
    """The routes of a deployment."""

    __slots__ = ("_default", "_root")

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._default: T | None = None

    def add(self, key: RouteKey, value: T) -> None:
        """Add a route."""
        if key.is_default:
            self._default = value
            return
        node, names = self._root, tuple(found for one in key.segments if (found := name(one)) is not None)
        leaf = _Leaf(value, names)
        for segment in key.segments[:-1] if key.greedy else key.segments:
            if name(segment) is None:
                node = node.literals.setdefault(unquote(segment), _Node())
            else:
                node.variable = node = node.variable or _Node()
        (node.greedy if key.greedy else node.ends)[key.method] = leaf

    def find(self, method: str, path: str) -> Found[T] | None:
        """The route of a request, by its method and raw path, with the decoded values of its variables; None if there is none."""
        raw = path.split("/")[1:]
        segments = [unquote(one) for one in raw] if "%" in path else raw
        found = _whole(self._root, method, segments, 0, ()) or _greedy(
            self._root, method, segments, raw, 0, ()
        )
        if found is not None:
            leaf, values = found
            return leaf.value, dict(zip(leaf.names, values, strict=True))
        return None if self._default is None else (self._default, {})


def _end(ends: dict[str, _Leaf[T]], method: str) -> _Leaf[T] | None:
    return ends.get(method) or ends.get("ANY")


def _whole(
    node: _Node[T], method: str, segments: list[str], at: int, values: tuple[str, ...]
) -> tuple[_Leaf[T], tuple[str, ...]] | None:
    """A route that matches all segments from `at` on."""
    if at == len(segments):
        leaf = _end(node.ends, method)
        return None if leaf is None else (leaf, values)
    segment = segments[at]
    literal = node.literals.get(segment)
    if literal is not None:
        found = _whole(literal, method, segments, at + 1, values)
        if found is not None:
            return found
    if node.variable is not None and segment:
        return _whole(node.variable, method, segments, at + 1, (*values, segment))
    return None


def _greedy(
    node: _Node[T], method: str, segments: list[str], raw: list[str], at: int, values: tuple[str, ...]
) -> tuple[_Leaf[T], tuple[str, ...]] | None:
    """The deepest route with a greedy variable that takes the segments from its place on, of which there must be something."""
    if at == len(segments):
        return None
    segment = segments[at]
    literal = node.literals.get(segment)
    if literal is not None:
        found = _greedy(literal, method, segments, raw, at + 1, values)
        if found is not None:
            return found
    if node.variable is not None and segment:
        found = _greedy(node.variable, method, segments, raw, at + 1, (*values, segment))
        if found is not None:
            return found
    leaf = _end(node.greedy, method) if node.greedy else None
    rest = "/".join(raw[at:])
    return None if leaf is None or not rest else (leaf, (*values, unquote(rest)))
