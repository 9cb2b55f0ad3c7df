"""The launcher of systems without namespaces and without a fork server: one interpreter for each environment, in tier C only."""

import asyncio
import os
import signal
import socket
import sys

import msgspec

from portico.environments.launchers.port import LaunchFailed, Layout, Process

_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "program.py")
_TASK_DIR = "/var/task"


class Spawned(Process, frozen=True, gc=False):
    """An environment whose first process is the server's child. `pidfd` is the end of a pipe that it holds, and nobody else."""

    keeper: asyncio.subprocess.Process

    def end(self) -> None:
        """End the tree; see `Process`."""
        self.keeper.send_signal(self.kill_signal)


class ProcessLauncher:
    """Implements `Launcher`. Functions see the machine as the server does, and are its user."""

    forks = False

    def __init__(self, *, sdk_folder: str, python: str = sys.executable) -> None:
        self._sdk_folder = sdk_folder
        self._python = os.path.realpath(python)
        self._keepers: set[asyncio.Task[int]] = set()

    async def start(self) -> None:
        """Nothing waits ahead of use; see that there is an interpreter.

        Raises:
            LaunchFailed: there is none.
        """
        if not os.access(self._python, os.X_OK):
            raise LaunchFailed(f"{self._python} can't be executed")

    def locate(self, layout: Layout) -> Layout:
        """Everything is where the machine has it."""
        return msgspec.structs.replace(
            layout, task_dir=layout.code_dir or _TASK_DIR, layers_dir=layout.opt_dir
        )

    async def launch(
        self, layout: Layout, channel: socket.socket, log_fd: int, control: socket.socket
    ) -> Process:
        """Start one environment; see the port."""
        gone_fd, held_fd = os.pipe()
        try:
            keeper = await self._keep(layout, (channel.fileno(), log_fd, control.fileno(), held_fd))
        except OSError as error:
            os.close(gone_fd)
            raise LaunchFailed(f"the environment's first process can't be started: {error}") from error
        finally:
            os.close(held_fd)
        waiting = asyncio.get_running_loop().create_task(keeper.wait())
        self._keepers.add(waiting)
        waiting.add_done_callback(self._keepers.discard)
        return Spawned(keeper.pid, gone_fd, signal.SIGTERM, keeper)

    async def close(self) -> None:
        """Wait for the first processes, which end with their environments."""
        await asyncio.gather(*self._keepers)

    async def _keep(self, layout: Layout, descriptors: tuple[int, ...]) -> asyncio.subprocess.Process:
        frames = "frames" if layout.speaks_frames else "api"
        arguments = ["keep", self._sdk_folder, *map(str, descriptors), frames, *layout.program]
        return await asyncio.create_subprocess_exec(
            self._python,
            *("-I", "-S", "-X", "utf8", _PROGRAM, *arguments),
            env={},
            cwd="/",
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=descriptors,
            start_new_session=True,
        )
