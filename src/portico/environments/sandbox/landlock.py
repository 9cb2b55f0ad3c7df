"""Landlock: which files a process and its descendants may use, by the kernel's own rules, whatever else they gain.

Source: Linux, Documentation/userspace-api/landlock; `include/uapi/linux/landlock.h`.
"""

from __future__ import annotations

import ctypes
import os

from . import kernel

_VERSION = 1  # flag of landlock_create_ruleset that asks for the version
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHARACTER_DEVICE, _MAKE_BLOCK_DEVICE = 1 << 6, 1 << 11
_TRUNCATE, _DEVICE_IOCTL = 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_IOCTL
_ALL_OF_ABI = (0, (1 << 13) - 1, (1 << 14) - 1, (1 << 15) - 1, (1 << 15) - 1, (1 << 16) - 1)
_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS = 1 << 0, 1 << 1
SCOPES_SINCE = 6

READ = _READ_FILE | _READ_FOLDER | _EXECUTE
USE = _READ_FILE | _WRITE_FILE | _TRUNCATE | _DEVICE_IOCTL
OWN = ((1 << 16) - 1) & ~(_MAKE_CHARACTER_DEVICE | _MAKE_BLOCK_DEVICE)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """The kernel's version of the rules; 0 where there are none."""
    try:
        return kernel.call("landlock_create_ruleset", None, 0, _VERSION)
    except (OSError, KeyError, ValueError):
        return 0


def restrict(allowed: dict[str, int]) -> None:
    """Allow this process and its descendants nothing but `READ`, `USE` or `OWN` of the files at and below these paths, for good.

    From version 6 on signals and abstract sockets reach only processes with the same restriction. A path that does not exist is
    passed over. It takes `no_new_privs`.

    Raises:
        OSError: the kernel has no Landlock, or refuses.
    """
    abi = version()
    handled = _ALL_OF_ABI[min(abi, len(_ALL_OF_ABI) - 1)]
    scopes = _SCOPE_ABSTRACT_SOCKETS | _SCOPE_SIGNALS if abi >= SCOPES_SINCE else 0
    rules = _Ruleset(files=handled, network=0, scopes=scopes)
    size = ctypes.sizeof(_Ruleset) if scopes else 8
    ruleset = kernel.call("landlock_create_ruleset", rules, size, 0)
    try:
        for path, rights in allowed.items():
            _allow(ruleset, path, rights & handled)
        kernel.call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _ON_FILES
        rule = _Beneath(allowed=rights, folder=fd)
        kernel.call("landlock_add_rule", ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(fd)
