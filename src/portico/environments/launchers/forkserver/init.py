"""The first process of an environment: it starts the function's, looks after its children (`family`), and takes everything along.

In a PID namespace of its own it is PID 1, so that its end is the end of every process in there. Without one it is the subreaper of
its descendants and kills them itself when it is told to end (SIGTERM), or when its parent ends.
"""

from __future__ import annotations

import os
import signal
from typing import Any, NoReturn

from . import confine, program, system
from .family import CONTROL_FD, FAILED, Family, say

CHANNEL_FD = 3
_PARKED_FD = 64  # above all that dup2 overwrites


def become(
    layout: dict[str, Any], channel_fd: int, log_fd: int, control_fd: int, *, own_namespace: bool
) -> int:
    """Never returns in the first process; returns the channel's descriptor in the function's, which is its child, unless the
    layout names a program, which it then executes."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    system.die_with_parent(signal.SIGKILL if own_namespace else signal.SIGTERM)
    _arrange(channel_fd, log_fd, control_fd)
    if not own_namespace:
        system.adopt_orphans()
        signal.signal(signal.SIGTERM, lambda *_: _end_all())
    try:
        _join(layout["groups"])
        confine.confine()
        pid = os.fork()
    except OSError as error:
        say(FAILED + str(error).encode())
        os._exit(70)
    if pid == 0:
        os.close(CONTROL_FD)
        os.setpgid(0, 0)
        if not own_namespace:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            system.die_with_parent(signal.SIGKILL)
        if layout["program"]:
            program.execute(CHANNEL_FD, layout["program"], keep_channel=layout["speaks_frames"])
        return CHANNEL_FD
    os.close(CHANNEL_FD)
    Family(pid, None).watch()
    if own_namespace:
        os._exit(0)
    return _end_all()


def _arrange(channel_fd: int, log_fd: int, control_fd: int) -> None:
    """Descriptors: 0 is empty, 1 and 2 the log, 3 the channel, 4 the control socket; nothing else is open."""
    parked = [os.dup2(fd, _PARKED_FD + i) for i, fd in enumerate((log_fd, log_fd, channel_fd, control_fd))]
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    for target, fd in enumerate(parked, start=1):
        os.dup2(fd, target)
    os.set_inheritable(CHANNEL_FD, False)
    os.set_inheritable(CONTROL_FD, False)
    os.closerange(CONTROL_FD + 1, 1 << 20)


def _join(groups: list[str]) -> None:
    """Be limited, alone first: whatever this process starts will be in the same control groups.

    Raises:
        OSError: the kernel refuses one of them.
    """
    for file in groups:
        fd = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(fd, b"0")
        finally:
            os.close(fd)


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
