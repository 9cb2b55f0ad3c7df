"""The launcher of container images: Docker or Podman, whichever is there, by its command line."""

import asyncio
import os
import secrets
import shutil
import signal
import socket
import struct
import sys
from typing import ClassVar

import msgspec

from portico.environments.launchers.container import command
from portico.environments.launchers.port import LaunchFailed, Layout, Process
from portico.environments.work import Image

_ENGINES = ("docker", "podman")
_KEEPER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "keeper.py")
_HEAD = struct.Struct("!Ic")
_OF_THE_ENGINE = (
    "CONTAINER_HOST",
    "DOCKER_CONFIG",
    "DOCKER_CONTEXT",
    "DOCKER_HOST",
    "HOME",
    "PATH",
    "XDG_RUNTIME_DIR",
)
_OF_THE_IMAGE = ("LD_LIBRARY_PATH", "PATH")  # which says itself where its programs are
_STARTED_S = 120.0  # with the time to fetch the image


class _Configuration(msgspec.Struct, frozen=True, gc=False):
    variables: dict[str, str]


def engine_of(path: str | None) -> str | None:
    """The program of Docker or Podman on `path` (None: the process's)."""
    return next(filter(None, (shutil.which(name, path=path) for name in _ENGINES)), None)


def variables_of_engine() -> dict[str, str]:
    """What the engine's program needs of the server's variables."""
    return {name: os.environ[name] for name in _OF_THE_ENGINE if name in os.environ}


class Contained(Process, frozen=True, gc=False):
    """A container, whose first process is its image's."""

    runs_function: ClassVar[bool] = True


class Containers:
    """The launchers of all images, and the keepers of their containers. `path` is where the engine is looked for (None: the
    process's)."""

    def __init__(self, path: str | None = None) -> None:
        self._path = path
        self._keepers: set[asyncio.Task[int]] = set()

    def launcher(self, image: Image) -> "ContainerLauncher":
        """What starts environments of `image`.

        Raises:
            LaunchFailed: there is no engine.
        """
        engine = engine_of(self._path)
        if engine is not None:
            return ContainerLauncher(image, engine, self._keepers)
        raise LaunchFailed(
            "container images need Docker or Podman, and there is neither on the server's PATH"
        )

    async def close(self) -> None:
        """Wait for the keepers, which end with their containers."""
        await asyncio.gather(*self._keepers)


class ContainerLauncher:
    """Implements `Launcher` for the environments of one image."""

    forks = False

    def __init__(self, image: Image, engine: str, keepers: set[asyncio.Task[int]]) -> None:
        self._image = image
        self._engine = engine
        self._keepers = keepers

    def locate(self, layout: Layout) -> Layout:
        """Everything is where the image has it."""
        return msgspec.structs.replace(layout, task_dir="/var/task", layers_dir="/opt")

    async def launch(
        self, layout: Layout, channel: socket.socket, log_fd: int, control: socket.socket
    ) -> Process:
        """Run a container and wait until its first process is there; see the port."""
        found = _configuration(channel).variables
        variables = {key: value for key, value in found.items() if key not in _OF_THE_IMAGE}
        name = f"portico-{secrets.token_hex(8)}"
        report_fd, reports_fd = os.pipe()
        file = os.memfd_create("variables")
        try:
            os.write(file, command.in_file(variables))
            run = command.run(self._engine, name, self._image, layout, variables, f"/proc/self/fd/{file}")
            keeper = await self._keep(name, run, (control.fileno(), reports_fd, file), log_fd)
        finally:
            os.close(reports_fd)
            os.close(file)
        pidfd = os.pidfd_open(keeper.pid)
        try:
            pid = await _reported(report_fd)
        except BaseException:
            signal.pidfd_send_signal(pidfd, signal.SIGTERM)
            os.close(pidfd)
            raise
        return Contained(pid, pidfd, signal.SIGTERM)

    async def close(self) -> None:
        """Each keeper ends with its environment."""

    async def _keep(
        self, name: str, run: list[str], descriptors: tuple[int, int, int], log_fd: int
    ) -> asyncio.subprocess.Process:
        control_fd, reports_fd, _ = descriptors
        arguments = [str(control_fd), str(reports_fd), self._engine, name, "--", *run]
        try:
            keeper = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-I", "-S", _KEEPER, *arguments),
                env=variables_of_engine(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log_fd,
                stderr=log_fd,
                pass_fds=descriptors,
                start_new_session=True,
            )
        except OSError as error:
            raise LaunchFailed(f"the container's keeper can't be started: {error}") from error
        waiting = asyncio.get_running_loop().create_task(keeper.wait())
        self._keepers.add(waiting)
        waiting.add_done_callback(self._keepers.discard)
        return keeper


async def _reported(report_fd: int) -> int:
    """The process that the keeper names."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(report_fd, "rb", 0)
    )
    try:
        async with asyncio.timeout(_STARTED_S):
            word, _, rest = (await reader.readline()).decode().strip().partition(" ")
    except TimeoutError as error:
        raise LaunchFailed("the container does not start") from error
    finally:
        transport.close()
    if word != "pid":
        raise LaunchFailed(f"the container did not start: {rest or 'its keeper has ended'}")
    return int(rest)


def _configuration(channel: socket.socket) -> _Configuration:
    """What waits in the channel for the environment, which has no use for the channel itself."""
    data = b""
    while len(data) < _HEAD.size or len(data) < _HEAD.size + _HEAD.unpack_from(data)[0]:
        data += channel.recv(1 << 20)
    return msgspec.json.decode(data[_HEAD.size :], type=_Configuration)
