"""The uplink of a server that is an ordinary user: pasta (package passt), which copies what goes through between an environment's own
network and sockets of the server's user. One process for each environment, which ends with it (`keeper.py`).

Source: pasta(1); Linux, ioctl_ns(2).
"""

import asyncio
import fcntl
import os
import shutil
import socket
import subprocess
import sys

from portico.environments.uplinks import addresses, netlink, routes
from portico.environments.uplinks.port import UplinkFailed

_KEEPER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "keeper.py")
_TUN = "/dev/net/tun"
_READY_S = 10.0
_USERS_OF = 0xB701  # NS_GET_USERNS
_MESSAGE_BYTES_MAX = 4096
_OWN, _MASK = "169.254.100.1", "255.255.255.252"  # the same everywhere, as nobody else sees them
_OPTIONS = (
    *("--quiet", "--foreground", "--ipv4-only", "--config-net", "--no-map-gw", "--no-netns-quit"),
    *("--tcp-ports", "none", "--udp-ports", "none", "--tcp-ns", "none", "--udp-ns", "none"),
    *("--address", _OWN, "--netmask", _MASK, "--gateway", addresses.GATEWAY),
    *("--dns-forward", addresses.RESOLVER, "--ns-ifname", "eth0"),
)


class PastaUplink:
    """`path` is where pasta is looked for (None: the process's)."""

    def __init__(self, *, path: str | None = None) -> None:
        self._path = path
        self._keeper: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._limits: list[netlink.Message] = []
        self._number = 0
        self._asked: dict[str, asyncio.Future[str]] = {}

    async def start(self) -> None:
        """Start the keeper; see the port."""
        pasta = shutil.which("pasta", path=self._path)
        if pasta is None:
            raise UplinkFailed(
                "a server that is not root needs pasta (package passt), which is not installed"
            )
        if not os.access(_TUN, os.R_OK | os.W_OK):
            raise UplinkFailed(f"pasta needs {_TUN}, which the server's user can't open")
        own = routes.own_addresses()
        # The gateway last, once all that leads through it is there: in itself it is nothing to connect to.
        self._limits = routes.limits((*own, addresses.GATEWAY))
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        with theirs:
            self._keeper = subprocess.Popen(  # noqa: S603, ASYNC220 - our own program, once
                [sys.executable, "-I", "-S", _KEEPER, str(theirs.fileno()), pasta, *_OPTIONS],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        asyncio.get_running_loop().add_reader(self._control.fileno(), self._read)

    async def connect(self, pid: int, inside: socket.socket) -> None:
        """Have one started; see the port."""
        if self._control is None:
            raise UplinkFailed("the keeper of the pastas has ended")
        self._number += 1
        number = str(self._number)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        descriptors: list[int] = []
        try:
            descriptors.append(netlink.network_of(inside))
            descriptors.append(fcntl.ioctl(descriptors[0], _USERS_OF))
            descriptors.append(os.pidfd_open(pid))
            socket.send_fds(self._control, [number.encode()], descriptors)
            async with asyncio.timeout(_READY_S):
                said = await answer
        except TimeoutError as error:
            raise UplinkFailed("pasta does not become ready") from error
        finally:
            del self._asked[number]
            for fd in descriptors:
                os.close(fd)
        if said != "ready":
            raise UplinkFailed(f"pasta {said}")
        await asyncio.to_thread(netlink.ask, inside, self._limits)

    async def close(self) -> None:
        """End the keeper, and with it all of them."""
        self._lose()
        if self._keeper is not None:
            await asyncio.to_thread(self._keeper.wait)

    def _read(self) -> None:
        if self._control is None:
            return
        try:
            message = self._control.recv(_MESSAGE_BYTES_MAX).decode(errors="replace")
        except OSError:
            message = ""
        if not message:
            self._lose()
            return
        number, _, said = message.partition(" ")
        self._tell(number, said)

    def _lose(self) -> None:
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None
        for number in list(self._asked):
            self._tell(number, "its keeper has ended")

    def _tell(self, number: str, said: str) -> None:
        answer = self._asked.get(number)
        if answer is not None and not answer.done():
            answer.set_result(said)
