"""How an environment is started: by which launcher, which program, and over which lane its runtime is spoken with."""

from collections.abc import Callable

import msgspec

from portico.environments.lane import Lane, OnFrame
from portico.environments.launchers.port import Launcher


class Plan(msgspec.Struct, frozen=True, gc=False):
    """`program` is empty for the launcher's own runtime. `lane` makes the lane of a runtime that does not speak frames itself; None:
    frames over the channel. `variables` are the environment's besides those that were prepared."""

    launcher: Launcher
    program: tuple[str, ...] = ()
    lane: Callable[[OnFrame], Lane] | None = None
    variables: tuple[tuple[str, str], ...] = ()


class NotStartable(Exception):
    """The function has nothing that could be started; its caller is told so. `kind` is the error's type."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind
