"""One environment's way to the internet, where it is to have one: what needs it waits until it is there."""

import asyncio
import logging
import socket
from collections.abc import Callable

from portico.environments.uplinks.port import Uplink, UplinkFailed

log = logging.getLogger("portico.environments")


class WayOut:
    """Without an `uplink` nothing is waited for. `failed` is told why there is none after all."""

    __slots__ = ("_failed", "_inside", "_leading", "_pid", "_uplink", "_waiting")

    def __init__(self, uplink: Uplink | None, failed: Callable[[str], None]) -> None:
        self._uplink = uplink
        self._failed = failed
        self._waiting: list[Callable[[], None]] = []
        self._pid: int | None = None
        self._inside: socket.socket | None = None
        self._leading: asyncio.Task[None] | None = None

    def then(self, action: Callable[[], None]) -> None:
        """Do this once there is a way, or at once."""
        if self._uplink is None:
            action()
        else:
            self._waiting.append(action)

    def starts(self, pid: int) -> None:
        """The environment's first process is known."""
        self._pid = pid
        self._lead()

    def handed(self, descriptor: int) -> None:
        """Take over a netlink socket of the environment's own network."""
        if self._inside is not None:
            self._inside.close()  # only a snapshot's copy that lies says it twice
        self._inside = socket.socket(fileno=descriptor)
        self._lead()

    def close(self) -> None:
        """Nobody waits any more."""
        if self._leading is not None:
            self._leading.cancel()
        elif self._inside is not None:
            self._inside.close()
        self._waiting.clear()

    def _lead(self) -> None:
        uplink, pid, inside = self._uplink, self._pid, self._inside
        if uplink is not None and pid is not None and inside is not None and self._leading is None:
            leading = self._connect(uplink, pid, inside)
            self._leading = asyncio.get_running_loop().create_task(leading)

    async def _connect(self, uplink: Uplink, pid: int, inside: socket.socket) -> None:
        with inside:
            try:
                await uplink.connect(pid, inside)
            except (UplinkFailed, OSError) as error:
                log.warning("an environment has no way to the internet: %s", error)
                self._failed(str(error))
                return
        waiting, self._waiting, self._uplink = self._waiting, [], None
        for action in waiting:
            action()
