"""Which environment is calling: told by who holds the connection's other end, never by anything that the caller says.

The kernel knows the socket's inode (`sockets.py`) and each process's open sockets (`/proc/PID/fd`).
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from portico.environments.connections import tree
from portico.environments.sockets import socket_at


class Rooted(Protocol):
    """Something with processes: `pid` is the one that their tree begins with, `uid` the user that they begin as (0: the server's)."""

    pid: int | None
    uid: int


_LISTENING = "0A"

_Found = TypeVar("_Found", bound=Rooted)


def caller(host: str, port: int, among: Iterable[_Found]) -> _Found | None:
    """Whose process holds the socket with this address; None if it is nobody's, or can't be told.

    The likeliest should come first.
    """
    found = socket_at(host, port)
    if found is None:
        return None
    wanted = f"socket:[{found.inode}]"
    for one in sorted(
        among, key=lambda one: one.uid != found.uid
    ):  # environments have users of their own, where they can
        if one.pid is not None and any(_holds(pid, wanted) for pid in tree(one.pid)):
            return one
    return None


def listens(pid: int, port: int) -> bool:
    """Whether what listens on this port of the machine is a process of the tree that begins with `pid`, and nobody else."""
    inodes = set(_listeners(port))
    held = [any(_holds(one, f"socket:[{inode}]") for one in tree(pid)) for inode in inodes]
    return bool(held) and all(held)


def _listeners(port: int) -> Iterator[int]:
    """The inodes of the listening sockets with this port, from the tables of proc_net_tcp(5)."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTENING and fields[1].endswith(f":{port:04X}"):
                yield int(fields[9])


def _holds(pid: int, wanted: str) -> bool:
    folder = f"/proc/{pid}/fd"
    try:
        descriptors = os.listdir(folder)
    except OSError:
        return False
    return any(_link(f"{folder}/{descriptor}") == wanted for descriptor in descriptors)


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
