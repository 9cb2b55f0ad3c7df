"""Values in JSON, the bodies of json 1.0, json 1.1 and rest-json."""

import json
import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from portico.wire import scalars
from portico.wire.scalars import Malformed, WrongType
from portico.wire.shapes import Compiler, is_in_body, wire_name

if TYPE_CHECKING:
    from botocore.model import ListShape, MapShape, Shape, StructureShape

Convert = Callable[[Any], Any]

_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_WORD = re.compile(r"[A-Za-z_$][\w$]{0,63}")


def _refuse(token: str) -> None:
    raise ValueError(
        f"Non-standard token '{token}': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow"
    )


_python_decode: Callable[[str], Any] = json.JSONDecoder(parse_constant=_refuse).decode

encode: Callable[[object], bytes] = msgspec.json.Encoder().encode
_decode: Callable[[bytes], Any] = msgspec.json.Decoder().decode


def parse(body: bytes) -> Any:
    """The value of a JSON document; nesting is bounded by the interpreter's recursion limit, NaN and trailing text are refused.

    Raises:
        Malformed: it is not JSON.
    """
    try:
        return _decode(body)
    except RecursionError:
        raise Malformed("nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        raise Malformed(complaint(body)) from None


def complaint(body: bytes) -> str:
    """Why `body` is no JSON, as the parser of AWS's Java services puts it (Lambda passes its words on to the caller)."""
    text = body.decode("utf-8", "replace")
    try:
        _python_decode(text)
    except json.JSONDecodeError as wrong:
        at = wrong.pos
    except RecursionError:
        return "nested too deeply"
    except ValueError as wrong:
        return str(wrong)
    else:
        return "Invalid text"  # what only a stricter parser refuses: bytes that are not UTF-8, half a surrogate pair
    if at >= len(text):
        return "Unexpected end-of-input"
    token = _WORD.match(text, at)
    if token:
        return f"Unrecognized token '{token[0]}': was expecting {_VALUES}"
    return (
        f"Unexpected character ('{text[at]}' (code {ord(text[at])})): was expecting a valid value {_VALUES}"
    )


class JsonDecoder(Compiler[Convert]):
    """Closures from parsed JSON to typed values. `sparse` are maps (`Shape.member`) whose nulls are values; those of others are dropped."""

    def __init__(self, sparse: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._sparse = sparse

    def document(self, shape: "StructureShape") -> Convert:
        return lambda value: value

    def structure(self, shape: "StructureShape") -> Convert:
        members = [
            (
                wire_name(member, name),
                name,
                self.sparse(member) if f"{shape.name}.{name}" in self._sparse else self.compile(member),
            )
            for name, member in shape.members.items()
            if is_in_body(member)
        ]

        def decode(value: Any) -> dict[str, Any]:
            if type(value) is not dict:
                raise WrongType(value, "structure")
            out = {}
            for key, name, convert in members:
                item = value.get(key)
                if item is not None:
                    out[name] = convert(item)
            return out

        return decode

    def list(self, shape: "ListShape") -> Convert:
        convert = self.compile(shape.member)

        def decode(value: Any) -> list[Any]:
            if type(value) is not list:
                raise WrongType(value, "list")
            return [None if item is None else convert(item) for item in value]

        return decode

    def map(self, shape: "MapShape") -> Convert:
        convert = self.compile(shape.value)

        def decode(value: Any) -> dict[str, Any]:
            if type(value) is not dict:
                raise WrongType(value, "map")
            return {key: convert(item) for key, item in value.items() if item is not None}

        return decode

    def sparse(self, shape: Any) -> Convert:
        convert = self.compile(shape.value)

        def decode(value: Any) -> dict[str, Any]:
            if type(value) is not dict:
                raise WrongType(value, "map")
            return {key: None if item is None else convert(item) for key, item in value.items()}

        return decode

    def scalar(self, shape: "Shape") -> Convert:
        return _DECODERS[shape.type_name]


def _string(value: Any) -> str:
    if type(value) is not str:
        raise WrongType(value, "string")
    return value


def _blob(value: Any) -> bytes:
    return scalars.blob(_string(value))


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise WrongType(value, "boolean")
    return value


def _integer_of(kind: str) -> Convert:
    def integer(value: Any) -> int:
        if type(value) is int:
            return scalars.in_range(value, kind)
        if type(value) is float and math.isfinite(value):
            return scalars.in_range(int(value), kind)  # AWS cuts the fraction off
        raise WrongType(value, kind)

    return integer


def _float_of(kind: str) -> Convert:
    def decimal(value: Any) -> float:
        if type(value) is float:
            return value
        if type(value) is int:
            try:
                return float(value)
            except OverflowError:
                raise WrongType(value, kind) from None
        if value in ("NaN", "Infinity", "-Infinity"):
            return scalars.decimal(value, kind)
        raise WrongType(value, kind)

    return decimal


def _timestamp(value: Any) -> float:
    if type(value) is float or type(value) is int:
        return scalars.epoch(value)
    if type(value) is str:
        return scalars.timestamp(value)
    raise WrongType(value, "timestamp")


_DECODERS: dict[str, Convert] = {
    "string": _string,
    "character": _string,
    "blob": _blob,
    "boolean": _boolean,
    "integer": _integer_of("integer"),
    "long": _integer_of("long"),
    "float": _float_of("float"),
    "double": _float_of("double"),
    "timestamp": _timestamp,
}


class JsonEncoder(Compiler[Convert]):
    """Closures from typed values to what `encode` takes. `sparse` as in `JsonDecoder`."""

    def __init__(self, sparse: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._sparse = sparse

    def document(self, shape: "StructureShape") -> Convert:
        return lambda value: value

    def structure(self, shape: "StructureShape") -> Convert:
        members = {
            name: (
                wire_name(member, name),
                self.sparse(member) if f"{shape.name}.{name}" in self._sparse else self.compile(member),
            )
            for name, member in shape.members.items()
            if is_in_body(member)
        }

        def convert(value: Any) -> dict[str, Any]:
            out = {}
            for name, item in value.items():
                if item is not None and name in members:
                    key, encoder = members[name]
                    out[key] = encoder(item)
            return out

        return convert

    def list(self, shape: "ListShape") -> Convert:
        encoder = self.compile(shape.member)
        return lambda value: [None if item is None else encoder(item) for item in value]

    def map(self, shape: "MapShape") -> Convert:
        encoder = self.compile(shape.value)
        return lambda value: {key: encoder(item) for key, item in value.items() if item is not None}

    def sparse(self, shape: Any) -> Convert:
        encoder = self.compile(shape.value)
        return lambda value: {key: None if item is None else encoder(item) for key, item in value.items()}

    def scalar(self, shape: "Shape") -> Convert:
        kind = shape.type_name
        if kind == "timestamp":
            said = str(shape.serialization.get("timestampFormat", "unixtimestamp")).lower()
            return scalars.unix if said == "unixtimestamp" else scalars.TIMESTAMP_TEXT[said]
        return _ENCODERS[kind]


def _encode_float(value: float) -> float | str:
    number = float(value)
    return number if math.isfinite(number) else scalars.decimal_text(number)


_ENCODERS: dict[str, Convert] = {
    "string": str,
    "character": str,
    "blob": scalars.blob_text,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": _encode_float,
    "double": _encode_float,
}
