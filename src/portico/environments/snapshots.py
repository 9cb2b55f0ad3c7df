"""SnapStart: per version a process that has been initialised once, which its environments are forked from.

What a snapshot says is said by the function's code, and nothing of it is believed but that it is ready: who its copies are is told by
the kernel (`SCM_CREDENTIALS`), and they are looked for below the snapshot's own first process.
"""

import asyncio
import logging
import os
import signal
import socket
import struct
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager

import msgspec

from portico.environments import framed
from portico.environments.environment import Environment, Reports
from portico.environments.framed import Frame
from portico.environments.launchers.port import LaunchFailed, Layout, Process
from portico.environments.lifecycle import Event
from portico.environments.work import EnvironmentSpec, LogLine

log = logging.getLogger("portico.environments")

INIT_S = 130.0  # or the function's timeout, if that is longer; source: Developer Guide, "Lambda runtime environment"
_HELLO_S = 10.0
_HELLO = b"h"
_HELLO_BYTES_MAX = 512
_LISTED_BYTES_MAX = 65_536
_CREDENTIALS = struct.Struct("=3i")  # process id, user, group
_DEPTH_MAX = 16

_Start = Callable[[Environment, Reports], Awaitable[None]]


class NoSnapshot(Exception):
    """A version can't be started from a snapshot. `why`: `threads`, `sockets`, `system` (which can't
    fork it), or `init` with the error's document."""

    def __init__(self, why: str, document: bytes = b"") -> None:
        super().__init__(why)
        self.why = why
        self.document = document


class Snapshot:
    """One initialised process. Implements `Launcher` for the environments that are restored from it.

    `lines` are what its initialisation has written; whoever takes them empties them. `leaving` is told when it begins to end.
    """

    forks = False

    def __init__(self, environment: Environment, leaving: "Callable[[Snapshot], None]") -> None:
        self._environment = environment
        self._leaving = leaving
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lines: tuple[LogLine, ...] = ()

    @property
    def pid(self) -> int | None:
        """The first process of its tree."""
        return self._environment.pid

    @property
    def gone(self) -> bool:
        """Whether it has ended, noticed or not."""
        return self._environment.has_ended

    @property
    def user(self) -> int:
        """Whom it runs as, and its copies with it."""
        return self._environment.layout.uid

    async def make(self, start: _Start) -> None:
        """Start the process and wait until it has been initialised.

        Raises:
            NoSnapshot: it can't be copied, or its initialisation has failed.
            PreparationFailed, LaunchFailed, OSError: it could not be started.
        """
        reports = Reports(heard=self._heard, broken=self._broken, leaving=lambda _: None, gone=self._ended)
        await start(self._environment, reports)
        try:
            async with asyncio.timeout(max(INIT_S, float(self._environment.spec.timeout_s))):
                await self._ready
        except TimeoutError as error:
            raise NoSnapshot(
                "init", b'{"errorType":"Sandbox.Timedout","errorMessage":"Init timed out"}'
            ) from error
        finally:
            self.lines = self._environment.take_lines()
            if not self._ready.done() or self._ready.cancelled() or self._ready.exception() is not None:
                self.end()

    def end(self) -> None:
        """End it, and with it whatever is forked from it."""
        self._leaving(self)
        self._environment.end("retired")

    def locate(self, layout: Layout) -> Layout:
        """As the snapshot itself is located, whose folder to write to stays when a copy ends; the limits are the copy's own."""
        return msgspec.structs.replace(self._environment.layout, groups=layout.groups, own_dir="")

    async def launch(
        self, layout: Layout, channel: socket.socket, log_fd: int, control: socket.socket
    ) -> Process:
        """Fork one environment; see the port."""
        ours, hello = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            with hello:
                ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
                ours.setblocking(False)
                wanted = Layout(
                    tmp_mb=layout.tmp_mb,
                    own_network=layout.own_network,
                    doors=layout.doors,
                    uplink=layout.uplink,
                )
                frame = framed.encode(framed.FORK, msgspec.json.encode(wanted))
                ends = [channel.fileno(), log_fd, control.fileno(), hello.fileno()]
                with _opened_for_joining(layout.groups) as joins:
                    self._environment.fork(frame, [*ends, *joins])
            pid = await _said_by(ours)
            pidfd = self._opened(pid)
            # It waits until this socket is closed, so no code of the function runs before.
            _limit(pid, layout.groups)
        walled = self._environment.kill_signal == signal.SIGKILL
        return Process(pid, pidfd, signal.SIGKILL if walled else signal.SIGTERM)

    async def close(self) -> None:
        """End it."""
        self.end()

    def _opened(self, pid: int) -> int:
        """A descriptor of that process, which is below this snapshot's first one."""
        try:
            pidfd = os.pidfd_open(pid)
        except OSError as error:
            raise LaunchFailed(f"the restored environment is gone: {error}") from error
        if not _descends(pid, self.pid or 0):
            os.close(pidfd)
            raise LaunchFailed("what the snapshot has started is not its own")
        return pidfd

    def _heard(self, environment: Environment, frame: Frame) -> None:
        if self._ready.done():
            self._broken(environment)
        elif frame.kind == framed.READY and not frame.content:
            environment.advance(Event.INITIALISED)
            self._ready.set_result(None)
        elif frame.kind == framed.READY:
            self._refuse(NoSnapshot(frame.content[:32].decode(errors="replace")))
        elif frame.kind == framed.INIT_ERROR:
            self._refuse(NoSnapshot("init", frame.content))
        else:
            self._broken(environment)

    def _broken(self, environment: Environment) -> None:
        environment.end("broken")

    def _ended(self, environment: Environment) -> None:
        self._leaving(self)
        if environment.reason != "retired":
            log.warning(
                "the snapshot of %s has ended: %s",
                environment.spec.key,
                environment.reason or environment.status,
            )
        ending = b'{"errorType":"Runtime.ExitError","errorMessage":"Runtime exited during initialisation"}'
        self._refuse(NoSnapshot("init", ending))

    def _refuse(self, error: NoSnapshot) -> None:
        if not self._ready.done():
            self._ready.set_exception(error)


class Snapshots:
    """The snapshots of all versions, by the key of their environments. One that has ended is made again when it is needed."""

    def __init__(
        self,
        start: _Start,
        leaving: Callable[[Snapshot], None],
        log_stream: Callable[[EnvironmentSpec], str],
    ) -> None:
        self._start = start
        self._leaving = leaving
        self._log_stream = log_stream
        self._made: dict[str, Snapshot] = {}
        self._retired: dict[str, Snapshot] = {}
        self._refused: dict[str, NoSnapshot] = {}
        self._making: dict[str, asyncio.Task[Snapshot]] = {}

    def pids(self) -> list[int]:
        """The process that each snapshot's tree begins with."""
        return [snapshot.pid for snapshot in self._held() if snapshot.pid is not None]

    def users(self) -> list[int]:
        """Whom they run as."""
        return [snapshot.user for snapshot in self._held() if snapshot.pid is not None]

    def _held(self) -> tuple[Snapshot, ...]:
        return (*self._made.values(), *self._retired.values())

    async def of(self, spec: EnvironmentSpec) -> Snapshot:
        """The snapshot of `spec`, made if there is none.

        Raises:
            NoSnapshot: it can't be had; its environments have to be started cold.
            PreparationFailed, LaunchFailed, OSError: it could not be started.
        """
        if spec.key in self._refused:
            raise self._refused[spec.key]
        making = self._making.get(spec.key)
        found = self._made.get(spec.key)
        if making is None and found is not None and not found.gone:
            return found
        if making is None:
            making = self._making[spec.key] = asyncio.create_task(self._make(spec))
            making.add_done_callback(lambda _: self._making.pop(spec.key, None))
        return await asyncio.shield(making)

    async def _make(self, spec: EnvironmentSpec) -> Snapshot:
        snapshot = Snapshot(Environment(0, spec, self._log_stream(spec)), self._leaving)
        self._made[spec.key] = snapshot
        try:
            await snapshot.make(self._start)
        except NoSnapshot as error:
            log.info("%s is started cold: %s", spec.key, error)
            del self._made[spec.key]
            self._refused[spec.key] = error
            raise
        except BaseException:
            del self._made[spec.key]
            raise
        return snapshot

    def retire(self, prefix: str, in_use: Collection[str] = ()) -> None:
        """End the snapshots whose key begins with `prefix`: those whose environments are still in use as soon as they are not."""
        for key in [key for key in self._made if key.startswith(prefix)]:
            self._retired[key] = self._made.pop(key)
        for key in [key for key in self._refused if key.startswith(prefix)]:
            del self._refused[key]
        self.drop_unused(in_use)

    def drop_unused(self, in_use: Collection[str]) -> None:
        """End what has been retired and has no environment in use."""
        for key in [key for key in self._retired if key not in in_use]:
            self._retired.pop(key).end()

    @property
    def retiring(self) -> bool:
        """Whether some wait for their environments to be done."""
        return bool(self._retired)

    def close(self) -> None:
        """End all of them."""
        for making in self._making.values():
            making.cancel()
        self.retire("")


@contextmanager
def _opened_for_joining(groups: tuple[str, ...]) -> Iterator[list[int]]:
    """The files by which a process joins its control groups, for one that can't see them. Who moves itself does not wait for the
    kernel (control groups, version 1) as one who moves another does, for ten milliseconds."""
    with ExitStack() as opened:
        joins = []
        for file in groups:
            joins.append(os.open(file, os.O_WRONLY | os.O_CLOEXEC))
            opened.callback(os.close, joins[-1])
        yield joins


def _limit(pid: int, groups: tuple[str, ...]) -> None:
    """See that a restored environment is in its own control groups and not in the snapshot's; move it, if it has not moved itself."""
    for file in groups:
        fd = os.open(file, os.O_RDWR | os.O_CLOEXEC)
        try:
            if b"%d" % pid not in os.read(fd, _LISTED_BYTES_MAX).split():
                os.write(fd, b"%d" % pid)
        finally:
            os.close(fd)


def _wake(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)


async def _said_by(connection: socket.socket) -> int:
    """Who says hello first: the process id, as the kernel has it."""
    loop = asyncio.get_running_loop()
    readable: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection.fileno(), _wake, readable)
    try:
        async with asyncio.timeout(_HELLO_S):
            await readable
    except TimeoutError as error:
        raise LaunchFailed("no environment could be restored") from error
    finally:
        loop.remove_reader(connection.fileno())
    room = socket.CMSG_SPACE(_CREDENTIALS.size)
    message, ancillary, _, _ = connection.recvmsg(_HELLO_BYTES_MAX, room)
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS) and message[:1] == _HELLO:
            return int(_CREDENTIALS.unpack_from(data)[0])
    raise LaunchFailed(
        f"no environment could be restored: {message[1:].decode(errors='replace') or 'the snapshot is gone'}"
    )


def _descends(pid: int, ancestor: int) -> bool:
    """Whether `pid`, which is held, has that ancestor. One in between may end while it is looked for, and the line is then another."""
    at = pid
    for _ in range(_DEPTH_MAX):
        if at == ancestor:
            return True
        parent = _parent(at)
        if parent is None and at == pid:
            return False
        at = pid if parent is None else parent
    return False


def _parent(pid: int) -> int | None:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return None
