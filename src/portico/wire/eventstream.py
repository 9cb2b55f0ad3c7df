"""`application/vnd.amazon.eventstream`: messages of headers and a payload, each guarded by two checksums.

    length of all (4) | length of headers (4) | CRC-32 of those 8 (4) | headers | payload | CRC-32 of everything before (4)

Source: Smithy, "Amazon Event Stream Specification".
"""

import struct
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID
from zlib import crc32

import msgspec

from portico.wire.scalars import Malformed

CONTENT_TYPE = "application/vnd.amazon.eventstream"
HEADERS_MAX = 128 * 1024
MESSAGE_MAX = 24 * 1024 * 1024

_PRELUDE = struct.Struct("!III")
_PRELUDE_BYTES = _PRELUDE.size
_CRC_BYTES = 4

HeaderValue = bool | int | bytes | str | float | UUID


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message. A header that is a float is a timestamp, in seconds since the epoch."""

    headers: Mapping[str, HeaderValue]
    payload: bytes


def encode(headers: Mapping[str, HeaderValue], payload: bytes) -> bytes:
    """A message as bytes. Integers travel as 4 bytes if they fit, else as 8.

    Raises:
        ValueError: a header, the headers together or the message is too large for the format.
    """
    packed = b"".join(_pack_header(name, value) for name, value in headers.items())
    total = _PRELUDE_BYTES + len(packed) + len(payload) + _CRC_BYTES
    if len(packed) > HEADERS_MAX or total > MESSAGE_MAX:
        raise ValueError("an event is too large for the event stream")
    lengths = struct.pack("!II", total, len(packed))
    start = lengths + struct.pack("!I", crc32(lengths)) + packed + payload
    return start + struct.pack("!I", crc32(start))


def _pack_header(name: str, value: HeaderValue) -> bytes:
    encoded = name.encode()
    if not 0 < len(encoded) < 256:
        raise ValueError("a header's name has 1 to 255 bytes")
    return bytes((len(encoded),)) + encoded + _PACKERS[type(value)](value)


def _sized(kind: int, value: bytes) -> bytes:
    if len(value) > 32767:
        raise ValueError("a header's value has at most 32,767 bytes")
    return struct.pack("!BH", kind, len(value)) + value


def _pack_int(value: Any) -> bytes:
    return struct.pack("!Bi", 4, value) if -(2**31) <= value < 2**31 else struct.pack("!Bq", 5, value)


_PACKERS: dict[type, Callable[[Any], bytes]] = {
    bool: lambda value: b"\x00" if value else b"\x01",
    int: _pack_int,
    bytes: lambda value: _sized(6, value),
    str: lambda value: _sized(7, value.encode()),
    float: lambda value: struct.pack("!Bq", 8, round(value * 1000)),
    UUID: lambda value: b"\x09" + value.bytes,
}


def decode(data: bytes) -> tuple[Message, int] | None:
    """The first message in `data` and its length in bytes, or None while it is incomplete.

    Raises:
        Malformed: a wrong checksum or length; nothing after it can be trusted.
    """
    if len(data) < _PRELUDE_BYTES:
        return None
    total, headers_bytes, checksum = _PRELUDE.unpack_from(data)
    if crc32(data[:8]) != checksum:
        raise Malformed("The event stream's prelude has a wrong checksum")
    if total > MESSAGE_MAX or headers_bytes > HEADERS_MAX:
        raise Malformed("The event stream's message is too large")
    if headers_bytes + _PRELUDE_BYTES + _CRC_BYTES > total:
        raise Malformed("The event stream's lengths contradict each other")
    if len(data) < total:
        return None
    end = total - _CRC_BYTES
    if crc32(data[:end]) != int.from_bytes(data[end:total], "big"):
        raise Malformed("The event stream's message has a wrong checksum")
    payload_at = _PRELUDE_BYTES + headers_bytes
    return Message(_unpack_headers(data[_PRELUDE_BYTES:payload_at]), data[payload_at:end]), total


def _unpack_headers(data: bytes) -> dict[str, HeaderValue]:
    headers: dict[str, HeaderValue] = {}
    at = 0
    try:
        while at < len(data):
            name_end = at + 1 + data[at]
            name = data[at + 1 : name_end].decode()
            value, at = _UNPACKERS[data[name_end]](data, name_end + 1)
            if not name or at > len(data) or name in headers:
                raise Malformed("The event stream's headers are malformed")
            headers[name] = value
    except (struct.error, IndexError, UnicodeDecodeError):
        raise Malformed("The event stream's headers are malformed") from None
    return headers


Unpacked = tuple[HeaderValue, int]


def _fixed(form: str, value_of: Callable[[Any], HeaderValue]) -> Callable[[bytes, int], Unpacked]:
    layout = struct.Struct(form)
    return lambda data, at: (value_of(layout.unpack_from(data, at)[0]), at + layout.size)


def _unpack_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    start = at + 2
    end = start + int.from_bytes(data[at:start], "big")
    return data[start:end], end


def _unpack_text(data: bytes, at: int) -> Unpacked:
    value, end = _unpack_bytes(data, at)
    return value.decode(), end


_UNPACKERS: tuple[Callable[[bytes, int], Unpacked], ...] = (
    lambda data, at: (True, at),
    lambda data, at: (False, at),
    _fixed("!b", int),
    _fixed("!h", int),
    _fixed("!i", int),
    _fixed("!q", int),
    _unpack_bytes,
    _unpack_text,
    _fixed("!q", lambda millis: millis / 1000),
    _fixed("!16s", lambda raw: UUID(bytes=raw)),
)
