"""The first process of an environment: it starts the function's, waits for it, says how it ended, and takes everything along.

In a PID namespace of its own it is PID 1, so that its end is the end of every process in there. Without one it is the subreaper of
its descendants and kills them itself when it is told to end (SIGTERM), or when its parent ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import struct
from typing import NoReturn

from . import confine, system

CHANNEL_FD = 3
_STATUS_FD = 4
_PARKED_FD = 64  # above all that dup2 overwrites


def become(channel_fd: int, log_fd: int, status_fd: int, *, own_namespace: bool) -> int:
    """Never returns in the first process; returns the channel's descriptor in the function's, which is its child."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    system.die_with_parent(signal.SIGKILL if own_namespace else signal.SIGTERM)
    _arrange(channel_fd, log_fd, status_fd)
    if not own_namespace:
        system.adopt_orphans()
        signal.signal(signal.SIGTERM, lambda *_: _end_all())
    try:
        confine.confine()
        pid = os.fork()
    except OSError as error:
        os.write(2, f"{error}\n".encode())
        os._exit(70)
    if pid == 0:
        os.close(_STATUS_FD)
        if not own_namespace:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            system.die_with_parent(signal.SIGKILL)
        return CHANNEL_FD
    os.closerange(0, _STATUS_FD)
    _wait_for(pid)
    if own_namespace:
        os._exit(0)
    return _end_all()


def _arrange(channel_fd: int, log_fd: int, status_fd: int) -> None:
    """Descriptors: 0 is empty, 1 and 2 the log, 3 the channel, 4 the status pipe; nothing else is open."""
    parked = [os.dup2(fd, _PARKED_FD + i) for i, fd in enumerate((log_fd, log_fd, channel_fd, status_fd))]
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    for target, fd in enumerate(parked, start=1):
        os.dup2(fd, target)
    os.set_inheritable(CHANNEL_FD, False)
    os.set_inheritable(_STATUS_FD, False)
    os.closerange(_STATUS_FD + 1, 1 << 20)


def _wait_for(function_pid: int) -> None:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == function_pid:
            with contextlib.suppress(
                OSError
            ):  # a server that is gone can't be told; the rest of the tree must end all the same
                os.write(_STATUS_FD, struct.pack("!i", status))
            return


def _end_all() -> NoReturn:
    """Kill every descendant: those whose parents have ended are this process's children by now."""
    while True:
        for child in _children():
            os.kill(child, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            os._exit(0)


def _children() -> list[int]:
    own = os.getpid()
    with open(f"/proc/{own}/task/{own}/children", encoding="ascii") as listing:
        return [int(pid) for pid in listing.read().split()]
