"""The launchers of Python environments: a zygote per interpreter and flavour, each started when it is first needed."""

import asyncio
import importlib.util
import os
import sys

from portico.environments import flavour
from portico.environments.interpreters import Interpreters
from portico.environments.launchers.forkserver.client import ForkServer
from portico.environments.launchers.port import LaunchFailed
from portico.environments.sandbox.users import Users
from portico.environments.work import EnvironmentSpec, Prepared

_CHOICES_KEPT = 10_000


class Zygotes:
    """Chooses the zygote for an environment: of which interpreter (see `interpreters.py`), with or without the SDK."""

    def __init__(self, *, tier: str = "A") -> None:
        self._tier = tier
        self._users = Users()
        self._sdk_folder = _sdk_folder()
        self._servers: dict[tuple[str, str], ForkServer] = {}
        self._flavours: dict[tuple[str, str], str] = {}
        self._interpreters = Interpreters()

    async def start(self) -> None:
        """Start both zygotes of the server's own interpreter ahead of use.

        Raises:
            LaunchFailed: one does not start.
        """
        await asyncio.gather(*(self.of(sys.executable, kind).start() for kind in (flavour.BARE, flavour.SDK)))

    async def choose(self, spec: EnvironmentSpec, prepared: Prepared) -> ForkServer:
        """The running zygote that `spec`'s environments are forked from.

        Raises:
            LaunchFailed: no zygote starts.
        """
        kind = await self._flavour(prepared)
        python = await self._interpreters.find(spec.runtime)
        if python != sys.executable:
            try:
                return await self._started(python, kind)
            except LaunchFailed as error:
                self._interpreters.refuse(python, str(error))
        return await self._started(sys.executable, kind)

    async def bare(self) -> ForkServer:
        """The running zygote that programs are started from.

        Raises:
            LaunchFailed: it does not start.
        """
        return await self._started(sys.executable, flavour.BARE)

    def of(self, python: str, kind: str) -> ForkServer:
        """The zygote of an interpreter and a flavour, started or not."""
        server = self._servers.get((python, kind))
        if server is None:
            server = self._servers[python, kind] = ForkServer(
                flavour=kind,
                sdk_folder=self._sdk_folder,
                python=python,
                tier=self._tier,
                users=self._users,
            )
        return server

    async def close(self) -> None:
        """End all of them."""
        for server in self._servers.values():
            await server.close()

    async def _started(self, python: str, kind: str) -> ForkServer:
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


def _sdk_folder() -> str:
    found = importlib.util.find_spec("boto3")
    return "" if found is None or found.origin is None else os.path.dirname(os.path.dirname(found.origin))
