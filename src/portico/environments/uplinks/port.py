"""Port: an uplink leads from an environment's own network to the internet, and to nothing nearer."""

from socket import socket
from typing import Protocol


class UplinkFailed(Exception):
    """There is no way to the internet. The message says for the operator what is missing."""


class Uplink(Protocol):
    """Implemented by `veth.VethUplink` and `pasta.PastaUplink`."""

    async def start(self) -> None:
        """Make ready what all environments have in common.

        Raises:
            UplinkFailed: the machine does not give it.
        """

    async def connect(self, pid: int, inside: socket) -> None:
        """Lead the network that `inside` (a netlink socket, which stays the caller's) was made in to the internet; `pid` is the
        environment's first process. The connection ends with that network.

        Raises:
            UplinkFailed, OSError: it could not be made.
        """

    async def close(self) -> None:
        """Take back what `start` has made."""
