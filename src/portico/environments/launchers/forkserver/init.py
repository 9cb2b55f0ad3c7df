"""The first process of an environment: it starts the function's, waits for it, says how it ended, and takes everything along.

What it says goes through its control socket (`environments/control.py` is the other end): `S` and a wait status, or `F` and the words
of why it did not come that far.

In a PID namespace of its own it is PID 1, so that its end is the end of every process in there. Without one it is the subreaper of
its descendants and kills them itself when it is told to end (SIGTERM), or when its parent ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import struct
from typing import Any, NoReturn

from . import confine, program, system

CHANNEL_FD = 3
_CONTROL_FD = 4
_STATUS, _FAILED = b"S", b"F"
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
        confine.confine()
        pid = os.fork()
    except OSError as error:
        _say(_FAILED + str(error).encode())
        os._exit(70)
    if pid == 0:
        os.close(_CONTROL_FD)
        if not own_namespace:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            system.die_with_parent(signal.SIGKILL)
        if layout["program"]:
            program.execute(CHANNEL_FD, layout["program"], keep_channel=layout["speaks_frames"])
        return CHANNEL_FD
    os.closerange(0, _CONTROL_FD)
    _wait_for(pid)
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
    os.set_inheritable(_CONTROL_FD, False)
    os.closerange(_CONTROL_FD + 1, 1 << 20)


def _wait_for(function_pid: int) -> None:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == function_pid:
            _say(_STATUS + struct.pack("!i", status))
            return


def _say(message: bytes) -> None:
    with contextlib.suppress(OSError):  # a server that is gone can't be told; the tree must end all the same
        os.write(_CONTROL_FD, message)


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
