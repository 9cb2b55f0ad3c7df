"""Where this process stands in the machine's control groups: which controllers there are, of which version, and in which folder.

Version 1 has a hierarchy for each controller (or a few together), version 2 one for all; a machine may have both.

Source: Linux, cgroups(7), Documentation/admin-guide/cgroup-v2.rst, proc_pid_mountinfo(5).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

CONTROLLERS = ("memory", "cpu", "pids")


class Hierarchy(msgspec.Struct, frozen=True, gc=False):
    """One mounted hierarchy: `folder` is this process's own group in it, `controllers` those of ours that it has there."""

    version: Literal[1, 2]
    folder: Path
    controllers: tuple[str, ...]


def own(proc: Path = Path("/proc/self")) -> list[Hierarchy]:
    """The hierarchies that have any of our controllers, as the process that `proc` tells of sees them."""
    try:
        groups = _groups((proc / "cgroup").read_text())
        mounts = (proc / "mountinfo").read_text()
    except OSError:
        return []
    return [found for line in mounts.splitlines() if (found := _hierarchy(line, groups)) is not None]


def _groups(text: str) -> dict[str, str]:
    """Controller to path; version 2 has no controller's name ("")."""
    groups = {}
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            groups[controller] = path
    return groups


def _hierarchy(line: str, groups: dict[str, str]) -> Hierarchy | None:
    mount, _, filesystem = line.partition(" - ")
    root, point = mount.split()[3:5]
    kind, _, options = filesystem.split(" ", 2)
    if kind == "cgroup2" and "" in groups:
        folder = _below(point, root, groups[""])
        return _of_version_2(folder) if folder else None
    if kind == "cgroup":
        present = tuple(_ours(options.replace(",", " ")))
        folder = _below(point, root, groups.get(present[0], "")) if present else None
        return Hierarchy(1, folder, present) if folder else None
    return None


def _below(point: str, root: str, path: str) -> Path | None:
    """The folder of group `path` in a mount at `point` that begins at group `root`; None when it is not in there."""
    if not path.startswith(root):
        return None
    return Path(point) / path[len(root) :].lstrip("/")


def _of_version_2(folder: Path) -> Hierarchy | None:
    try:
        present = tuple(_ours((folder / "cgroup.controllers").read_text()))
    except OSError:
        return None
    return Hierarchy(2, folder, present) if present else None


def _ours(words: str) -> Iterator[str]:
    found = words.split()
    return (controller for controller in CONTROLLERS if controller in found)
