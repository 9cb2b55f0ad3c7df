"""What an environment's processes give up before a function's code runs, step by step in one table.

Each step raises when it is refused, which ends the environment. The order matters: limits can be lowered only, but to lower those
of a root process takes no capability, so capabilities go after them; privileges are forbidden last, when nothing is left to gain.
The namespaces, mounts, Landlock and seccomp of the sandbox are further rows of this table.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable

from . import system

DESCRIPTORS_MAX = 1024


def _set_umask() -> None:
    os.umask(0o022)


def _limit_resources() -> None:
    # Not RLIMIT_NPROC: it counts all that the user runs on the machine, and does not bind root; the watch counts instead.
    _limit(resource.RLIMIT_NOFILE, DESCRIPTORS_MAX)
    _limit(resource.RLIMIT_CORE, 0)


def _verify_capabilities() -> None:
    with open("/proc/self/status", encoding="ascii") as status:
        held = [line for line in status if line.startswith(("CapPrm", "CapEff", "CapInh", "CapAmb"))]
    if any(int(line.split()[1], 16) for line in held):
        raise OSError(f"capabilities remain: {held}")


STEPS: tuple[tuple[str, Callable[[], None]], ...] = (
    ("umask", _set_umask),
    ("limits", _limit_resources),
    ("bounding set", system.drop_bounding_set),
    ("capabilities", system.clear_capabilities),
    ("capabilities verified", _verify_capabilities),
    ("no new privileges", system.forbid_new_privileges),
)


def confine() -> None:
    """Take every step.

    Raises:
        OSError: one was refused; the process must not go on.
    """
    for name, step in STEPS:
        try:
            step()
        except (OSError, ValueError) as error:
            raise OSError(f"confinement, {name}: {error}") from error


def _limit(which: int, most: int) -> None:
    _, hard = resource.getrlimit(which)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(which, (wanted, wanted))
