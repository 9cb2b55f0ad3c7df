"""Whether anything below a folder has changed: told by inotify, which the kernel fills while a file is written, so that whoever asks
afterwards knows; and where inotify can't be had, by looking at every file.

Source: Linux, inotify(7).
"""

import ctypes
import os
import struct
from collections.abc import Iterator
from typing import Protocol

_IN_MODIFY, _IN_ATTRIB, _IN_CLOSE_WRITE = 0x2, 0x4, 0x8
_IN_MOVED, _IN_CREATE, _IN_DELETE, _IN_SELF = 0xC0, 0x100, 0x200, 0xC00
_IN_OVERFLOW, _IN_IGNORED, _IN_ONLYDIR, _IN_ISDIR = 0x4000, 0x8000, 0x1000000, 0x40000000
_MASK = (
    _IN_MODIFY | _IN_ATTRIB | _IN_CLOSE_WRITE | _IN_MOVED | _IN_CREATE | _IN_DELETE | _IN_SELF | _IN_ONLYDIR
)
_EVENT = struct.Struct("=iIII")  # watch, mask, cookie, length of the name
_READ_BYTES = 65_536
_IGNORED = frozenset((".git", "__pycache__", ".portico"))

_libc = ctypes.CDLL(None, use_errno=True)


class TreeWatch(Protocol):
    """Port: tells of changes below one folder."""

    def changed(self) -> bool:
        """Whether anything has changed since the last call."""

    def close(self) -> None:
        """Stop watching."""


def watch(folder: str) -> TreeWatch:
    """Watch `folder` and all below it, but for what tools keep beside code (`.git`, `__pycache__`)."""
    try:
        return _Inotify(folder)
    except (OSError, AttributeError):
        return _Looking(folder)


class _Inotify:
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._fd = _checked(_libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self._folders: dict[int, str] = {}
        self._lost = False  # whether the folder itself has been removed or moved away
        try:
            self._add(folder)
        except OSError:
            os.close(self._fd)
            raise

    def changed(self) -> bool:
        seen = self._lost and self._found_again()
        while data := self._read():
            for watched, mask, name in _events(data):
                seen = self._take(watched, mask, name) or seen
        return seen

    def close(self) -> None:
        os.close(self._fd)

    def _take(self, watched: int, mask: int, name: str) -> bool:
        if mask & _IN_OVERFLOW:
            self._add(self._folder)
            return True
        if mask & (_IN_IGNORED | _IN_SELF) and self._folders.get(watched) == self._folder:
            self._lost = True
        if mask & _IN_IGNORED:
            self._folders.pop(watched, None)
            return False
        if name in _IGNORED:
            return False
        if mask & _IN_ISDIR and mask & (_IN_CREATE | _IN_MOVED) and watched in self._folders:
            self._add(os.path.join(self._folders[watched], name))
        return True

    def _found_again(self) -> bool:
        try:
            self._add(self._folder)
        except OSError:
            return False
        self._lost = False
        return True

    def _add(self, folder: str) -> None:
        """Watch `folder` first and then what is in it, so that what is made meanwhile is seen twice rather than never."""
        for path in _folders(folder):
            try:
                added = _checked(_libc.inotify_add_watch(self._fd, os.fsencode(path), _MASK))
            except (FileNotFoundError, NotADirectoryError):
                if path == self._folder:
                    raise
                continue
            self._folders[added] = path

    def _read(self) -> bytes:
        try:
            return os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return b""


class _Looking:
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._seen = self._look()

    def changed(self) -> bool:
        before, self._seen = self._seen, self._look()
        return before != self._seen

    def close(self) -> None:
        """Nothing is held."""

    def _look(self) -> int:
        found = []
        for folder in _folders(self._folder):
            try:
                with os.scandir(folder) as entries:
                    stats = [(entry.path, entry.stat(follow_symlinks=False)) for entry in entries]
            except OSError:
                continue
            found += [(path, stat.st_mtime_ns, stat.st_size, stat.st_ino) for path, stat in stats]
        return hash(tuple(sorted(found)))


def _folders(top: str) -> Iterator[str]:
    """A folder and all below it, links not followed; each is given before what is in it is looked at."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        yield folder
        try:
            with os.scandir(folder) as entries:
                waiting += [
                    e.path for e in entries if e.is_dir(follow_symlinks=False) and e.name not in _IGNORED
                ]
        except OSError:
            continue


def _events(data: bytes) -> Iterator[tuple[int, int, str]]:
    at = 0
    while at < len(data):
        watched, mask, _, length = _EVENT.unpack_from(data, at)
        at += _EVENT.size
        yield watched, mask, os.fsdecode(data[at : at + length].rstrip(b"\0"))
        at += length


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
