"""Unpacked code on disk: one read-only folder per zip, shared by every environment that needs it.

The folder is a cache of the blob: it can be lost at any time and is made again. It is made by a limited worker process
(`unpack.py`), never by the server itself, under another name and renamed, so that it is whole or not there.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import shutil
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import msgspec

from portico.store.port import Store

log = logging.getLogger("portico.invoke")

_UNPACK = str(Path(__file__).with_name("unpack.py"))
_TIMEOUT_S = 120.0
_WORKERS = 2
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

RefusedKind = Literal["zip", "empty", "size", "disk"]


class CodeRefused(Exception):
    """The zip can't be unpacked. `kind`: `zip` (broken, or an entry that is not taken), `empty`, `size`, `disk` (ours)."""

    def __init__(self, kind: RefusedKind, why: str) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why


class _Answer(msgspec.Struct, frozen=True, gc=False):
    files: int = 0
    bytes: int = 0
    refused: RefusedKind | Literal[""] = ""
    why: str = ""


class Staging:
    """The folders of unpacked code below `root`, named by the digest of their zip.

    What a machine that lost its power has left of them can't be trusted, so they are all made again after a boot.
    """

    def __init__(self, *, root: Path, store: Store) -> None:
        self._root = root
        self._store = store
        self._ready: set[str] = set()
        self._making: dict[str, asyncio.Task[None]] = {}
        self._workers = asyncio.Semaphore(_WORKERS)
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._forget_what_is_stale()

    def path(self, digest: str) -> str | None:
        """The folder of this code if it is there (somebody may have tidied it away)."""
        folder = str(self._root / digest)
        return folder if digest in self._ready and os.path.isdir(folder) else None

    async def ensure(self, digest: str, data: bytes | None = None) -> str:
        """The folder of the zip `digest`, unpacked from `data` or from its blob if it is not there yet.

        Raises:
            CodeRefused: see there.
            KeyError: the store has no such blob.
        """
        if self.path(digest) is None:
            making = self._making.get(digest) or self._begin(digest, data)
            await asyncio.shield(making)  # others may wait for it too
        return str(self._root / digest)

    def _begin(self, digest: str, data: bytes | None) -> "asyncio.Task[None]":
        making = self._making[digest] = asyncio.create_task(self._make(digest, data))
        making.add_done_callback(lambda done: self._made(digest, done))
        return making

    def _made(self, digest: str, done: "asyncio.Task[None]") -> None:
        del self._making[digest]
        if not done.cancelled() and done.exception() is None:
            self._ready.add(digest)

    async def _make(self, digest: str, data: bytes | None) -> None:
        folder = self._root / digest
        if not folder.is_dir():
            await self._unpack(folder, data if data is not None else await self._store.read_blob(digest))

    async def keep_only(self, digests: Collection[str]) -> None:
        """Remove every folder that is not of one of `digests`. The caller knows that no environment uses them."""
        for entry in list(self._root.iterdir()):
            if entry.is_dir() and "." not in entry.name and entry.name not in digests:
                await self.remove(entry.name)

    async def remove(self, digest: str) -> None:
        """Remove the folder of `digest`; it is made again if it is asked for."""
        if digest in self._making:
            return
        self._ready.discard(digest)
        gone = self._root / f"{digest}.{secrets.token_hex(4)}"
        with contextlib.suppress(FileNotFoundError):
            os.rename(self._root / digest, gone)
            await asyncio.to_thread(_remove, gone)

    def clear(self) -> None:
        """Remove everything, at the end of a server that keeps nothing: the folders are read-only to their owner too."""
        self._ready.clear()
        _remove(self._root)

    async def _unpack(self, folder: Path, data: bytes) -> None:
        part = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}")
        part.mkdir(mode=0o700)
        try:
            async with self._workers:
                answer = await _run_worker(part, data)
            if answer.refused:
                raise CodeRefused(answer.refused, answer.why)
            os.rename(part, folder)
        except BaseException:
            await asyncio.to_thread(_remove, part)
            raise

    def _forget_what_is_stale(self) -> None:
        boot = _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else ""
        mark = self._root / "boot"
        other = not mark.exists() or mark.read_text() != boot
        for entry in self._root.iterdir():
            if entry.is_dir() and (other or "." in entry.name):  # a dot: one that was being made or removed
                _remove(entry)
        mark.write_text(boot)


async def _run_worker(folder: Path, data: bytes) -> _Answer:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        _UNPACK,
        str(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={},
        start_new_session=True,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(data), _TIMEOUT_S)
    except TimeoutError:
        return _Answer(refused="zip", why="unpacking took too long")
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        log.warning("unpacking ended with %s: %s", process.returncode, err.decode(errors="replace")[-500:])
        return _Answer(refused="zip", why=f"unpacking ended with {process.returncode}")
    return msgspec.json.decode(out, type=_Answer)


def _remove(folder: Path) -> None:
    for path, _, _ in os.walk(folder):
        os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)
