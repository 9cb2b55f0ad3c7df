"""Stopping every process of a tree, and letting it go on.

By SIGSTOP and SIGCONT, which need no privilege and work in every tier. A group's freezer (cgroups, version 1) would not do: it holds
back even SIGKILL until somebody thaws it, so that a server that is killed would leave its frozen environments behind.
"""

import contextlib
import os
import signal

from portico.environments import usage

_ROUNDS_MAX = 16


def stop(first_pid: int) -> tuple[int, ...]:
    """Stop all that descends from `first_pid` (not itself: it is ours, and waits), and return their process ids.

    A process that has been stopped can't fork any more, so the second look finds all that the first one missed.
    """
    stopped: set[int] = set()
    for _ in range(_ROUNDS_MAX):
        tree = set(usage.descendants(first_pid))
        resume(stopped - tree)  # ended meanwhile: the number may be another process's by now
        stopped &= tree
        missing = tree - stopped
        if not missing:
            break
        stopped |= {pid for pid in missing if _signal(pid, signal.SIGSTOP)}
    return tuple(stopped)


def resume(pids: "tuple[int, ...] | set[int]") -> None:
    """Let them go on. Those that are gone, are."""
    for pid in pids:
        _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
        return True
    return False
