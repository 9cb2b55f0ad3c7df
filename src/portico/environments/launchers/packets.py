"""Whole messages, with descriptors, over a Unix socket of either kind: one that keeps packets apart, or a stream, where each message has
its length before it (macOS has no other kind that also tells when the other side is gone).

Standard library only: environments' first processes run it.
"""

from __future__ import annotations

import array
import os
import socket
import struct
from collections.abc import Sequence

_LENGTH = struct.Struct("!I")


class Packets:
    """One end of a socket, which stays the caller's."""

    __slots__ = ("_begun", "_descriptors", "_is_stream", "_socket")

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._is_stream = connection.type == socket.SOCK_STREAM
        self._begun = b""
        self._descriptors: list[int] = []

    def send(self, message: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send one message; the descriptors stay the caller's.

        Raises:
            OSError: the other side is gone, or takes nothing now.
        """
        data = _LENGTH.pack(len(message)) + message if self._is_stream else message
        rights = (
            [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        )
        sent = self._socket.sendmsg([data], rights)
        if sent < len(data):
            self._socket.sendall(data[sent:])

    def receive(self, bytes_max: int, descriptors_max: int = 1) -> tuple[bytes, list[int]]:
        """The next message and what came with it, which is the caller's; an empty message at the end.

        Raises:
            BlockingIOError: none is there as a whole, on a socket that does not block.
            OSError: the socket is broken, or a message has more than `bytes_max`.
        """
        if not self._is_stream:
            message, descriptors, _, _ = socket.recv_fds(self._socket, bytes_max, descriptors_max)
            return message, descriptors
        while (wanted := self._missing(bytes_max)) > 0:
            more, descriptors, _, _ = socket.recv_fds(self._socket, wanted, descriptors_max)
            self._descriptors += descriptors
            if not more:
                self.forget()
                return b"", []
            self._begun += more
        message, descriptors = self._begun[_LENGTH.size :], self._descriptors
        self._begun, self._descriptors = b"", []
        return message, descriptors

    def forget(self) -> None:
        """Close the descriptors of a message that will not be whole any more."""
        for fd in self._descriptors:
            os.close(fd)
        self._begun, self._descriptors = b"", []

    def _missing(self, bytes_max: int) -> int:
        """How many bytes more it takes; never past the end of the message, whose descriptors would be mixed with the next one's."""
        if len(self._begun) < _LENGTH.size:
            return _LENGTH.size - len(self._begun)
        length: int = _LENGTH.unpack_from(self._begun)[0]
        if not 0 < length <= bytes_max:
            raise OSError(f"a message of {length} bytes")
        return _LENGTH.size + length - len(self._begun)
