"""What an environment's processes give up before a function's code runs, step by step in one table.

Each step raises when it is refused, which ends the environment. The order matters: limits of processes are counted in the user
namespace that exists by then; limits can be lowered only, which takes no capability, so capabilities go after them; privileges are
forbidden before Landlock and seccomp, which ask for that; the filter of system calls comes last, for it would refuse steps before it.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from typing import NamedTuple

from ...sandbox import identity, kernel, landlock, seccomp

DESCRIPTORS_MAX = 1024
PROCESSES_MAX = 1024
_CAPABILITY_SETS = (b"CapInh:", b"CapPrm:", b"CapEff:", b"CapAmb:")


class Bounds(NamedTuple):
    """Of one environment: its tier, the user that it has for itself (0: none but the server's), the paths that it may use, with
    Landlock's rights, and whether copies of it will set themselves apart (a `snapshot`), each in its `own_network`."""

    tier: str
    uid: int
    paths: dict[str, int]
    snapshot: bool = False
    own_network: bool = False


def _set_umask(_: Bounds) -> None:
    os.umask(0o022)


def _take_user(bounds: Bounds) -> None:
    if bounds.uid:
        identity.take(bounds.uid)


def _rename_user(bounds: Bounds) -> None:
    try:
        identity.rename()
    except OSError:
        if (
            not bounds.uid
        ):  # a user of its own, without a capability, is enough where user namespaces are not to be had
            raise


def _limit_resources(_: Bounds) -> None:
    _limit(resource.RLIMIT_NOFILE, DESCRIPTORS_MAX)
    _limit(resource.RLIMIT_CORE, 0)


def _limit_processes(bounds: Bounds) -> None:
    if (
        bounds.tier in "AN" or bounds.uid
    ):  # else it would count all that the server's user runs on the machine; the watch counts
        _limit(resource.RLIMIT_NPROC, PROCESSES_MAX + 1)  # and the first process


def _verify_capabilities(_: Bounds) -> None:
    fd = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)  # leaves less behind than `open`
    try:
        status = b"".join(iter(lambda: os.read(fd, 16_384), b""))
    finally:
        os.close(fd)
    held = [line for line in status.splitlines() if line.startswith(_CAPABILITY_SETS)]
    if len(held) != len(_CAPABILITY_SETS):
        raise OSError(f"of {len(_CAPABILITY_SETS)} sets of capabilities only {held} are told")
    if any(int(line.split()[1], 16) for line in held):
        raise OSError(f"capabilities remain: {held}")


def _restrict_files(bounds: Bounds) -> None:
    """Not yet for a snapshot of tier A: Landlock lets nobody mount, which its copies do before they are restricted themselves."""
    if not (bounds.snapshot and bounds.tier == "A"):
        landlock.restrict(bounds.paths)


def _filter_calls(bounds: Bounds) -> None:
    copied = bounds.snapshot and bounds.tier == "A"
    kernel.filter_calls(seccomp.program(for_copies=copied, own_network=copied and bounds.own_network))


# Tier N is what an environment adds that was restored from a snapshot of tier A.
STEPS: tuple[tuple[str, str, Callable[[Bounds], None]], ...] = (
    ("ABCN", "umask", _set_umask),
    ("AB", "user", _take_user),
    ("A", "user namespace", _rename_user),
    ("ABCN", "limits", _limit_resources),
    ("ABN", "limit of processes", _limit_processes),
    ("ABCN", "bounding set", lambda _: kernel.drop_bounding_set()),
    ("ABCN", "capabilities", lambda _: kernel.clear_capabilities()),
    ("ABCN", "capabilities verified", _verify_capabilities),
    ("ABCN", "no new privileges", lambda _: kernel.forbid_new_privileges()),
    ("ABN", "Landlock", _restrict_files),
    ("ABN", "seccomp", _filter_calls),
)


def confine(bounds: Bounds) -> None:
    """Take every step of the environment's tier.

    Raises:
        OSError: one was refused; the process must not go on.
    """
    for tiers, name, step in STEPS:
        if bounds.tier in tiers:
            try:
                step(bounds)
            except (OSError, ValueError) as error:
                raise OSError(f"confinement, {name}: {error}") from error


def _limit(which: int, most: int) -> None:
    _, hard = resource.getrlimit(which)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(which, (wanted, wanted))
