"""Who a function is: a user of this machine that nobody else is, who inside is called what functions are called on AWS."""

from __future__ import annotations

import os

from . import kernel, root


def take(uid: int) -> None:
    """Be that user and group of this machine, in no other group, for good. Capabilities go with it.

    What this process has inherited to write its log to becomes that user's, so that it can be opened again (`/dev/stdout`).
    """
    os.fchown(1, uid, uid)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if 0 in os.getresuid() or 0 in os.getresgid():
        raise OSError("still root")
    kernel.let_be_inspected(True)  # its own /proc/self belongs to it again


def rename() -> None:
    """Enter a user namespace in which this process's user has the id and name of AWS's.

    In there, nothing of the machine belongs to anybody, and limits on the number of processes count this environment alone.

    Raises:
        OSError: the kernel allows no user namespaces.
    """
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(kernel.NEW_USERS)
    map_ids(f"{root.USER_ID} {uid} 1", f"{root.GROUP_ID} {gid} 1")


def map_ids(uids: str, gids: str) -> None:
    """Say which users this process's new user namespace has: `inside outside count`, one's own if without privileges."""
    for name, content in (("setgroups", "deny"), ("uid_map", uids), ("gid_map", gids)):
        fd = os.open(f"/proc/self/{name}", os.O_WRONLY | os.O_CLOEXEC)  # leaves less behind than `open`
        try:
            os.write(fd, content.encode())
        finally:
            os.close(fd)
