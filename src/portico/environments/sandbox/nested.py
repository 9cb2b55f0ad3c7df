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
    outlives_parent = True  # the end of the snapshot's first process is the end of all of them

    def __init__(self, shown: Sequence[str]) -> None:
        self._shown = shown

    def prepare(self) -> None:
        """Nothing: the root is there."""

    def fork(self) -> int:
        """Fork the first process of an environment into new namespaces.

        Returns 0 in it, anything else in the snapshot.

        Raises:
            OSError: the kernel allows no user namespaces here; or, in the process itself, no ids in them.
        """
        kinds = kernel.NEW_USERS | kernel.NEW_MOUNTS | kernel.NEW_PROCESSES | kernel.NEW_IPC
        pid = kernel.fork_with(kinds)
        if pid == 0:
            identity.map_ids(f"{root.USER_ID} {root.USER_ID} 1", f"{root.GROUP_ID} {root.GROUP_ID} 1")
        return pid

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
