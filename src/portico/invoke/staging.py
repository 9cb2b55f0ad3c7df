"""Unpacked code on disk: one read-only folder per zip, and one per list of layers, shared by every environment that needs it.

A folder is a cache of its blobs: it can be lost at any time and is made again. It is made by a limited worker process
(`unpack.py`), never by the server itself, under another name and renamed, so that it is whole or not there.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import secrets
import shutil
import sys
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Literal, cast

import msgspec

from portico.invoke.folders import FolderRefused, Folders, folder_of
from portico.store.port import Store

log = logging.getLogger("portico.invoke")

_UNPACK = str(Path(__file__).with_name("unpack.py"))
_TIMEOUT_S = 120.0
_WORKERS = 2
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

_Zips = Callable[[], Awaitable[list[bytes]]]

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


def merged(digests: tuple[str, ...]) -> str:
    """The name of the folder that holds these layers, each over those before it; "" for none."""
    return f"layers-{hashlib.sha256(' '.join(digests).encode()).hexdigest()}" if digests else ""


class Staging:
    """The folders of unpacked code below `root`, named by the digest of their zip; those of layers by `merged`.

    What a machine that lost its power has left of them can't be trusted, so they are all made again after a boot.
    """

    def __init__(self, *, root: Path, store: Store, folders: Folders | None = None) -> None:
        self.folders = folders or Folders(roots=(), forbidden=root)
        self._root = root
        self._store = store
        self._ready: set[str] = set()
        self._making: dict[str, asyncio.Task[None]] = {}
        self._workers = asyncio.Semaphore(_WORKERS)
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._forget_what_is_stale()

    def path(self, name: str) -> str | None:
        """The folder of this code or these layers if it is there (somebody may have tidied it away).

        Raises:
            CodeRefused: the code is a folder of this machine that may not be mounted any more.
        """
        mounted = folder_of(name)
        if mounted:
            return self._mounted(mounted)
        folder = str(self._root / name)
        return folder if name in self._ready and os.path.isdir(folder) else None

    async def ensure(self, digest: str, data: bytes | None = None) -> str:
        """The folder of the zip `digest`, unpacked from `data` or from its blob if it is not there yet.

        Raises:
            CodeRefused: see there.
            KeyError: the store has no such blob.
        """
        return await self._ensure(digest, lambda: self._zips((digest,)) if data is None else _at_hand(data))

    async def ensure_layers(self, digests: tuple[str, ...]) -> str:
        """The folder of these layers, merged in this order, made if it is not there yet; errors as for `ensure`."""
        return await self._ensure(merged(digests), lambda: self._zips(digests))

    async def measure(self, data: bytes) -> int:
        """The bytes of what is in the zip, which is unpacked for that and thrown away.

        Raises:
            CodeRefused: see there.
        """
        part = self._root / f"measure.{secrets.token_hex(4)}"
        try:
            return await self._unpack(part, [data])
        finally:
            await asyncio.to_thread(_remove, part)

    async def unpacked_bytes(self, digest: str) -> int:
        """The bytes of the files of the zip `digest`; errors as for `ensure`."""
        return await asyncio.to_thread(_bytes_below, await self.ensure(digest))

    def _mounted(self, folder: str) -> str:
        try:
            return self.folders.check(folder)
        except FolderRefused as refused:
            raise CodeRefused("zip", str(refused)) from refused

    async def _ensure(self, name: str, zips: _Zips) -> str:
        if folder_of(name):
            return self._mounted(folder_of(name))
        if self.path(name) is None:
            making = self._making.get(name) or self._begin(name, zips)
            await asyncio.shield(making)  # others may wait for it too
        return str(self._root / name)

    def _begin(self, name: str, zips: _Zips) -> "asyncio.Task[None]":
        making = self._making[name] = asyncio.create_task(self._make(name, zips))
        making.add_done_callback(lambda done: self._made(name, done))
        return making

    def _made(self, name: str, done: "asyncio.Task[None]") -> None:
        del self._making[name]
        if not done.cancelled() and done.exception() is None:
            self._ready.add(name)

    async def _make(self, name: str, zips: _Zips) -> None:
        folder = self._root / name
        if folder.is_dir():
            return
        part = folder.with_name(f"{name}.{secrets.token_hex(4)}")
        try:
            await self._unpack(part, await zips())
            os.rename(part, folder)
        except BaseException:
            await asyncio.to_thread(_remove, part)
            raise

    async def _zips(self, digests: tuple[str, ...]) -> list[bytes]:
        return [await self._store.read_blob(digest) for digest in digests]

    async def keep_only(self, names: Collection[str]) -> None:
        """Remove every folder that is not one of `names`. The caller knows that no environment uses them."""
        for entry in list(self._root.iterdir()):
            if entry.is_dir() and "." not in entry.name and entry.name not in names:
                await self.remove(entry.name)

    async def remove(self, name: str) -> None:
        """Remove the folder `name`; it is made again if it is asked for."""
        if name in self._making or folder_of(name):
            return
        self._ready.discard(name)
        gone = self._root / f"{name}.{secrets.token_hex(4)}"
        with contextlib.suppress(FileNotFoundError):
            os.rename(self._root / name, gone)
            await asyncio.to_thread(_remove, gone)

    def clear(self) -> None:
        """Remove everything, at the end of a server that keeps nothing: the folders are read-only to their owner too."""
        self._ready.clear()
        _remove(self._root)

    async def _unpack(self, folder: Path, zips: list[bytes]) -> int:
        """Unpack into the new folder `folder`; the bytes that were in the zips."""
        os.mkdir(folder, mode=0o700)
        async with self._workers:
            answer = await _run_worker(folder, zips)
        if answer.refused:
            raise CodeRefused(answer.refused, answer.why)
        return answer.bytes

    def _forget_what_is_stale(self) -> None:
        boot = _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else ""
        mark = self._root / "boot"
        other = not mark.exists() or mark.read_text() != boot
        for entry in self._root.iterdir():
            if entry.is_dir() and (other or "." in entry.name):  # a dot: one that was being made or removed
                _remove(entry)
        mark.write_text(boot)


async def _run_worker(folder: Path, zips: list[bytes]) -> _Answer:
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            _UNPACK,
            str(folder),
            *(str(len(data)) for data in zips),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={},
            start_new_session=True,
        )
    except OSError as error:  # too many processes, no memory
        log.error("unpacking can't be started: %s", error)
        return _Answer(refused="disk", why=f"unpacking can't be started: {error}")
    try:
        out, err = await asyncio.wait_for(_talk(process, b"".join(zips)), _TIMEOUT_S)
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


async def _talk(process: asyncio.subprocess.Process, data: bytes) -> tuple[bytes, bytes]:
    """What the worker says on standard output and error, until it has ended.

    Not `communicate`: a worker that needs nothing of its input (an empty zip) may have ended before that is written, and uvloop calls the
    pipe then a closed handle, which is a RuntimeError.
    """
    pipe = cast(asyncio.StreamWriter, process.stdin)
    said, told = (cast(asyncio.StreamReader, each) for each in (process.stdout, process.stderr))
    _, out, err = await asyncio.gather(_feed(pipe, data), said.read(), told.read())
    await process.wait()
    return out, err


async def _feed(pipe: asyncio.StreamWriter, data: bytes) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        pipe.write(data)
        await pipe.drain()
    with contextlib.suppress(RuntimeError):
        pipe.close()


def _remove(folder: Path) -> None:
    for path, _, _ in os.walk(folder):
        os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


async def _at_hand(data: bytes) -> list[bytes]:
    return [data]


def _bytes_below(folder: str) -> int:
    found = ((here, name) for here, _, names in os.walk(folder) for name in names)
    return sum(os.lstat(os.path.join(here, name)).st_size for here, name in found)
