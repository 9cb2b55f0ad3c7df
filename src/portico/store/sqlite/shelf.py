"""Where large blobs lie: files in a folder, or memory for a server that keeps nothing.

Every method may block; the store calls them in threads.
"""

import io
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol


class Shelf(Protocol):
    """Bytes by digest. `begin` gives a file to write to, `keep` makes what was written durable under its digest, `drop` forgets it."""

    def begin(self) -> BinaryIO: ...
    def keep(self, incoming: BinaryIO, digest: str) -> None: ...
    def drop(self, incoming: BinaryIO) -> None: ...
    def open(self, digest: str) -> BinaryIO: ...
    def remove(self, digests: Iterable[str]) -> None: ...
    def sweep(self, known: set[str]) -> int: ...


class FolderShelf:
    """Blobs as the files `ab/abcd...` of a folder, by the first two digits of the digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)

    def begin(self) -> BinaryIO:
        """A new temporary file in the folder's file system, so that it can be renamed into place."""
        return (self._incoming / secrets.token_hex(16)).open("xb")

    def keep(self, incoming: BinaryIO, digest: str) -> None:
        """Sync the bytes, give them their name, sync the name: in this order nobody finds a name with half the bytes."""
        target = self.path(digest)
        with incoming:
            incoming.flush()
            os.fsync(incoming.fileno())
        if not target.parent.is_dir():
            target.parent.mkdir(exist_ok=True, mode=0o700)
            sync_folder(self._folder)
        os.replace(incoming.name, target)
        sync_folder(target.parent)

    def drop(self, incoming: BinaryIO) -> None:
        """Remove a temporary file."""
        Path(incoming.name).unlink(missing_ok=True)
        with suppress(OSError):  # what is still buffered may find no space, and nobody wants it any more
            incoming.close()

    def open(self, digest: str) -> BinaryIO:
        """The file of a blob, to be read."""
        return self.path(digest).open("rb")

    def remove(self, digests: Iterable[str]) -> None:
        """Unlink files; those that are not there are none."""
        for digest in digests:
            self.path(digest).unlink(missing_ok=True)

    def sweep(self, known: set[str]) -> int:
        """Remove what a crash has left: temporary files, and files whose commit never came. How many there were."""
        swept = 0
        for file in self._folder.glob("*/*"):
            if file.parent == self._incoming or file.name not in known:
                file.unlink()
                swept += 1
        return swept

    def path(self, digest: str) -> Path:
        """Where the blob lies."""
        return self._folder / digest[:2] / digest


class MemoryShelf:
    """Blobs in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def begin(self) -> BinaryIO:
        """A buffer."""
        return io.BytesIO()

    def keep(self, incoming: BinaryIO, digest: str) -> None:
        """Keep the buffer's bytes."""
        incoming.seek(0)
        self._kept[digest] = incoming.read()

    def drop(self, incoming: BinaryIO) -> None:
        """Let go of a buffer."""
        incoming.close()

    def open(self, digest: str) -> BinaryIO:
        """The bytes of a blob, to be read."""
        if digest not in self._kept:
            raise FileNotFoundError(digest)
        return io.BytesIO(self._kept[digest])

    def remove(self, digests: Iterable[str]) -> None:
        """Forget blobs."""
        for digest in digests:
            self._kept.pop(digest, None)

    def sweep(self, known: set[str]) -> int:
        """There is nothing to find: memory has no past."""
        return len(self._kept.keys() - known)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
