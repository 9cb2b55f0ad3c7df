"""How an environment is started: by which launcher, which program, and over which lane its runtime is spoken with."""

from collections.abc import Callable

import msgspec

from portico.environments.lane import Lane, OnFrame
from portico.environments.launchers.port import Launcher


class Plan(msgspec.Struct, frozen=True, gc=False):
    """`program` is empty for the launcher's own runtime. `lane` makes the lane of a runtime that does not speak frames itself; None:
    frames over the channel."""

    launcher: Launcher
    program: tuple[str, ...] = ()
    lane: Callable[[OnFrame], Lane] | None = None
