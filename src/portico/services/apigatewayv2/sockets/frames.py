"""Messages of a client, from the bytes that it sends. wsproto reads the frames; here are API Gateway's bounds.

Compression is not offered, as API Gateway doesn't. Nothing here touches a socket.

Source: RFC 6455, sections 5 and 7; API Gateway Developer Guide, quotas for WebSocket APIs (frames, messages) and "Binary media types for
WebSocket APIs" (code 1003).
"""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
from wsproto.frame_protocol import Frame, FrameProtocol, Opcode, ParseFailed

from portico.doors.connections import MESSAGE_BYTES_MAX

FRAME_BYTES_MAX = 32_768
_PIECES_MAX = 256
_FRAGMENTS_MAX = 1_024  # a message in more pieces than that is an attack: each costs as much as a message

NORMAL, GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED, NO_STATUS, ABNORMAL = 1000, 1001, 1002, 1003, 1005, 1006
POLICY_VIOLATION, TOO_BIG, INTERNAL_ERROR = 1008, 1009, 1011


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

    __slots__ = ("_fragments", "_frame_bytes", "_frames", "_message_bytes", "_parts")

    def __init__(self) -> None:
        self._frames = FrameProtocol(False, [])
        self._parts: list[str] | None = None
        self._frame_bytes = self._message_bytes = self._fragments = 0

    def feed(self, data: bytes) -> None:
        """The client has sent bytes."""
        self._frames.receive_bytes(data)

    def next(self) -> Received | None:
        """The next thing that the client has sent; None when that has not arrived as a whole.

        Raises:
            Violation: what has arrived is not as it must be. Nothing may be read after it.
        """
        while True:
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
            if text is not None:
                return Received("text", text)

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

    def text(self, message: str) -> bytes:
        """A message as text, in frames."""
        step = FRAME_BYTES_MAX if message.isascii() else FRAME_BYTES_MAX // 4
        return self._message([message[at : at + step] for at in range(0, len(message), step)] or [""])

    def binary(self, message: bytes) -> bytes:
        """A message that is no text, in frames."""
        step = FRAME_BYTES_MAX
        return self._message([message[at : at + step] for at in range(0, len(message), step)])

    def _message(self, pieces: Sequence[str | bytes]) -> bytes:
        last = len(pieces) - 1
        return b"".join(self._frames.send_data(piece, fin=at == last) for at, piece in enumerate(pieces))

    def pong(self, data: bytes) -> bytes:
        """The answer to a ping."""
        return bytes(self._frames.pong(data))

    def close(self, code: int, reason: str) -> bytes:
        """Goodbye."""
        return bytes(self._frames.close(code, reason))


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
