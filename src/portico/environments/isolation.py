"""Which of the three tiers environments are in: what the operator named, or the best that this machine gives and its address allows.

A: namespaces, a private root, Landlock and seccomp. B: Landlock and seccomp. C: none of them. A tier counts only if a probe
environment has run into every one of its walls and none gave way.
"""

import os
from pathlib import Path

import msgspec

from portico.base import system
from portico.environments.launchers.forkserver.client import ForkServer
from portico.environments.launchers.port import LaunchFailed
from portico.environments.sandbox import landlock
from portico.environments.sandbox.proof import Wall, prove

ALL = "ABC"
NOT_LINUX = "its walls are Linux's"
_HINTS = (  # a sysctl, what it is when it stands in the way of user namespaces
    ("kernel.unprivileged_userns_clone", "0"),
    ("kernel.apparmor_restrict_unprivileged_userns", "1"),
    ("user.max_user_namespaces", "0"),
)


class Found(msgspec.Struct, frozen=True, gc=False):
    """What the probe of one tier found. `why` says why it could not run, "" when it did."""

    tier: str
    walls: tuple[Wall, ...] = ()
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether this machine gives the tier."""
        return not self.why and not any(wall.gap for wall in self.walls)

    @property
    def words(self) -> str:
        """Why it does not."""
        return self.why or "; ".join(f"{wall.name}: {wall.gap}" for wall in self.walls if wall.gap)


async def probe(tier: str, server: ForkServer) -> Found:
    """Run a probe environment of the tier from its zygote `server`."""
    try:
        return Found(tier, tuple(await prove(server)))
    except (LaunchFailed, OSError) as error:
        return Found(tier, why=str(error))


def hints() -> str:
    """What of this machine's settings stands in the way, in words; "" when nothing is known to."""
    found = [f"{name} is {value}" for name, value in _HINTS if _sysctl(name) == value]
    if system.LINUX and not landlock.version():
        found.append("the kernel has no Landlock (5.13 and later have it, if `lsm=` lists it)")
    return ", ".join(found)


def _sysctl(name: str) -> str:
    try:
        return Path("/proc/sys", *name.split(".")).read_text().strip()
    except OSError:
        return ""


def who(tier: str) -> str:
    """As whom functions run, in words."""
    own = os.geteuid() == 0 and tier != "C"
    return "users of their own" if own else "the server's user"


def refusal(failed: list[Found]) -> str:
    """Why a server does not start that got none of the tiers that it may have."""
    reasons = "; ".join(f"{found.tier}: {found.words}" for found in failed)
    hint = hints()
    more = f" ({hint})" if hint else ""
    return (
        f"the isolation that is asked for is not to be had here: {reasons}{more}. `portico doctor` says more"
    )
