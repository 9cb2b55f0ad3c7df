"""The filter of system calls: a program for the kernel's classic BPF machine, assembled here.

It knows the machine that it was made for: calls of another one (32-bit calls on x86_64, its x32 table) are refused whole. Of the rest
it refuses what `refusals.py` lists, new namespaces by `clone`, raw and exotic sockets, device files, and typing into a terminal.
A refused call fails with EPERM, `clone3` with ENOSYS, upon which libc falls back to `clone`, whose flags can be read.

Source: Linux, Documentation/userspace-api/seccomp_filter; `struct seccomp_data`: number (0), architecture (4), arguments (16, 24, ...).
"""

from __future__ import annotations

import errno
import functools
import platform
import socket
import stat
import struct

from . import kernel, refusals

_ARCHITECTURES = (0xC000003E, 0xC00000B7)  # AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64
_X32 = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_UNKNOWN = 0x00050000 | errno.ENOSYS

_NAMESPACES = (
    kernel.NEW_MOUNTS
    | kernel.NEW_CGROUPS
    | kernel.NEW_NAMES
    | kernel.NEW_IPC
    | kernel.NEW_USERS
    | kernel.NEW_PROCESSES
    | kernel.NEW_NETWORK
)
_OF_COPIES = kernel.NEW_USERS | kernel.NEW_MOUNTS | kernel.NEW_PROCESSES | kernel.NEW_IPC
_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
_SOCKET_KIND = 0xF  # without SOCK_CLOEXEC and SOCK_NONBLOCK
_RAW_KINDS = (socket.SOCK_RAW, 10)  # and SOCK_PACKET
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_DEVICES = (stat.S_IFCHR, stat.S_IFBLK)

_Instruction = tuple[int, int, int, int]  # operation, jump if true, jump if false, operand


def program(machine: str = "", *, for_copies: bool = False, own_network: bool = False) -> bytes:
    """The filter for that machine (`x86_64`, `aarch64`; empty: this one), 8 bytes an instruction; assembled once. A process of which
    copies are made (`for_copies`) keeps what they need to set themselves apart: to mount, to be forked into the namespaces that they
    will have, and to enter one of the network if they have their `own_network`. They give it up.

    Raises:
        OSError: none is known for it.
    """
    return _program(machine or platform.machine(), for_copies, own_network)


@functools.cache
def _program(machine: str, for_copies: bool, own_network: bool) -> bytes:
    if machine not in kernel.MACHINES:
        raise OSError(errno.ENOSYS, f"no filter of system calls for {machine}")
    at = kernel.MACHINES.index(machine)
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[at]),
        _answer(_REFUSE),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if at == 0:
        code += [(_AT_LEAST, 0, 1, _X32), _answer(_REFUSE)]
    entered = kernel.NEW_NETWORK if for_copies and own_network else 0
    blocks = [
        *_judged(),
        (refusals.CLONE, _without(_NAMESPACES & ~(_OF_COPIES if for_copies else 0))),
        (refusals.REFUSED["unshare"], _without(0xFFFFFFFF & ~entered) if entered else [_answer(_REFUSE)]),
    ]
    for judged, block in blocks:
        if judged[at] != refusals.NONE:
            code += [(_EQUAL, 0, len(block), judged[at]), *block]
    kept = refusals.OF_COPIES if for_copies else ()
    numbers = (numbers[at] for name, numbers in refusals.REFUSED.items() if name not in (*kept, "unshare"))
    refused = sorted(number for number in numbers if number != refusals.NONE)
    for number in refused:
        code += [(_EQUAL, 0, 1, number), _answer(_REFUSE)]
    code.append(_answer(_ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _judged() -> list[tuple[tuple[int, int], list[_Instruction]]]:
    """The calls that are judged by their arguments, each with a block that begins with its number loaded and ends with an answer."""
    return [
        (refusals.CLONE3, [_answer(_UNKNOWN)]),
        (refusals.SOCKET, _socket()),
        (refusals.IOCTL, [_argument(1), *_none_of(_TERMINAL_INPUT)]),
        (refusals.MKNOD, [_argument(1), (_AND, 0, 0, 0xF000), *_none_of(_DEVICES)]),
        (refusals.MKNODAT, [_argument(2), (_AND, 0, 0, 0xF000), *_none_of(_DEVICES)]),
    ]


def _without(flags: int) -> list[_Instruction]:
    """A first argument that has none of these flags."""
    return [_argument(0), (_ANY_BIT, 0, 1, flags), _answer(_REFUSE), _answer(_ALLOW)]


def _socket() -> list[_Instruction]:
    """One of the known families; of netlink only the routing protocol, raw as it always is; of the others nothing raw."""
    known = [(_EQUAL, len(_FAMILIES) - at, 0, family) for at, family in enumerate(_FAMILIES)]
    netlink = [_argument(2), (_EQUAL, 0, 1, 0), _answer(_ALLOW), _answer(_REFUSE)]
    others = [_argument(1), (_AND, 0, 0, _SOCKET_KIND), *_none_of(_RAW_KINDS)]
    return [
        _argument(0),
        *known,
        _answer(_REFUSE),
        (_EQUAL, 0, len(netlink), socket.AF_NETLINK),
        *netlink,
        *others,
    ]


def _none_of(values: tuple[int, ...]) -> list[_Instruction]:
    found = [(_EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
    return [*found, _answer(_ALLOW), _answer(_REFUSE)]


def _argument(at: int) -> _Instruction:
    """Load the lower half of an argument: on both machines it comes first."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * at)


def _answer(value: int) -> _Instruction:
    return (_RETURN, 0, 0, value)
