"""Messages of a client, from the bytes that it sends. wsproto reads the frames; here are API Gateway's bounds, and a shorter way for short
texts.

Compression is not offered, as API Gateway doesn't. Nothing here touches a socket.

Source: RFC 6455, sections 5 and 7; API Gateway Developer Guide, quotas for WebSocket APIs (frames, messages) and "Binary media types for
WebSocket APIs" (code 1003).
"""

import struct
from collections.abc import Callable
from typing import Literal

import msgspec
from wsproto.frame_protocol import Frame, FrameProtocol, Opcode, ParseFailed

from portico.doors.connections import MESSAGE_BYTES_MAX

FRAME_BYTES_MAX = 32_768
_PIECES_MAX = 256
_FRAGMENTS_MAX = 1_024  # a message in more pieces than that is an attack: each costs as much as a message

NORMAL, GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED, NO_STATUS, ABNORMAL = 1000, 1001, 1002, 1003, 1005, 1006
INVALID_TEXT, POLICY_VIOLATION, TOO_BIG, INTERNAL_ERROR = 1007, 1008, 1009, 1011

_FINAL, _MASKED, _TWO_BYTES = (
    0x80,
    0x80,
    126,
)  # bits of a frame's first two bytes, and the first size that needs more of them
_LENGTH_BYTES = {126: 2, 127: 8}


class Received(msgspec.Struct, frozen=True, gc=False):
    """What a client has sent: a `text`, a `ping` (to be answered with its `data`), a `pong`, or its `close` with `code` and reason."""

    kind: Literal["text", "ping", "pong", "close"]
    text: str = ""
    data: bytes = b""
    code: int = 0


class Violation(Exception):
    """The client breaks a rule; `code` is what its connection is closed with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Frames:
    """The frames of one connection, both ways."""

    __slots__ = (
        "_at",
        "_fragments",
        "_frame_bytes",
        "_frames",
        "_message_bytes",
        "_parts",
        "_rest",
        "_unread",
    )

    def __init__(self) -> None:
        self._frames = FrameProtocol(False, [])
        self._unread, self._at = b"", 0  # what has come, and where that begins which wsproto has not got
        self._rest = 0  # how much it has still to get of the frame that it reads
        self._parts: list[str] | None = None
        self._frame_bytes = self._message_bytes = self._fragments = 0

    def feed(self, data: bytes) -> None:
        """The client has sent bytes."""
        self._unread = self._unread[self._at :] + data
        self._at = 0

    @property
    def unread_bytes(self) -> int:
        """How much of it was not looked at yet."""
        return len(self._unread) - self._at

    def next(self) -> Received | None:
        """The next thing that the client has sent; None when that has not arrived as a whole.

        Raises:
            Violation: what has arrived is not as it must be. Nothing may be read after it.
        """
        while self._at < len(self._unread):
            if not self._rest:
                size = _frame_bytes(self._unread, self._at)
                if not size:
                    return None
                if self._is_short_text(size):
                    self._at += size
                    return Received("text", _text_of(self._unread, self._at - size))
                self._rest = size
            received = self._read()
            if received is not None:
                return received
        self._unread, self._at = b"", 0
        return None

    def _is_short_text(self, size: int) -> bool:
        """Whether the next frame is a whole message as nearly all are: a short text, which wsproto need not see."""
        data, at = self._unread, self._at
        return (
            self._parts is None
            and data[at] == _FINAL | Opcode.TEXT
            and _MASKED < data[at + 1] < _MASKED | _TWO_BYTES
            and at + size <= len(data)
        )

    def _read(self) -> Received | None:
        """Have wsproto read on in its frame; what that completes.

        Raises:
            Violation: see `next`.
        """
        piece = self._unread[self._at : self._at + self._rest]
        self._at += len(piece)
        self._rest -= len(piece)
        self._frames.receive_bytes(piece)
        try:
            frame = next(self._frames.received_frames(), None)
        except ParseFailed as error:
            raise Violation(int(error.code), str(error)) from error
        if frame is None:
            return None
        control = _CONTROL.get(frame.opcode)
        if control is not None:
            return control(frame)
        if frame.opcode is Opcode.BINARY:
            raise Violation(UNSUPPORTED, "Binary frames are not supported")
        text = self._piece(frame)
        return None if text is None else Received("text", text)

    def _piece(self, frame: Frame) -> str | None:
        """Take a piece of a message; the message, when it is the last one."""
        piece = frame.payload
        if not isinstance(piece, str):
            raise Violation(PROTOCOL_ERROR, "a text frame without text")
        size = len(piece) if piece.isascii() else len(piece.encode())
        self._frame_bytes += size
        self._message_bytes += size
        if self._frame_bytes > FRAME_BYTES_MAX:
            raise Violation(TOO_BIG, "Frame too large")
        if self._message_bytes > MESSAGE_BYTES_MAX:
            raise Violation(TOO_BIG, "Message too large")
        if frame.frame_finished:
            self._frame_bytes = 0
            self._fragments += 1
        if frame.message_finished:
            parts, self._parts = self._parts, None
            self._message_bytes = self._fragments = 0
            return piece if parts is None else "".join((*parts, piece))
        if self._fragments > _FRAGMENTS_MAX:
            raise Violation(POLICY_VIOLATION, "Too many fragments")
        self._keep(piece)
        return None

    def _keep(self, piece: str) -> None:
        """Keep a piece of a message; many small ones (a client that sends byte by byte) as one, which takes less memory."""
        if self._parts is None:
            self._parts = []
        elif len(self._parts) >= _PIECES_MAX:
            self._parts = ["".join(self._parts)]
        self._parts.append(piece)

    def message(self, data: bytes) -> bytes:
        """A message in frames: as text, or as a binary one where it is none."""
        try:
            data.decode()
        except UnicodeDecodeError:
            return _framed(Opcode.BINARY, data)
        return _framed(Opcode.TEXT, data)

    def pong(self, data: bytes) -> bytes:
        """The answer to a ping."""
        return bytes(self._frames.pong(data))

    def close(self, code: int, reason: str) -> bytes:
        """Goodbye."""
        return bytes(self._frames.close(code, reason))


def _framed(opcode: Opcode, data: bytes) -> bytes:
    """Data in frames of a server, which have no mask."""
    size = len(data)
    if size <= FRAME_BYTES_MAX:
        return _head(_FINAL | opcode, size) + data
    parts: list[bytes] = []
    at = 0
    while at < size:
        end = _cut(data, at + FRAME_BYTES_MAX) if opcode is Opcode.TEXT else at + FRAME_BYTES_MAX
        first = (Opcode.CONTINUATION if at else opcode) | (0 if end < size else _FINAL)
        parts += (_head(first, min(end, size) - at), data[at:end])
        at = end
    return b"".join(parts)


def _cut(text: bytes, at: int) -> int:
    """Where to cut a text, at this place or before, so that no character is cut."""
    while at < len(text) and text[at] & 0xC0 == 0x80:
        at -= 1
    return at


def _head(first: int, size: int) -> bytes:
    return bytes((first, size)) if size < _TWO_BYTES else struct.pack("!BBH", first, _TWO_BYTES, size)


def _frame_bytes(data: bytes, at: int) -> int:
    """How long the frame is that begins there, with its header; 0 if that has not arrived as a whole."""
    if len(data) < at + 2:
        return 0
    size, mask_bytes = data[at + 1] & 0x7F, 4 if data[at + 1] & _MASKED else 0
    more = _LENGTH_BYTES.get(size, 0)
    if more:
        if len(data) < at + 2 + more:
            return 0
        size = int.from_bytes(data[at + 2 : at + 2 + more], "big")
    return 2 + more + mask_bytes + size


def _text_of(data: bytes, at: int) -> str:
    """The text of a short frame with a mask.

    Raises:
        Violation: it is none.
    """
    size = data[at + 1] & 0x7F
    begin = at + 6
    mask = data[at + 2 : begin] * (size // 4 + 1)
    text = int.from_bytes(data[begin : begin + size], "little") ^ int.from_bytes(mask[:size], "little")
    try:
        return text.to_bytes(size, "little").decode()
    except UnicodeDecodeError as error:
        raise Violation(INVALID_TEXT, str(error)) from error


def _closed(frame: Frame) -> Received:
    if not isinstance(frame.payload, tuple):
        raise Violation(PROTOCOL_ERROR, "a close frame without a code")
    code, reason = frame.payload
    return Received("close", reason or "", code=int(code))


def _data(frame: Frame) -> bytes:
    return frame.payload if isinstance(frame.payload, bytes) else b""


_CONTROL: dict[Opcode, Callable[[Frame], Received]] = {
    Opcode.CLOSE: _closed,
    Opcode.PING: lambda frame: Received("ping", data=_data(frame)),
    Opcode.PONG: lambda frame: Received("pong", data=_data(frame)),
}
