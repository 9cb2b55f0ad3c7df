"""The private root of a zygote's environments (tier A): what of this machine they see, read-only, built once.

A zygote moves into it and keeps the machine's own root at `HOST`, below a folder that is closed to others. Every environment is a
copy of this mount namespace that shows its code, its layers, its `/tmp` and its processes as well, and then lets go of `HOST`
(`view.py`): so an environment costs five mounts, whatever its interpreter and libraries take.

Source of the layout: Lambda Developer Guide, "Lambda runtimes", "Custom runtimes"; user and ids as functions see them there.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

from . import kernel

HOST = "/.portico/host"
RESOLVER = "169.254.100.53"  # where environments with an uplink find a name server (`uplinks/addresses.py`)
_RESOLVERS, _RESOLVER_FILE = "/etc/resolv.conf", "/.portico/resolv.conf"
HOST_NAME = "169.254.100.1"
USER, USER_ID, GROUP_ID = "sbx_user1051", 993, 990

_SIZE = "mode=755,size=16m,nr_inodes=16k"
_SHOWN = kernel.READ_ONLY | kernel.NO_SUID | kernel.NO_DEVICES
_SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "nix/store", "gnu/store")
_EMPTY = ("dev/shm", "home", "mnt", "opt", "proc", "run", "sys", "tmp", "var/task", "var/runtime")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_DEVICE_LINKS = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}
_ETC_FOLDERS = (
    "alternatives", "ca-certificates", "crypto-policies", "fonts", "java", "ld.so.conf.d", "pki", "ssl",
)  # fmt: skip
_ETC_FILES = (
    "gai.conf", "host.conf", "hosts", "ld.so.cache", "ld.so.conf", "localtime", "mime.types", "os-release", "protocols",
    "resolv.conf", "services", "timezone",
)  # fmt: skip
_OWN_HOSTS = b"\n127.0.0.1 sandbox.localdomain sandbox\n"  # where the Telemetry API finds an extension
_ETC_WRITTEN = {
    "hostname": f"{HOST_NAME}\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
    "passwd": (
        f"root:x:0:0:root:/root:/sbin/nologin\n{USER}:x:{USER_ID}:{GROUP_ID}::/home/{USER}:/sbin/nologin\n"
        "nobody:x:65534:65534::/:/sbin/nologin\n"
    ),
    "group": f"root:x:0:\n{USER}:x:{GROUP_ID}:\nnobody:x:65534:\n",
}


def build(shown: Iterable[str], language: str) -> None:
    """Move this process, which is in a mount namespace of its own, into a new root.

    `shown` are the folders and files of the machine that functions need beside the system's, at the same paths; `language` is the
    one that `/var/lang` is.

    Raises:
        OSError: the kernel refuses a mount.
    """
    kept = {name: _content(f"/etc/{name}") for name in _ETC_FILES}
    kept["hosts"] += _OWN_HOSTS
    wanted = sorted({os.path.realpath(path) for path in shown if os.path.exists(path)})
    _move_in()
    for name in _SYSTEM:
        _show_system(name)
    for name in _EMPTY:
        os.makedirs(f"/{name}")
    for path in wanted:
        show(path)
    _fill_devices()
    _fill_etc(kept)
    os.symlink(language, "/var/lang")
    kernel.restrict_mount("/", _SHOWN, recursive=False)


def show(path: str, at: str = "") -> None:
    """Show a folder or a file of the machine, read-only, at the same path or at `at`; nothing to do if it can be seen there already."""
    target = at or path
    source = HOST + path
    if target.strip("/") == "":
        raise OSError("the root can't be shown")
    if not at and _is_same(source, target):
        return
    make_like(source, target)
    kernel.bind(source, target)
    kernel.restrict_mount(target, _SHOWN)


def show_later(path: str) -> None:
    """Show one more in an environment. Its mount point stays in the root that all environments of the zygote share."""
    if _is_same(HOST + path, path):
        return
    kernel.restrict_mount("/", 0, recursive=False, without=kernel.READ_ONLY)
    try:
        show(path)
    finally:
        kernel.restrict_mount("/", kernel.READ_ONLY, recursive=False)


def resolve_by_uplink() -> None:
    """Let names be looked up where an uplink leads, in this environment alone."""
    kernel.bind(_RESOLVER_FILE, _RESOLVERS, recursive=False)


def _move_in() -> None:
    kernel.mount_new("tmpfs", "/tmp", kernel.NO_SUID, _SIZE)  # noqa: S108 - only in this process's namespace
    os.mkdir("/tmp/.portico", 0o700)  # noqa: S108
    os.mkdir(f"/tmp{HOST}")  # noqa: S108
    kernel.pivot_root("/tmp", f"/tmp{HOST}")  # noqa: S108
    os.chdir("/")


def _show_system(name: str) -> None:
    source = f"{HOST}/{name}"
    if os.path.islink(source):
        os.symlink(os.readlink(source), f"/{name}")
    elif os.path.isdir(source):
        show(f"/{name}")


def _fill_devices() -> None:
    for name in _DEVICES:
        make_like(f"{HOST}/dev/{name}", f"/dev/{name}")
        kernel.bind(f"{HOST}/dev/{name}", f"/dev/{name}")
        kernel.restrict_mount(f"/dev/{name}", kernel.NO_SUID | kernel.NO_EXECUTION)
    for name, rest in _DEVICE_LINKS.items():
        os.symlink(f"/proc/self/fd{rest}", f"/dev/{name}")


def _fill_etc(kept: dict[str, bytes]) -> None:
    os.makedirs("/etc", exist_ok=True)
    found = [entry for entry in os.listdir(f"{HOST}/etc") if entry.startswith(("java-", *_ETC_FOLDERS))]
    for name in found:
        source = f"{HOST}/etc/{name}"
        if os.path.isdir(source) and not os.path.islink(source):
            show(f"/etc/{name}")
    for name, content in {**kept, **{name: text.encode() for name, text in _ETC_WRITTEN.items()}}.items():
        if content and not os.path.exists(f"/etc/{name}"):
            _write(f"/etc/{name}", content)
    _write(_RESOLVERS, kept["resolv.conf"])
    _write(_RESOLVER_FILE, f"nameserver {RESOLVER}\noptions timeout:2\n".encode())


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _is_same(source: str, target: str) -> bool:
    try:
        return os.path.samefile(source, target)
    except OSError:
        return False


def make_like(source: str, target: str) -> None:
    """A mount point for `source`: an empty folder or file."""
    if stat.S_ISDIR(os.stat(source).st_mode):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "ab"):
            pass
