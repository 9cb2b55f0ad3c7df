"""The data directory's key: 32 random bytes that seal what Portico hands out and wants to recognise (session tokens)."""

import os
import secrets
from pathlib import Path

from portico.store.port import StoreUnusable

KEY_FILE = "data.key"
KEY_BYTES = 32


def data_key(directory: Path | None) -> bytes:
    """The key of the data directory, made at first use (mode 0600, synced); a new one each time when there is no directory.

    Raises:
        StoreUnusable: the file can't be read or written, or is not a key.
    """
    if directory is None:
        return secrets.token_bytes(KEY_BYTES)
    path = directory / KEY_FILE
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise StoreUnusable(f"the key {path} can't be used: {error.strerror}") from error
    if len(key) != KEY_BYTES:
        raise StoreUnusable(
            f"{path} has {len(key)} bytes, not {KEY_BYTES}: put the right file back from a backup, or remove it "
            "and have every session token made so far refused"
        )
    return key


def _make(path: Path) -> None:
    """Under another name first: a crash in between must not leave half a key."""
    new = path.with_name(f"{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
