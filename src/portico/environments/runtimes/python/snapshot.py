"""SnapStart from the inside: what keeps a process from being a snapshot, the function's hooks, and what must not be the same in
every copy.

Source: Lambda Developer Guide, "Handling uniqueness with Lambda SnapStart"; `awslambdaric` (where hooks are found).
"""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import tempfile
import uuid

from .faults import Fault

MODULE = "snapshot_restore_py"
OFFERED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "offered")
_HOOKS_S = 10


def obstacle(own_fd: int) -> str:
    """Why this process can't be copied: `threads` (a copy has one only) or `sockets` (copies would share the connection); "" if it
    can. `own_fd` is the runtime's own socket."""
    if len(os.listdir("/proc/self/task")) > 1:
        return "threads"
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:  # the one that listed them
            continue
        if int(name) != own_fd and target.startswith("socket:"):
            return "sockets"
    return ""


def close_idle() -> None:
    """Let go of the connections that urllib3 (under the SDK and many others) keeps for the next request: they are made again when
    they are needed. The SDK has one as soon as it has fetched its credentials."""
    managers = getattr(sys.modules.get("urllib3"), "PoolManager", None)
    if managers is None:
        return
    for found in gc.get_objects():
        if issubclass(type(found), managers):  # not isinstance, which would ask proxies what they stand for
            found.clear()
    gc.collect()


def keep_free(fd: int) -> None:
    """Occupy a descriptor that copies of this process will need, so that no file of the function's gets it."""
    null = os.open(os.devnull, os.O_RDONLY)
    if null != fd:
        os.dup2(null, fd)
        os.close(null)


def before() -> None:
    """Call the hooks that the function has registered for before the snapshot; what they raise comes through."""
    for hook in _hooks("get_before_snapshot"):
        hook()


def after() -> None:
    """Make this copy unlike the others, and call the hooks for after a restore.

    Raises:
        Fault: they took longer than ten seconds. What they raise comes through.
    """
    random.seed()
    uuid._node = None  # type: ignore[attr-defined]
    uuid._last_timestamp = None  # type: ignore[attr-defined]
    tempfile._name_sequence = None  # type: ignore[attr-defined]
    signal.signal(signal.SIGALRM, _too_late)
    signal.alarm(_HOOKS_S)
    try:
        for hook in _hooks("get_after_restore"):
            hook()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _hooks(name: str) -> list:  # type: ignore[type-arg]
    """Those of the module that the function has imported, be it ours or its own copy of AWS's."""
    module = sys.modules.get(MODULE)
    return list(getattr(module, name)()) if module is not None else []


def _too_late(*_: object) -> None:
    raise Fault("Runtime.RestoreError", f"The hooks after the restore took longer than {_HOOKS_S} seconds")
