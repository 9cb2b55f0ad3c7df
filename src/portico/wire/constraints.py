"""The constraints of one scalar or of a container's size: what fails, and AWS's words for it."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from portico.wire import patterns
from portico.wire.dialects import Dialect
from portico.wire.scalars import decimal_text

if TYPE_CHECKING:
    from botocore.model import Shape

NOT_NULL = "Member must not be null"
TEXT_MAX = 8192
_ITEMS_MAX = 200
_DEPTH_MAX = 8

Passes = Callable[[Any], bool]


class Constraint(msgspec.Struct, frozen=True, gc=False):
    """One thing that a model demands, and how AWS says that it is not so. A vacuous one is always met, but AWS lists it."""

    words: str
    passes: Passes
    vacuous: bool = False


def of_scalar(shape: "Shape", dialect: Dialect) -> list[Constraint]:
    """The constraints of a scalar, in the order in which AWS reports them: pattern, length or value, enum."""
    said: Mapping[str, Any] = shape.metadata
    kind = shape.type_name
    found = []
    if said.get("pattern"):
        found.append(_pattern(str(said["pattern"]), dialect.pattern_words.get(shape.name)))
    if kind in ("string", "blob"):
        found += of_length(said)
    elif kind in ("integer", "long", "float", "double"):
        found += _of_value(said, kind)
    if said.get("enum"):
        found.append(_enum(shape, list(said["enum"]), dialect))
    return found


def of_length(said: Mapping[str, Any]) -> list[Constraint]:
    """The bounds of a length: characters, bytes or elements."""
    low, high = said.get("min"), said.get("max")
    found = []
    if low is not None:
        found.append(_at_least("length", int(low), str(int(low)), len))
    if high is not None:
        found.append(_at_most("length", int(high), str(int(high)), len))
    return found


def _of_value(said: Mapping[str, Any], kind: str) -> list[Constraint]:
    text = decimal_text if kind in ("float", "double") else (lambda bound: str(int(bound)))
    low, high = said.get("min"), said.get("max")
    found = []
    if low is not None:
        found.append(_at_least("value", low, text(low), float if kind in ("float", "double") else int))
    if high is not None:
        found.append(_at_most("value", high, text(high), float if kind in ("float", "double") else int))
    return found


def _at_least(what: str, bound: float, text: str, measure: Callable[[Any], float]) -> Constraint:
    words = f"Member must have {what} greater than or equal to {text}"
    return Constraint(words, lambda value: measure(value) >= bound, what == "length" and bound <= 0)


def _at_most(what: str, bound: float, text: str, measure: Callable[[Any], float]) -> Constraint:
    return Constraint(
        f"Member must have {what} less than or equal to {text}", lambda value: measure(value) <= bound
    )


def _pattern(pattern: str, words: str | None) -> Constraint:
    return Constraint(
        f"Member must satisfy regular expression pattern: {words or pattern}",
        lambda value: patterns.matches(pattern, value),
    )


def _enum(shape: "Shape", values: list[str], dialect: Dialect) -> Constraint:
    allowed = frozenset(values)
    if dialect.enums_bare:
        return Constraint("Member must satisfy enum value set", allowed.__contains__)
    said = dialect.enum_orders.get(shape.name) or (java_order(values) if dialect.enums_hashed else values)
    return Constraint(f"Member must satisfy enum value set: [{', '.join(said)}]", allowed.__contains__)


def java_order(values: list[str]) -> list[str]:
    """`values` as a Java HashSet of their number iterates over them, the order that Lambda lists them in.

    Source: java.lang.String.hashCode and java.util.HashMap, their documented algorithm and its spreading of hashes.
    """
    size = 16
    while len(values) > size * 3 // 4:
        size *= 2
    return sorted(values, key=lambda value: _spread(_java_hash(value)) & (size - 1))


def _java_hash(text: str) -> int:
    found = 0
    for char in text:
        found = (31 * found + ord(char)) & 0xFFFFFFFF
    return found


def _spread(hashed: int) -> int:
    return hashed ^ (hashed >> 16)


def java_text(value: Any, shape: Any) -> str:
    """`value` as Java prints it, in at most `TEXT_MAX` characters."""
    text = _java_text(value, shape, 0)
    return text if len(text) <= TEXT_MAX else text[:TEXT_MAX] + "..."


def _java_text(value: Any, shape: Any, depth: int) -> str:
    if value is None or depth > _DEPTH_MAX:
        return "null"
    printer = _PRINTERS.get(shape.type_name)
    return printer(value, shape, depth + 1) if printer and not _is_document(shape) else str(value)


def _is_document(shape: Any) -> bool:
    return shape.type_name == "structure" and bool(shape.is_document_type)


def _list_text(value: Any, shape: Any, depth: int) -> str:
    return f"[{', '.join(_java_text(item, shape.member, depth) for item in value[:_ITEMS_MAX])}]"


def _map_text(value: Any, shape: Any, depth: int) -> str:
    pairs = (
        f"{key}={_java_text(item, shape.value, depth)}" for key, item in islice(value.items(), _ITEMS_MAX)
    )
    return f"{{{', '.join(pairs)}}}"


def _structure_text(value: Any, shape: Any, depth: int) -> str:
    members = (
        f"{lower_camel(name)}={_java_text(value.get(name), member, depth)}"
        for name, member in shape.members.items()
    )
    return f"{shape.name}({', '.join(members)})"


_PRINTERS: dict[str, Callable[[Any, Any, int], str]] = {
    "list": _list_text,
    "map": _map_text,
    "structure": _structure_text,
    "blob": lambda value, shape, depth: f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]",
    "boolean": lambda value, shape, depth: "true" if value else "false",
}


def lower_camel(name: str) -> str:
    """A member's name as it stands in paths: its first letter small."""
    return name[:1].lower() + name[1:]
