"""The launchers of Python environments: a zygote per interpreter and flavour, each started when it is first needed. The one with the
SDK comes from the one without."""

import asyncio
import importlib.util
import logging
import os
import sys

from portico.base import system
from portico.environments import flavour, isolation
from portico.environments.interpreters import Interpreters
from portico.environments.launchers.forkserver.client import ForkServer
from portico.environments.launchers.port import LaunchFailed
from portico.environments.launchers.process.client import ProcessLauncher
from portico.environments.sandbox.users import Users
from portico.environments.work import EnvironmentSpec, Prepared

log = logging.getLogger("portico.environments")

_CHOICES_KEPT = 10_000

_Server = ForkServer | ProcessLauncher


class Zygotes:
    """Chooses the zygote for an environment: of which interpreter (see `interpreters.py`), with or without the SDK.

    All are of one tier of isolation: the first of `tiers` whose walls hold here (`isolation.py`), found out at the first use.
    `shown` are files of this machine that every environment can read, at the same paths. On systems other than Linux the launchers
    start an interpreter for each environment instead, in tier C.
    """

    def __init__(self, *, tiers: str = isolation.ALL, shown: tuple[str, ...] = ()) -> None:
        self._tiers = tiers
        self._shown = shown
        self._settling = asyncio.Lock()
        self.tier = ""
        self._users = Users()
        self._sdk_folder = _sdk_folder()
        self._servers: dict[tuple[str, str], _Server] = {}
        self._flavours: dict[tuple[str, str], str] = {}
        self._interpreters = Interpreters()

    async def start(self) -> None:
        """Find the tier, and start both zygotes of the server's own interpreter ahead of use.

        Raises:
            LaunchFailed: one does not start, or none of the tiers is to be had.
        """
        await self._settle()
        await asyncio.gather(*(self.of(sys.executable, kind).start() for kind in (flavour.BARE, flavour.SDK)))

    async def choose(self, spec: EnvironmentSpec, prepared: Prepared) -> _Server:
        """The running zygote that `spec`'s environments are forked from.

        Raises:
            LaunchFailed: no zygote starts.
        """
        kind = await self._flavour(prepared)
        while (python := await self._interpreters.find(spec.runtime, kind)) != sys.executable:
            try:
                return await self._started(python, kind)
            except LaunchFailed as error:
                self._interpreters.refuse(python, kind, str(error))
        return await self._started(sys.executable, kind)

    async def bare(self) -> _Server:
        """The running zygote that programs are started from.

        Raises:
            LaunchFailed: it does not start.
        """
        return await self._started(sys.executable, flavour.BARE)

    def of(self, python: str, kind: str) -> _Server:
        """The zygote of an interpreter and a flavour, started or not."""
        server = self._servers.get((python, kind))
        if server is None:
            server = self._servers[python, kind] = self._make_launcher(python, kind)
        return server

    async def close(self) -> None:
        """End all of them, each before the one that it came from, which takes notice."""
        for server in reversed(self._servers.values()):
            await server.close()

    async def survey(self) -> list[isolation.Found]:
        """What a probe of each tier finds, for `portico doctor`."""
        if not system.LINUX:
            why = {"A": isolation.NOT_LINUX, "B": isolation.NOT_LINUX}
            return [isolation.Found(tier, why=why.get(tier, "")) for tier in self._tiers]
        found = []
        for tier in self._tiers:
            server = self._make(sys.executable, tier)
            found.append(await isolation.probe(tier, server))
            await server.close()
        return found

    async def _settle(self) -> None:
        """Find the tier; keep the zygote that the probe was forked from."""
        async with self._settling:
            if self.tier:
                return
            if not system.LINUX:
                self._settle_without_walls()
                return
            failed: list[isolation.Found] = []
            for tier in self._tiers:
                server = self._make(sys.executable, tier)
                found = await isolation.probe(tier, server)
                if found.holds:
                    self.tier = tier
                    self._servers[sys.executable, flavour.BARE] = server
                    _tell(found, failed)
                    return
                await server.close()
                failed.append(found)
            raise LaunchFailed(isolation.refusal(failed))

    def _settle_without_walls(self) -> None:
        if "C" not in self._tiers:
            lacking = [isolation.Found(tier, why=isolation.NOT_LINUX) for tier in self._tiers]
            raise LaunchFailed(isolation.refusal(lacking))
        log.warning(
            "isolation C: this is not Linux, and functions can do here whatever the server's user can"
        )
        self.tier = "C"

    def _make_launcher(self, python: str, kind: str) -> _Server:
        if not system.LINUX:
            return ProcessLauncher(sdk_folder=self._sdk_folder, python=python)
        origin = None if kind == flavour.BARE else self.of(python, flavour.BARE)
        return self._make(python, self.tier, origin if isinstance(origin, ForkServer) else None)

    def _make(self, python: str, tier: str, origin: ForkServer | None = None) -> ForkServer:
        return ForkServer(
            sdk_folder=self._sdk_folder,
            python=python,
            tier=tier,
            users=self._users,
            shown=self._shown,
            origin=origin,
        )

    async def _started(self, python: str, kind: str) -> _Server:
        await self._settle()
        server = self.of(python, kind)
        await server.start()
        return server

    async def _flavour(self, prepared: Prepared) -> str:
        key = (prepared.code_dir, dict(prepared.variables).get("PYTHONPATH", ""))
        kind = self._flavours.get(key)
        if kind is None:
            kind = await asyncio.to_thread(flavour.choose, prepared.code_dir, prepared.variables)
            if len(self._flavours) >= _CHOICES_KEPT:
                self._flavours.clear()
            self._flavours[key] = kind
        return kind


def _tell(found: isolation.Found, failed: list[isolation.Found]) -> None:
    log.info("isolation %s: functions run as %s", found.tier, isolation.who(found.tier))
    for worse in failed:
        log.warning("isolation %s is not to be had here: %s", worse.tier, worse.words)


def _sdk_folder() -> str:
    found = importlib.util.find_spec("boto3")
    return "" if found is None or found.origin is None else os.path.dirname(os.path.dirname(found.origin))
