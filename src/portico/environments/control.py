"""The server's end of the socket to an environment's first process (`launchers/forkserver/init.py` is the other end).

Every message is one packet. From the first process: `S` and a wait status (how the function's process ended), `F` and words (it could
not be confined or started), `L` with a descriptor (the listener of the Runtime API inside its network namespace). What a function can
reach is not this socket: it is closed before any of its code runs.
"""

import asyncio
import os
import socket
import struct
from collections.abc import Callable

_STATUS, _FAILED, _LISTENER = b"S", b"F", b"L"
_WAIT_STATUS = struct.Struct("!i")
_MESSAGE_BYTES_MAX = 4096


class Control:
    """Owns the socket. `status` is the wait status once it is known; `failure` says why the environment did not start, "" if it did;
    `on_listener` takes over a listener's descriptor."""

    __slots__ = ("_loop", "_reading", "_socket", "failure", "on_listener", "status")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connection: socket.socket,
        on_listener: Callable[[int], None] = os.close,
    ) -> None:
        self._loop = loop
        self._socket = connection
        self._reading = True
        self.status: int | None = None
        self.failure = ""
        self.on_listener = on_listener
        connection.setblocking(False)
        loop.add_reader(connection.fileno(), self._read)

    def send(self, message: bytes, descriptors: list[int] | None = None) -> None:
        """Tell the first process something; when it is gone, nobody is told."""
        try:
            socket.send_fds(self._socket, [message], descriptors or [])
        except OSError:
            return

    def drain(self) -> None:
        """Read what has been said, to the end."""
        while self._reading:
            self._read(to_end=True)

    def close(self) -> None:
        """Close the socket."""
        self._stop()
        self._socket.close()

    def _read(self, *, to_end: bool = False) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._socket, _MESSAGE_BYTES_MAX, 1)
        except BlockingIOError:
            if to_end:
                self._stop()
            return
        except OSError:
            message, descriptors = b"", []
        kind, body = message[:1], message[1:]
        if kind == _STATUS and len(body) == _WAIT_STATUS.size:
            self.status = _WAIT_STATUS.unpack(body)[0]
        elif kind == _FAILED:
            self.failure = body.decode(errors="replace")
        elif kind == _LISTENER and descriptors:
            self.on_listener(descriptors.pop())
        elif not message:
            self._stop()
        for fd in descriptors:
            os.close(fd)

    def _stop(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._socket.fileno())
