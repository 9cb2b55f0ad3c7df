"""Turning a shape of a model into a function, once: what every protocol's compiler does the same way.

A compiler has one method per kind of shape, each of which returns a closure. Structures may contain themselves, so a shape
that is asked for while it is being compiled yields a closure that looks it up when it is called.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from botocore.model import ListShape, MapShape, Shape, StructureShape

F = TypeVar("F", bound=Callable[..., Any])

AGGREGATES = ("structure", "list", "map")


def wire_name(shape: "Shape", default: str) -> str:
    """The member's name on the wire: its `locationName`, or the name that the model gives it."""
    return str(shape.serialization.get("name") or default)


def is_in_body(member: "Shape") -> bool:
    """Whether a member is in the body: not in the path, the query or a header, and no stream of events."""
    return "location" not in member.serialization and not member.serialization.get("eventstream")


def traits(shape: "Shape") -> tuple[object, ...]:
    """What one reference to a shape may say differently from another reference to the same shape."""
    said = shape.serialization
    return (said.get("flattened"), said.get("timestampFormat"), said.get("resultWrapper"), said.get("name"))


class Compiler(Generic[F]):
    """Compiles shapes to closures of type F, each only once. Subclasses give a closure per kind."""

    def __init__(self) -> None:
        self._done: dict[tuple[object, ...], F] = {}
        self._open: set[tuple[object, ...]] = set()

    def compile(self, shape: "Shape") -> F:
        """The closure for `shape`."""
        key = (shape.name, *traits(shape))
        found = self._done.get(key)
        if found is not None:
            return found
        if key in self._open:
            return self._later(key)
        self._open.add(key)
        made = self._make(shape)
        self._open.discard(key)
        self._done[key] = made
        return made

    def _later(self, key: tuple[object, ...]) -> F:
        def call(*given: Any) -> Any:
            return self._done[key](*given)

        return cast(F, call)

    def _make(self, shape: Any) -> F:
        kind = shape.type_name
        if kind == "structure":
            return self.document(shape) if shape.is_document_type else self.structure(shape)
        if kind == "list":
            return self.list(shape)
        if kind == "map":
            return self.map(shape)
        return self.scalar(shape)

    def document(self, shape: "StructureShape") -> F:
        """A free-form value (Smithy's document type)."""
        raise NotImplementedError

    def structure(self, shape: "StructureShape") -> F:
        """A structure of named members."""
        raise NotImplementedError

    def list(self, shape: "ListShape") -> F:
        """A list of one kind of member."""
        raise NotImplementedError

    def map(self, shape: "MapShape") -> F:
        """A map from text to one kind of value."""
        raise NotImplementedError

    def scalar(self, shape: "Shape") -> F:
        """A string, number, boolean, timestamp or blob."""
        raise NotImplementedError
