"""What the store and its writer say to each other: lists of requests, answered by lists of answers in the same order.

Between processes each list is a frame: its length in four bytes, little-endian, and MessagePack.
"""

import struct
from collections.abc import Sequence

import msgspec

from portico.store.port import StoreError, StoreFailed, StoreFull, StoreUnusable
from portico.store.sqlite.receive import Leased, Receive
from portico.store.sqlite.rows import Became, Prepared


class Forget(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Forget the deduplications that are over at this instant."""

    now_us: int


class Erase(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Forget everything; the answer is the encoded keys that had something."""


class Discard(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Remove up to `limit` messages of the encoded queue, those sent before an instant or (None) any."""

    queue: str
    sent_before_us: int | None
    limit: int


Request = Prepared | Receive | Discard | Forget | Erase


class CommittedAt(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """The commit's version; 0 when it did not hold. Of a commit with `each`, what became of each row."""

    version: int
    became: list[Became] = []


class Received(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """What a receive got, and whether it has moved dead letters."""

    messages: list[Leased]
    moved: bool


class Discarded(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """How many messages are gone."""

    count: int


class Forgotten(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """The encoded keys of what is gone."""

    keys: list[str]


class Failed(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """The request could not be done; `kind` names one of the port's errors."""

    kind: str
    message: str


Answer = CommittedAt | Received | Discarded | Forgotten | Failed

_ERRORS: dict[str, type[StoreError]] = {
    kind.__name__: kind for kind in (StoreError, StoreFull, StoreFailed, StoreUnusable)
}
_LENGTH = struct.Struct("<I")
_encode = msgspec.msgpack.Encoder().encode
decode_requests = msgspec.msgpack.Decoder(list[Request]).decode
decode_answers = msgspec.msgpack.Decoder(list[Answer]).decode


def failed(error: StoreError) -> Failed:
    """The answer for an error."""
    return Failed(type(error).__name__, str(error))


def error_of(answer: Failed) -> StoreError:
    """The error of an answer."""
    return _ERRORS[answer.kind](answer.message)


def frame(messages: Sequence[Request] | Sequence[Answer]) -> bytes:
    """The bytes of a list."""
    body = _encode(messages)
    return _LENGTH.pack(len(body)) + body


class Frames:
    """Takes bytes as they come and gives back whole frames' bodies."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes | memoryview) -> list[bytes]:
        """The bodies that are whole now."""
        buffer = self._buffer
        buffer += data
        bodies, start = [], 0
        while len(buffer) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(buffer, start)
            end = start + _LENGTH.size + length
            if len(buffer) < end:
                break
            bodies.append(bytes(buffer[start + _LENGTH.size : end]))
            start = end
        if start:
            del buffer[:start]
        return bodies
