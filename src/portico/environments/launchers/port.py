"""Port: a launcher makes an environment's processes, with one socket to their runtime, one pipe for what they write, and one socket
to the first of them, which says how they end (`environments/control.py`)."""

import select
import signal
from socket import socket
from typing import ClassVar, Protocol

import msgspec


class LaunchFailed(Exception):
    """No process could be made; the message says why, for the operator."""


class Layout(msgspec.Struct, frozen=True, gc=False):
    """What an environment's processes see of the machine and how their runtime begins. Nothing in it is secret.

    `code_dir` and `opt_dir` are folders of this machine, shown to the function as /var/task and /opt ("": none); `tmp_mb` is the
    size of its /tmp. `program` is what is executed once the configuration has been read; empty: the Python runtime of the zygote
    itself goes on. A program that `speaks_frames` finds the channel at descriptor 3; for others it is closed. `groups` are the files
    of the control groups that limit it (`sandbox/cgroups.py`): the first process writes `0` to each before anything else. With
    `own_network` it has a network of its own, in which the first process listens on the ports of `doors` (`Control.on_listener`);
    with an `uplink` the server will connect that to the internet, for which it is handed a socket (`Control.on_uplink`).

    One that is `late` is started for no function yet: it has its processes and its `/tmp`, and is told its code and its layers by
    `Control.place`, before which no code of a function's runs. Its program is executed at once, with `variables`, and reads its
    configuration itself. A `snapshot` will be copied once it has been initialised. Instead of a
    function a `probe` runs into the walls (`sandbox/proof.py`).

    What follows is the launcher's to say (`Launcher.locate`): the user of the machine that it is (0: the server's), `task_dir` and
    `layers_dir`, where the function itself finds the two folders, `own_dir`, the only folder that it may write to if it has no /tmp
    of its own, and folders of the machine that are `shown` to it at the same paths.
    """

    code_dir: str = ""
    opt_dir: str = ""
    tmp_mb: int = 512
    memory_mb: int = 128
    program: tuple[str, ...] = ()
    speaks_frames: bool = False
    groups: tuple[str, ...] = ()
    own_network: bool = False
    doors: tuple[int, ...] = ()
    uplink: bool = False
    late: bool = False
    variables: tuple[tuple[str, str], ...] = ()
    probe: dict[str, str | int] | None = None
    snapshot: bool = False
    uid: int = 0
    task_dir: str = ""
    layers_dir: str = ""
    own_dir: str = ""
    shown: tuple[str, ...] = ()

    @property
    def takes_pipes(self) -> bool:
        """Whether its runtime goes on over pipes that come with the configuration: ours for Python does, unless it will be copied,
        for which it needs its socket."""
        return self.speaks_frames and not self.program and not self.snapshot


class Process(msgspec.Struct, frozen=True, gc=False):
    """A launched environment: the first process of its tree. `pidfd` belongs to the caller and becomes readable once the whole
    tree is gone. `kill_signal`, sent to the first process, ends the tree. `runs_function`: the first process is not one of ours that
    stands before the function's."""

    pid: int
    pidfd: int
    kill_signal: int
    runs_function: ClassVar[bool] = False

    @property
    def has_ended(self) -> bool:
        """Whether the tree is gone, noticed or not."""
        state = select.poll()
        state.register(self.pidfd, select.POLLIN)
        return bool(state.poll(0))

    def end(self) -> None:
        """End the tree.

        Raises:
            ProcessLookupError: it has ended by itself.
        """
        signal.pidfd_send_signal(self.pidfd, self.kill_signal)


class Launcher(Protocol):
    """Implemented by `forkserver.client.ForkServer`, and where that can't be by `process.client.ProcessLauncher`. One that `forks` has
    warm processes to fork from: environments can be started ahead of their function, and copied."""

    forks: bool

    def locate(self, layout: Layout) -> Layout:
        """The layout with what this launcher decides."""

    async def launch(self, layout: Layout, channel: socket, log_fd: int, control: socket) -> Process:
        """Start the processes of one environment, whose layout is from `locate`. The descriptors stay the caller's, who closes its
        copies afterwards.

        Raises:
            LaunchFailed: nothing has been started.
        """

    async def close(self) -> None:
        """End the launcher's own processes, and with them every environment of theirs."""
