"""Environments of a launcher alone, without a supervisor: what they are told over their sockets, and what they answer."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from portico.environments import framed
from portico.environments.control import Control
from portico.environments.launchers.forkserver.client import ForkServer
from portico.environments.launchers.port import Layout, Process
from portico.environments.sandbox.users import Users


class Launched:
    """One environment, whose program writes to its log. `heard` gathers what its first process says, in words."""

    def __init__(self, tier: str, layout: Layout) -> None:
        self.tier = tier
        self.layout = layout
        self.heard: list[Any] = []
        self._changed = asyncio.Event()
        self._channel, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        connection, self.their_control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control = Control(asyncio.get_running_loop(), connection)
        self.control.on_ended = lambda status: self._note(("ended", os.waitstatus_to_exitcode(status)))
        self.control.on_extension = lambda name, status: self._note(
            ("extension", name, os.waitstatus_to_exitcode(status))
        )
        self.control.on_placed = lambda: self._note("placed")
        self._log, self.log_writer = os.pipe()
        self.process: Process | None = None

    def _note(self, what: Any) -> None:
        self.heard.append(what)
        self._changed.set()

    def configure(self, **variables: str) -> None:
        """Send the configuration, upon which the program begins."""
        folders = {"code_dir": self.layout.task_dir, "opt_dir": self.layout.layers_dir}
        body = json.dumps({**folders, "variables": {"PATH": "/usr/bin:/bin", **variables}}).encode()
        self._channel.sendall(framed.encode(framed.CONFIGURE, body))

    def begin(self) -> None:
        """Let a program that reads a line from its channel go on."""
        self._channel.sendall(b"\n")

    async def said(self, what: Any) -> None:
        """Wait until the first process has said this."""
        async with asyncio.timeout(10):
            while what not in self.heard:
                self._changed.clear()
                await self._changed.wait()

    async def line(self) -> str:
        """The next line of the log."""
        loop = asyncio.get_running_loop()
        line = b""
        while not line.endswith(b"\n"):
            line += await asyncio.wait_for(loop.run_in_executor(None, os.read, self._log, 1), 10)
        return line.decode().rstrip("\n")

    async def gone(self) -> None:
        """Wait until every process is gone."""
        assert self.process is not None
        gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(self.process.pidfd, gone.set)
        await asyncio.wait_for(gone.wait(), 10)
        asyncio.get_running_loop().remove_reader(self.process.pidfd)

    def close(self) -> None:
        self.control.close()
        for end in (self._channel, self.theirs, self.their_control):
            end.close()
        for fd in (self._log, self.log_writer):
            os.close(fd)
        if self.process is not None:
            os.close(self.process.pidfd)


Launch = Callable[..., Awaitable[Launched]]


@pytest.fixture
async def launched(tmp_path: Path) -> AsyncIterator[Launch]:
    """`launched(server, *program, ...)`: an environment of a fork server; the rest are members of the layout."""
    made: list[Launched] = []

    async def make(server: ForkServer, *program: str, tier: str = "A", **layout: Any) -> Launched:
        if not layout.get("late"):
            code = tmp_path / "code"
            code.mkdir(exist_ok=True)
            layout.setdefault("code_dir", str(code))
        environment = Launched(tier, server.locate(Layout(program=program, **layout)))
        made.append(environment)
        environment.process = await server.launch(
            environment.layout, environment.theirs, environment.log_writer, environment.their_control
        )
        environment.their_control.close()
        return environment

    yield make
    for environment in made:
        environment.close()


@pytest.fixture(params=["A", "C"])
async def launch(request: pytest.FixtureRequest, launched: Launch) -> AsyncIterator[Launch]:
    """`launch(*program, ...)`: the same, of each tier."""
    server = ForkServer(sdk_folder="", tier=request.param, users=Users())

    async def make(*program: str, **layout: Any) -> Launched:
        return await launched(server, *program, tier=request.param, **layout)

    yield make
    await server.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that users of environments can read."""
    made = tmp_path / "folder"
    made.mkdir()
    return made
