"""The first process of an environment: it starts the function's, looks after its children (`family`), and takes everything along.

In a PID namespace of its own it is PID 1, so that its end is the end of every process in there. Without one it is the subreaper of
its descendants and kills them itself when it is told to end (SIGTERM), or when its parent ends.
"""

from __future__ import annotations

import json
import os
import signal
from typing import Any, NoReturn

from ...sandbox import kernel, network, probe
from ...sandbox.cells import Cell
from . import confine, program
from .family import CONTROL_FD, FAILED, Family, say

CHANNEL_FD = 3
_PARKED_FD = 64  # above all that dup2 overwrites


def become(layout: dict[str, Any], descriptors: list[int], cell: Cell) -> int:
    """Given the descriptors of the channel, the log and the control socket, become the first process of an environment.

    Returns in the function's process only, which is its child: the descriptor of the channel. If the layout names a program, not
    there either: that is executed.
    """
    os.setsid()
    _arrange(*descriptors)
    return settle(layout, cell)


def settle(layout: dict[str, Any], cell: Cell) -> int:
    """The same, with the descriptors in their places already."""
    kernel.on_signal(signal.SIGCHLD, kernel.DEFAULT)
    if not cell.own_processes:
        kernel.adopt_orphans()
        kernel.on_signal(signal.SIGTERM, lambda *_: _end_all())
    die_with = signal.SIGKILL if cell.own_processes else signal.SIGTERM
    if not cell.outlives_parent:
        kernel.die_with_parent(die_with)
    placer = None
    try:
        _join(layout["groups"], cell.host)
        if layout["own_network"]:
            network.hand_over(CONTROL_FD, network.enter(layout["doors"]), uplink=layout["uplink"])
        paths = cell.enter(layout)
        if layout["late"]:
            placer = _start_placer(cell)
        bounds = confine.Bounds(
            cell.tier, layout["uid"], paths, layout["snapshot"], own_network=layout["own_network"]
        )
        confine.confine(bounds)
        if not cell.outlives_parent:
            kernel.die_with_parent(die_with)  # which new ids undo
        pid = os.fork()
    except OSError as error:
        say(FAILED + str(error).encode())
        os._exit(70)
    if pid == 0:
        return _be_function(layout, cell)
    os.close(CHANNEL_FD)
    kernel.let_be_inspected(False)  # by the function, which is the same user
    Family(pid, placer).watch()
    if cell.own_processes:
        os._exit(0)
    return _end_all()


def _be_function(layout: dict[str, Any], cell: Cell) -> int:
    os.close(CONTROL_FD)
    os.setpgid(0, 0)
    if not cell.own_processes:
        kernel.on_signal(signal.SIGTERM, kernel.DEFAULT)
        kernel.die_with_parent(signal.SIGKILL)
    if layout["probe"]:
        probe.run(CHANNEL_FD, cell.tier, layout["probe"])
    if layout["late"] and layout["program"]:
        program.execute_ahead(CHANNEL_FD, layout["program"], dict(layout["variables"]))
    if layout["program"]:
        program.execute(CHANNEL_FD, layout["program"], keep_channel=layout["speaks_frames"])
    return CHANNEL_FD


def _start_placer(cell: Cell) -> tuple[int, int]:
    """A process that keeps its privileges until it has been told the code; its id and where to tell it."""
    told, tells = os.pipe2(os.O_CLOEXEC)
    pid = os.fork()
    if pid:
        os.close(told)
        return pid, tells
    kernel.let_be_inspected(False)
    kernel.die_with_parent(signal.SIGKILL)
    os.close(tells)
    try:
        with open(told, "rb") as relay:
            body = relay.read()
        if body:
            cell.place(json.loads(body))
    except OSError as error:
        say(FAILED + str(error).encode())
        os._exit(70)
    os._exit(0)


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


def _join(groups: list[str], host: str) -> None:
    """Be limited, alone first: whatever this process starts will be in the same control groups.

    Raises:
        OSError: the kernel refuses one of them.
    """
    for file in groups:
        fd = os.open(host + file, os.O_WRONLY | os.O_CLOEXEC)
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
