"""The children of an environment's first process: the function's, and extensions that the server asks for.

What the server says over the control socket (`environments/control.py` is the other end), a packet each:
`T` sends SIGTERM to the process group of the function's runtime, `K` SIGKILL; `X` and `{"variables": {...}, "programs": [path, ...]}`,
with a descriptor for what they write, starts external extensions, confined like the function; `P` and `{"code_dir", "opt_dir",
"tmp_mb"}` shows an environment that was started for no function yet (`late`) its code; `O` asks for a TCP socket of this environment's
network, which is sent as `O` with a descriptor.
What it is told: `S` and a wait status (the function's process), `E`, a wait status and a name (an extension), `D` (the code is
there), `F` and words (the environment can't be what it must be, and ends).
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable

from ...sandbox import kernel

CONTROL_FD = 4
_STATUS, _EXTENSION, _DONE, FAILED = b"S", b"E", b"D", b"F"
_TERMINATE, _KILL, _START, _PLACE, _INSIDE = b"T", b"K", b"X", b"P", b"O"
_MESSAGE_BYTES_MAX = 65_536
_SHUTDOWN_S = 2.5  # what extensions have at most once the function's process has ended; the server usually ends them earlier


def say(message: bytes) -> None:
    """Tell the server. One that is gone can't be told, and the environment ends all the same."""
    with contextlib.suppress(OSError):
        os.write(CONTROL_FD, message)


class Family:
    """Watches the children until the function's process has ended, and its extensions have, or had their time."""

    def __init__(
        self, function: int, placer: tuple[int, int] | None, control: socket.socket | None = None
    ) -> None:
        self._function = function
        self._placer_pid, self._placer_fd = placer or (0, -1)
        self._extensions: dict[int, str] = {}
        self._until: float | None = None
        self._control = control or socket.socket(fileno=CONTROL_FD)

    def watch(self) -> None:
        """Return when everything else in the environment is to be ended."""
        woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        kernel.on_signal(signal.SIGCHLD, _ignore)
        waiting = select.poll()
        for fd in (self._control.fileno(), woken):
            waiting.register(fd, select.POLLIN)
        while self._reap():
            ready = [fd for fd, _ in waiting.poll(self._left_ms())]
            if woken in ready:
                os.read(woken, 4096)
            if self._control.fileno() in ready and not self._obey():
                return

    def say(self, message: bytes) -> None:
        """Tell the server."""
        say(message)

    def hear(self) -> tuple[bytes, list[int]]:
        """What the server says next, and the descriptors that came with it; an empty message when it is gone.

        Raises:
            OSError: the socket is broken.
        """
        message, descriptors, _, _ = socket.recv_fds(self._control, _MESSAGE_BYTES_MAX, 1)
        return message, descriptors

    def _left_ms(self) -> float | None:
        return None if self._until is None else max(0.0, (self._until - time.monotonic()) * 1000)

    def _reap(self) -> bool:
        """Take in every child that has ended. False when the environment has come to its end."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                break
            if not self._ended(pid, status):
                return False
        if self._until is None:
            return True
        return bool(self._extensions) and time.monotonic() < self._until

    def _ended(self, pid: int, status: int) -> bool:
        packed = struct.pack("!i", status)
        if pid == self._function:
            self.say(_STATUS + packed)
            self._until = time.monotonic() + _SHUTDOWN_S
        elif pid in self._extensions:
            self.say(_EXTENSION + packed + self._extensions.pop(pid).encode())
        elif pid == self._placer_pid:
            if status != 0:  # it has said why
                return False
            self.say(_DONE)
        return True

    def _obey(self) -> bool:
        """Do what the server says. False when it is gone."""
        try:
            message, descriptors = self.hear()
        except OSError:
            return False
        order = _ORDERS.get(message[:1])
        if order is not None:
            order(self, message[1:], descriptors)
        for fd in descriptors:
            os.close(fd)
        return bool(message)

    def signal_function(self, number: int) -> None:
        """Send a signal to the process group of the function's runtime, while there is one."""
        if self._until is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._function, number)

    def start(self, body: bytes, descriptors: list[int]) -> None:
        """Start the extensions that the server names."""
        wanted = json.loads(body)
        for program in wanted["programs"]:
            pid = os.fork()
            if pid == 0:
                _become(program, wanted["variables"], descriptors)
            self._extensions[pid] = os.path.basename(program)

    def hand_socket(self) -> None:
        """Make a socket in here for the server."""
        with contextlib.suppress(OSError), socket.socket() as inside:
            socket.send_fds(self._control, [_INSIDE], [inside.fileno()])

    def place(self, body: bytes, _: list[int]) -> None:
        """Hand on which code to show."""
        if self._placer_fd >= 0:
            os.write(self._placer_fd, body)
            os.close(self._placer_fd)
            self._placer_fd = -1


# Made once for all environments of a zygote, which share it.
_ORDERS: dict[bytes, Callable[[Family, bytes, list[int]], None]] = {
    _TERMINATE: lambda family, *_: family.signal_function(signal.SIGTERM),
    _KILL: lambda family, *_: family.signal_function(signal.SIGKILL),
    _START: lambda family, *given: family.start(*given),
    _PLACE: lambda family, *given: family.place(*given),
    _INSIDE: lambda family, *_: family.hand_socket(),
}


def _become(program: str, variables: dict[str, str], log: list[int]) -> None:
    """Be an extension: a program in a process group of its own, which writes to the log of the extensions."""
    try:
        os.setpgid(0, 0)
        for fd in log:
            os.dup2(fd, 1)
            os.dup2(fd, 2)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGPIPE):
            kernel.on_signal(number, kernel.DEFAULT)
        os.chdir("/")
        os.execve(program, [program], variables)  # noqa: S606 - the extension that a layer brings along
    except OSError as error:
        os.write(2, f"{program}: {error.strerror}\n".encode())
    finally:
        os._exit(126)


def _ignore(*_: object) -> None:
    """SIGCHLD only wakes the poll."""
