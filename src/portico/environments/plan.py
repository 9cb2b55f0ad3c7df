"""How an environment is started: by which launcher, which program, and what its runtime speaks."""

import msgspec

from portico.environments.api.server import ApiServer
from portico.environments.launchers.port import Launcher


class Plan(msgspec.Struct, frozen=True, gc=False):
    """`program` is empty for the launcher's own runtime. One that does not speak frames over the channel speaks the
    Runtime API. `api` is where all environments find the APIs; `variables` are the environment's besides those that were prepared;
    `extensions` the names of the programs in /opt/extensions that are started before the runtime. A `snapshot` is initialised to be
    copied (SnapStart). `ahead`: the variables with which the program can be started before its function is known, with `late` as
    its last argument; None: it can't."""

    launcher: Launcher
    api: ApiServer
    program: tuple[str, ...] = ()
    speaks_frames: bool = True
    variables: tuple[tuple[str, str], ...] = ()
    extensions: tuple[str, ...] = ()
    snapshot: bool = False
    ahead: tuple[tuple[str, str], ...] | None = None

    @property
    def program_ahead(self) -> tuple[str, ...]:
        """The program as it is started before its function is known."""
        return (*self.program, "late")


class Fault(Exception):
    """The function's environment can't go on, by the function's own fault: its caller is told so. `kind` is the error's type."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind
