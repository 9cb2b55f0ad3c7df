"""Blobs: small ones in the database, large ones on the shelf, and the collector of those that nobody needs."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar
from weakref import WeakValueDictionary

from portico.store.port import Conflict, StoreError, StoreFailed
from portico.store.sqlite import failures
from portico.store.sqlite.readers import Readers
from portico.store.sqlite.rows import BlobRow, CollectRow, Row
from portico.store.sqlite.shelf import Shelf
from portico.store.sqlite.text import to_bytes, to_text

INLINE_BYTES_MAX = 64 * 1024
"""A blob below this many bytes is a row; from it on, a file."""

GRACE_S = 3600.0
"""How long a blob that nobody needs is kept after it was last stored, in seconds."""

_PIECE_BYTES = 256 * 1024
_FIND = "SELECT size_bytes, data FROM blobs WHERE digest = ?"
_UNNEEDED = """
SELECT digest FROM blobs WHERE stored_at_us <= ? AND NOT EXISTS (
    SELECT 1 FROM blob_owners WHERE blob_owners.digest = blobs.digest) LIMIT 1000
"""
_Answer = TypeVar("_Answer")


class Blobs:
    """`commit` has the writer commit rows; `failed` is told when the disk can't be trusted any more.

    A blob is stored and collected under its digest's lock: the collector would otherwise unlink the file that somebody has just put
    there again.
    """

    def __init__(
        self,
        readers: Readers,
        shelf: Shelf,
        commit: Callable[[list[Row]], Awaitable[int]],
        failed: Callable[[StoreFailed], None],
    ) -> None:
        self._readers = readers
        self._shelf = shelf
        self._commit = commit
        self._failed = failed
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def put(self, data: bytes | AsyncIterator[bytes]) -> str:
        """Store bytes; their digest."""
        if isinstance(data, bytes):
            data = _pieces(data)
        digest = hashlib.sha256()
        small = bytearray()
        async for piece in data:
            digest.update(piece)
            small += piece
            if len(small) >= INLINE_BYTES_MAX:
                return await self._put_large(digest, small, data)
        name = digest.hexdigest()
        async with self._lock(name):
            await self._commit([BlobRow(name, len(small), to_text(bytes(small)))])
        return name

    async def open(self, digest: str, start: int, end: int | None) -> AsyncIterator[bytes]:
        """Bytes `start` to `end`, in pieces."""
        row = self._readers.one(_FIND, digest)
        if row is None:
            raise KeyError(digest)
        size_bytes, inline = row
        assert isinstance(size_bytes, int)
        end = size_bytes if end is None else min(end, size_bytes)
        start = max(start, 0)
        if isinstance(inline, str):
            if start < end:
                yield to_bytes(inline)[start:end]
            return
        try:
            file = await asyncio.to_thread(self._shelf.open, digest)
        except FileNotFoundError:
            raise KeyError(digest) from None  # collected between the row and the file
        try:
            await asyncio.to_thread(file.seek, start)
            while start < end:
                piece = await asyncio.to_thread(file.read, min(_PIECE_BYTES, end - start))
                if not piece:
                    raise StoreError(f"blob {digest} is shorter than it was stored")
                start += len(piece)
                yield piece
        finally:
            file.close()

    async def collect(self, before_us: int) -> int:
        """Forget the blobs that nobody needs and that were last stored before this instant; how many there were."""

        def unneeded(connection: sqlite3.Connection) -> list[str]:
            return [digest for (digest,) in connection.execute(_UNNEEDED, (before_us,))]

        collected = 0
        for digest in await self._readers.in_thread(unneeded):
            async with self._lock(digest):
                try:
                    await self._commit([CollectRow(digest, before_us)])
                except Conflict:
                    continue  # somebody needs it again
                await self._on_disk(self._shelf.remove, [digest])
                collected += 1
        return collected

    async def _put_large(self, digest: "hashlib._Hash", head: bytearray, rest: AsyncIterator[bytes]) -> str:
        incoming = await self._on_disk(self._shelf.begin)
        kept = False
        try:
            await self._on_disk(incoming.write, head)
            size_bytes = len(head)
            async for piece in rest:
                digest.update(piece)
                size_bytes += len(piece)
                await self._on_disk(incoming.write, piece)
            name = digest.hexdigest()
            async with self._lock(name):
                await self._on_disk(self._shelf.keep, incoming, name)
                kept = True
                await self._commit([BlobRow(name, size_bytes, None)])
        finally:
            if not kept:
                self._shelf.drop(incoming)
        return name

    def _lock(self, digest: str) -> asyncio.Lock:
        return self._locks.setdefault(digest, asyncio.Lock())

    async def _on_disk(self, call: Callable[..., _Answer], *arguments: object) -> _Answer:
        """A step of writing, in a thread."""
        try:
            return await asyncio.to_thread(call, *arguments)
        except OSError as error:
            translated = failures.of_system(error)
            if isinstance(translated, StoreFailed):
                self._failed(translated)
            raise translated from error


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), _PIECE_BYTES):
        yield data[start : start + _PIECE_BYTES]


async def read_whole(pieces: AsyncIterator[bytes]) -> bytes:
    """All pieces as one."""
    return b"".join([piece async for piece in pieces])
