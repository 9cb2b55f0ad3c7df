"""Does this connection come from a function? Asked before a development key is believed, or an unsigned call of ours is answered.

In development mode functions share the machine's network, so their connections come from loopback like a developer's. The kernel
tells a connection's socket by its inode (`sockets.py`), and a process's open sockets (`/proc/PID/fd`); the connection is a
function's if a process below one of the environments holds it. What can't be told is taken for a function's: a client that asks
for something has its socket open until it has its answer.
"""

import ipaddress
import os
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from portico.base import system
from portico.environments.sockets import socket_at
from portico.wire.http import Peer

_KEPT_MAX = 10_000


class Connections:
    """Answers for the connections of one server; each connection is looked up once. `roots()` are the processes that the
    environments' trees begin with; `users()` are those whom functions run as, or None where they may be the server's own: a socket is
    always its maker's, so that nobody's processes but theirs have to be looked at."""

    def __init__(
        self, roots: Callable[[], Iterable[int]], users: Callable[[], Collection[int] | None] = lambda: None
    ) -> None:
        self._roots = roots
        self._users = users
        self._known: OrderedDict[int, bool] = OrderedDict()

    def is_function(self, peer: Peer) -> bool:
        """Whether the other end of the connection is a function's."""
        if peer.function:
            return True
        known = self._known.get(peer.connection)
        if known is not None:
            return known
        found = self._look(peer)
        self._known[peer.connection] = found
        if len(self._known) > _KEPT_MAX:
            self._known.popitem(last=False)
        return found

    def _look(self, peer: Peer) -> bool:
        roots = list(self._roots())
        if (
            not roots or not system.LINUX
        ):  # where no kernel tells; tier C, in which functions are the server's user
            return False
        if not _is_loopback(peer.host):
            return False
        found = socket_at(peer.host, peer.port)
        if found is None:
            return True
        if os.geteuid() != 0 and found.uid != os.geteuid():
            return False  # functions of an ordinary user are that user, and can't be another
        users = self._users()
        if users is not None and found.uid not in users:
            return False
        wanted = f"socket:[{found.inode}]"
        # The first process of a tree runs no code of a function's, and lets nobody look into it.
        theirs = {pid for root in roots for pid in tree(root)}
        held = [_holds(pid, wanted) for pid in theirs.difference(roots)]
        return any(held) or (None in held and not _held_beside(theirs, wanted))


def tree(root: int) -> Iterator[int]:
    """A process and all that descend from it, as far as they can still be seen."""
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        try:
            tasks = os.listdir(f"/proc/{pid}/task")
            for task in tasks:
                waiting += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
        except OSError:
            continue


def _holds(pid: int, wanted: str) -> bool | None:
    """Whether the process holds that socket; None when it can't be looked into."""
    try:
        with os.scandir(f"/proc/{pid}/fd") as descriptors:
            return any(_link(entry.path) == wanted for entry in descriptors)
    except PermissionError:
        return None
    except OSError:
        return False


def _held_beside(theirs: set[int], wanted: str) -> bool:
    """Whether a process that is no function's holds it. A process of a function that can't be looked into (the first one of an
    environment that was restored, which the function's own code has made) is not given the benefit of the doubt otherwise."""
    everyone = {int(name) for name in os.listdir("/proc") if name.isdigit()}
    return any(_holds(pid, wanted) for pid in everyone - theirs)


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
