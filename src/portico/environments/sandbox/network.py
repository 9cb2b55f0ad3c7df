"""A network of the environment's own: nothing but its loopback, and doors in it that lead to the server.

A door is a socket that listens on a port of the loopback in there and is served by the server, to which its descriptor is handed. So
nothing needs to be routed or filtered, and whoever comes in by a door can only be this environment.

Standard library only: a zygote imports it. Source: Linux, network_namespaces(7), netdevice(7).
"""

from __future__ import annotations

import fcntl
import socket
import struct

from . import kernel

LOOPBACK = "127.0.0.1"

_GET_FLAGS, _SET_FLAGS = 0x8913, 0x8914  # SIOCGIFFLAGS, SIOCSIFFLAGS
_UP = 0x1
_REQUEST = struct.Struct("16sH22x")
_BACKLOG = 1024


def enter(doors: list[int]) -> list[socket.socket]:
    """Leave the machine's network for a new one, and listen on these ports of its loopback.

    Raises:
        OSError: the kernel refuses.
    """
    kernel.unshare(kernel.NEW_NETWORK)
    _raise_loopback()
    return [_listen(port) for port in doors]


def hand_over(control_fd: int, doors: list[socket.socket], *, uplink: bool) -> None:
    """Send the listeners through the control socket, a message each: `L` and the port. With an `uplink` also a netlink socket (`U`),
    by which the server gives this network its link: there will be one more, and routes."""
    control = socket.socket(fileno=control_fd)
    if uplink:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as inside:
            socket.send_fds(control, [b"U"], [inside.fileno()])
    for door in doors:
        message = b"L" + struct.pack("!H", door.getsockname()[1])
        socket.send_fds(control, [message], [door.fileno()])
        door.close()
    control.detach()


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        answer = fcntl.ioctl(asking, _GET_FLAGS, _REQUEST.pack(b"lo", 0))
        name, flags = _REQUEST.unpack(answer)
        fcntl.ioctl(asking, _SET_FLAGS, _REQUEST.pack(name, flags | _UP))


def _listen(port: int) -> socket.socket:
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind((LOOPBACK, port))
    door.listen(_BACKLOG)
    return door
