"""The server's end of the socket to an environment's first process (`launchers/forkserver/family.py` is the other end).

Every message is one packet, its first byte the kind. From the first process: `S` and a wait status (how the function's process ended),
`E`, a wait status and a name (how an extension ended), `D` (the code that `place` named is there), `F` and words (it could not be
confined or started), `L`, a port and a descriptor (what listens there inside its network namespace),
`U` and a descriptor (a netlink socket in there), `O` and a descriptor (a TCP socket in there). To it: see the methods.
What a function can reach is not this socket: it is closed before any of its code runs.
"""

import asyncio
import os
import socket
import struct
from collections import deque
from collections.abc import Callable, Mapping, Sequence

import msgspec

from portico.environments.launchers.packets import Packets

_STATUS, _EXTENSION, _PLACED, _FAILED, _LISTENER, _UPLINK = b"S", b"E", b"D", b"F", b"L", b"U"
_INSIDE = b"O"
_TERMINATE, _KILL, _START, _PLACE = b"T", b"K", b"X", b"P"
_WAIT_STATUS = struct.Struct("!i")
_PORT = struct.Struct("!H")
_MESSAGE_BYTES_MAX = 4096


class Control:
    """Owns the socket. `status` is the wait status once it is known; `failure` says why the environment did not start, "" if it did.

    Whoever wants to know sets: `on_listener` takes over a listener, by its port and descriptor; `on_uplink` a netlink
    socket, by its descriptor; `on_ended` is told that the function's
    process has ended (extensions may live on for a moment); `on_extension` how one ended; `on_placed` that `place` is done.
    """

    __slots__ = (
        "_inside", "_loop", "_packets", "_reading", "_socket", "failure", "on_ended", "on_extension", "on_listener", "on_placed",
        "on_uplink", "status",
    )  # fmt: skip

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connection: socket.socket,
    ) -> None:
        self._loop = loop
        self._socket = connection
        self._packets = Packets(connection)
        self._reading = True
        self._inside: deque[asyncio.Future[socket.socket]] = deque()
        self.status: int | None = None
        self.failure = ""
        self.on_listener: Callable[[int, int], None] = lambda _, descriptor: os.close(descriptor)
        self.on_uplink: Callable[[int], None] = os.close
        self.on_ended: Callable[[int], None] | None = None
        self.on_extension: Callable[[str, int], None] | None = None
        self.on_placed: Callable[[], None] | None = None
        connection.setblocking(False)
        loop.add_reader(connection.fileno(), self._read)

    def send(self, message: bytes, descriptors: list[int] | None = None) -> None:
        """Tell the first process something; when it is gone, nobody is told."""
        try:
            self._packets.send(message, descriptors or ())
        except OSError:
            return

    def terminate(self) -> None:
        """Send SIGTERM to the process group of the function's runtime."""
        self.send(_TERMINATE)

    def kill_runtime(self) -> None:
        """Send SIGKILL to it."""
        self.send(_KILL)

    async def socket_inside(self) -> socket.socket:
        """A TCP socket that was made in the environment's own network, not connected yet.

        Raises:
            OSError: the environment has ended.
        """
        waiting: asyncio.Future[socket.socket] = self._loop.create_future()
        if not self._reading:
            raise ConnectionResetError("the environment has ended")
        self._inside.append(waiting)
        self.send(_INSIDE)
        return await waiting

    def start_extensions(self, programs: Sequence[str], variables: Mapping[str, str], log_fd: int) -> None:
        """Start each program, named by its path inside the environment, with these variables, confined like the function; what they
        write goes to `log_fd`, which stays the caller's."""
        body = msgspec.json.encode({"programs": programs, "variables": variables})
        self.send(_START + body, [log_fd])

    def place(self, code_dir: str, opt_dir: str, tmp_mb: int) -> None:
        """Show an environment whose layout is `late` its code, its layers ("": none), and a /tmp of that size; `on_placed` follows."""
        self.send(_PLACE + msgspec.json.encode({"code_dir": code_dir, "opt_dir": opt_dir, "tmp_mb": tmp_mb}))

    def drain(self) -> None:
        """Read what has been said, to the end."""
        while self._reading:
            self._read(to_end=True)

    def close(self) -> None:
        """Close the socket."""
        self._stop()
        self._packets.forget()
        self._socket.close()

    def _read(self, *, to_end: bool = False) -> None:
        try:
            message, descriptors = self._packets.receive(_MESSAGE_BYTES_MAX)
        except BlockingIOError:
            if to_end:
                self._stop()
            return
        except OSError:
            message, descriptors = b"", []
        if not message:
            self._stop()
        elif message[:1] == _LISTENER and len(message) == 1 + _PORT.size and descriptors:
            self.on_listener(_PORT.unpack_from(message, 1)[0], descriptors.pop())
        elif message[:1] == _INSIDE and descriptors:
            self._hand_on(socket.socket(fileno=descriptors.pop()))
        elif message[:1] == _UPLINK and descriptors:
            self.on_uplink(descriptors.pop())
        else:
            self._heard(message[:1], message[1:])
        for fd in descriptors:
            os.close(fd)

    def _hand_on(self, inside: socket.socket) -> None:
        inside.setblocking(False)
        while self._inside:
            waiting = self._inside.popleft()
            if not waiting.done():
                waiting.set_result(inside)
                return
        inside.close()

    def _heard(self, kind: bytes, body: bytes) -> None:
        if kind == _STATUS and len(body) == _WAIT_STATUS.size:
            self.status = _WAIT_STATUS.unpack(body)[0]
            if self.on_ended is not None:
                self.on_ended(self.status)
        elif kind == _EXTENSION and len(body) >= _WAIT_STATUS.size:
            if self.on_extension is not None:
                name = body[_WAIT_STATUS.size :].decode(errors="replace")
                self.on_extension(name, _WAIT_STATUS.unpack_from(body)[0])
        elif kind == _PLACED and self.on_placed is not None:
            self.on_placed()
        elif kind == _FAILED:
            self.failure = body.decode(errors="replace")

    def _stop(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._socket.fileno())
            for waiting in self._inside:
                if not waiting.done():
                    waiting.set_exception(ConnectionResetError("the environment has ended"))
            self._inside.clear()
