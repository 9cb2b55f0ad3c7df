"""Code that is a folder of this machine instead of a zip: which folders may be one, and whether one has changed.

In development mode only, and only below the roots that the operator names. In a version's record the folder stands where a zip's
digest does (`folder:/path`), so that all else need not know the difference.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from portico.invoke.tree_watch import TreeWatch, watch

_WALK = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY  # macOS has only the latter

PREFIX = "folder:"


class FolderRefused(Exception):
    """This folder can't be code; the message says why."""


class Folders:
    """Folders below `roots`; never `forbidden` (the data directory), what is in it, or what holds it."""

    def __init__(self, *, roots: Sequence[str], forbidden: Path | None) -> None:
        self._roots = tuple(os.path.realpath(root) for root in roots)
        self._forbidden = None if forbidden is None else os.path.realpath(forbidden)
        self._watches: dict[str, TreeWatch] = {}
        self._epochs: dict[str, int] = {}

    def check(self, folder: str) -> str:
        """`folder`, when it may be code now.

        Raises:
            FolderRefused: it is not absolute, outside the roots, reached through a link, the data directory, or not there.
        """
        if not self._roots:
            raise FolderRefused("No folder may be mounted: start Portico with --code-roots")
        if not folder.startswith("/") or os.path.normpath(folder) != folder:
            raise FolderRefused(f"{folder} is not an absolute, plain path")
        if not any(_within(folder, root) for root in self._roots):
            raise FolderRefused(f"{folder} is not below a folder of --code-roots")
        if self._forbidden and (_within(folder, self._forbidden) or _within(self._forbidden, folder)):
            raise FolderRefused(f"{folder} is or holds Portico's own data")
        _open_without_links(folder)
        return folder

    def epoch(self, folder: str) -> int:
        """A number that grows with each change of anything in the folder."""
        held = self._watches.get(folder)
        if held is None:
            self._watches[folder] = watch(folder)
            self._epochs.setdefault(folder, 0)
        elif held.changed():
            self._epochs[folder] += 1
        return self._epochs[folder]

    def close(self) -> None:
        """Stop watching."""
        for held in self._watches.values():
            held.close()
        self._watches.clear()


def folder_of(digest: str) -> str:
    """The folder that stands where a digest does, "" for a digest."""
    return digest.removeprefix(PREFIX) if digest.startswith(PREFIX) else ""


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _open_without_links(folder: str) -> None:
    """Walk the path as the kernel does, but take no link."""
    at = os.open("/", _WALK)
    try:
        for part in folder.strip("/").split("/"):
            inner = os.open(part, _WALK | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
    except OSError as error:
        raise FolderRefused(f"{folder}: {error.strerror}, or a link on the way") from None
    finally:
        os.close(at)
