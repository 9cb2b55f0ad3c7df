"""A backup: one tar file with the database, the log events, the metrics, the large blobs and the data directory's key, made while all
of them are in use.

Members, in this order: `manifest.json` (backup format, the databases' SHA-256), `portico.sqlite3`, `logs.sqlite`, `metrics.sqlite`,
`data.key`, `blobs/ab/abcd...`.
"""

import asyncio
import contextlib
import hashlib
import io
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from portico.store.data_key import KEY_FILE
from portico.store.directory import BLOB_FOLDER, DATABASE_FILE
from portico.store.metrics import METRICS_FILE
from portico.store.port import StoreError, StoreFull
from portico.store.sqlite import failures
from portico.store.sqlite.readers import Readers
from portico.store.sqlite.shelf import Shelf, sync_folder
from portico.store.timeline import TIMELINE_FILE

if TYPE_CHECKING:
    from tarfile import TarFile

MANIFEST = "manifest.json"
BACKUP_FORMAT = 1
BESIDE = {TIMELINE_FILE: "logs_sha256", METRICS_FILE: "metrics_sha256"}
"""The databases beside the store's own, and where the manifest has their digests."""


class Manifest(msgspec.Struct, frozen=True, gc=False):
    """What a backup says of itself."""

    backup_format: int
    database_sha256: str
    logs_sha256: str = ""
    metrics_sha256: str = ""


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
            for name in BESIDE:
                if directory is not None and (directory / name).exists():
                    await asyncio.to_thread(_copy_database, directory / name, copy.with_name(name))
            await asyncio.to_thread(_write, copy, shelf, directory, path)
    except FileExistsError:
        raise StoreError(f"{path} exists already; a backup is written to a new file") from None
    except (OSError, sqlite3.Error) as error:
        if failures.means_full(error):
            raise StoreFull(f"no space is left for the backup {path}") from error
        raise StoreError(f"the backup {path} could not be written: {error}") from error


def _write(copy: Path, shelf: Shelf, directory: Path | None, path: Path) -> None:
    import tarfile  # only where a backup is made

    whole = copy.with_name("whole")
    with whole.open("xb") as file:
        whole.chmod(0o600)  # it holds every secret that the data directory does
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            _fill(tar, copy, shelf, directory)
        file.flush()
        os.fsync(file.fileno())
    os.link(whole, path)  # a rename would replace a file that has come meanwhile
    sync_folder(path.parent)


def _fill(tar: "TarFile", copy: Path, shelf: Shelf, directory: Path | None) -> None:
    beside = {name: path for name in BESIDE if (path := copy.with_name(name)).exists()}
    digests = {BESIDE[name]: _digest(path) for name, path in beside.items()}
    manifest = Manifest(BACKUP_FORMAT, _digest(copy), **digests)
    _add(tar, MANIFEST, io.BytesIO(msgspec.json.encode(manifest)))
    for name, path in {DATABASE_FILE: copy, **beside}.items():
        with path.open("rb") as file:
            _add(tar, name, file)
    if directory is not None and (directory / KEY_FILE).exists():
        with (directory / KEY_FILE).open("rb") as file:
            _add(tar, KEY_FILE, file)
    for digest in _blobs_of(copy):
        with shelf.open(digest) as file:
            _add(tar, f"{BLOB_FOLDER}/{digest[:2]}/{digest}", file)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_database(source: Path, copy: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as opened,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        opened.backup(target)


def _add(tar: "TarFile", name: str, file: BinaryIO) -> None:
    member = tar.tarinfo(name)
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
