"""Links, addresses and routes, asked of the kernel by rtnetlink.

A request is answered before the call returns, which takes some tens of microseconds; whoever has a loop calls from a thread.

Source: Linux, rtnetlink(7), netlink(7), `include/uapi/linux/{if_link,rtnetlink,veth}.h`.
"""

import fcntl
import ipaddress
import os
import socket
import struct
from collections.abc import Sequence

LINK_INDEX = 2  # of the link in a network that has one beside its loopback

_NEW_LINK, _NEW_ADDRESS, _NEW_ROUTE = 16, 20, 24
_REQUEST, _ACKNOWLEDGE, _NEW = 0x1, 0x4, 0x600  # the last: to be made, and not there yet
_ERROR = 2
_UP = 0x1
_MAIN_TABLE, _STATIC, _UNICAST, _PROHIBIT = 254, 4, 1, 8
_NAME, _LINK_INFO, _NETWORK_FD = 3, 18, 28
_KIND, _DATA, _PEER = 1, 2, 1
_OF_FAMILIES, _ADDRESSES_MADE = 26, 8
_NETWORK_OF_SOCKET = 0x894C  # SIOCGSKNS
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_LINK = struct.Struct("=BxHiII")  # family, type, index, flags, changed flags
_ADDRESS = struct.Struct("=BBBBi")  # family, bits, flags, scope, index
_ROUTE = struct.Struct(
    "=BBBBBBBBI"
)  # family, bits, source bits, service, table, protocol, scope, type, flags
_PATIENCE_S = 5
_ANSWER_BYTES_MAX = 1 << 16

Message = tuple[int, int, bytes]  # type, flags, body


def open_here() -> socket.socket:
    """A netlink socket in this process's own network."""
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)


def ask(asking: socket.socket, messages: Sequence[Message]) -> None:
    """Have all of these done, in their order.

    Raises:
        OSError: one is refused; those before it have been done.
    """
    asking.setblocking(True)
    asking.settimeout(_PATIENCE_S)
    asking.send(b"".join(_packed(number, *message) for number, message in enumerate(messages)))
    awaited = len(messages)
    while awaited:
        data = asking.recv(_ANSWER_BYTES_MAX)
        at = 0
        while at + _HEADER.size <= len(data):
            length, kind, _, number, _ = _HEADER.unpack_from(data, at)
            if kind == _ERROR:
                code = struct.unpack_from("=i", data, at + _HEADER.size)[0]
                if code:
                    raise OSError(-code, f"netlink request {number}: {os.strerror(-code)}")
                awaited -= 1
            at += max(length + 3 & ~3, _HEADER.size)


def network_of(inside: socket.socket) -> int:
    """A descriptor of the network that a socket was made in, which belongs to the caller.

    Raises:
        OSError: it is no socket, or none of a network that this process may do something in.
    """
    return fcntl.ioctl(inside, _NETWORK_OF_SOCKET)


def pair(name: str, peer: str, network_fd: int) -> Message:
    """Two ends of a link: one here, and one in another network, there at `LINK_INDEX`."""
    there = _LINK.pack(socket.AF_UNSPEC, 0, LINK_INDEX, 0, 0)
    there += _attribute(_NAME, peer.encode() + b"\0") + _attribute(_NETWORK_FD, struct.pack("=I", network_fd))
    data = _attribute(_DATA, _attribute(_PEER, there))
    about = _attribute(_LINK_INFO, _attribute(_KIND, b"veth") + data)
    here = _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
    return _NEW_LINK, _NEW, here + _attribute(_NAME, name.encode() + b"\0") + about


def up(index: int) -> list[Message]:
    """A link is to be up, without an IPv6 address of its own making, of which nothing here would know."""
    none_made = _attribute(_OF_FAMILIES, _attribute(socket.AF_INET6, _attribute(_ADDRESSES_MADE, b"\1")))
    return [
        (_NEW_LINK, 0, _LINK.pack(socket.AF_UNSPEC, 0, index, 0, 0) + none_made),
        (_NEW_LINK, 0, _LINK.pack(socket.AF_UNSPEC, 0, index, _UP, _UP)),
    ]


def address(own: str, other: str, index: int) -> Message:
    """The address of one end of a link, and that of the other, to which it leads."""
    head = _ADDRESS.pack(socket.AF_INET, 32, 0, 0, index)
    return _NEW_ADDRESS, _NEW, head + _attribute(2, _bytes(own)) + _attribute(1, _bytes(other))


def route(network: str, gateway: str) -> Message:
    """What leads to `network` by the gateway on the other end of the link."""
    return _NEW_ROUTE, _NEW, _route(network, _UNICAST) + _attribute(5, _bytes(gateway))


def refusal(network: str) -> Message:
    """Nothing leads to `network`: whoever tries is told so (EACCES)."""
    return _NEW_ROUTE, _NEW, _route(network, _PROHIBIT)


def _route(network: str, kind: int) -> bytes:
    target = ipaddress.ip_network(network)
    head = _ROUTE.pack(socket.AF_INET, target.prefixlen, 0, 0, _MAIN_TABLE, _STATIC, 0, kind, 0)
    return head + (_attribute(1, target.network_address.packed) if target.prefixlen else b"")


def _packed(number: int, kind: int, flags: int, body: bytes) -> bytes:
    flags |= _REQUEST | _ACKNOWLEDGE
    return _HEADER.pack(_HEADER.size + len(body), kind, flags, number, 0) + body


def _attribute(kind: int, data: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def _bytes(address: str) -> bytes:
    return ipaddress.ip_address(address).packed
