"""Requests of the query protocol: a form whose keys are paths (`Tags.member.1.Key`)."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from portico.wire import scalars
from portico.wire.dialects import Dialect
from portico.wire.scalars import Malformed
from portico.wire.shapes import Compiler, wire_name

if TYPE_CHECKING:
    from botocore.model import ListShape, MapShape, Shape, StructureShape

PARAMETERS_MAX = 20_000
PARTS_MAX = 40

Node = dict[str, Any]
"""A level of the form: the parts below it, and under "" the text that stands at this very path."""

Convert = Callable[[Node], Any]
_INDEX = re.compile(r"[0-9]{1,9}")


def parse_form(text: bytes | str) -> list[tuple[str, str]]:
    """The names and values of a form, percent-decoded as UTF-8, in order.

    Raises:
        Malformed: too many parameters, or text that is not UTF-8.
    """
    try:
        plain = text.decode() if isinstance(text, bytes) else text
        return parse_qsl(plain, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS_MAX)
    except (UnicodeDecodeError, ValueError):
        raise Malformed("The query string is malformed") from None


def query_action(body: bytes, query: str) -> tuple[str, str]:
    """The `Action` and `Version` of a query request, each "" if it is absent. What the body says precedes the URL's query."""
    found = {"Action": "", "Version": ""}
    for source in (query, body):
        try:
            pairs = parse_form(source)
        except Malformed:
            continue
        for name, value in pairs:
            if name in found:
                found[name] = value
    return found["Action"], found["Version"]


def tree(pairs: list[tuple[str, str]]) -> Node:
    """The parameters by the parts of their names. A name that comes twice counts once, the last time.

    Raises:
        Malformed: a name of more than `PARTS_MAX` parts.
    """
    root: Node = {}
    for name, value in pairs:
        node = root
        parts = name.split(".")
        if len(parts) > PARTS_MAX:
            raise Malformed("The query string is malformed")
        for part in parts:
            node = node.setdefault(part, {}) if part else node
        if node is not root:
            node[""] = value
    return root


def _entries(node: Node) -> list[Node]:
    """The numbered levels below `node` in the order of their numbers; gaps close up, so a huge number costs nothing.

    Raises:
        Malformed: something that is no number.
    """
    numbers = [part for part in node if part]
    if not all(_INDEX.fullmatch(part) for part in numbers):
        raise Malformed("The query string is malformed: a list is numbered from 1")
    return [node[part] for part in sorted(numbers, key=int)]


def _single(node: Node) -> list[Node]:
    """A flattened list of one element may be written without a number (`AttributeName=All`)."""
    return [node] if node.get("") else []


def _is_batch(shape: "Shape") -> bool:
    """A flattened list of structures. In a form an empty one can't be told from none, and services say that it is empty."""
    flattened = shape.type_name == "list" and shape.serialization.get("flattened")
    return bool(flattened) and shape.member.type_name == "structure"  # type: ignore[attr-defined]


class QueryDecoder(Compiler[Convert]):
    """Closures from a level of the form to typed values. `dialect` names what the model no longer names (SQS)."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self._dialect = dialect

    def structure(self, shape: "StructureShape") -> Convert:
        members = [
            (self._dialect.member_name(member, name), name, self.compile(member))
            for name, member in shape.members.items()
        ]
        batches = [name for name in shape.required_members if _is_batch(shape.members[name])]

        def decode(node: Node) -> dict[str, Any]:
            out: dict[str, Any] = {name: [] for name in batches}
            for key, name, convert in members:
                below = node.get(key)
                if below is not None:
                    out[name] = convert(below)
            return out

        return decode

    def list(self, shape: "ListShape") -> Convert:
        convert = self.compile(shape.member)
        if shape.serialization.get("flattened"):
            return lambda node: [convert(below) for below in _entries(node) or _single(node)]
        inner = wire_name(shape.member, "member")

        def decode(node: Node) -> list[Any]:
            below = node.get(inner) or node.get("member")
            return [convert(entry) for entry in _entries(below)] if below else []

        return decode

    def map(self, shape: "MapShape") -> Convert:
        key_name, value_name = self._dialect.entry_names(shape)
        convert = self.compile(shape.value)
        flattened = bool(shape.serialization.get("flattened"))

        def decode(node: Node) -> dict[str, Any]:
            out = {}
            for entry in _entries(node if flattened else node.get("entry", {})):
                key = entry.get(key_name, {}).get("")
                if key is None:
                    raise Malformed("The query string is malformed: a map's entry has no key")
                out[key] = convert(entry.get(value_name, {"": ""}))
            return out

        return decode

    def scalar(self, shape: "Shape") -> Convert:
        convert = scalars.text_decoder(shape.type_name)
        return lambda node: convert(node.get("", ""))
