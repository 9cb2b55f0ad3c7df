"""A function's process that has been initialised becomes the zygote of its version (SnapStart).

It has been confined like any environment, but for what its copies need to set themselves apart (`sandbox/nested.py`), which they lose
as soon as they have. A request is a frame of the kind `K` on its channel (the JSON of a Layout) with four descriptors: the new
environment's channel, log pipe and control socket, and one on which its first process says hello; and those of the control groups
that it is to join before. The kernel tells the server who
that was: a snapshot runs the function's code, so nothing that it says itself is believed.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import stat
import struct
from typing import Any

from ...sandbox import kernel
from ...sandbox.nested import NestedProcess, NestedWalled
from . import init
from .family import CONTROL_FD

_HEAD = struct.Struct("!Ic")
_FORK = b"K"
_DESCRIPTORS = 4
_GROUPS_MAX = 8
_BODY_BYTES_MAX = 65_536
_HELLO, _REFUSED = b"h", b"!"


def serve(channel_fd: int, cell: NestedWalled | NestedProcess) -> int:
    """Fork environments until the server closes the channel, which ends this process.

    Returns in a restored environment only: the descriptor of its own channel.
    """
    kernel.on_signal(signal.SIGCHLD, kernel.IGNORE)  # what has ended is gone at once
    channel, own = socket.socket(fileno=channel_fd), os.getpid()
    while True:
        body, descriptors = _request(channel)
        if len(descriptors) < _DESCRIPTORS:
            os._exit(70)
        descriptors, groups = descriptors[:_DESCRIPTORS], descriptors[_DESCRIPTORS:]
        hello = descriptors.pop()
        try:
            child = cell.fork()
        except OSError as error:
            os.write(hello, _REFUSED + str(error).encode())
            if os.getpid() != own:
                os._exit(70)
            child = -1
        if child == 0:
            channel.detach()
            _join(groups)
            os.write(hello, _HELLO)
            os.read(hello, 1)  # until the server has hold of this process, and its limits apply
            os.setsid()
            _arrange(descriptors, hello)
            _open_again()
            return init.settle(body, cell)
        for fd in (*descriptors, hello, *groups):
            os.close(fd)


def _join(groups: list[int]) -> None:
    """Be limited by control groups of its own. Where the kernel does not let it, the server moves it."""
    for fd in groups:
        with contextlib.suppress(OSError):
            os.write(fd, b"0")
        os.close(fd)


def _request(channel: socket.socket) -> tuple[dict[str, Any], list[int]]:
    head, descriptors, _, _ = socket.recv_fds(channel, _HEAD.size, _DESCRIPTORS + _GROUPS_MAX)
    while 0 < len(head) < _HEAD.size:
        head += channel.recv(_HEAD.size - len(head))
    if not head:
        os._exit(0)
    size, kind = _HEAD.unpack(head)
    if kind != _FORK or size > _BODY_BYTES_MAX:
        os._exit(70)
    body = b""
    while len(body) < size:
        more = channel.recv(size - len(body))
        if not more:
            os._exit(0)
        body += more
    found: dict[str, Any] = json.loads(body)
    return found, descriptors


def _arrange(descriptors: list[int], hello_fd: int) -> None:
    """As in `init`, but the files that the function has opened stay open. Its descriptor 4 has been kept free."""
    channel_fd, log_fd, control_fd = descriptors
    for target, fd in ((1, log_fd), (2, log_fd), (init.CHANNEL_FD, channel_fd), (CONTROL_FD, control_fd)):
        os.dup2(fd, target, inheritable=target in (1, 2))
    for fd in {channel_fd, log_fd, control_fd, hello_fd}:
        os.close(fd)


def _open_again() -> None:
    """Give each file that initialisation has left open a position of this copy's own; what can't be opened again stays shared."""
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                continue
            again = os.open(f"/proc/self/fd/{fd}", fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_CLOEXEC)
            os.lseek(again, os.lseek(fd, 0, os.SEEK_CUR), os.SEEK_SET)
        except OSError:
            continue
        os.dup2(again, fd, inheritable=os.get_inheritable(fd))
        os.close(again)
