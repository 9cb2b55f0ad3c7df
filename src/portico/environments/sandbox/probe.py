"""Runs into every wall from inside an environment, as a hostile function would, and says which gave way.

It runs in a process that is thrown away, where a function's would be (`init`), and knows of things outside that must be out of reach.
Standard library only: a zygote's child runs it.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import platform
import socket
from collections.abc import Callable
from typing import Any, NoReturn

from . import kernel, landlock, refusals

_REFUSED_AND_HARMLESS = (
    "unshare", "setns", "pivot_root", "open_tree", "move_mount", "fsopen", "name_to_handle_at", "open_by_handle_at", "ptrace",
    "process_vm_readv", "process_vm_writev", "pidfd_getfd", "io_uring_setup", "bpf", "perf_event_open", "userfaultfd",
    "add_key", "request_key", "keyctl", "kexec_load", "init_module", "finit_module", "delete_module",
)  # fmt: skip
_FIRST = {"ptrace": 0x4200}  # to set options of no process: 0 would be to be traced
_PLACES = ("/", "/usr", "/etc", "/var/task", "/opt", "/dev", "/home")
_REMOUNT_BIND = 0x1020
_GETPID_32 = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov eax, 20; int 0x80; ret: getpid of 32-bit x86
_X32_GETPID = 0x40000000 | 39

Outside = dict[
    str, Any
]  # "file": a path, "pid" and "uid": of the server, "socket": its abstract name, "tier": whose attacks, "": its own


def run(channel_fd: int, tier: str, outside: Outside) -> NoReturn:
    """Answer `[[wall, what gave way or ""], ...]` as JSON over the channel, and end."""
    claimed = outside["tier"] or tier
    found = [(name, _attempt(attack, outside)) for tiers, name, attack in WALLS if claimed in tiers]
    with socket.socket(fileno=channel_fd) as channel:
        channel.sendall(json.dumps(found).encode())
    os._exit(0)


def _attempt(attack: Callable[[Outside], str], outside: Outside) -> str:
    try:
        return attack(outside)
    except OSError as error:  # the attack itself could not be made
        return f"not to be told: {error}"


def _refused(attack: Callable[[], object]) -> bool:
    try:
        attack()
    except OSError:
        return True
    return False


def _host_files(outside: Outside) -> str:
    path = outside["file"]
    return "" if _refused(lambda: open(path, "rb").close()) else f"{path} can be read"


def _writing(_: Outside) -> str:
    given = [place for place in _PLACES if not _refused(lambda place=place: _write(place))]  # type: ignore[misc]
    return f"{', '.join(given)} can be written to" if given else ""


def _write(place: str) -> None:
    path = os.path.join(place, ".probe")
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    os.unlink(path)


def _remounting(_: Outside) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    given = libc.mount(None, b"/var/task", None, ctypes.c_ulong(_REMOUNT_BIND), None)
    return "a mount can be changed" if given == 0 else ""


def _processes(outside: Outside) -> str:
    pid = outside["pid"]
    if not _refused(lambda: open(f"/proc/{pid}/environ", "rb").close()):
        return f"/proc/{pid} can be read"
    return ""


def _signals(outside: Outside) -> str:
    """Kept off by namespaces, by a user of its own, or by Landlock; where none of them is, the tier does not claim it."""
    claimed = os.getuid() != outside["uid"] or landlock.version() >= landlock.SCOPES_SINCE
    if not claimed:
        return ""
    try:
        os.kill(outside["pid"], 0)
    except OSError:
        return ""
    return "a signal can be sent to the server"


def _privileges(_: Outside) -> str:
    if 0 in (*os.getresuid(), *os.getresgid()):
        return "it is root"
    if not _refused(lambda: os.setuid(0)):
        return "it can become root"
    with open("/proc/self/status", encoding="ascii") as file:
        status = dict(line.split(":", 1) for line in file if ":" in line)
    held = [name for name in ("CapPrm", "CapEff", "CapInh", "CapAmb") if int(status[name], 16)]
    if held:
        return f"{', '.join(held)} not empty"
    return "" if status["NoNewPrivs"].strip() == "1" else "privileges can be gained"


def _calls(_: Outside) -> str:
    at = kernel.MACHINES.index(platform.machine())
    numbers = {name: refusals.REFUSED[name][at] for name in _REFUSED_AND_HARMLESS}
    given = [name for name, number in numbers.items() if _raw(number, _FIRST.get(name, 0)) != errno.EPERM]
    if _raw(refusals.CLONE3[at]) != errno.ENOSYS:
        given.append("clone3")
    if not _refused(lambda: _end_child(kernel.fork_with(kernel.NEW_USERS))):
        given.append("clone")
    return f"allowed: {', '.join(given)}" if given else ""


def _raw(number: int, first: int = 0) -> int:
    """The error of a system call without further arguments; 0 when there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_long(0)
    result = libc.syscall(ctypes.c_long(number), ctypes.c_long(first), zero, zero, zero, zero, zero)
    return ctypes.get_errno() if result < 0 else 0


def _end_child(pid: int) -> None:
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _other_machines(_: Outside) -> str:
    if platform.machine() != "x86_64":
        return ""
    if _raw(_X32_GETPID) not in (errno.EPERM, errno.ENOSYS):
        return "calls of x32 pass"
    with mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) as page:
        page.write(_GETPID_32)
        start = (ctypes.c_char * 1).from_buffer(page)
        answer = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(start))()
        del start
    return "32-bit calls pass" if answer > 0 else ""


def _sockets(_: Outside) -> str:
    kinds = {
        "raw": (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
        "packet": (socket.AF_PACKET, socket.SOCK_RAW, 0),
        "netlink": (socket.AF_NETLINK, socket.SOCK_RAW, 9),
        "vsock": (socket.AF_VSOCK, socket.SOCK_STREAM, 0),
    }
    given = [
        name
        for name, kind in kinds.items()
        if not _refused(lambda kind=kind: socket.socket(*kind).close())  # type: ignore[misc]
    ]
    return f"open to it: {', '.join(given)}" if given else ""


def _landlock(_: Outside) -> str:
    """Nothing else forbids a process to rename itself."""
    return "" if _refused(lambda: open("/proc/self/comm", "w").close()) else "Landlock does not restrict it"


def _scopes(outside: Outside) -> str:
    if landlock.version() < landlock.SCOPES_SINCE:
        return ""
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect("\0" + outside["socket"])
        except OSError:
            return ""
    return "an abstract socket of the server can be reached"


# Tiers that claim it, what is kept off, the attack.
WALLS: tuple[tuple[str, str, Callable[[Outside], str]], ...] = (
    ("AB", "files of this machine", _host_files),
    ("AB", "writing outside /tmp", _writing),
    ("A", "changing mounts", _remounting),
    ("AB", "processes of others", _processes),
    ("AB", "signals to others", _signals),
    ("AB", "privileges", _privileges),
    ("AB", "system calls", _calls),
    ("AB", "calls of other machines", _other_machines),
    ("AB", "raw sockets", _sockets),
    ("AB", "Landlock", _landlock),
    ("AB", "sockets of others", _scopes),
)
