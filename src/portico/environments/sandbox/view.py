"""What an environment sees beside its zygote's root (tier A): its own code, layers, `/tmp`, shared memory and processes.

All of it runs in the environment's own mount namespace, which is a copy of the zygote's. Errors are OSErrors. `shown` are the zygote's
folders, of which those below `/tmp` and `/opt` have to be shown again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from . import kernel, root

TASK, OPT, TMP = "/var/task", "/opt", "/tmp"  # noqa: S108 - the function's own
_SHM = "/dev/shm"  # noqa: S108
_SHM_MB = 64
_INODES_PER_MB = 256  # as many as there are pages
_PLAIN = kernel.NO_SUID | kernel.NO_DEVICES


def prepare(tmp_mb: int, shown: Sequence[str]) -> None:
    """The part that needs no function: processes, shared memory and `/tmp`."""
    _mount_own(tmp_mb)
    for path in _below(TMP, shown):
        root.show(path)


def renew(tmp_mb: int, shown: Sequence[str]) -> None:
    """The same for a copy of an environment, to which the machine's root is gone: what is shown below `/tmp` is kept by descriptors."""
    kept = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in _below(TMP, shown)}
    _mount_own(tmp_mb)
    for path, fd in kept.items():
        root.make_like(f"/proc/self/fd/{fd}", path)
        kernel.bind(f"/proc/self/fd/{fd}", path)  # as read-only as it was
        os.close(fd)


def _mount_own(tmp_mb: int) -> None:
    kernel.mount_new("proc", "/proc", _PLAIN | kernel.NO_EXECUTION, "hidepid=2")
    kernel.mount_new("tmpfs", _SHM, _PLAIN | kernel.NO_EXECUTION, f"mode=1777,size={_SHM_MB}m,nr_inodes=4k")
    kernel.mount_new("tmpfs", TMP, _PLAIN, _tmp_options(tmp_mb))


def place(code_dir: str, opt_dir: str, shown: Sequence[str]) -> None:
    """The part that is the function's: its code and its layers. The machine's root is gone then."""
    if code_dir:
        root.show(code_dir, TASK)
    if opt_dir:
        _place_layers(opt_dir, _below(OPT, shown))
    kernel.unmount(root.HOST)


def resize(tmp_mb: int) -> None:
    """Give the environment a `/tmp` of another size."""
    kernel.resize(TMP, _PLAIN, _tmp_options(tmp_mb))


def _place_layers(opt_dir: str, kept: Sequence[str]) -> None:
    """Show the layers at `/opt`; entry by entry where something else of this machine must be seen there too."""
    if not kept:
        root.show(opt_dir, OPT)
        return
    kernel.mount_new("tmpfs", OPT, _PLAIN, "mode=755,size=1m")
    for path in kept:
        root.show(path)
    for name in sorted(os.listdir(root.HOST + opt_dir)):
        source, target = f"{root.HOST}{opt_dir}/{name}", f"{OPT}/{name}"
        if os.path.lexists(target):
            continue
        if os.path.islink(source):  # a bind would follow it
            os.symlink(os.readlink(source), target)
        else:
            root.show(f"{opt_dir}/{name}", target)
    kernel.restrict_mount(OPT, kernel.READ_ONLY, recursive=False)


def _below(folder: str, shown: Sequence[str]) -> list[str]:
    return [path for path in shown if path.startswith(folder + os.sep)]


def _tmp_options(tmp_mb: int) -> str:
    return f"mode=1777,size={tmp_mb}m,nr_inodes={tmp_mb * _INODES_PER_MB}"
