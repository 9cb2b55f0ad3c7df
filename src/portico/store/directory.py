"""The data directory: made, private, locked by one server at a time, kept out of version control."""

import fcntl
import os
import stat
from pathlib import Path

from portico.store.data_key import KEY_FILE
from portico.store.port import StoreLocked, StoreUnusable

DATABASE_FILE = "portico.sqlite3"
BLOB_FOLDER = "blobs"
LOCK_FILE = "lock"
_IGNORE_FILE = ".gitignore"
_OURS = frozenset({DATABASE_FILE, LOCK_FILE, _IGNORE_FILE, KEY_FILE, f"{KEY_FILE}.new"})


class DirectoryLock:
    """The lock on a data directory, held from `take` to `release`.

    It is on a file of its own and closes on exec, so that neither a child nor a copy of the database can hold it.
    """

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, directory: Path) -> "DirectoryLock":
        """Make the directory if need be, and lock it.

        Raises:
            StoreLocked: another server has it.
            StoreUnusable: it can't be written, is somebody else's, or holds what is not Portico's.
        """
        try:
            return cls(_take(directory))
        except OSError as error:
            raise StoreUnusable(
                f"the data directory {directory} can't be used: {error.strerror}. Name another one, or make it writable"
            ) from error

    def release(self) -> None:
        """Let another server have the directory."""
        os.close(self._descriptor)


def _take(directory: Path) -> int:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_private(directory)
    descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise StoreLocked(
                f"the data directory {directory} is in use by another Portico server (process {holder}); "
                "stop it, or name another directory"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        (directory / _IGNORE_FILE).write_text("*\n")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _make_private(directory: Path) -> None:
    """A directory that holds other things is refused before anything in it is changed: it would be hidden from its own
    version control and closed to everybody else."""
    status = directory.stat()
    names = {entry.name for entry in os.scandir(directory)}
    if names and not names & _OURS:
        raise StoreUnusable(f"the directory {directory} holds other files; name one that is empty or new")
    if status.st_uid != os.geteuid():
        raise StoreUnusable(
            f"the data directory {directory} belongs to user {status.st_uid}, and Portico runs as user {os.geteuid()}; "
            "it has to belong to that user"
        )
    if not status.st_mode & stat.S_IWUSR:
        # Root could write all the same; whoever made it read-only did not want that.
        raise StoreUnusable(
            f"the data directory {directory} is read-only; make it writable, or name another one"
        )
    if status.st_mode & 0o777 != 0o700:
        directory.chmod(0o700)
