"""Values in XML: bodies of rest-xml both ways, and what the query protocol answers.

The parser takes elements, attributes and text and nothing else: a document type (and with it every entity that XML does not
define itself) is refused, depth and the number of elements are bounded.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from portico.wire import scalars
from portico.wire.dialects import Dialect
from portico.wire.scalars import Malformed
from portico.wire.shapes import Compiler, is_in_body, wire_name

if TYPE_CHECKING:
    from botocore.model import ListShape, MapShape, Shape, StructureShape

DEPTH_MAX = 64
ELEMENTS_MAX = 100_000

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
NOT_WELL_FORMED = "The XML you provided was not well-formed or did not validate against our published schema"


class Element:
    """An element: its local name, attributes by local name, children in order, and its own text."""

    __slots__ = ("attributes", "children", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Builder:
    def __init__(self) -> None:
        self.open: list[Element] = []
        self.texts: list[list[str]] = []  # of each open element; joined once, at its end
        self.root: Element | None = None
        self.count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > ELEMENTS_MAX or len(self.open) >= DEPTH_MAX:
            raise Malformed(NOT_WELL_FORMED)
        plain = {_local(name): text for name, text in attributes.items() if not name.startswith("xmlns")}
        element = Element(_local(tag), plain)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self.texts.append([])

    def end(self, _: str) -> None:
        self.open.pop().text = "".join(self.texts.pop())

    def text(self, data: str) -> None:
        self.texts[-1].append(data)

    def refuse(self, *_: Any) -> None:
        raise Malformed(NOT_WELL_FORMED)


def parse(body: bytes) -> Element:
    """The root element of a document.

    Raises:
        Malformed: not well-formed, too deep, too many elements, or a document type.
    """
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise Malformed(NOT_WELL_FORMED) from None
    if builder.root is None:
        raise Malformed(NOT_WELL_FORMED)
    return builder.root


Decode = Callable[[list[Element]], Any]
"""From the elements of one name (a flattened list has several) to a typed value."""


class XmlDecoder(Compiler[Decode]):
    """Closures from elements to typed values."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self._dialect = dialect

    def structure(self, shape: "StructureShape") -> Decode:
        members, attributes = [], []
        for name, member in shape.members.items():
            if not is_in_body(member):
                continue
            if member.serialization.get("xmlAttribute"):
                attributes.append((_local(wire_name(member, name)), name))
            else:
                members.append((self._dialect.member_name(member, name), name, self.compile(member)))

        def decode(elements: list[Element]) -> dict[str, Any]:
            element = elements[-1]
            by_name: dict[str, list[Element]] = {}
            for child in element.children:
                by_name.setdefault(child.tag, []).append(child)
            out = {}
            for key, name, convert in members:
                found = by_name.get(key)
                if found is not None:
                    out[name] = convert(found)
            for key, name in attributes:
                if key in element.attributes:
                    out[name] = element.attributes[key]
            return out

        return decode

    def list(self, shape: "ListShape") -> Decode:
        convert = self.compile(shape.member)
        if shape.serialization.get("flattened"):
            return lambda elements: [convert([element]) for element in elements]
        inner = wire_name(shape.member, "member")
        return lambda elements: [convert([child]) for child in elements[-1].children if child.tag == inner]

    def map(self, shape: "MapShape") -> Decode:
        key_name, value_name = self._dialect.entry_names(shape)
        convert = self.compile(shape.value)
        flattened = bool(shape.serialization.get("flattened"))

        def decode(elements: list[Element]) -> dict[str, Any]:
            out = {}
            for entry in elements if flattened else elements[-1].children:
                parts = {child.tag: child for child in entry.children}
                if key_name not in parts or value_name not in parts:
                    raise Malformed(NOT_WELL_FORMED)
                out[parts[key_name].text] = convert([parts[value_name]])
            return out

        return decode

    def scalar(self, shape: "Shape") -> Decode:
        convert = scalars.text_decoder(shape.type_name)
        return lambda elements: convert(elements[-1].text)


def text(value: str) -> str:
    """`value` as character data or an attribute's value. What XML 1.0 can't carry becomes U+FFFD."""
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return _UNFIT.sub("\ufffd", value.replace("\r", "&#13;"))


Encode = Callable[[list[str], str, Any], None]
"""Append the element(s) called by the second argument with the third as their value."""


class XmlEncoder(Compiler[Encode]):
    """Closures from typed values to pieces of XML."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self._dialect = dialect

    def structure(self, shape: "StructureShape") -> Encode:
        members, attributes = [], []
        for name, member in shape.members.items():
            if not is_in_body(member):
                continue
            if member.serialization.get("xmlAttribute"):
                attributes.append((wire_name(member, name), name))
            else:
                members.append((self._dialect.member_name(member, name), name, self.compile(member)))
        namespace = namespace_of(shape)

        def encode(out: list[str], tag: str, value: Any) -> None:
            said = "".join(f' {key}="{text(value[name])}"' for key, name in attributes if value.get(name))
            out.append(f"<{tag}{namespace}{said}>")
            for key, name, convert in members:
                item = value.get(name)
                if item is not None:
                    convert(out, key, item)
            out.append(f"</{tag}>")

        return encode

    def list(self, shape: "ListShape") -> Encode:
        convert = self.compile(shape.member)
        inner = wire_name(shape.member, "member")

        def flattened(out: list[str], tag: str, value: Any) -> None:
            for item in value:
                convert(out, tag, item)

        def encode(out: list[str], tag: str, value: Any) -> None:
            out.append(f"<{tag}>")
            for item in value:
                convert(out, inner, item)
            out.append(f"</{tag}>")

        return flattened if shape.serialization.get("flattened") else encode

    def map(self, shape: "MapShape") -> Encode:
        key_name, value_name = self._dialect.entry_names(shape)
        convert = self.compile(shape.value)

        def entries(out: list[str], tag: str, value: Any) -> None:
            for key, item in value.items():
                out.append(f"<{tag}><{key_name}>{text(str(key))}</{key_name}>")
                convert(out, value_name, item)
                out.append(f"</{tag}>")

        def encode(out: list[str], tag: str, value: Any) -> None:
            out.append(f"<{tag}>")
            entries(out, "entry", value)
            out.append(f"</{tag}>")

        return entries if shape.serialization.get("flattened") else encode

    def scalar(self, shape: "Shape") -> Encode:
        said = str(shape.serialization.get("timestampFormat") or "iso8601")
        convert = scalars.text_encoder(shape.type_name, said)

        def encode(out: list[str], tag: str, value: Any) -> None:
            out.append(f"<{tag}>{text(convert(value))}</{tag}>")

        return encode


def namespace_of(shape: "Shape") -> str:
    """The attribute that declares the shape's namespace, or ""."""
    said = shape.serialization.get("xmlNamespace")
    if isinstance(said, dict):
        prefix = f":{said['prefix']}" if said.get("prefix") else ""
        return f' xmlns{prefix}="{said["uri"]}"'
    return f' xmlns="{said}"' if said else ""
