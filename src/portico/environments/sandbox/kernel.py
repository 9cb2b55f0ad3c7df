"""System calls that Python has no function for. Linux only; each raises OSError, with its name, when it is refused.

Standard library only: a zygote imports it. Nothing here lets go of the interpreter's lock, so that `fork_with` may be called.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import platform
import signal
from collections.abc import Callable

_libc = ctypes.PyDLL(None, use_errno=True)
_signal = importlib.import_module("_signal")  # what `signal` is made of

DEFAULT, IGNORE = 0, 1  # as signal(2) has them

NEW_TIME, NEW_MOUNTS, NEW_CGROUPS, NEW_NAMES = 0x80, 0x20000, 0x2000000, 0x4000000
NEW_IPC, NEW_USERS, NEW_PROCESSES, NEW_NETWORK = 0x8000000, 0x10000000, 0x20000000, 0x40000000

READ_ONLY, NO_SUID, NO_DEVICES, NO_EXECUTION = 0x1, 0x2, 0x4, 0x8  # both mount(2)'s and mount_setattr(2)'s
_REMOUNT, _BIND, _RECURSIVE, _SLAVE = 0x20, 0x1000, 0x4000, 1 << 19
_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000

_NUMBERS = {  # of calls that libc may not know: x86_64, aarch64
    "clone": (56, 220),
    "pivot_root": (155, 41),
    "mount_setattr": (442, 442),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}
MACHINES = ("x86_64", "aarch64")
_MACHINE = platform.machine()

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("user_namespace_fd", ctypes.c_uint64),
    )


# Types are made here, once, and not in every environment.
_CapabilityHeader = ctypes.c_uint32 * 2
_NoCapabilities = ctypes.c_uint32 * 6


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def call(name: str, *arguments: int | bytes | ctypes.Structure | None) -> int:
    """The system call `name` of `_NUMBERS`; its result."""
    number = _NUMBERS[name][MACHINES.index(_MACHINE)]
    given = [ctypes.byref(a) if isinstance(a, ctypes.Structure) else _as_c(a) for a in arguments]
    result: int = _libc.syscall(ctypes.c_long(number), *given)
    if result < 0:
        _refused(name)
    return result


def fork_with(namespaces: int) -> int:
    """`os.fork`, the child being in new namespaces of these kinds. The caller has one thread.

    The interpreter is not told of the fork, which a process with one thread that forks again with `os.fork` can do without.
    """
    return call("clone", namespaces | signal.SIGCHLD, None, None, None, None)


def unshare(namespaces: int) -> None:
    """Move this process into new namespaces of these kinds."""
    _check(_libc.unshare(namespaces), "unshare")


def on_signal(number: int, handler: Callable[..., object] | int) -> None:
    """`signal.signal`, without making an enumeration's member of what was there before: that alone costs each process of an environment
    50 KB of memory that it would otherwise share. `handler` may be `DEFAULT` or `IGNORE`."""
    _signal.signal(number, handler)


def keep_mounts_apart() -> None:
    """Let no mount of this namespace be seen elsewhere; what is unmounted elsewhere goes here too."""
    _mount(None, "/", None, _RECURSIVE | _SLAVE, "")


def bind(source: str, target: str, *, recursive: bool = True) -> None:
    """Show `source`, a folder or a file, at `target`, which is one too."""
    _mount(source, target, None, _BIND | (_RECURSIVE if recursive else 0), "")


def mount_new(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mount a new file system of that kind."""
    _mount(kind, target, kind, flags, options)


def resize(target: str, flags: int, options: str) -> None:
    """Change the options of a mounted file system."""
    _mount(None, target, None, _REMOUNT | flags, options)


def restrict_mount(target: str, flags: int, *, recursive: bool = True, without: int = 0) -> None:
    """Set flags on a mount (and all below it), beside those that it has, and take some away."""
    attributes = _MountAttributes(set=flags, clear=without)
    depth = _AT_RECURSIVE if recursive else 0
    call("mount_setattr", _AT_FDCWD, os.fsencode(target), depth, attributes, ctypes.sizeof(attributes))


def unmount(target: str) -> None:
    """Take a mount, and all below it, out of this namespace."""
    _check(_libc.umount2(os.fsencode(target), _DETACH), f"unmount {target}")


def pivot_root(new_root: str, put_old: str) -> None:
    """Make the mount `new_root` the root, and show the old one at `put_old` below it."""
    call("pivot_root", os.fsencode(new_root), os.fsencode(put_old))


def name_host(name: str) -> None:
    """Set the host name of this process's namespace."""
    encoded = name.encode()
    _check(_libc.sethostname(encoded, len(encoded)), "sethostname")


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send `signal_number` to this process when its parent's thread ends. A change of ids undoes it."""
    _prctl(_PR_SET_PDEATHSIG, signal_number)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def forbid_new_privileges() -> None:
    """Let no execve (setuid, file capabilities) give back what was dropped."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def let_be_inspected(allowed: bool) -> None:
    """Whether processes of the same user may look into this one's memory, and whether its files in /proc are its own."""
    _prctl(_PR_SET_DUMPABLE, 1 if allowed else 0)


def filter_calls(instructions: bytes) -> None:
    """Have every later system call judged by this program (classic BPF, 8 bytes an instruction), for good."""
    program = _FilterProgram(len(instructions) // 8, instructions)
    result = _libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), ctypes.byref(program), 0, 0)
    _check(result, "seccomp")


def drop_bounding_set() -> None:
    """Empty the bounding set. Without CAP_SETPCAP that is neither possible nor needed."""
    number = 0
    while True:
        if _libc.prctl(_PR_CAPBSET_DROP, ctypes.c_ulong(number), 0, 0, 0) != 0:
            return
        number += 1


def clear_capabilities() -> None:
    """Empty the ambient, inheritable, permitted and effective sets."""
    _libc.prctl(_PR_CAP_AMBIENT, ctypes.c_ulong(_PR_CAP_AMBIENT_CLEAR_ALL), 0, 0, 0)
    header, none = _CapabilityHeader(_CAPABILITY_VERSION_3, 0), _NoCapabilities()
    _check(_libc.capset(ctypes.byref(header), ctypes.byref(none)), "capset")


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str) -> None:
    given = [None if name is None else os.fsencode(name) for name in (source, target, kind)]
    result = _libc.mount(*given, ctypes.c_ulong(flags), options.encode() or None)
    _check(result, f"mount {source or ''} on {target}".replace("  ", " "))


def _prctl(option: int, value: int) -> None:
    _check(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def _as_c(value: int | bytes | None) -> object:
    return ctypes.c_long(value) if isinstance(value, int) else value


def _check(result: int, what: str) -> None:
    if result != 0:
        _refused(what)


def _refused(what: str) -> None:
    number = ctypes.get_errno()
    raise OSError(number, f"{what}: {os.strerror(number)}")
