"""The checksums that a trailer may carry: `x-amz-checksum-<name>`, base64 of the digest, big-endian.

Source: S3 User Guide, "Checking object integrity".
"""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import Protocol


class Checksum(Protocol):
    """A running checksum."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""

    def digest(self) -> bytes:
        """The checksum of all that was taken in."""


class Crc32:
    """CRC-32, the one of zlib."""

    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes) -> None:
        """Take in more bytes."""
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        """The four bytes of the checksum."""
        return self._value.to_bytes(4, "big")


def _table(polynomial: int) -> tuple[int, ...]:
    entries = []
    for entry in range(256):
        value = entry
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
        entries.append(value)
    return tuple(entries)


class TableCrc:
    """A reflected CRC whose initial value and final mask are all ones, by table: one byte at a time."""

    __slots__ = ("_mask", "_size", "_table", "_value")

    def __init__(self, table: tuple[int, ...], size_bytes: int) -> None:
        self._table = table
        self._size = size_bytes
        self._mask = (1 << (8 * size_bytes)) - 1
        self._value = self._mask

    def update(self, data: bytes) -> None:
        """Take in more bytes."""
        value, table = self._value, self._table
        for byte in data:
            value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
        self._value = value

    def digest(self) -> bytes:
        """The bytes of the checksum."""
        return (self._value ^ self._mask).to_bytes(self._size, "big")


_CRC32C = _table(0x82F63B78)
_CRC64NVME = _table(0x9A6C9329AC4BC9B5)

CHECKSUMS: Mapping[str, Callable[[], Checksum]] = {
    "x-amz-checksum-crc32": Crc32,
    "x-amz-checksum-crc32c": lambda: TableCrc(_CRC32C, 4),
    "x-amz-checksum-crc64nvme": lambda: TableCrc(_CRC64NVME, 8),
    "x-amz-checksum-sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "x-amz-checksum-sha256": hashlib.sha256,
}
"""How to make each checksum, by the trailer's name."""
