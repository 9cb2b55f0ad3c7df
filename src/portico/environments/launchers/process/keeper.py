"""The first process of an environment where the kernel keeps no tree together: what it has started, it knows by process groups.

A process that leaves its group and its session is not found any more, and outlives the environment.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import signal
import socket
from typing import NamedTuple, NoReturn

from ..forkserver import program
from ..forkserver.family import Family
from ..packets import Packets

_CHANNEL_FD = 3
_PARKED_FD = 64  # above all that dup2 overwrites
_MESSAGE_BYTES_MAX = 65_536
_FILES_MAX = 1024


class Start(NamedTuple):
    """What the function's process executes: `program` once the configuration has been read, or if that is empty `runtime`, which reads
    it itself. A program that `speaks_frames` finds the channel at descriptor 3."""

    runtime: list[str]
    program: list[str]
    speaks_frames: bool


def keep(channel_fd: int, log_fd: int, control_fd: int, start: Start) -> NoReturn:
    """Start the function's process and look after it and the extensions until the environment is over."""
    os.set_inheritable(control_fd, False)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # until there is somebody to obey it
    pid = os.fork()
    if pid == 0:
        _be_function(channel_fd, log_fd, start)
    os.close(channel_fd)
    os.close(log_fd)
    with contextlib.suppress(OSError):  # it may have done so itself, and be executing already
        os.setpgid(pid, pid)
    kept = Kept(pid, socket.socket(fileno=control_fd))
    signal.signal(signal.SIGTERM, lambda *_: kept.end())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    kept.watch()
    kept.end()


class Kept(Family):
    """The children, by their process groups."""

    def __init__(self, function: int, control: socket.socket) -> None:
        super().__init__(function, None, control)
        self._packets = Packets(control)
        self._groups = {function}

    def say(self, message: bytes) -> None:
        """Tell the server. One that is gone can't be told."""
        with contextlib.suppress(OSError):
            self._packets.send(message)

    def hear(self) -> tuple[bytes, list[int]]:
        """What the server says next."""
        return self._packets.receive(_MESSAGE_BYTES_MAX)

    def start(self, body: bytes, descriptors: list[int]) -> None:
        """Start extensions."""
        super().start(body, descriptors)
        self._groups.update(self._extensions)

    def end(self) -> NoReturn:
        """Kill what is left, and end."""
        for group in self._groups:
            with contextlib.suppress(
                ProcessLookupError, PermissionError
            ):  # macOS's word for one that has ended
                os.killpg(group, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        os._exit(0)


def _be_function(channel_fd: int, log_fd: int, start: Start) -> NoReturn:
    os.setpgid(0, 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    log, channel = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _PARKED_FD) for fd in (log_fd, channel_fd))
    for fd in (log_fd, channel_fd):
        os.close(fd)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.dup2(channel, _CHANNEL_FD)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES_MAX, _FILES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if start.program:
        program.execute(_CHANNEL_FD, start.program, keep_channel=start.speaks_frames)
    os.execve(start.runtime[0], start.runtime, {})  # noqa: S606 - our own program
