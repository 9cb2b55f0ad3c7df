"""A backup: one tar file with the database, the log events, the large blobs and the data directory's key, made while all of them
are in use.

Members, in this order: `manifest.json` (backup format, the databases' SHA-256), `portico.sqlite3`, `logs.sqlite`, `data.key`,
`blobs/ab/abcd...`.
"""

import asyncio
import contextlib
import hashlib
import io
import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path
from typing import BinaryIO

import msgspec

from portico.store.data_key import KEY_FILE
from portico.store.directory import BLOB_FOLDER, DATABASE_FILE
from portico.store.port import StoreError, StoreFull
from portico.store.sqlite import failures
from portico.store.sqlite.database import Readers
from portico.store.sqlite.shelf import Shelf, sync_folder
from portico.store.timeline import TIMELINE_FILE

MANIFEST = "manifest.json"
MEMBER_LOGS = TIMELINE_FILE
BACKUP_FORMAT = 1


class Manifest(msgspec.Struct, frozen=True, gc=False):
    """What a backup says of itself."""

    backup_format: int
    database_sha256: str
    logs_sha256: str = ""


async def write(readers: Readers, shelf: Shelf, directory: Path | None, path: Path) -> None:
    """Write the backup; the caller sees to it that no blob is collected meanwhile.

    Raises:
        StoreError: the file exists already, or can't be written.
        StoreFull: there is no space for it; nothing is left of it.
    """
    try:
        if await asyncio.to_thread(path.exists):
            raise FileExistsError
        with tempfile.TemporaryDirectory(prefix=".portico-backup-", dir=path.parent) as work:
            copy = Path(work, DATABASE_FILE)
            await readers.copy_to(copy)
            if directory is not None and (directory / TIMELINE_FILE).exists():
                await asyncio.to_thread(_copy_logs, directory / TIMELINE_FILE, copy.with_name(MEMBER_LOGS))
            await asyncio.to_thread(_write, copy, shelf, directory, path)
    except FileExistsError:
        raise StoreError(f"{path} exists already; a backup is written to a new file") from None
    except (OSError, sqlite3.Error) as error:
        if failures.means_full(error):
            raise StoreFull(f"no space is left for the backup {path}") from error
        raise StoreError(f"the backup {path} could not be written: {error}") from error


def _write(copy: Path, shelf: Shelf, directory: Path | None, path: Path) -> None:
    whole = copy.with_name("whole")
    with whole.open("xb") as file:
        whole.chmod(0o600)  # it holds every secret that the data directory does
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            _fill(tar, copy, shelf, directory)
        file.flush()
        os.fsync(file.fileno())
    os.link(whole, path)  # a rename would replace a file that has come meanwhile
    sync_folder(path.parent)


def _fill(tar: tarfile.TarFile, copy: Path, shelf: Shelf, directory: Path | None) -> None:
    logs = copy.with_name(MEMBER_LOGS)
    manifest = Manifest(BACKUP_FORMAT, _digest(copy), _digest(logs) if logs.exists() else "")
    _add(tar, MANIFEST, io.BytesIO(msgspec.json.encode(manifest)))
    with copy.open("rb") as file:
        _add(tar, DATABASE_FILE, file)
    if logs.exists():
        with logs.open("rb") as file:
            _add(tar, MEMBER_LOGS, file)
    if directory is not None and (directory / KEY_FILE).exists():
        with (directory / KEY_FILE).open("rb") as file:
            _add(tar, KEY_FILE, file)
    for digest in _blobs_of(copy):
        with shelf.open(digest) as file:
            _add(tar, f"{BLOB_FOLDER}/{digest[:2]}/{digest}", file)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_logs(source: Path, copy: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as logs,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        logs.backup(target)


def _add(tar: tarfile.TarFile, name: str, file: BinaryIO) -> None:
    member = tarfile.TarInfo(name)
    member.size = file.seek(0, io.SEEK_END)
    member.mode = 0o600
    file.seek(0)
    tar.addfile(member, file)


def _blobs_of(copy: Path) -> list[str]:
    connection = sqlite3.connect(copy)
    try:
        return [digest for (digest,) in connection.execute("SELECT digest FROM blobs WHERE data IS NULL")]
    finally:
        connection.close()
