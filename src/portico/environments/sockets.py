"""Which socket of this machine has an address: asked of the kernel by netlink (a fifth of a millisecond), or where that is not to be
had read from `/proc/net/tcp`, which lists every connection that was closed within the last minute too.

Source: Linux, sock_diag(7), proc_net_tcp(5).
"""

import ipaddress
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_REQUEST_AND_DUMP = 0x301
_ERROR, _DONE = 2, 3
_STATES = 0xFFF & ~(1 << 6 | 1 << 10)  # all but TIME_WAIT and LISTEN
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_WANTED = struct.Struct("=BBBxI")  # family, protocol, extensions, states
_NO_COOKIE = b"\xff" * 8
_SOURCE_PORT, _SOURCE, _UID, _INODE = 20, 24, 80, 84  # where they are in an answer, from its header on
_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


class Owned(NamedTuple):
    """A socket's inode, and the user whose process made it."""

    inode: int
    uid: int


def socket_at(host: str, port: int) -> Owned | None:
    """The TCP socket whose own address is `host` (an IP address), `port`; None when there is none (any more)."""
    address = ipaddress.ip_address(host)
    try:
        return _asked(address, port)
    except OSError:
        return _read(address, port)


def _forms(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Iterator[tuple[int, bytes]]:
    """Family and address of the sockets that may have it: an IPv6 socket can have an IPv4 address in its mapped form."""
    if address.version == 4:
        yield socket.AF_INET, address.packed
        yield socket.AF_INET6, b"\0" * 10 + b"\xff\xff" + address.packed
    else:
        yield socket.AF_INET6, address.packed


def _asked(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> Owned | None:
    with socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG
    ) as kernel:
        kernel.settimeout(1)
        for family, packed in _forms(address):
            kernel.send(_question(family, port))
            found = [
                Owned(_number(answer, _INODE), _number(answer, _UID))
                for answer in _answers(kernel)
                if struct.unpack_from("!H", answer, _SOURCE_PORT)[0] == port
                and answer[_SOURCE : _SOURCE + len(packed)] == packed
            ]
            if any(one.inode for one in found):
                return max(found)
    return None


def _number(answer: bytes, at: int) -> int:
    found: int = struct.unpack_from("=I", answer, at)[0]
    return found


def _question(family: int, port: int) -> bytes:
    ends = struct.pack("!HH", port, 0) + bytes(32) + struct.pack("=I", 0) + _NO_COOKIE
    body = _WANTED.pack(family, socket.IPPROTO_TCP, 0, _STATES) + ends
    return _HEADER.pack(_HEADER.size + len(body), _SOCK_DIAG_BY_FAMILY, _REQUEST_AND_DUMP, 1, 0) + body


def _answers(kernel: socket.socket) -> Iterator[bytes]:
    """The messages of a dump.

    Raises:
        OSError: the kernel does not answer such questions.
    """
    while True:
        data = kernel.recv(1 << 16)
        at = 0
        while at < len(data):
            length, kind = _HEADER.unpack_from(data, at)[:2]
            if kind == _DONE:
                return
            if kind == _ERROR:
                raise OSError(
                    -struct.unpack_from("=i", data, at + _HEADER.size)[0], "no answer from sock_diag"
                )
            yield data[at : at + length]
            at += length + 3 & ~3


def _read(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> Owned | None:
    ends = {f"{_words(packed)}:{port:04X}" for _, packed in _forms(address)}
    for table in _TABLES:
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[1] in ends and fields[9] != "0":
                return Owned(int(fields[9]), int(fields[7]))
    return None


def _words(packed: bytes) -> str:
    """An address as `/proc/net` writes it: words in the machine's byte order (little-endian here)."""
    return "".join(packed[at : at + 4][::-1].hex().upper() for at in range(0, len(packed), 4))
