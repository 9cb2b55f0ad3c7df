"""The function's end of the socket: frames in both directions. `environments/framed.py` is the other end.

A frame is `length of the body (4 bytes, big-endian), kind (1 byte), body`.
To the runtime: CONFIGURE (JSON) once, then INVOKE (`length of the head (4), head (JSON), event`) for each event.
From it: `highest resident set so far in KB (4), length of the id (1), invocation's id, content`.
"""

from __future__ import annotations

import json
import resource
import socket
import struct

CONFIGURE, INVOKE = b"C", b"I"
READY, INIT_ERROR, ANSWER, ERROR, TOO_LARGE = b"R", b"F", b"A", b"E", b"L"

_HEAD = struct.Struct("!Ic")
_INNER = struct.Struct("!IB")
_READ_BYTES = 65536


class Channel:
    """Blocking frames over an inherited stream socket. Not for more than one thread."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._socket.setblocking(True)
        self._buffer = bytearray()

    def receive(self) -> tuple[bytes, bytes]:
        """The next frame's kind and body.

        Raises:
            EOFError: the server is gone.
        """
        self._fill(_HEAD.size)
        length, kind = _HEAD.unpack_from(self._buffer)
        end = _HEAD.size + length
        self._fill(end)
        body = bytes(memoryview(self._buffer)[_HEAD.size : end])
        del self._buffer[:end]
        return kind, body

    def configuration(self) -> tuple[str, dict[str, str]]:
        """What the first frame says: the folder of the code, and the environment variables."""
        kind, body = self.receive()
        if kind != CONFIGURE:
            raise EOFError("the first frame must be the configuration")
        decoded = json.loads(body)
        return decoded["code_dir"], decoded["variables"]

    def event(self) -> tuple[list[object], bytes]:
        """The next invocation: the members of its head, and the event's bytes."""
        _, body = self.receive()
        (size,) = struct.unpack_from("!I", body)
        return json.loads(body[4 : 4 + size]), body[4 + size :]

    def send(self, kind: bytes, request_id: str, content: bytes) -> None:
        """Send one frame, whole."""
        name = request_id.encode()
        peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size = _INNER.size + len(name) + len(content)
        head = _HEAD.pack(size, kind) + _INNER.pack(min(peak_kb, 0xFFFFFFFF), len(name)) + name
        if len(content) < _READ_BYTES:
            self._socket.sendall(head + content)
        else:
            self._socket.sendall(head)
            self._socket.sendall(content)

    def _fill(self, size: int) -> None:
        while len(self._buffer) < size:
            chunk = self._socket.recv(max(_READ_BYTES, size - len(self._buffer)))
            if not chunk:
                raise EOFError("the server closed the channel")
            self._buffer += chunk
