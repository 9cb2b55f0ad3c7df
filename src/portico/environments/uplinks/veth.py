"""The uplink of a server that is root: for each environment a link of its own to the machine, which translates addresses.

Source: Linux, veth(4); nft(8), iptables(8).
"""

import asyncio
import itertools
import os
import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from portico.environments.uplinks import addresses, firewall, netlink, routes
from portico.environments.uplinks.firewall import Command
from portico.environments.uplinks.port import UplinkFailed

RESOLVER_FILES = ("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")
_FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
_LINKS = Path("/sys/class/net")
_NAME = re.compile(r"portico_(\d+)_(\d+)")
_INSIDE_NAME = "eth0"


class VethUplink:
    """Its rules are in a table (iptables: a chain) that is named for the server's block of addresses and its process, so that those of
    servers that were killed are found and taken away by the next one."""

    def __init__(self, *, path: str | None = None, run: "Callable[[Command], str] | None" = None) -> None:
        self._path = path
        self._run = run or _run
        self._program = ""
        self._block = 0
        self._resolver = ""
        self._limits: list[netlink.Message] = []
        self._numbers = itertools.cycle(range(1, addresses.PER_BLOCK + 1))

    @property
    def name(self) -> str:
        """What the server's rules are called."""
        return f"portico_{self._block}_{os.getpid()}"

    @property
    def prefix(self) -> str:
        """How the names of its links begin."""
        return f"pc{self._block}x"

    async def start(self) -> None:
        """Make the rules, and let the machine forward; see the port."""
        await asyncio.to_thread(self._start)

    async def connect(self, pid: int, inside: socket.socket) -> None:
        """Make the link; see the port."""
        await asyncio.to_thread(self._connect, inside)

    async def close(self) -> None:
        """Take the rules away; links go with their environments."""
        if self._program:
            await asyncio.to_thread(self._remove, self._program, self._block, os.getpid())
            self._program = ""

    def _start(self) -> None:
        program = next((name for name in firewall.PROGRAMS if shutil.which(name, path=self._path)), "")
        if not program:
            raise UplinkFailed("neither nft (nftables) nor iptables is installed")
        self._resolver = addresses.resolver_in(map(_content, RESOLVER_FILES))
        if not self._resolver:
            raise UplinkFailed(f"no name server beside loopback is named in {' or '.join(RESOLVER_FILES)}")
        self._limits = routes.limits(routes.own_addresses())
        try:
            self._claim(program)
            if _FORWARDING.read_text().strip() != "1":
                _FORWARDING.write_text("1")
        except OSError as error:
            raise UplinkFailed(f"the machine does not let its packets be forwarded: {error}") from error

    def _claim(self, program: str) -> None:
        """Take a block that no server has, having cleaned up after those that are gone, and make the rules."""
        taken = set()
        for block, pid in self._found(program):
            if Path(f"/proc/{pid}").exists():
                taken.add(block)
            else:
                self._remove(program, block, pid)
        free = [number for number in range(addresses.BLOCKS) if number not in taken]
        if not free:
            raise UplinkFailed(f"there are {addresses.BLOCKS} servers with the network setting already")
        self._program, self._block = program, secrets.choice(free)
        for command in firewall.setup(program, *self._names(self._block, os.getpid())):
            self._run(command)

    def _found(self, program: str) -> list[tuple[int, int]]:
        listing = ("nft", "list", "tables", "inet") if program == "nft" else ("iptables", "-w", "-S")
        names = set(_NAME.findall(self._run(Command(listing))))
        return [(int(block), int(pid)) for block, pid in names]

    def _remove(self, program: str, block: int, pid: int) -> None:
        """Take the rules of a server away; another that cleans up may have been faster."""
        try:
            for command in firewall.removal(program, *self._names(block, pid)):
                self._run(command)
        except UplinkFailed:
            if (block, pid) in self._found(program):
                raise

    def _names(self, block: int, pid: int) -> tuple[str, str, str, str]:
        return f"portico_{block}_{pid}", f"pc{block}x", addresses.block(block), self._resolver

    def _connect(self, inside: socket.socket) -> None:
        number = next(n for n in self._numbers if not (_LINKS / f"{self.prefix}{n:x}").exists())
        name, own = f"{self.prefix}{number:x}", addresses.own(self._block, number)
        network_fd = netlink.network_of(inside)
        try:
            with netlink.open_here() as here:
                netlink.ask(here, [netlink.pair(name, _INSIDE_NAME, network_fd)])
                index = socket.if_nametoindex(name)
                netlink.ask(here, [*netlink.up(index), netlink.address(addresses.GATEWAY, own, index)])
        finally:
            os.close(network_fd)
        link = netlink.LINK_INDEX
        there = [*netlink.up(link), netlink.address(own, addresses.GATEWAY, link), *routes.leading_out()]
        netlink.ask(inside, there + self._limits)


def _run(command: Command) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - our own commands
            command.arguments, input=command.text, capture_output=True, text=True, check=True
        )
    except subprocess.CalledProcessError as error:
        raise UplinkFailed(f"{' '.join(command.arguments)}: {error.stderr.strip()}") from error
    except OSError as error:
        raise UplinkFailed(f"{command.arguments[0]}: {error}") from error
    return done.stdout


def _content(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
