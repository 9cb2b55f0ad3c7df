"""Processes that are started before they are needed: `Environment` adopts them.

There are two such reserves. Of a runtime that starts slowly a few wait in environments that have everything but their code, from when
a function of the kind has started once until nobody asks for the kind any more. And of a snapshot one copy waits for its
configuration, as long as the snapshot is there.
"""

import asyncio
import logging
import math
import os
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress

import msgspec

from portico.environments import ends
from portico.environments.doors import Network
from portico.environments.ends import Ends
from portico.environments.launchers.port import Launcher, LaunchFailed, Layout, Process
from portico.environments.sandbox.cgroups import Group, Groups

log = logging.getLogger("portico.environments")


class Bounds(msgspec.Struct, frozen=True):
    """How many wait of a kind, of how many kinds at most, and for how many seconds after the last of the kind was asked for. `pause_s`
    goes by before another is started: whoever has just been given one needs the CPU more."""

    waiting: int
    kinds: int
    unused_s: float
    pause_s: float


RUNTIMES = Bounds(
    waiting=2, kinds=2, unused_s=120.0, pause_s=0.05
)  # a Node.js that stands still has about 45 MB
COPIES = Bounds(waiting=1, kinds=100, unused_s=math.inf, pause_s=0.25)


class Kind(msgspec.Struct, frozen=True):
    """What all environments of a kind have in common from the beginning. `late`: their code is not among that."""

    launcher: Launcher
    memory_mb: int
    tmp_mb: int
    late: bool = False
    program: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()


class Early(msgspec.Struct, frozen=True, eq=False):
    """A started environment that has not been configured. What it has of descriptors belongs to whoever takes it."""

    layout: Layout
    process: Process
    group: Group
    ends: Ends


class Reserve:
    """Keeps them for the kinds that were asked for last. `now` is the monotonic clock."""

    def __init__(self, bounds: Bounds, groups: Groups, network: Network, now: Callable[[], float]) -> None:
        self._bounds = bounds
        self._groups = groups
        self._network = network
        self._now = now
        self._waiting: dict[Kind, deque[Early]] = {}
        self._asked_at: dict[Kind, float] = {}
        self._filling: dict[Kind, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Future[None]] = set()

    @property
    def pids(self) -> list[int]:
        """The processes that wait, for health and tests."""
        return [early.process.pid for waiting in self._waiting.values() for early in waiting]

    def take(self, kind: Kind) -> Early | None:
        """One that waits, None when there is none; others will be there for who asks next."""
        self.want(kind)
        waiting = self._waiting[kind]
        while waiting:
            early = waiting.popleft()
            if not early.process.has_ended:
                asyncio.get_running_loop().remove_reader(early.process.pidfd)
                return early
            self._close(early)
        return None

    def want(self, kind: Kind) -> None:
        """Have some of this kind from now on."""
        self._asked_at[kind] = self._now()
        self._waiting.setdefault(kind, deque())
        while len(self._waiting) > self._bounds.kinds:
            self._give_up(min(self._waiting, key=self._asked_at.__getitem__))
        if kind not in self._filling:
            self._filling[kind] = asyncio.get_running_loop().create_task(self._fill(kind))

    async def filled(self) -> None:
        """Wait until as many wait as are wanted."""
        await asyncio.gather(*self._filling.values())

    def expire(self) -> None:
        """Give up what nobody has asked for in a while."""
        oldest = self._now() - self._bounds.unused_s
        for kind in [kind for kind, at in self._asked_at.items() if at < oldest]:
            self._give_up(kind)

    def leave(self, launcher: Launcher) -> None:
        """Give up all that come from a launcher which ends."""
        for kind in [kind for kind in self._waiting if kind.launcher is launcher]:
            self._give_up(kind)

    async def close(self) -> None:
        """End all of them."""
        for kind in list(self._waiting):
            self._give_up(kind)
        while self._ending:
            await asyncio.wait(self._ending)

    async def _fill(self, kind: Kind) -> None:
        try:
            await asyncio.sleep(self._bounds.pause_s)
            while len(self._waiting[kind]) < self._bounds.waiting:
                early = await self._start(kind)
                self._waiting[kind].append(early)
                loop = asyncio.get_running_loop()
                loop.add_reader(early.process.pidfd, self._lost, kind, early)
        except (LaunchFailed, OSError) as error:
            log.warning("nothing can be started ahead of its use: %s", error)
        finally:
            if self._filling.get(kind) is asyncio.current_task():
                del self._filling[kind]

    async def _start(self, kind: Kind) -> Early:
        group = self._groups.make(kind.memory_mb, kind.tmp_mb)
        layout = kind.launcher.locate(
            Layout(
                tmp_mb=kind.tmp_mb,
                memory_mb=kind.memory_mb,
                program=kind.program,
                speaks_frames=True,
                groups=group.join,
                own_network=self._network.own,
                doors=self._network.ports,
                uplink=self._network.uplink is not None,
                late=kind.late,
                variables=kind.variables,
            )
        )
        with ExitStack() as made:
            made.callback(self._groups.remove, group)
            ours, theirs = ends.pair()
            made.callback(ours.close)
            with closing(theirs):
                process = await kind.launcher.launch(layout, theirs.channel, theirs.log_fd, theirs.control)
            made.pop_all()
        return Early(layout, process, group, ours)

    def _lost(self, kind: Kind, early: Early) -> None:
        """One has ended while it waited."""
        log.warning("a process that waited for its use has ended")
        self._waiting[kind].remove(early)
        self._close(early)

    def _give_up(self, kind: Kind) -> None:
        self._asked_at.pop(kind, None)
        filling = self._filling.pop(kind, None)
        if filling is not None:
            filling.cancel()
            self._ending.add(filling)
            filling.add_done_callback(self._ending.discard)
        for early in self._waiting.pop(kind, ()):
            self._end(early)

    def _end(self, early: Early) -> None:
        """Kill it, and close what belongs to it once it is gone."""
        loop = asyncio.get_running_loop()
        gone: asyncio.Future[None] = loop.create_future()
        self._ending.add(gone)
        gone.add_done_callback(self._ending.discard)

        def ended() -> None:
            self._close(early)
            gone.set_result(None)

        loop.add_reader(early.process.pidfd, ended)
        with suppress(ProcessLookupError):  # it has just ended by itself
            early.process.end()

    def _close(self, early: Early) -> None:
        asyncio.get_running_loop().remove_reader(early.process.pidfd)
        os.close(early.process.pidfd)
        early.ends.close()
        self._groups.remove(early.group)
