"""The network that environments have, as it is set; and who serves the doors in one that is an environment's own (`sandbox/network.py`).

`host` is the machine's network. The others give each environment one of its own: with a door to Portico (`portico`), with that and the
internet (`internet`), or with nothing (`none`).
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Literal

import msgspec

from portico.base import system
from portico.environments.launchers.port import LaunchFailed
from portico.environments.uplinks import choice
from portico.environments.uplinks.port import Uplink, UplinkFailed

Setting = Literal["host", "internet", "portico", "none"]

LOOPBACK = "127.0.0.1"
_NO_INTERNET = (
    "functions can't be given the internet, and nothing nearer, here: {}. Install what is missing, or say with --network "
    "(or PORTICO_NETWORK) what else functions may reach: host, portico or none"
)

_ONLY_HOST = "networks of their own are for functions on Linux only: start with --network host (or PORTICO_NETWORK=host)"

RUNTIME_API_PORT = 9001  # as AWS has it
RUNTIME_API_ADDRESS = f"{LOOPBACK}:{RUNTIME_API_PORT}"


class Entrance(msgspec.Struct, frozen=True, gc=False):
    """What is behind a door: the protocol of each connection, and TLS where it is spoken."""

    connect: Callable[[], asyncio.Protocol]
    tls: ssl.SSLContext | None = None


class Network:
    """The setting, and where Portico is. `portico` is set by whoever serves; until then nobody answers at its door. `uplink` is what
    leads to the internet, where that is the setting."""

    def __init__(
        self, setting: Setting = "host", portico_port: int = 0, uplink: Uplink | None = None
    ) -> None:
        self._setting = setting
        self._portico_port = portico_port
        self.uplink = (uplink or choice.of_this_server()) if setting == "internet" else None
        self.portico: Entrance | None = None

    async def start(self) -> None:
        """Make ready what environments are connected by.

        Raises:
            LaunchFailed: this machine has no way to the internet for them, or no networks of their own.
        """
        if self.own and not system.LINUX:
            raise LaunchFailed(_ONLY_HOST)
        if self.uplink is None:
            return
        try:
            await self.uplink.start()
        except UplinkFailed as error:
            raise LaunchFailed(_NO_INTERNET.format(error)) from error

    async def close(self) -> None:
        """Take that back."""
        if self.uplink is not None:
            await self.uplink.close()

    @property
    def own(self) -> bool:
        """Whether each environment has a network of its own."""
        return self._setting != "host"

    @property
    def ports(self) -> tuple[int, ...]:
        """Where doors are to be in an environment's own network."""
        if not self.own:
            return ()
        if self._setting == "none":
            return (RUNTIME_API_PORT,)
        return (RUNTIME_API_PORT, self._portico_port)


class Doors:
    """The doors of one environment, open until `close`."""

    __slots__ = ("_opening", "_servers")

    def __init__(self) -> None:
        self._opening: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []

    def open(self, descriptor: int, entrance: Entrance | None) -> None:
        """Serve a listener, which is taken over; without an entrance it is closed, and whoever connects is refused."""
        listener = socket.socket(fileno=descriptor)
        if entrance is None:
            listener.close()
            return
        task = asyncio.get_running_loop().create_task(self._serve(listener, entrance))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def close(self) -> None:
        """Accept nobody any more. Connections go on until they end."""
        for task in self._opening:
            task.cancel()
        for server in self._servers:
            server.close()

    async def _serve(self, listener: socket.socket, entrance: Entrance) -> None:
        with contextlib.ExitStack() as kept:
            kept.callback(listener.close)
            server = await asyncio.get_running_loop().create_server(
                entrance.connect, sock=listener, ssl=entrance.tls
            )
            kept.pop_all()
        self._servers.append(server)
