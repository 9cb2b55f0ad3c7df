"""Port: a launcher makes an environment's processes, with one socket to them, one pipe for what they write, one for how they end."""

from socket import socket
from typing import Protocol

import msgspec


class LaunchFailed(Exception):
    """No process could be made; the message says why, for the operator."""


class Process(msgspec.Struct, frozen=True, gc=False):
    """A launched environment: the first process of its tree. `pidfd` belongs to the caller and becomes readable once the whole
    tree is gone. `kill_signal` ends the tree."""

    pid: int
    pidfd: int
    kill_signal: int


class Launcher(Protocol):
    """Implemented by `forkserver.client.ForkServer`."""

    async def launch(self, channel: socket, log_fd: int, status_fd: int) -> Process:
        """Start the processes of one environment. The descriptors stay the caller's, who closes its copies afterwards.

        Raises:
            LaunchFailed: nothing has been started.
        """

    async def close(self) -> None:
        """End the launcher's own processes, and with them every environment of theirs."""
