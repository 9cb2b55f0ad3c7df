"""CBOR (RFC 8949) for rpc-v2-cbor: every form in, definite lengths out; nesting and sizes are bounded by the bytes that there are."""

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portico.wire import json, scalars
from portico.wire.scalars import Malformed, WrongType

if TYPE_CHECKING:
    from botocore.model import Shape

DEPTH_MAX = 128
_BREAK = 0xFF
_INDEFINITE = 31
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_EPOCH_TAG = 1


class Timestamp(float):
    """Seconds since the epoch, to be written under CBOR's tag 1."""

    __slots__ = ()


def parse(body: bytes) -> Any:
    """The one value that `body` holds. A tag 1 is dropped (its number is the timestamp), bignum tags become numbers.

    Raises:
        Malformed: not CBOR, cut short, followed by more, nested deeper than `DEPTH_MAX`, or of a kind that AWS has no use for.
    """
    try:
        reader = _Reader(body)
        value = reader.item(0)
    except (struct.error, UnicodeDecodeError, TypeError, OverflowError):
        raise Malformed("Malformed CBOR") from None
    if reader.at != len(body):
        raise Malformed("Malformed CBOR: something follows the value")
    return value


class _Reader:
    __slots__ = ("at", "body")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.body):
            raise Malformed("Malformed CBOR: it is cut short")
        found = self.body[self.at : end]
        self.at = end
        return found

    def argument(self, info: int) -> int:
        if info < 24:
            return info
        if info not in _WIDTHS:
            raise Malformed("Malformed CBOR: a reserved length")
        return int.from_bytes(self.take(_WIDTHS[info]), "big")

    def broke(self) -> bool:
        if self.at >= len(self.body):
            raise Malformed("Malformed CBOR: it is cut short")
        if self.body[self.at] != _BREAK:
            return False
        self.at += 1
        return True

    def item(self, depth: int) -> Any:
        if depth > DEPTH_MAX:
            raise Malformed("Malformed CBOR: nested too deeply")
        first = self.take(1)[0]
        return _KINDS[first >> 5](self, first & 31, depth)

    def chunks(self, kind: int, info: int) -> bytes:
        if info != _INDEFINITE:
            return self.take(self.argument(info))
        parts = []
        while not self.broke():
            first = self.take(1)[0]
            if first >> 5 != kind or first & 31 == _INDEFINITE:
                raise Malformed("Malformed CBOR: a string's piece of another kind")
            parts.append(self.take(self.argument(first & 31)))
        return b"".join(parts)

    def count(self, info: int) -> int:
        """The number of items that follow, or -1 until a break. Each takes a byte at least, so no length can bomb."""
        if info == _INDEFINITE:
            return -1
        count = self.argument(info)
        if count > len(self.body) - self.at:
            raise Malformed("Malformed CBOR: it is cut short")
        return count


def _array(reader: _Reader, info: int, depth: int) -> list[Any]:
    count = reader.count(info)
    if count >= 0:
        return [reader.item(depth + 1) for _ in range(count)]
    out = []
    while not reader.broke():
        out.append(reader.item(depth + 1))
    return out


def _map(reader: _Reader, info: int, depth: int) -> dict[Any, Any]:
    count = reader.count(info)
    out = {}
    while count != 0 and not (count < 0 and reader.broke()):
        key = reader.item(depth + 1)
        if type(key) is not str:
            raise Malformed("Malformed CBOR: a key that is not text")
        out[key] = reader.item(depth + 1)
        count -= count > 0
    return out


def _tag(reader: _Reader, info: int, depth: int) -> Any:
    tag = reader.argument(info)
    value = reader.item(depth + 1)
    if tag == _EPOCH_TAG:
        if type(value) not in (int, float):
            raise Malformed("Malformed CBOR: a timestamp that is not a number")
        return value
    if tag in (2, 3) and type(value) is bytes and len(value) <= 64:
        number = int.from_bytes(value, "big")
        return number if tag == 2 else -1 - number
    raise Malformed(f"Malformed CBOR: tag {tag} has no meaning here")


def _simple(reader: _Reader, info: int, depth: int) -> Any:
    if info in _SIMPLE:
        return _SIMPLE[info]
    if info not in _FLOATS:
        raise Malformed("Malformed CBOR: an unknown simple value")
    form, width = _FLOATS[info]
    return struct.unpack(form, reader.take(width))[0]


_KINDS: tuple[Callable[[_Reader, int, int], Any], ...] = (
    lambda reader, info, depth: reader.argument(info),
    lambda reader, info, depth: -1 - reader.argument(info),
    lambda reader, info, depth: reader.chunks(2, info),
    lambda reader, info, depth: reader.chunks(3, info).decode(),
    _array,
    _map,
    _tag,
    _simple,
)


def encode(value: Any) -> bytes:
    """`value` (text, bytes, numbers, booleans, None, lists, maps, `Timestamp`) as CBOR."""
    out = bytearray()
    _write(out, value)
    return bytes(out)


def _head(out: bytearray, kind: int, number: int) -> None:
    if number < 24:
        out.append(kind << 5 | number)
        return
    for info, width in _WIDTHS.items():
        if number < 1 << (8 * width):
            out.append(kind << 5 | info)
            out += number.to_bytes(width, "big")
            return
    raise OverflowError("a number of more than 64 bits")


def _write(out: bytearray, value: Any) -> None:
    _WRITERS[type(value)](out, value)


def _write_int(out: bytearray, value: int) -> None:
    _head(out, 0 if value >= 0 else 1, value if value >= 0 else -1 - value)


def _write_float(out: bytearray, value: float) -> None:
    out += b"\xfb" + struct.pack(">d", value)


def _write_timestamp(out: bytearray, value: Timestamp) -> None:
    out.append(0xC1)
    _write(out, scalars.unix(float(value)))


def _write_bytes(out: bytearray, value: bytes) -> None:
    _head(out, 2, len(value))
    out += value


def _write_text(out: bytearray, value: str) -> None:
    encoded = value.encode("utf-8", "replace")
    _head(out, 3, len(encoded))
    out += encoded


def _write_list(out: bytearray, value: list[Any]) -> None:
    _head(out, 4, len(value))
    for item in value:
        _write(out, item)


def _write_map(out: bytearray, value: dict[str, Any]) -> None:
    _head(out, 5, len(value))
    for key, item in value.items():
        _write_text(out, str(key))
        _write(out, item)


_WRITERS: dict[type, Callable[[bytearray, Any], None]] = {
    int: _write_int,
    float: _write_float,
    Timestamp: _write_timestamp,
    bytes: _write_bytes,
    bytearray: _write_bytes,
    str: _write_text,
    list: _write_list,
    tuple: _write_list,
    dict: _write_map,
    bool: lambda out, value: out.append(0xF5 if value else 0xF4),
    type(None): lambda out, value: out.append(0xF6),
}


class CborDecoder(json.JsonDecoder):
    """Closures from parsed CBOR to typed values: as in JSON, but for blobs, which are bytes already."""

    def scalar(self, shape: "Shape") -> Callable[[Any], Any]:
        return _blob if shape.type_name == "blob" else super().scalar(shape)


def _blob(value: Any) -> bytes:
    if type(value) is not bytes:
        raise WrongType(value, "blob")
    return value


class CborEncoder(json.JsonEncoder):
    """Closures from typed values to what `encode` takes."""

    def scalar(self, shape: "Shape") -> Callable[[Any], Any]:
        return _SCALARS.get(shape.type_name) or super().scalar(shape)


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "blob": lambda value: value.encode() if isinstance(value, str) else bytes(value),
    "timestamp": Timestamp,
    "float": float,
    "double": float,
}
