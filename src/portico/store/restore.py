"""Restoring a backup into a new data directory.

A backup comes from somewhere, so nothing in it is believed: members have the names that a backup has, are plain files, and are what the
manifest and their digests say. The directory appears whole, under its name, at the end or not at all.
"""

import hashlib
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from pathlib import Path

import msgspec

from portico.store.data_key import KEY_BYTES, KEY_FILE
from portico.store.directory import BLOB_FOLDER, DATABASE_FILE
from portico.store.port import StoreError, StoreUnusable
from portico.store.sqlite.backup import (
    BACKUP_FORMAT,
    BESIDE,
    MANIFEST,
    Manifest,
)
from portico.store.sqlite.schema import check_format
from portico.store.sqlite.shelf import sync_folder

_MANIFEST_BYTES_MAX = 64 * 1024
_PIECE_BYTES = 1024 * 1024
_BLOB_NAME = re.compile(rf"{BLOB_FOLDER}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})")


def restore(file: Path, directory: Path) -> None:
    """Make the data directory `directory` (new or empty) from the backup `file`.

    Raises:
        StoreUnusable: the directory holds something, or can't be made.
        StoreError: the file is no backup, is damaged or incomplete, or a newer Portico has made it.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise StoreUnusable(f"{directory} is not empty; a backup is restored into a new or empty directory")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".portico-restore-", dir=directory.parent))
    except OSError as error:
        raise StoreUnusable(f"{directory} can't be made: {error.strerror}") from error
    try:
        with file.open("rb") as opened, tarfile.open(fileobj=opened, mode="r:") as tar:
            _unpack(tar, work)
        _check_database(work)
        for folder in (work, *(path for path in work.rglob("*") if path.is_dir())):
            sync_folder(folder)
        os.replace(work, directory)  # an empty directory is replaced, any other refused
        sync_folder(directory.parent)
    except tarfile.TarError as error:
        raise StoreError(f"{file} is not a backup of Portico, or is damaged: {error}") from error
    except OSError as error:
        raise StoreError(f"{file} could not be restored: {error}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unpack(tar: tarfile.TarFile, work: Path) -> None:
    manifest: Manifest | None = None
    seen: set[str] = set()
    for member in tar:
        if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.issparse() or member.name in seen:
            raise StoreError(f"the backup has a member that no backup has: {member.name!r}")
        seen.add(member.name)
        if manifest is None:
            manifest = _manifest(tar, member)
        elif member.name == DATABASE_FILE:
            _write(tar, member, work / DATABASE_FILE, manifest.database_sha256)
        elif member.name in BESIDE:
            _write(tar, member, work / member.name, getattr(manifest, BESIDE[member.name]))
        elif member.name == KEY_FILE and member.size == KEY_BYTES:
            _write(tar, member, work / KEY_FILE, None)
        elif blob := _BLOB_NAME.fullmatch(member.name):
            _write(tar, member, work / BLOB_FOLDER / blob[1] / blob[2], blob[2])
        else:
            raise StoreError(f"the backup has a member that no backup has: {member.name!r}")
    if DATABASE_FILE not in seen:
        raise StoreError("the backup has no database: it is incomplete, or something else")


def _manifest(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Manifest:
    content = tar.extractfile(member)
    if member.name != MANIFEST or member.size > _MANIFEST_BYTES_MAX or content is None:
        raise StoreError("this is not a backup of Portico: it does not begin with a manifest")
    try:
        manifest = msgspec.json.decode(content.read(), type=Manifest)
    except msgspec.MsgspecError as error:
        raise StoreError(f"the backup's manifest is damaged: {error}") from error
    if manifest.backup_format > BACKUP_FORMAT:
        raise StoreError(
            f"the backup has format {manifest.backup_format}; this Portico knows up to {BACKUP_FORMAT}"
        )
    return manifest


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path, sha256: str | None) -> None:
    """Write the member's bytes to `path`, synced, and see that they have this digest."""
    content = tar.extractfile(member)
    assert content is not None, "a regular file has content"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    written = 0
    with path.open("xb") as file:
        path.chmod(0o600)
        while piece := content.read(_PIECE_BYTES):
            digest.update(piece)
            written += len(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if written != member.size or (sha256 is not None and digest.hexdigest() != sha256):
        raise StoreError(f"the backup is damaged: {member.name} is not what it was")


def _check_database(work: Path) -> None:
    """The database is one, is sound, of a format that we know, and every blob that it names as a file is there."""
    try:
        connection = sqlite3.connect(work / DATABASE_FILE)
        try:
            check_format(connection, "the backup")
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            digests = [
                digest for (digest,) in connection.execute("SELECT digest FROM blobs WHERE data IS NULL")
            ]
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreError(f"the backup's database is damaged: {error}") from error
    if verdict != "ok":
        raise StoreError(f"the backup's database is damaged: {verdict}")
    for digest in digests:
        if not (work / BLOB_FOLDER / digest[:2] / digest).is_file():
            raise StoreError(f"the backup is incomplete: blob {digest} is missing")
