"""The tiers of isolation as what a zygote does: prepare itself once, fork, and set each environment apart.

Standard library only: a zygote runs it.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Protocol

from . import identity, kernel, landlock, root, seccomp, view

_READ_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc",
    "/nix/store",
    "/gnu/store",
    "/proc",
)
_USED_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
USED = {  # what Landlock allows in a root of one's own
    "/": landlock.READ,
    "/tmp": landlock.OWN,  # noqa: S108
    "/dev/shm": landlock.OWN,  # noqa: S108
    **dict.fromkeys(_USED_DEVICES, landlock.USE),
}


class Cell(Protocol):
    """A tier."""

    tier: str
    outlives_parent: bool  # whether the process that forks an environment may end before it
    own_processes: bool  # whether an environment's first process is PID 1 of a namespace
    host: str  # where the machine's root is found from within the zygote, "" if it is its own

    def prepare(self) -> None:
        """Make the zygote what its environments are copies of.

        Raises:
            OSError: the kernel refuses it.
        """

    def fork(self) -> int:
        """Fork the first process of an environment; OSError as `os.fork`."""

    def enter(self, layout: dict[str, Any]) -> dict[str, int]:
        """In that process: show it what `layout` says and hide the rest. The paths that Landlock is to allow."""

    def place(self, layout: dict[str, Any]) -> None:
        """In a privileged process of an environment that was started late: show it `code_dir` and `opt_dir`."""


class Walled:
    """Tier A: namespaces and a private root of its own."""

    tier = "A"
    outlives_parent = False
    own_processes = True
    host = root.HOST

    def __init__(self, shown: list[str]) -> None:
        self.shown = [*shown, sys.base_prefix]

    def prepare(self) -> None:
        """Enter the namespaces, a user's too if this process has no privileges, and build the root."""
        kinds = kernel.NEW_MOUNTS | kernel.NEW_NAMES
        if os.geteuid() == 0:
            kernel.unshare(kinds)
        else:
            uid, gid = os.geteuid(), os.getegid()
            kernel.unshare(kinds | kernel.NEW_USERS)
            identity.map_ids(f"0 {uid} 1", f"0 {gid} 1")
        kernel.keep_mounts_apart()
        kernel.name_host(root.HOST_NAME)
        self.shown = sorted({os.path.realpath(path) for path in self.shown})
        root.build(self.shown, os.path.realpath(sys.base_prefix))
        seccomp.program()  # assembled once for all

    def fork(self) -> int:
        """Fork into namespaces of mounts, processes and IPC."""
        return kernel.fork_with(kernel.NEW_MOUNTS | kernel.NEW_PROCESSES | kernel.NEW_IPC)

    def enter(self, layout: dict[str, Any]) -> dict[str, int]:
        """Make the environment's own mounts; the machine's root is gone then."""
        view.prepare(layout["tmp_mb"], self.shown)
        for path in layout["shown"]:
            root.show_later(path)
        if layout["uplink"]:
            root.resolve_by_uplink()
        if not layout["late"]:
            self.place(layout)
        return USED

    def place(self, layout: dict[str, Any]) -> None:
        """Mount code and layers; the machine's root is gone then."""
        if layout.get("late") is None:
            view.resize(layout["tmp_mb"])
        view.place(layout["code_dir"], layout["opt_dir"], self.shown)


class Fenced:
    """Tier B: the machine's own files, as far as Landlock allows, and one folder of its own to write to, which `TMPDIR` names."""

    tier = "B"
    outlives_parent = False
    own_processes = False
    host = ""

    def __init__(self, shown: list[str]) -> None:
        self._shown = [
            *shown,
            sys.base_prefix,
            os.path.realpath(sys.base_prefix),
            os.path.dirname(sys.executable),
        ]

    def prepare(self) -> None:
        """Nothing: see that it can be had.

        Raises:
            OSError: the kernel has no Landlock; or the server is root, whose environments would have to be other users, who can't
                reach their code in its data directory without mounts.
        """
        if not landlock.version():
            raise OSError("the kernel has no Landlock")
        if os.geteuid() == 0:
            raise OSError(
                "a server that is root has tier B only as another user: start it as an ordinary one"
            )

    def fork(self) -> int:
        """A plain fork."""
        return os.fork()

    def enter(self, layout: dict[str, Any]) -> dict[str, int]:
        """Make the folder that it may write to."""
        own = layout["own_dir"]
        os.mkdir(own, 0o700)
        read = [*_READ_SYSTEM, *self._shown, *layout["shown"], layout["code_dir"], layout["opt_dir"]]
        allowed = dict.fromkeys(filter(None, read), landlock.READ)
        return {**allowed, own: landlock.OWN, **dict.fromkeys(_USED_DEVICES, landlock.USE)}

    def place(self, layout: dict[str, Any]) -> None:
        """Nothing that could be done any more: what Landlock allows is said once.

        Raises:
            OSError: always.
        """
        raise OSError("tier B starts no environment ahead of its function")


class Open:
    """Tier C: processes that are kept together and without privileges, and that is all."""

    tier = "C"
    outlives_parent = False
    own_processes = False
    host = ""

    def __init__(self, shown: list[str]) -> None:
        del shown

    def prepare(self) -> None:
        """Nothing."""

    def fork(self) -> int:
        """A plain fork."""
        return os.fork()

    def enter(self, layout: dict[str, Any]) -> dict[str, int]:
        """Nothing."""
        return {}

    def place(self, layout: dict[str, Any]) -> None:
        """Nothing: it can be seen."""


TIERS = {kind.tier: kind for kind in (Walled, Fenced, Open)}
