"""The server's side of a zygote: starts it with an empty environment, asks it for forks, starts it again when it dies."""

import asyncio
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from contextlib import suppress
from typing import Any

import msgspec

from portico.environments.launchers.port import LaunchFailed, Layout, Process
from portico.environments.sandbox.programs import folders_of
from portico.environments.sandbox.users import Users

_HERE = os.path.dirname(os.path.abspath(__file__))
_BOOT = os.path.join(_HERE, "boot.py")
_ENVIRONMENTS = os.path.dirname(os.path.dirname(_HERE))
_OURS = (_HERE, os.path.join(_ENVIRONMENTS, "runtimes"), os.path.join(_ENVIRONMENTS, "sandbox"))
_TASK_DIR, _LAYERS_DIR = "/var/task", "/opt"
_MESSAGE_BYTES_MAX = 4096
_IN_FLIGHT_MAX = 16
_READY_S = 30.0
_FAILED = b"failed "
_ANOTHER = b"+"


class ForkServer:
    """One zygote, started at the first launch (or by `start`). Implements `Launcher`.

    One that has the SDK loaded is forked from one that has not, its `origin`, and ends with that.
    """

    forks = True

    def __init__(
        self,
        *,
        sdk_folder: str,
        tier: str,
        users: Users,
        python: str = sys.executable,
        shown: tuple[str, ...] = (),
        origin: "ForkServer | None" = None,
    ) -> None:
        self._shown = shown
        self._origin = origin
        self._tier = tier
        self._users = users
        # Not the link in a virtual environment, whose other packages are no business of functions; but it can be called.
        self._program = [os.path.realpath(python), "-I", "-S", "-X", "utf8", _BOOT]
        sdk_folder = _resolved(sdk_folder)  # it may be in a virtual environment behind a link
        everywhere = [*_OURS, *filter(None, [sdk_folder]), os.path.dirname(python)]
        self._arguments = [sdk_folder, tier, *everywhere]
        self._kill_signal = signal.SIGKILL if tier == "A" else signal.SIGTERM
        self._zygote: _Zygote | None = None
        self._starting = asyncio.Lock()
        self._in_flight = asyncio.Semaphore(_IN_FLIGHT_MAX)

    @property
    def pid(self) -> int | None:
        """The zygote's process id, for health and tests."""
        return None if self._zygote is None else self._zygote.pid

    async def start(self) -> None:
        """Have a running zygote that is ready to fork.

        Raises:
            LaunchFailed: it does not start.
        """
        await self._running()

    async def ended(self) -> None:
        """Wait until the zygote that runs now has ended."""
        if self._zygote is not None:
            await asyncio.shield(self._zygote.ended)

    def locate(self, layout: Layout) -> Layout:
        """The layout with what this launcher decides; see the port."""
        code_dir, opt_dir = map(_resolved, (layout.code_dir, layout.opt_dir))
        if self._tier == "A":
            moved = {code_dir: _TASK_DIR, opt_dir: _LAYERS_DIR}
            moved |= {layout.code_dir: _TASK_DIR, layout.opt_dir: _LAYERS_DIR}
        else:
            moved = {code_dir: code_dir, opt_dir: opt_dir}
        program = tuple(_moved(part, moved) for part in layout.program)
        return msgspec.structs.replace(
            layout,
            code_dir=code_dir,
            opt_dir=opt_dir,
            task_dir=moved[code_dir] if code_dir else _TASK_DIR,
            layers_dir=moved[opt_dir] if opt_dir else "",
            program=program,
            shown=(*folders_of(program), *filter(os.path.exists, self._shown)),
            uid=0 if self._tier == "C" else self._users.take(),
            own_dir=_own_dir() if self._tier == "B" else "",
        )

    async def launch(
        self, layout: Layout, channel: socket.socket, log_fd: int, control: socket.socket
    ) -> Process:
        """Fork one environment; see the port."""
        async with self._in_flight:
            zygote = await self._running()
            descriptors = [channel.fileno(), log_fd, control.fileno()]
            pid, pidfd = await zygote.fork(msgspec.json.encode(layout), descriptors)
        return Process(pid, pidfd, self._kill_signal)

    async def close(self) -> None:
        """End the zygote; its environments end with it."""
        if self._zygote is not None:
            self._zygote.end()
            self._zygote = None

    async def _running(self) -> "_Zygote":
        async with self._starting:
            if self._zygote is None or not self._zygote.alive:
                self._zygote = await self._begun()
            zygote = self._zygote
        try:
            async with asyncio.timeout(_READY_S):
                await asyncio.shield(zygote.ready)
        except TimeoutError as error:
            zygote.end()
            raise LaunchFailed("the zygote did not become ready") from error
        return zygote

    async def _begun(self) -> "_Zygote":
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                if self._origin is None:
                    return _Zygote(
                        ours, _Spawned([*self._program, str(theirs.fileno()), *self._arguments], theirs)
                    )
                first = await self._origin._running()
                return _Zygote(ours, _Forked(*await first.fork(_ANOTHER, [theirs.fileno()])))
            except BaseException:
                ours.close()
                raise


class _Spawned:
    """A zygote that was started as a program."""

    def __init__(self, command: list[str], control: socket.socket) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                command,
                env={},
                cwd="/",
                stdin=subprocess.DEVNULL,
                pass_fds=[control.fileno()],
                start_new_session=True,
            )
        except OSError as error:
            raise LaunchFailed(f"the zygote can't be started: {error}") from error
        self.pid = self._process.pid

    def kill(self) -> None:
        """End it, and wait until it has ended."""
        self._process.kill()
        self._process.wait()


class _Forked:
    """A zygote that comes from another, whose child it is."""

    def __init__(self, pid: int, pidfd: int) -> None:
        self.pid = pid
        self._pidfd = pidfd

    def kill(self) -> None:
        """End it, and wait until it has ended."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        ended = select.poll()
        ended.register(self._pidfd, select.POLLIN)
        ended.poll()
        os.close(self._pidfd)


class _Zygote:
    """A started zygote process and the forks that it has been asked for, which it answers in their order."""

    def __init__(self, control: socket.socket, process: _Spawned | _Forked) -> None:
        self._loop = asyncio.get_running_loop()
        self._control = control
        self._control.setblocking(False)
        self._process = process
        self.alive = True
        self.ready: asyncio.Future[None] = self._loop.create_future()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._asked: deque[tuple[str, asyncio.Future[tuple[int, int]]]] = deque()
        self._count = 0
        self._loop.add_reader(self._control.fileno(), self._read)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def fork(self, wanted: bytes, descriptors: list[int]) -> tuple[int, int]:
        """The process id and the pidfd of what is forked: a new environment's first process, or another zygote."""
        if not self.alive:
            raise LaunchFailed("the zygote has ended")
        self._count += 1
        number = str(self._count)
        reply: asyncio.Future[tuple[int, int]] = self._loop.create_future()
        self._asked.append((number, reply))
        try:
            socket.send_fds(self._control, [number.encode() + b" " + wanted], descriptors)
        except OSError as error:
            self._asked.remove((number, reply))
            raise LaunchFailed(f"the zygote takes no request: {error}") from error
        return await reply

    def end(self) -> None:
        """Kill the process and refuse what it has not answered."""
        if not self.alive:
            return
        self.alive = False
        self._loop.remove_reader(self._control.fileno())
        self._control.close()
        self._process.kill()
        gone = LaunchFailed("the zygote has ended")
        _refuse(self.ready, gone)
        self.ended.set_result(None)
        for _, reply in self._asked:
            _refuse(reply, gone)

    def _read(self) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, _MESSAGE_BYTES_MAX, 1)
        except BlockingIOError:
            return
        except OSError:
            message, descriptors = b"", []
        if not message:
            self.end()
        elif message == b"ready":
            self.ready.set_result(None)
        elif message.startswith(_FAILED):
            _refuse(self.ready, LaunchFailed(message.removeprefix(_FAILED).decode()))
        else:
            self._answer(message.decode(), descriptors)

    def _answer(self, message: str, descriptors: list[int]) -> None:
        number, result, *reason = message.split(" ", 2)
        asked, reply = self._asked.popleft()
        if asked != number or reply.done():
            for fd in (
                descriptors
            ):  # whoever asked has gone: the pidfd is closed, the environment ends with its channel
                os.close(fd)
        elif result == "!":
            reply.set_exception(LaunchFailed(" ".join(reason)))
        else:
            reply.set_result((int(result), descriptors[0]))


def _refuse(waiting: asyncio.Future[Any], error: LaunchFailed) -> None:
    if not waiting.done():
        waiting.set_exception(error)
        waiting.exception()  # whoever waits is told; if nobody does, that is no fault


def _resolved(folder: str) -> str:
    """A zygote in a root of its own can't follow the machine's absolute links."""
    return folder and os.path.realpath(folder)


def _moved(word: str, moved: dict[str, str]) -> str:
    """A word of a command, with the paths in it (there may be many, as in Java's class path) as the function finds them."""
    parts = word.split(":")
    for folder, target in moved.items():
        if folder:
            parts = [
                target if part == folder else part.replace(folder + os.sep, target + os.sep) for part in parts
            ]
    return ":".join(parts)


def _own_dir() -> str:
    return os.path.join(tempfile.gettempdir(), f"portico-{secrets.token_hex(8)}")
