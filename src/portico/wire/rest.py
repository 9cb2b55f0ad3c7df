"""What rest-json and rest-xml share: which members are in the path, the query, the headers, the status, and which are the body."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from portico.wire import json, scalars
from portico.wire.http import Head, Reply
from portico.wire.query import parse_form
from portico.wire.scalars import Convert, Malformed, WrongType
from portico.wire.shapes import is_in_body

if TYPE_CHECKING:
    from botocore.model import Shape, StructureShape

ReadBody = Callable[[bytes], dict[str, Any]]
"""The members that the body holds."""
Read = Callable[[Head, Mapping[str, str], bytes], dict[str, Any]]

_ELEMENT = re.compile(r'\s*"((?:[^"\\]|\\.)*)"|([^,]+)')
_UNSAFE = re.compile(r"[\r\n\x00]")


class Places:
    """The members of a request's or an answer's shape, by where they are: (name on the wire, member's name, shape)."""

    def __init__(self, shape: "StructureShape") -> None:
        self.uri: list[tuple[str, str, Any]] = []
        self.querystring: list[tuple[str, str, Any]] = []
        self.header: list[tuple[str, str, Any]] = []
        self.headers: list[tuple[str, str, Any]] = []
        self.status_code: list[tuple[str, str, Any]] = []
        self.body: list[str] = []
        places = {
            "uri": self.uri,
            "querystring": self.querystring,
            "header": self.header,
            "headers": self.headers,
            "statusCode": self.status_code,
        }
        self.payload: str | None = shape.serialization.get("payload")
        for name, member in shape.members.items():
            place = places.get(member.serialization.get("location", ""))
            if place is not None:
                place.append((str(member.serialization.get("name", name)), name, member))
            elif name != self.payload and is_in_body(member):
                self.body.append(name)


def _read_text(value: str) -> str:
    """A header's text: bytes beyond ASCII are UTF-8 if they can be."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _json_value(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise WrongType(value, "string") from None


def _split(value: str) -> list[str]:
    """The elements of a header's list; one that holds a comma or a quote is quoted, with backslashes."""
    if '"' not in value:
        return [part.strip() for part in value.split(",")]
    found = ((quoted, plain.strip()) for quoted, plain in _ELEMENT.findall(value))
    return [
        re.sub(r"\\(.)", r"\1", quoted) if quoted else plain for quoted, plain in found if quoted or plain
    ]


def _header_decoder(shape: "Shape") -> Convert:
    if shape.type_name == "list":
        convert = _header_decoder(shape.member)  # type: ignore[attr-defined]
        return lambda value: [convert(part) for part in _split(value)]
    if shape.type_name == "string":
        return _json_value if shape.serialization.get("jsonvalue") else _read_text
    return scalars.text_decoder(shape.type_name)


def request_reader(shape: "StructureShape", uri_template: str, read_body: ReadBody | None) -> Read:
    """A function from head, labels and body to the members of `shape`. `read_body` is None if no member is in the body.
    What `uri_template` says in its query (`?mode=import`) chose the operation and is no parameter."""
    places = Places(shape)
    uri = [(label, name, scalars.text_decoder(member.type_name)) for label, name, member in places.uri]
    header = [(key.lower(), name, _header_decoder(member)) for key, name, member in places.header]
    prefixes = [(key.lower(), name) for key, name, _ in places.headers]
    read_query = _query_reader(places, uri_template.partition("?")[2])

    def read(head: Head, labels: Mapping[str, str], body: bytes) -> dict[str, Any]:
        out = read_body(body) if read_body else {}
        for label, name, convert in uri:
            value = labels.get(label)
            if value is not None:
                out[name] = convert(value)
        if head.query and read_query:
            read_query(head.query, out)
        given = head.values
        for key, name, convert in header:
            if key in given:
                out[name] = convert(given[key])
        for prefix, name in prefixes:
            found = {
                key[len(prefix) :]: _read_text(value) for key, value in head.headers if key.startswith(prefix)
            }
            if found:
                out[name] = found
        return out

    return read


def _query_reader(places: Places, constant: str) -> Callable[[str, dict[str, Any]], None] | None:
    if not places.querystring:
        return None
    single: dict[str, tuple[str, Convert]] = {}
    several: dict[str, tuple[str, Convert]] = {}
    rest: list[tuple[str, bool]] = []
    for key, name, member in places.querystring:
        if member.type_name == "map":
            rest.append((name, member.value.type_name == "list"))
        elif member.type_name == "list":
            several[key] = (name, scalars.text_decoder(member.member.type_name))
        else:
            single[key] = (name, scalars.text_decoder(member.type_name))

    constants = frozenset(key for key, _ in parse_form(constant)) if constant else frozenset()

    def read(query: str, out: dict[str, Any]) -> None:
        for key, value in parse_form(query):
            if key in single:
                name, convert = single[key]
                if name not in out:
                    out[name] = convert(value)
            elif key in several:
                name, convert = several[key]
                out.setdefault(name, []).append(convert(value))
            elif key not in constants:
                for name, lists in rest:
                    found = out.setdefault(name, {})
                    if lists:
                        found.setdefault(key, []).append(value)
                    else:
                        found.setdefault(key, value)

    return read


def payload_reader(
    shape: "StructureShape", structure: Callable[[Any], Callable[[bytes], Any]]
) -> ReadBody | None:
    """How the body is read: as the payload member if there is one, else as a structure of the members without a place.

    `structure(shape)` gives the protocol's reader of a whole body.
    """
    places = Places(shape)
    name = places.payload
    if name is None:
        if not places.body:
            return None
        whole = structure(shape)
        return lambda body: whole(body) if body else {}
    kind = shape.members[name].type_name
    if kind == "blob":
        return lambda body: {name: body}
    if kind == "string":
        return lambda body: {name: _utf8(body)} if body else {}
    read = structure(shape.members[name])
    return lambda body: {name: read(body)} if body else {}


def _utf8(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8") from None


# --- answers ---


def _header_encoder(shape: "Shape") -> Callable[[Any], str]:
    if shape.type_name == "list":
        convert = _header_encoder(shape.member)  # type: ignore[attr-defined]
        return lambda value: ",".join(convert(item) for item in value)
    if shape.serialization.get("jsonvalue"):
        return lambda value: base64.b64encode(json.encode(value)).decode()
    return scalars.text_encoder(shape.type_name, str(shape.serialization.get("timestampFormat") or "rfc822"))


def header_text(value: str) -> str:
    """`value`, fit to be a header's: no line can end in it, and what is beyond ASCII goes as UTF-8."""
    if value.isascii() and value.isprintable():  # nearly always
        return value
    value = _UNSAFE.sub(" ", value)
    return value if value.isascii() else value.encode("utf-8", "replace").decode("latin-1")


WriteBody = Callable[[Mapping[str, Any]], tuple[bytes, str]]
"""The body and its content type ("" for none)."""


def body_writer(
    shape: "StructureShape", content_type: str, structure: Callable[[Any, str], Callable[[Any], bytes]]
) -> WriteBody:
    """How an answer's body is written; `structure(shape, name)` gives the protocol's writer of a whole body."""
    places = Places(shape)
    name = places.payload
    if name is None:
        if not places.body:
            return lambda response: (b"", "")
        whole = structure(shape, str(shape.serialization.get("name") or shape.name))
        return lambda response: (whole(response), content_type)
    payload = shape.members[name]
    if payload.serialization.get("eventstream"):
        return lambda response: (b"", "")
    if payload.type_name in ("blob", "string"):
        default = "application/octet-stream" if payload.type_name == "blob" else "text/plain"
        kind = content_type if content_type == "application/json" else default

        def raw(response: Mapping[str, Any]) -> tuple[bytes, str]:
            value = response.get(name)
            if value is None:
                return b"", ""
            return (value.encode() if isinstance(value, str) else bytes(value)), kind

        return raw
    inner = structure(payload, str(payload.serialization.get("name") or payload.name))

    def member(response: Mapping[str, Any]) -> tuple[bytes, str]:
        value = response.get(name)
        return (b"", "") if value is None else (inner(value), content_type)

    return member


def response_writer(
    shape: "StructureShape", status: int, id_header: str, write_body: WriteBody
) -> Callable[[Mapping[str, Any], str], Reply]:
    """A function from an answer's members and the request id to the reply. A content type that is a member wins."""
    places = Places(shape)
    header = [(key, name, _header_encoder(member)) for key, name, member in places.header]
    typed_by = next((name for key, name, _ in places.header if key.lower() == "content-type"), "")
    prefixes = [(key, name) for key, name, _ in places.headers]
    status_name = places.status_code[0][1] if places.status_code else ""

    def write(response: Mapping[str, Any], request_id: str) -> Reply:
        body, kind = write_body(response)
        headers = [(id_header, request_id)]
        if kind and not (typed_by and response.get(typed_by)):
            headers.append(("Content-Type", kind))
        for key, name, convert in header:
            value = response.get(name)
            if value is not None:
                headers.append((key, header_text(convert(value))))
        for prefix, name in prefixes:
            for key, value in (response.get(name) or {}).items():
                headers.append((prefix + header_text(key), header_text(str(value))))
        return Reply(response.get(status_name, status) if status_name else status, tuple(headers), body)

    return write
