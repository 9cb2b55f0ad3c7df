"""What SQLite's and the operating system's errors mean for the store."""

import errno
import resource
import sqlite3
from pathlib import Path

from portico.store.port import StoreError, StoreFailed, StoreFull

FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

# A write or a growth that failed before anything was synced: the transaction is undone and the file is as it was. SQLite says "full"
# only for ENOSPC; a quota or a limit on file size comes out as one of these.
_WRITE_FAILED = frozenset({
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
})  # fmt: skip
_PROBE_BYTES = 64 * 1024


def of_database(error: sqlite3.Error, directory: Path | None) -> StoreError:
    """The store's error for one of the database's."""
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_FULL or (
        code in _WRITE_FAILED and directory is not None and no_room(directory)
    ):
        return StoreFull("no space is left for the database; free some and try again")
    return StoreFailed(f"the database failed: {error} ({getattr(error, 'sqlite_errorname', 'no code')})")


def means_full(error: OSError | sqlite3.Error) -> bool:
    """Whether the error says that there is no space."""
    if isinstance(error, OSError):
        return error.errno in FULL_ERRNOS
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def of_system(error: OSError) -> StoreError:
    """The store's error for one of the file system's while something was being written."""
    if error.errno in FULL_ERRNOS:
        return StoreFull(f"no space is left: {error}")
    if error.errno == errno.EIO:
        return StoreFailed(f"the file system failed: {error}")
    return StoreError(f"a file could not be written: {error}")


def no_room(directory: Path) -> bool:
    """Whether a write may have failed because of space or a limit, and not because of the disk."""
    if resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY:
        return True
    probe = directory / "probe"
    try:
        probe.write_bytes(bytes(_PROBE_BYTES))
    except OSError as error:
        return error.errno in FULL_ERRNOS
    finally:
        probe.unlink(missing_ok=True)
    return False
