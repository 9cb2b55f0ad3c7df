"""What sets an environment apart that is restored from a snapshot: the snapshot's own walls are around it already, and it gets
processes, a `/tmp` and shared memory of its own.

The snapshot has no privileges, so each copy of it makes a user namespace first, in which it has some. Standard library only: a
snapshot runs it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from . import cells, identity, kernel, root, view


class NestedWalled:
    """For a snapshot of tier A; `shown` are its zygote's folders, some of which may be below `/tmp`."""

    tier = "N"
    own_processes = True
    host = ""
    outlives_parent = (
        True  # the process in between ends at once; the snapshot's own end is the end of all of them
    )

    def __init__(self, shown: Sequence[str]) -> None:
        self._shown = shown

    def prepare(self) -> None:
        """Nothing: the root is there."""

    def fork(self) -> int:
        """Fork a process in between, which alone enters new namespaces, and fork the first process of the environment from it.

        Returns 0 in the latter, anything else in the snapshot.

        Raises:
            OSError: in the process in between: the kernel allows no user namespaces here.
        """
        between = os.fork()
        if between:
            os.waitpid(between, 0)
            return between
        kernel.unshare(kernel.NEW_USERS | kernel.NEW_MOUNTS | kernel.NEW_PROCESSES | kernel.NEW_IPC)
        identity.map_ids(f"{root.USER_ID} {root.USER_ID} 1", f"{root.GROUP_ID} {root.GROUP_ID} 1")
        if os.fork():
            os._exit(0)
        return 0

    def enter(self, layout: dict[str, Any]) -> dict[str, int]:
        """Make the environment's own mounts."""
        view.renew(layout["tmp_mb"], self._shown)
        return cells.USED

    def place(self, layout: dict[str, Any]) -> None:
        """Nothing: the snapshot was shown its code."""


class NestedProcess:
    """For a snapshot of tiers B and C, whose walls are inherited: no step of `confine.py` is for it."""

    tier = "P"
    own_processes = False
    host = ""
    outlives_parent = False

    def prepare(self) -> None:
        """Nothing."""

    def fork(self) -> int:
        """A plain fork."""
        return os.fork()

    def enter(self, layout: dict[str, Any]) -> dict[str, int]:
        """Nothing."""
        return {}

    def place(self, layout: dict[str, Any]) -> None:
        """Nothing: the snapshot was shown its code."""
