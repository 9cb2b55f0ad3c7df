"""The zygote: a warm, empty process that forks an environment whenever the server asks.

It holds its control socket and nothing else: no event, no secret, no function's code. A request is one message (`id layout`: an id
as decimal digits, and the JSON of `launchers/port.py`'s Layout) with three descriptors: the environment's channel, its log pipe,
its own control socket. The reply is `id pid` with a pidfd, or `id ! reason`. A request `id +` with one descriptor is for another zygote,
which has that control socket and has loaded more: what both have, they share.
"""

from __future__ import annotations

import array
import json
import os
import signal
import socket
from collections.abc import Callable

from ...sandbox import kernel
from ...sandbox.cells import Cell
from . import init

_MESSAGE_BYTES_MAX = 65_536
_DESCRIPTORS = 3
_ANOTHER = "+"
_READY = b"ready"


def serve(control_fd: int, cell: Cell, load_more: Callable[[], None]) -> int:
    """Prepare the cell, say `ready` (or `failed` and why, and end), then fork environments until the server closes the control
    socket, which ends this process. `load_more` is what another zygote does first.

    Returns in the process of an environment only: the descriptor of its channel.
    """
    kernel.die_with_parent(signal.SIGKILL)
    kernel.on_signal(signal.SIGCHLD, kernel.IGNORE)  # nobody waits: the server watches pidfds
    control = socket.socket(fileno=control_fd)
    control.setblocking(True)
    try:
        cell.prepare()
    except OSError as error:
        control.send(f"failed {error}".encode())
        os._exit(70)
    kernel.die_with_parent(signal.SIGKILL)  # which new ids undo
    control.send(_READY)
    while True:
        message, descriptors = _receive(control)
        if not message:
            os._exit(0)
        number, _, layout = message.decode().partition(" ")
        if layout == _ANOTHER:
            if _fork(control, number, descriptors, os.fork) == 0:
                control.close()
                control = _begin(descriptors[0], load_more)
                continue
        elif _fork(control, number, descriptors, cell.fork) == 0:
            control.close()
            return init.become(json.loads(layout), descriptors, cell)
        for fd in descriptors:
            os.close(fd)


def _receive(control: socket.socket) -> tuple[bytes, list[int]]:
    room = socket.CMSG_SPACE(_DESCRIPTORS * 4)
    message, ancillary, _, _ = control.recvmsg(_MESSAGE_BYTES_MAX, room, socket.MSG_CMSG_CLOEXEC)
    descriptors = array.array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(data)
    return message, list(descriptors)


def _begin(control_fd: int, load_more: Callable[[], None]) -> socket.socket:
    """Be another zygote, which ends with the first."""
    kernel.die_with_parent(signal.SIGKILL)
    control = socket.socket(fileno=control_fd)
    load_more()
    control.send(_READY)
    return control


def _fork(control: socket.socket, number: str, descriptors: list[int], fork: Callable[[], int]) -> int:
    try:
        pid = fork()
    except OSError as error:
        control.send(f"{number} ! {error}".encode())
        return -1
    if pid:
        _reply(control, number, pid)
    return pid


def _reply(control: socket.socket, number: str, pid: int) -> None:
    try:
        pidfd = os.pidfd_open(pid)
    except OSError as error:  # gone already
        control.send(f"{number} ! {error}".encode())
        return
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [pidfd]))]
    control.sendmsg([f"{number} {pid}".encode()], rights)
    os.close(pidfd)
