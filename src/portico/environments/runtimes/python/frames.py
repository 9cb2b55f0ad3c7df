"""The function's end of the channel: frames in both directions. `environments/framed.py` is the other end.

A frame is `length of the body (4 bytes, big-endian), kind (1 byte), body`.
To the runtime: CONFIGURE (JSON) once, then INVOKE (`length of the head (4), head (JSON), event`) for each event. CONFIGURE may come
with the descriptors of two pipes, one to read from, one to write to; the second takes the socket's place.
From it: `highest resident set so far in KB (4), length of the id (1), invocation's id, content`. QUIET is an ANSWER before which nothing
was written that still waits to be read.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import struct
import sys
import time
from typing import Any

CONFIGURE, INVOKE = b"C", b"I"
READY, INIT_ERROR, ANSWER, QUIET, ERROR, TOO_LARGE = b"R", b"F", b"A", b"Q", b"E", b"L"

_HEAD = struct.Struct("!Ic")
_SIZE = struct.Struct("!I")
_ANSWER = struct.Struct("!IcIB")  # length, kind, resident set, length of the id
_ANSWER_INNER_BYTES = _ANSWER.size - _HEAD.size
_READ_BYTES = 65536
_LANDING = memoryview(bytearray(_READ_BYTES))  # where what is read lands; only as much is touched as comes
_LANDINGS = (_LANDING,)
_RESIDENT_KB_MAX = 0xFFFFFFFF
_MAXRSS_PER_KB = 1024 if sys.platform == "darwin" else 1  # getrusage(2) there counts bytes
_LOOK_S = 0.0005
_LOOK_EVENTS = 32
_scan = json.JSONDecoder().raw_decode


class Channel:
    """Blocking frames over an inherited stream socket, or over the pipes that came by it. Not for more than one thread."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._socket.setblocking(True)
        self._reads = self._writes = fd
        self._ahead = b""
        self._began_at = 0.0
        self._unseen = 0
        self._peak_seen_kb = 0

    def fileno(self) -> int:
        """The socket's descriptor."""
        return self._socket.fileno()

    def detach(self) -> int:
        """Let go of the socket's descriptor, which stays open."""
        return self._socket.detach()

    def receive(self) -> tuple[bytes, bytes]:
        """The next frame's kind and body.

        Raises:
            EOFError: the server is gone.
        """
        data = self._ahead or self._read()  # nearly always a whole frame, and no more
        if len(data) < _HEAD.size:
            data = self._complete(data, _HEAD.size)
        length, kind = _HEAD.unpack_from(data)
        end = _HEAD.size + length
        if len(data) < end:
            data = self._complete(data, end)
        self._ahead = data[end:]
        return kind, data[_HEAD.size : end]

    def _read(self) -> bytes:
        return bytes(_LANDING[: os.readv(self._reads, _LANDINGS)])

    def configuration(self) -> dict[str, Any]:
        """What the first frame says: `code_dir`, the environment `variables`, and whether this is to be a `snapshot`."""
        self._ahead, pipes, _, _ = socket.recv_fds(self._socket, _READ_BYTES, 2)
        kind, body = self.receive()
        if kind != CONFIGURE:
            raise EOFError("the first frame must be the configuration")
        if pipes:
            self._go_on_by(*pipes)
        found: dict[str, Any] = json.loads(body)
        return found

    def _go_on_by(self, reads: int, writes: int) -> None:
        os.set_inheritable(reads, False)
        self._reads, self._writes = reads, self._socket.detach()
        os.dup2(writes, self._writes, inheritable=False)
        os.close(writes)

    def event(self) -> tuple[list[Any], bytes]:
        """The next invocation: the members of its head, and the event's bytes."""
        _, body = self.receive()
        self._began_at = time.monotonic()
        (size,) = _SIZE.unpack_from(body)
        start = _SIZE.size + size
        return _scan(body[_SIZE.size : start].decode())[0], body[start:]

    def send(self, kind: bytes, request_id: str, content: bytes) -> None:
        """Send one frame, whole."""
        name = request_id.encode()
        size = _ANSWER_INNER_BYTES + len(name) + len(content)
        head = _ANSWER.pack(size, kind, self._peak_kb(), len(name)) + name
        if len(content) < _READ_BYTES:
            self._write(head + content)
        else:
            self._write(head)
            self._write(content)

    def _write(self, data: bytes) -> None:
        written = os.write(self._writes, data)
        while written < len(data):  # a signal came in between
            written += os.write(self._writes, memoryview(data)[written:])

    def _peak_kb(self) -> int:
        """The highest resident set so far. The kernel is not asked again after each of many short events: to touch more memory
        takes time, about 1 MB in `_LOOK_S`."""
        self._unseen += 1
        if self._unseen >= _LOOK_EVENTS or time.monotonic() - self._began_at > _LOOK_S:
            self._unseen = 0
            self._peak_seen_kb = min(
                resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MAXRSS_PER_KB, _RESIDENT_KB_MAX
            )
        return self._peak_seen_kb

    def _complete(self, data: bytes, size: int) -> bytes:
        """`data` and what comes next, `size` bytes together."""
        whole = bytearray(size)
        whole[: len(data)] = data
        with memoryview(whole) as view:
            at = len(data)
            while at < size:
                read = os.readv(self._reads, [view[at:]])
                if not read:
                    raise EOFError("the server closed the channel")
                at += read
        return bytes(whole)
